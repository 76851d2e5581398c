"""How people write durations, sizes, rates, modes, times, paths and addresses, and what they become.

Each type is an annotated one that pydantic reads from the text; from here on units live in types.
"""

from __future__ import annotations

import ipaddress
import re
import string
from datetime import date, datetime, timedelta
from decimal import Decimal
from fnmatch import translate
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400}
_BYTES = {"": 1, "B": 1} | {
    f"{letter}{ending}": base**power
    for power, letter in enumerate("kMGT", start=1)
    for ending, base in (("B", 1000), ("iB", 1024))
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdy]?)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_RATE = re.compile(r"(\d+)\s*/\s*(.+)")
_MODE = re.compile(r"0?[0-7]{3}")
_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;\s*[\w.-]+=[\w.\"+-]+)*", re.ASCII)
_GROUP = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,63}\$?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_EVERY = 'Write a duration like "30s", or minute, hour, day, month and weekday like "*/5 6-20 * * mon-fri"'
_LONGEST = timedelta(days=36500)
PLACEHOLDERS = ("id", "name", "stem", "station", "partner", "date")


class Rate(NamedTuple):
    """So many requests in any window of that length."""

    requests: int
    window: timedelta


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """What a validator raises: both sentences reach the user, the refused value does not."""
    return PydanticCustomError("syncd", "{what}", {"what": what, "remedy": remedy})


def read_duration(value: object) -> timedelta:
    """`"30s"`, `"5m"`, `"2h"`, `"7d"`, `"2y"` (of 365 days), or seconds; at most a century."""
    remedy = 'Write a number and a unit, like "30s", "5m", "2h" or "7d"'
    if isinstance(value, timedelta):
        return value
    matched = _DURATION.fullmatch(_text(value))
    if not matched:
        raise wrong("is not a duration", remedy)
    seconds = Decimal(matched[1]) * _SECONDS[matched[2]]
    if not 0 < seconds <= Decimal(_LONGEST.total_seconds()):
        raise wrong("is not a duration between 0 and 36500 days", remedy)
    return timedelta(seconds=float(seconds))


def read_keeping(value: object) -> timedelta | None:
    """A duration, or `"never"`: None."""
    if _text(value).lower() == "never":
        return None
    try:
        return read_duration(value)
    except PydanticCustomError:
        raise wrong(
            "is not a duration", 'Write a number and a unit, like "90d" or "2y", or "never"'
        ) from None


def read_every(value: object) -> timedelta | str:
    """A duration, or the five fields of a cron expression, in the configured time zone."""
    fields = _text(value).split()
    if len(fields) != 5:
        if len(fields) > 2:
            raise wrong("has not five fields", _EVERY)
        return read_duration(value)
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - one key in a hundred

    expression = " ".join(fields)
    try:
        next(CronSim(expression, datetime(2026, 1, 1)))  # noqa: DTZ001 - any time will do
    except (CronSimError, StopIteration):
        raise wrong("is not a cron expression that ever comes", _EVERY) from None
    return expression


def read_size(value: object) -> int:
    """Bytes: `"200MB"` (1,000,000 each), `"200MiB"` (1,048,576 each), or a bare number of them."""
    matched = _SIZE.fullmatch(_text(value))
    units = {unit.lower(): factor for unit, factor in _BYTES.items()}
    if not matched or matched[2].lower() not in units:
        raise wrong("is not a size", 'Write a number and a unit, like "200MB" or "1GiB"')
    return int(Decimal(matched[1]) * units[matched[2].lower()])


def read_rate(value: object) -> Rate:
    """`"50/10s"`: at most 50 requests in any 10 seconds."""
    matched = _RATE.fullmatch(_text(value))
    if not matched or int(matched[1]) < 1:
        raise wrong("is not a rate", 'Write requests and window, like "50/10s"')
    return Rate(int(matched[1]), read_duration(matched[2]))


def read_mode(value: object) -> int:
    """Permission bits in octal, always in quotes: the bare number 660 would mean 0o1224."""
    if not isinstance(value, str) or not _MODE.fullmatch(value):
        raise wrong("is not a mode", 'Write it in quotes, like "0660"')
    return int(value, 8)


def read_file_mode(value: object) -> int:
    """A mode that lets syncd itself read and write."""
    mode = read_mode(value)
    if mode & 0o600 != 0o600:
        raise wrong("shuts out syncd itself", 'Start with 6 or 7, like "0660"')
    return mode


def read_dir_mode(value: object) -> int:
    """A mode that lets syncd itself look into its folders and write there."""
    mode = read_mode(value)
    if mode & 0o700 != 0o700:
        raise wrong("shuts out syncd itself", 'Start with 7, like "0770"')
    return mode


def read_since(value: object) -> datetime | str:
    """`"all"`, a date, or a time; without an offset it is in the configured time zone (see `settings`)."""
    if value == "all":
        return "all"
    try:
        at = datetime.fromisoformat(value.isoformat() if isinstance(value, date) else _text(value))
    except ValueError:
        at = None
    if at is None or not 1970 <= at.year <= 9000:
        raise wrong("is not a time", 'Write "all", or a time like "2026-01-31T00:00:00Z"')
    return at


