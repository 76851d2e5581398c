"""Pairs of numbers: any two are a pair, whether a list names them or not.

`auto` in the place of both stands for what the gateway routes by the file's own header: it has an outbox,
and no inbox. `unknown` in the place of the partner is for what arrives from nobody that the gateway names:
it has an inbox, and no outbox.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.core.account import Account
from syncd.core.layout import Layout
from syncd.core.model import AUTO, Folder, Pair
from syncd.core.naming import RESERVED_IDS, decode_id, encode_id, escaped
from syncd.core.pairs import Found, PairBook
from syncd.core.shown import Partner, Station

BY_HEADER = Pair(station=AUTO, partner=AUTO)
"""The pair of what the gateway routes by itself."""

_NUMBER = re.compile(r"[1-9][0-9]*")


class NumberBook:
    """The pairs of one account of a gateway whose IDs are numbers; asked like a `PairBook`."""

    is_empty = False
    """No list is needed to judge a folder."""
    too_many = False
    """Folders are made for those that are used alone."""

    def __init__(self, *, account: Account, used: Sequence[Pair]) -> None:
        self._account = account
        self._used = frozenset(used)
        self._friendly, self.problems = self._friendly_names()
        layout = Layout(account.layout)
        places = (layout.place(Folder.OUTBOX, folder) for folder in ("<number>/<number>", AUTO))
        self._where = "/ or ".join(places) + "/"

    @property
    def friendly(self) -> frozenset[str]:
        """The pair folders that are one component each."""
        return frozenset({AUTO, *self._friendly})

    # Pair → folder ------------------------------------------------------------------------------

    def folder(self, pair: Pair) -> str:
        """The pair folder of any pair; shorter when the pair lacks an ID."""
        if not pair.station:
            return ""
        if pair == BY_HEADER:
            return AUTO
        ids = (pair.station, pair.partner)
        friendly = next((name for name, known in self._friendly.items() if known == ids), None)
        return friendly or "/".join(escaped(identifier) for identifier in ids if identifier)

    def to_make(self) -> tuple[Pair, ...]:
        """The pairs whose folders are to be made: unless none are wanted, those that are used."""
        if self._account.make_folders == "none":
            return ()
        tables = {Pair(station=table.station, partner=table.partner) for table in self._account.partners}
        return (BY_HEADER, *sorted(filter(_has_numbers, self._used | tables)))

    @staticmethod
    def has_inbox(pair: Pair) -> bool:
        """Whether a pair that has an outbox has an inbox too."""
        return pair != BY_HEADER

    # Folder → pair ------------------------------------------------------------------------------

    def lookup(self, pair_folder: str) -> Found:
        """The pair that a folder stands for, or the reason why it stands for none."""
        if pair_folder == AUTO:
            return Found(pair=BY_HEADER)
        if pair_folder in self._friendly:
            station, partner = self._friendly[pair_folder]
            return Found(pair=Pair(station=station, partner=partner))
        station, _, partner = (decode_id(name) for name in pair_folder.partition("/"))
        return Found(pair=Pair(station=station, partner=partner), reason=self._objection(station, partner))

    def _objection(self, station: str, partner: str) -> str | None:
        if not partner:
            return f"it stands under no pair: a file to send belongs into {self._where}"
        strange = next((name for name in (station, partner) if not _NUMBER.fullmatch(name)), None)
        return None if strange is None else f"{strange} is no ECGrid ID: {self._where}"

    def _friendly_names(self) -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
        names: dict[str, tuple[str, str]] = {}
        problems: list[str] = []
        for table in self._account.partners:
            name = table.rules.folder
            if not name:
                continue
            if name in RESERVED_IDS or _NUMBER.fullmatch(name):
                problems.append(f"folder = {name!r} is not used: the name has a meaning of its own")
            else:
                names[encode_id(name)] = (table.station, table.partner)
        return names, tuple(problems)


Book = PairBook | NumberBook


def pair_book(
    account: Account,
    *,
    numbered: bool,
    stations: Sequence[Station] = (),
    partners: Sequence[Partner] = (),
    used: Sequence[Pair] = (),
) -> Book:
    """The pair book of an account; `numbered`: of a gateway whose IDs are numbers."""
    if numbered:
        return NumberBook(account=account, used=used)
    return PairBook(account=account, stations=stations, partners=partners, used=used)


def _has_numbers(pair: Pair) -> bool:
    return all(_NUMBER.fullmatch(identifier) for identifier in (pair.station, pair.partner))
