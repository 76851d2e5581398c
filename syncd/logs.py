"""Log lines: for people on a terminal, as fields in systemd's journal, one JSON object a line elsewhere.

A field is `SYNCD_` and the key in capitals: `journalctl SYNCD_ACCOUNT=acme`. `MESSAGE_ID` is the same for all
lines of one event, and of one event only.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import uuid
import warnings
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

from syncd.lean import import_without

import_without("structlog", "rich", "better_exceptions")

import structlog
from structlog.typing import Processor, WrappedLogger

from syncd.system.journald import JOURNALD, JournalSocket, is_journal

MASK = "********"
_SECRET = frozenset({"password", "token", "authorization", "api_key"})
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
_EVENTS = uuid.UUID("6f0c1d0e-5b5a-4c39-9d5e-2f5a3c7b8e41")
"""Ours, made once: never to be changed, or saved searches find nothing any more."""
_CHATTY = ("httpx", "httpcore", "watchdog", "apscheduler", "alembic", "sqlalchemy", "urllib3")


def set_up(
    *,
    form: str = "auto",
    level: str = "info",
    stream: TextIO | None = None,
    journal: Path = JOURNALD,
) -> None:
    """Send every log line of the process to `stream` (standard error); may be called again.

    `form` is console, json, journald, or auto: console on a terminal, the journal when the stream leads
    there, else json. A line that the journal cannot be given is written to the stream as JSON. Lines and
    warnings of libraries come in the same form; the libraries that tell of each request are heard from
    warnings on.
    """
    stream = stream or sys.stderr
    chosen = _chosen(stream) if form == "auto" else form
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            mask_secrets,
            *_endings(stream, form=chosen),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=_destination(stream, form=chosen, journal=journal),
        cache_logger_on_first_use=False,
    )
    _route_libraries(_LEVELS[level])


def _chosen(stream: TextIO) -> str:
    if stream.isatty():
        return "console"
    return "journald" if is_journal(stream, os.environ.get("JOURNAL_STREAM", "")) else "json"


def _destination(stream: TextIO, *, form: str, journal: Path) -> Callable[..., WrappedLogger]:
    if form != "journald":
        return structlog.WriteLoggerFactory(file=stream)
    to_journal = _JournalLogger(JournalSocket(journal), stream)
    return lambda *_: to_journal


def mask_secrets(
    _logger: WrappedLogger, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Put stars in place of what is kept under the name of a secret, however deep."""
    return {key: _masked(key, value) for key, value in line.items()}


def _masked(key: object, value: object) -> object:
    if isinstance(key, str) and key.lower().replace("-", "_") in _SECRET:
        return MASK
    if isinstance(value, Mapping):
        return {name: _masked(name, each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked("", each) for each in value]
    return value


def _endings(stream: TextIO, *, form: str) -> list[Processor]:
    match form:
        case "console":
            # Rich's tracebacks, the default, show local variables: passwords among them.
            plainly = structlog.dev.plain_traceback
            return [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plainly)]
        case "journald":
            return [structlog.processors.format_exc_info, _whole]
        case _:
            return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]


def _whole(_logger: WrappedLogger, _method: str, line: MutableMapping[str, Any]) -> tuple[Any, Any]:
    return (line,), {}


class _JournalLogger:
    """Gives each line to the journal; to the stream, as JSON, when the journal cannot be reached."""

    def __init__(self, journal: JournalSocket, stream: TextIO) -> None:
        self._journal = journal
        self._stream = stream

    def msg(self, line: Mapping[str, Any]) -> None:
        try:
            self._journal.send(journal_fields(line))
        except OSError:
            self._stream.write(json.dumps(line, default=str) + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = log = msg


def journal_fields(line: Mapping[str, Any]) -> dict[str, str]:
    """One log line as fields of the journal, which has its own clock."""
    event, level = str(line.get("event", "")), str(line.get("level", "info"))
    values = {
        key: _text(value)
        for key, value in line.items()
        if key not in {"event", "level", "at"} and value is not None
    }
    fields = {
        "MESSAGE": _sentence(event, values),
        "PRIORITY": str(_PRIORITIES.get(level, 6)),
        "SYSLOG_IDENTIFIER": "syncd",
        "SYNCD_EVENT": event,
    }
    if "library" not in line:  # a library's line is a sentence, not the name of an event
        fields["MESSAGE_ID"] = uuid.uuid5(_EVENTS, event).hex
    return fields | {_field(key): value for key, value in values.items()}


def _sentence(event: str, values: Mapping[str, str]) -> str:
    """What `journalctl` shows: the event, its values, and a traceback below."""
    pairs = [f"{key}={_quoted(value)}" for key, value in values.items() if key != "exception"]
    return "\n".join([" ".join([event, *pairs]), *([values["exception"]] if "exception" in values else [])])


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[^\s\"=]+", value) else json.dumps(value, ensure_ascii=False)


def _text(value: object) -> str:
    is_nested = isinstance(value, Mapping | list | tuple | bool)
    return json.dumps(value, default=str, ensure_ascii=False) if is_nested else str(value)


def _field(key: str) -> str:
    """The journal takes capitals, digits and underscores, 64 at most."""
    return ("SYNCD_" + re.sub(r"[^A-Z0-9_]", "_", key.upper()))[:64]


class _ToStructlog(logging.Handler):
    """Hands a library's line over, with the library's name."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(library=record.name)
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)


def _route_libraries(level: int) -> None:
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _ToStructlog)]:
        root.removeHandler(handler)
    root.addHandler(_ToStructlog())
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)
    warnings.simplefilter("default")
