"""How values look on a page: times, ages, sizes, and names that come from outside."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from flask import Flask
from markupsafe import Markup

from syncd.core.looking import ACKNOWLEDGED
from syncd.operations.rows import Row

STATES = ("received", "sent", "queued", "arriving", "gone", "withdrawn", "failed", "held")
"""In the order in which people want to see them."""
_HARMFUL = {"Cc", "Cf", "Cs"}
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def set_words(app: Flask, *, zone: tzinfo, now: Callable[[], datetime]) -> None:
    """Give the templates their words; all that they write out is made safe."""
    app.jinja_env.finalize = safe
    app.jinja_env.filters |= {
        "moment": lambda at: moment(at, zone),
        "ago": lambda at: ago(now() - at),
        "until": lambda at: until(at - now()),
        "size": size,
        "files": files,
        "lines": str.splitlines,
        "typed": typed,
    }
    app.jinja_env.globals |= {"STATES": STATES, "ACKNOWLEDGED": ACKNOWLEDGED}


def safe(value: object) -> object:
    """What is written into a page: characters that steer the writing, or are none, become `�`."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if value.isascii() and value.isprintable():
        return value
    return "".join("\ufffd" if unicodedata.category(each) in _HARMFUL else each for each in value)


def moment(at: datetime, zone: tzinfo) -> Markup:
    """A time on the configured clock, to the second."""
    local = at.astimezone(zone)
    exact = local.isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(exact, f"{local:%Y-%m-%d %H:%M:%S}")


def ago(length: timedelta) -> str:
    """`3 hours ago`: whole units of the largest kind, so that it seldom changes."""
    counted = _counted(length)
    return f"{counted} ago" if counted else "just now"


def until(length: timedelta) -> str:
    """`in 3 hours`."""
    counted = _counted(length)
    return f"in {counted}" if counted else "within a minute"


def _counted(length: timedelta) -> str:
    seconds = length.total_seconds()
    for unit, name in _UNITS:
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {name}{'s' if count != 1 else ''}"
    return ""


def size(count: int) -> str:
    """Bytes for people: 1 MB is 1,000,000."""
    if count < 1000:
        return f"{count} bytes"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000 or unit == "GB":
            return f"{value:.1f} {unit}"
    raise AssertionError


def typed(text: str) -> Markup:
    """A sentence whose `commands` look like what is typed."""
    parts = [str(safe(part)) for part in text.split("`")]
    plain = Markup("<code>{}</code>")
    return Markup().join(plain.format(part) if number % 2 else part for number, part in enumerate(parts))


def files(row: Row) -> str:
    """The first file's name, and how many more there are."""
    if not row.files:
        return "no files"
    name = f"{row.batch}/{row.files[0].name}" if row.batch else row.files[0].name
    more = len(row.files) - 1
    return f"{name} and {more} more" if more else name
