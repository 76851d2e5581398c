"""Switches: a frozen dataclass whose fields are Literals, each value one reading of a document."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar, get_args, get_type_hints

Made = TypeVar("Made")


def readings_of(switches: type[Any]) -> dict[str, tuple[str, ...]]:
    """Give the readings of each switch, the default first."""
    hints = get_type_hints(switches)
    return {field.name: get_args(hints[field.name]) for field in fields(switches)}


def changed(switches: Made, readings: dict[str, str]) -> Made:
    """Give the switches with some turned.

    Raises: ValueError for a switch or a reading that does not exist.
    """
    known = readings_of(type(switches))
    for name, reading in readings.items():
        if reading not in known.get(name, ()):
            raise ValueError(
                f"Switch {name!r} has no reading {reading!r}; known: {known.get(name, 'no such')}."
            )
    return replace(switches, **readings)  # type: ignore[type-var]  # any dataclass of Literals


def turned(switches: Any) -> str:  # noqa: ANN401 - any dataclass
    """Name what differs from the default, for the id of a test."""
    plain = type(switches)()
    names = [
        field.name
        for field in fields(switches)
        if getattr(switches, field.name) != getattr(plain, field.name)
    ]
    return ",".join(f"{name}={getattr(switches, name)}" for name in names) or "default"