def read_path(value: object) -> Path:
    """An absolute path; `~` is the home of the user who runs syncd."""
    if not isinstance(value, str) or not value:
        raise wrong("is not a path", "Write an absolute path in quotes")
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise wrong("names a home folder that does not exist", "Write an absolute path") from None
    if not path.is_absolute() or "\0" in value:
        raise wrong("is not an absolute path", "Write it from the root on, starting with /")
    return path


def read_url(value: object) -> str:
    """An https address without a closing slash; plain http for this machine only."""
    remedy = 'Write an address like "https://api.as2gateway.com/v1"'
    try:
        parts = urlsplit(_text(value))
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong("is not an address", remedy) from None
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise wrong("is not an address", remedy)
    if "@" in parts.netloc:
        raise wrong("carries a user name or a password", "Write them as keys of their own")
    if parts.scheme == "http" and not is_loopback(host):
        raise wrong("would send secrets in the clear", "Write https://; http:// is for 127.0.0.1 only")
    return parts.geturl().rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_zone(value: object) -> ZoneInfo:
    """A name of the IANA time zone database."""
    try:
        return ZoneInfo(_text(value))
    except (ValueError, OSError, KeyError):
        raise wrong("is not a time zone", 'Write a name like "Europe/Berlin" or "UTC"') from None


def read_line(value: object) -> str:
    """One line of text, not empty."""
    text = value if isinstance(value, str) else ""
    if not text.strip() or _CONTROL.search(text):
        raise wrong("is not one line of text", "Write it in quotes, not empty, without control characters")
    return text


def read_subject(value: object) -> str:
    """A subject whose braces are known placeholders and nothing else."""
    text = read_line(value)
    names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise wrong("has a brace without its partner", f"Placeholders are {names}") from None
    for _, name, spec, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            raise wrong(f"has the unknown placeholder {{{name}}}", f"Placeholders are {names}")
    return text


def read_group(value: object) -> str:
    """The name of a group, or its number; whether there is one is asked when it is used."""
    text = read_line(value)
    if not _GROUP.fullmatch(text):
        raise wrong("is not a group", 'Write its name, like "edi"')
    return text


def read_content_type(value: object) -> str:
    """A MIME type, with parameters if need be."""
    text = read_line(value)
    if not _CONTENT_TYPE.fullmatch(text):
        raise wrong("is not a content type", 'Write one like "application/edi-x12"')
    return text


def read_pattern(value: object) -> str:
    """A shell pattern for one name."""
    text = read_line(value)
    if "/" in text:
        raise wrong("is a pattern for a path", 'A pattern is for a name, like "*.bak"')
    re.compile(translate(text))
    return text


def read_ending(value: object) -> str:
    """What is added to a name."""
    text = read_line(value)
    if "/" in text or len(text) > 32:
        raise wrong("is not an ending of a name", 'Write one like ".done"')
    return text


def read_folder(value: object) -> str:
    """A name for one folder that none of syncd's own can be mistaken for."""
    text = read_line(value)
    reserved = {"outbox", "inbox", "queued", "sent", "failed", "held", "auto", "unknown"}
    unsafe = "/" in text or "%" in text or text[0] in ".~-" or text != text.strip()
    if unsafe or len(text.encode("utf-8", "surrogateescape")) > 100:
        raise wrong(
            "is not a safe name for a folder",
            "Write up to 100 bytes without / or %, not starting with a dot, ~ or -",
        )
    if text.lower() in reserved or text.endswith(".test"):
        raise wrong("is a name that syncd uses itself", "Choose another name")
    return text


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def read_list(value: object) -> object:
    """A list; a variable of the environment has it in TOML (`["a", "b"]`) or as `a, b`."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return _read_toml_list(value)
    return [part.strip() for part in value.split(",") if part.strip()]


def _read_toml_list(value: str) -> Any:  # noqa: ANN401 - whatever stands there; the field's type decides
    import tomllib  # noqa: PLC0415 - one variable in a hundred

    try:
        return tomllib.loads(f"list = {value}")["list"]
    except tomllib.TOMLDecodeError:
        raise wrong("is not a list", 'Write it like ["a", "b"] or a, b') from None


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
Keeping = Annotated[timedelta | None, BeforeValidator(read_keeping)]
Every = Annotated[timedelta | str, BeforeValidator(read_every)]
Size = Annotated[int, BeforeValidator(read_size)]
RateLimit = Annotated[Rate, BeforeValidator(read_rate)]
FileMode = Annotated[int, BeforeValidator(read_file_mode)]
DirMode = Annotated[int, BeforeValidator(read_dir_mode)]
Since = Annotated[datetime | str, BeforeValidator(read_since)]
AbsolutePath = Annotated[Path, BeforeValidator(read_path)]
Url = Annotated[str, BeforeValidator(read_url)]
Zone = Annotated[ZoneInfo, BeforeValidator(read_zone)]
Group = Annotated[str, BeforeValidator(read_group)]
Line = Annotated[str, BeforeValidator(read_line)]
Subject = Annotated[str, BeforeValidator(read_subject)]
ContentType = Annotated[str, BeforeValidator(read_content_type)]
Pattern = Annotated[str, BeforeValidator(read_pattern)]
Ending = Annotated[str, BeforeValidator(read_ending)]
FolderName = Annotated[str, BeforeValidator(read_folder)]
ListOf = BeforeValidator(read_list)
