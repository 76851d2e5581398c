"""Log lines on standard error: for people on a terminal, one JSON object a line for machines."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import Processor, WrappedLogger

MASK = "********"
_SECRET = frozenset({"password", "token", "authorization", "api_key"})
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_CHATTY = ("httpx", "httpcore", "watchdog", "apscheduler", "alembic", "sqlalchemy")


def set_up(*, form: str = "auto", level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (standard error); may be called again.

    `form` is console, json, or auto: console on a terminal, else json. Lines and warnings of libraries
    come in the same form; the libraries that tell of each request are heard from warnings on.
    """
    stream = stream or sys.stderr
    console = form == "console" or (form == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        mask_secrets,
    ]
    structlog.configure(
        processors=[*shared, *_endings(stream, console=console)],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    _route_libraries(_LEVELS[level])


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


def _endings(stream: TextIO, *, console: bool) -> list[Processor]:
    if console:
        return [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]


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
