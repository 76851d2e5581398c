"""`syncd verify`: compare disk, database and gateway; name the repair, and do it when asked.

Two looks. The first goes through everything while the flows go on, and brings suspects: a file may just be
on its way from one folder to the next. The second, at the suspects alone, has the account for itself: what is
still wrong then is a finding. Repairs follow at once, and each is looked at once more: what says that it is
repaired is so.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from syncd.core.model import Direction, Message
from syncd.errors import FolderError, GatewayError, RootUnusable, SyncdError
from syncd.operations import verifying_inbound as inbound
from syncd.operations import verifying_outbound as outbound
from syncd.operations.verifying_desk import Desk, Heal, Step, Suspect, refuse_to_hang_on
from syncd.operations.verifying_folders import Known, walk
from syncd.operations.verifying_gateway import Looked, compare
from syncd.operations.verifying_report import AccountVerified, Finding, Kind, Verified
from syncd.ports import Records

PORTION = 500
"""Messages that are read, or recorded, at once."""
MOST_SUSPECTS = 10_000
"""More are not looked at in one go: repair these first."""

Found = tuple[Suspect, Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One account: how far it was looked at, and what was found."""

    account: AccountVerified
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """What is still wrong: nothing, after anything that a bridge may go through."""
        return tuple(finding for finding in self.findings if finding.is_open)


def verify_account(desk: Desk, *, repair: bool = False) -> Compared:
    """Compare one account. What cannot be asked is told in its `trouble`, and stops nothing else.

    Raises: StateError; CannotAct when the program is to stop.
    """
    troubles: list[SyncdError] = []
    local, looked = _Local(), Looked()
    try:
        local.compare(desk, repair=repair)
    except FolderError as error:
        troubles.append(error)
    try:
        looked = compare(desk, repair=repair)
    except GatewayError as error:
        troubles.append(error)
    account = AccountVerified(
        account=desk.account.name,
        messages=local.messages,
        listed=looked.listed,
        since=looked.since,
        is_cut=local.is_cut or looked.is_cut,
        trouble="; ".join(error.what for error in troubles),
        remedy=" ".join(error.remedy for error in troubles if error.remedy),
    )
    return Compared(account=account, findings=(*local.findings, *looked.findings))


def verify_database(records: Records, *, configured: Iterable[str]) -> tuple[Finding, ...]:
    """What is damaged in the database itself, and whose messages nobody looks after. Raises: StateBroken."""
    remedy = "Stop syncd, and put back a copy of the state directory; keep the damaged one aside."
    damage = [Finding(account=None, kind=Kind.DATABASE, what=flaw, remedy=remedy) for flaw in records.flaws()]
    strange = [_no_account(records, name) for name in sorted(records.accounts() - frozenset(configured))]
    return (*damage, *strange)


def _no_account(records: Records, name: str) -> Finding:
    count = sum(records.counts(name).values())
    return Finding(
        account=name,
        kind=Kind.ACCOUNT_UNKNOWN,
        what=f"the database has {count} messages of the account {name}, which is not configured",
        remedy="If it was renamed, give it its old name; else leave them: they are its history.",
        is_note=True,
    )


def verified(compared: Sequence[Compared], findings: Iterable[Finding], *, repair: bool) -> Verified:
    """All accounts together, and what was found besides."""
    found = (*findings, *(finding for each in compared for finding in each.findings))
    accounts = tuple(each.account for each in compared)
    ok = not any(finding.is_open for finding in found) and not any(each.trouble for each in accounts)
    return Verified(ok=ok, repair=repair, findings=found, accounts=accounts)


