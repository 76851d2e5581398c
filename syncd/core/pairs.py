"""Which pairs there are, and which folder stands for which.

An ID that the gateway has in one type only uses that type. In both, production is `<partner>` and test
is `<partner>.test`. A rule's `partner_type` settles it without looking; nothing is ever guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from syncd.core.account import Account
from syncd.core.model import Pair, PartnerType
from syncd.core.naming import (
    TEST_SUFFIX,
    decode_id,
    encode_id,
    partner_folder,
    read_partner_folder,
)
from syncd.core.shown import Partner, Station

MOST_FOLDERS = 500
"""With more pairs than this, `make_folders = "all"` makes those that are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a pair folder stands for. With a `reason` there is no such pair: `pair` has the decoded names."""

    pair: Pair
    reason: str | None = None


class PairBook:
    """The pairs of one account, from the gateway's lists and the account's own tables."""

    def __init__(
        self,
        *,
        account: Account,
        stations: Sequence[Station],
        partners: Sequence[Partner],
        used: Sequence[Pair],
    ) -> None:
        self._account = account
        self._stations = {station.as2_id: encode_id(station.as2_id) for station in stations if station.as2_id}
        self._listed = _types_by_id(partners, account.partner_types)
        self._used = frozenset(used)
        self._friendly, self.problems = self._friendly_names()

    @property
    def is_empty(self) -> bool:
        """Without a single station: the lists are not known, so no folder proves anything."""
        return not self._stations

    @property
    def friendly(self) -> frozenset[str]:
        """The pair folders that are one component each."""
        return frozenset(self._friendly) | {name + TEST_SUFFIX for name in self._friendly}

    @property
    def too_many(self) -> bool:
        """Whether there are more pairs than folders are made for."""
        return sum(1 for _ in islice(self._all(), MOST_FOLDERS + 1)) > MOST_FOLDERS

    # Pair → folder ------------------------------------------------------------------------------

    def folder(self, pair: Pair) -> str:
        """The pair folder of any pair, known or not; shorter when the pair lacks an ID."""
        if not pair.station:
            return ""
        if not pair.partner:
            return encode_id(pair.station)
        test = self._needs_suffix(pair)
        friendly = self._friendly_of(pair)
        if friendly:
            return friendly + (TEST_SUFFIX if test else "")
        return f"{encode_id(pair.station)}/{partner_folder(pair.partner, test=test)}"

    def to_make(self) -> tuple[Pair, ...]:
        """The pairs whose folders are to be made, as `make_folders` says."""
        if self._account.make_folders == "none":
            return ()
        if self._account.make_folders == "used" or self.too_many:
            return tuple(pair for pair in self._all() if pair in self._used or self._has_table(pair))
        return tuple(self._all())

    @staticmethod
    def has_inbox(pair: Pair) -> bool:
        """Whether a pair that has an outbox has an inbox too: here each has."""
        del pair
        return True

    # Folder → pair ------------------------------------------------------------------------------

    def lookup(self, pair_folder: str) -> Found:
        """The pair that a folder stands for, or the reason why it stands for none."""
        first, _, second = pair_folder.partition("/")
        if not second:
            return self._lookup_short(first)
        station = decode_id(first)
        partner, says_test = read_partner_folder(second)
        return self._settle(station, partner, says_test=says_test)

    def _lookup_short(self, name: str) -> Found:
        named = self._friendly.get(name) or self._friendly.get(name.removesuffix(TEST_SUFFIX))
        if named:
            return self._settle(*named, says_test=name not in self._friendly)
        reason = "it stands under no pair: a file to send belongs into outbox/<station>/<partner>/"
        return Found(pair=Pair(station=decode_id(name), partner=""), reason=reason)

    def _settle(self, station: str, partner: str, *, says_test: bool) -> Found:
        wanted = PartnerType.TEST if says_test else PartnerType.PRODUCTION
        nowhere = Pair(station=station, partner=partner, partner_type=wanted)
        if station not in self._stations:
            return Found(pair=nowhere, reason=f"the gateway has no station {station}")
        types = self._types(station, partner)
        if not types:
            return Found(pair=nowhere, reason=f"the gateway has no partner {partner}")
        if len(types) == 1 and (not says_test or PartnerType.TEST in types):
            (only,) = types
            return Found(pair=Pair(station=station, partner=partner, partner_type=only))
        if wanted in types:
            return Found(pair=nowhere)
        reason = f"its type cannot be told: the folder says test, but {partner} is a production partner only"
        return Found(pair=nowhere, reason=reason)

    # What the two share -------------------------------------------------------------------------

    def _types(self, station: str, partner: str) -> frozenset[PartnerType]:
        rule = self._account.rules(station=station, partner=partner).partner_type
        if rule is None:
            return self._listed.get(partner, frozenset())
        is_named = any(table.partner == partner for table in self._account.partners)
        return frozenset({rule}) if is_named or partner in self._listed else frozenset()

    def _needs_suffix(self, pair: Pair) -> bool:
        if pair.partner_type is not PartnerType.TEST:
            return False
        if self._account.rules(station=pair.station, partner=pair.partner).partner_type is not None:
            return False
        return self._listed.get(pair.partner) != frozenset({PartnerType.TEST})

    def _all(self) -> Iterator[Pair]:
        named = {table.partner for table in self._account.partners if table.rules.partner_type}
        for station in sorted(self._stations):
            for partner in sorted({*self._listed, *named} - {"*"}):
                for partner_type in sorted(self._types(station, partner)):
                    yield Pair(station=station, partner=partner, partner_type=partner_type)

    def _has_table(self, pair: Pair) -> bool:
        return any(
            table.partner == pair.partner and table.station in {"*", pair.station}
            for table in self._account.partners
        )

    def _friendly_of(self, pair: Pair) -> str | None:
        for name, ids in self._friendly.items():
            if ids == (pair.station, pair.partner):
                return name
        return None

    def _friendly_names(self) -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
        names: dict[str, tuple[str, str]] = {}
        problems: list[str] = []
        for table in self._account.partners:
            if not table.rules.folder:
                continue
            name = encode_id(table.rules.folder)
            if name in self._stations.values():
                problems.append(f"folder = {name!r} is not used: a station has that name")
            else:
                names[name] = (table.station, table.partner)
        return names, tuple(problems)


def _types_by_id(
    partners: Iterable[Partner], wanted: Sequence[PartnerType]
) -> dict[str, frozenset[PartnerType]]:
    types: dict[str, frozenset[PartnerType]] = {}
    for partner in partners:
        if partner.as2_id and partner.partner_type in wanted:
            types[partner.as2_id] = types.get(partner.as2_id, frozenset()) | {partner.partner_type}
    return types
