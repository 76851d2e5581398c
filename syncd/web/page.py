"""The pages themselves."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template

from syncd.operations.door import Door


def page(door: Door, accounts: Sequence[str]) -> Blueprint:
    """The status page over a door, for these accounts."""
    made = Blueprint("page", "syncd.web")
    pages = _Pages(door, tuple(accounts))
    made.add_url_rule("/", "front", pages.front)
    return made


class _Pages:
    def __init__(self, door: Door, accounts: tuple[str, ...]) -> None:
        self._door = door
        self._accounts = accounts

    def front(self) -> str:
        """How everything stands."""
        return render_template("front.html", status=self._door.status(self._accounts))