# Disk and database -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Local:
    """The comparison of one account's disk with its database."""

    messages: int = 0
    is_cut: bool = False
    findings: tuple[Finding, ...] = ()
    _known: Known = field(default_factory=Known)
    _inbox: inbound.Standing = field(default_factory=inbound.Standing)

    def compare(self, desk: Desk, *, repair: bool) -> None:
        """Look, look again undisturbed, and repair. Raises: FolderError, StateError, CannotAct."""
        desk.check_root()
        suspects: list[Suspect] = []
        for suspect in self._suspects(desk):
            if len(suspects) == MOST_SUSPECTS:
                self.is_cut = True
                break
            suspects.append(suspect)
        if suspects:
            with desk.alone():
                desk.check_root()
                found = _looked_at(desk, suspects)
                self.findings = _repaired(desk, found) if repair else tuple(f for _, f in found)

    def _suspects(self, desk: Desk) -> Iterator[Suspect]:
        lone = inbound.lone_names(desk)
        for row in _rows(desk):
            self.messages += 1
            self._known.note(row)
            if self._is_suspect(desk, row, lone):
                is_in = row.direction is Direction.INBOUND
                yield inbound.InboundRow.of(row) if is_in else outbound.OutboundRow(row.id)
        for suspect in walk(desk, self._known):
            if _finding(desk, suspect) is not None:
                yield suspect
        yield from self._inbox.suspects(desk)

    def _is_suspect(self, desk: Desk, row: Message, lone: Container[str]) -> bool:
        """Whether a message is to be looked at again; what cannot be seen now is."""
        try:
            if row.direction is Direction.OUTBOUND:
                return outbound.judge(desk, row) is not None
            self._inbox.note(desk, row)
            return inbound.judge(desk, row, lone=lone) is not None
        except RootUnusable:
            raise
        except FolderError:
            return True


def _rows(desk: Desk) -> Iterator[Message]:
    """Every message of the account, oldest first."""
    last = None
    while True:
        refuse_to_hang_on(desk)
        part = desk.records.part(desk.account.name, after=last, limit=PORTION)
        yield from part
        if len(part) < PORTION:
            return
        last = part[-1].id


def _looked_at(desk: Desk, suspects: Iterable[Suspect]) -> list[Found]:
    found: list[Found] = []
    for suspect in suspects:
        finding = _finding(desk, suspect)
        if finding is not None:
            found.append((suspect, finding))
    return found


def _finding(desk: Desk, suspect: Suspect) -> Finding | None:
    """What is wrong, if that can be seen. Raises: RootUnusable."""
    try:
        return suspect.look(desk)
    except RootUnusable:
        raise
    except FolderError as error:
        name = desk.account.name
        return Finding(account=name, kind=Kind.UNREADABLE, what=error.what, remedy=error.remedy)


# Repairing ---------------------------------------------------------------------------------------


def _repaired(desk: Desk, found: Sequence[Found]) -> tuple[Finding, ...]:
    """Repair what can be, then look whether it is so."""
    failed = _heal(desk, {suspect.heal for suspect, finding in found if finding.can_repair})
    troubles: dict[int, str] = {}
    steps: list[Step] = []
    for at, (suspect, finding) in enumerate(found):
        if not finding.can_repair:
            continue
        if suspect.heal in failed:
            troubles[at] = failed[suspect.heal]
            continue
        try:
            steps.extend(suspect.repair(desk))
        except FolderError as error:
            troubles[at] = str(error)
    for start in range(0, len(steps), PORTION):
        desk.record(steps[start : start + PORTION])
    return tuple(
        _after(desk, suspect, finding, troubles.get(at, "")) for at, (suspect, finding) in enumerate(found)
    )


def _heal(desk: Desk, wanted: Iterable[Heal | None]) -> dict[Heal | None, str]:
    """Let the flows do what they do at the start of a pass; returns what did not work, with why."""
    failed: dict[Heal | None, str] = {}
    for heal in Heal:
        if heal not in wanted:
            continue
        try:
            desk.heal(heal)
        except (FolderError, GatewayError) as error:
            failed[heal] = str(error)
    return failed


def _after(desk: Desk, suspect: Suspect, finding: Finding, trouble: str) -> Finding:
    if not finding.can_repair:
        return finding
    if _finding(desk, suspect) is None:
        return replace(finding, repaired=True)
    return replace(finding, trouble=trouble or "it is still so: the log may tell why")
