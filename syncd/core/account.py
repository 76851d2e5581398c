"""The rules of one account, as values: what `[accounts.NAME]` and its partners tables say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path

from syncd.core.model import Pair, PartnerType


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The user's commands, each an argv; None: nothing said, empty: none is run."""

    on_received: tuple[str, ...] | None = None
    on_sent: tuple[str, ...] | None = None
    on_failed: tuple[str, ...] | None = None
    timeout: timedelta | None = None

    def over(self, wider: Hooks) -> Hooks:
        """These, and what they say nothing of from the wider ones."""
        said = {key.name: getattr(self, key.name) for key in fields(self)}
        return replace(wider, **{key: value for key, value in said.items() if value is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRules:
    """What is special about one pair; None: nothing said."""

    folder: str | None = None
    subject: str | None = None
    content_type: str | None = None
    profile: str | None = None
    partner_type: PartnerType | None = None
    done_marker: str | None = None
    mdn_within: timedelta | None = None
    silent_after: timedelta | None = None
    gate: str | None = None
    interchange_sender: str | None = None
    """Ours in the envelope of an EDI file: "ZZ:ACME", or "ACME" with any qualifier."""
    interchange_receiver: str | None = None
    acknowledged_within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerTable:
    """One `[[accounts.NAME.partners]]`; "*" matches every id."""

    station: str = "*"
    partner: str = "*"
    rules: PairRules
    hooks: Hooks = Hooks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One login at one gateway, with a root folder of its own. No secret is in here."""

    name: str
    gateway: str
    url: str
    root: Path
    layout: str = "by-state"
    make_folders: str = "all"
    partner_types: tuple[PartnerType, ...] = (PartnerType.PRODUCTION, PartnerType.TEST)
    pull_since: datetime | str | None = None
    """A time, "all", or None: the first successful listing minus 24 hours."""
    pull_every: timedelta | str = timedelta(seconds=30)
    track_every: timedelta | str = timedelta(seconds=20)
    scan_every: timedelta = timedelta(seconds=30)
    settle: timedelta = timedelta(seconds=2)
    inbox_style: str = "name"
    inbox_status_files: bool = False
    rate_requests: int = 50
    rate_window: timedelta = timedelta(seconds=10)
    parallel_sends: int = 4
    sent_when: str = "mdn"
    in_doubt: str = "resend"
    in_doubt_wait: timedelta = timedelta(minutes=10)
    failed_grace: timedelta = timedelta(minutes=3)
    mdn_give_up: timedelta = timedelta(days=7)
    gate: str = "off"
    """What is done with an EDI file that has something against it: off, warn, hold."""
    min_free_bytes: int = 200_000_000
    ignore: tuple[str, ...] = ()
    file_mode: int = 0o660
    dir_mode: int = 0o770
    hooks: Hooks = Hooks()
    acknowledged_within: timedelta | None = None
    """How soon partners acknowledge what is in a message, where no table says otherwise; None: any time."""
    partners: tuple[PartnerTable, ...] = ()

    @property
    def done_markers(self) -> tuple[str, ...]:
        """What the names of done markers end with, of all pairs."""
        return tuple({table.rules.done_marker for table in self.partners if table.rules.done_marker})

    def rules(self, *, station: str, partner: str) -> PairRules:
        """The rules of one pair, merged from every table that matches it.

        Narrower wins, key by key: station and partner named, then partner, then station, then neither.
        """
        merged: dict[str, object] = {"acknowledged_within": self.acknowledged_within}
        for table in self._matching(station, partner):
            for key in PairRules.__slots__:
                value = getattr(table.rules, key)
                if value is not None:
                    merged[key] = value
        return PairRules(**merged)  # type: ignore[arg-type]  # keys and values come from PairRules itself

    def hooks_of(self, pair: Pair) -> Hooks:
        """The hooks of one pair, merged in the same order, over those of the account."""
        merged = self.hooks
        for table in self._matching(pair.station, pair.partner):
            merged = table.hooks.over(merged)
        return merged

    def _matching(self, station: str, partner: str) -> Sequence[PartnerTable]:
        """The tables of a pair, the widest first."""
        matching = [
            table
            for table in self.partners
            if table.station in ("*", station) and table.partner in ("*", partner)
        ]
        return sorted(matching, key=lambda table: (table.partner != "*", table.station != "*"))
