"""A door to a list of messages, that does what a door promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.core.deletion import refusal
from syncd.core.events import Deleted
from syncd.core.filed import Filed
from syncd.core.looking import Line, Search
from syncd.core.machine import advance, verdicts
from syncd.core.model import Message, MessageId, Phase, State
from syncd.core.planning.span import Refetched, Span
from syncd.core.retention import Retention
from syncd.errors import NotFound, SyncdError, UsageError
from syncd.operations.comes_next import comes_next
from syncd.operations.deletions import Deletions, Spared
from syncd.operations.elsewhere import Elsewhere, There
from syncd.operations.pruning_report import AccountPruned, Pruned
from syncd.operations.questions import row
from syncd.operations.reports import OnceReport
from syncd.operations.rows import Row, Whole
from syncd.operations.status import AccountStatus, JobStatus, Status
from syncd.operations.verifying_report import Verified

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass
class FakeDoor:
    """All of it in memory; remembers what it was asked, and by whom."""

    messages: Sequence[Message] = ()
    roots: Mapping[str, Path] = field(default_factory=dict)
    filed: Mapping[str, Sequence[Filed]] = field(default_factory=dict)
    report: OnceReport = field(default_factory=lambda: OnceReport(dry_run=False, accounts=()))
    pid: int | None = 4711
    known: Mapping[str, AccountStatus] = field(default_factory=dict)
    reload_fails: SyncdError | None = None
    reload_error: str = ""
    asked: list[Search] = field(default_factory=list)
    once_asked: list[tuple[tuple[str, ...], str | None, timedelta | None]] = field(default_factory=list)
    resolved: list[tuple[str, str, str]] = field(default_factory=list)
    acted: list[tuple[str, str]] = field(default_factory=list)
    found: Verified = field(default_factory=lambda: Verified(ok=True, repair=False, findings=(), accounts=()))
    verified: list[tuple[tuple[str, ...], bool]] = field(default_factory=list)
    elsewhere: tuple[There, ...] = ()
    deaf: tuple[str, ...] = ()
    there: tuple[Refetched, ...] = ()
    spans: list[tuple[Span, bool]] = field(default_factory=list)
    pruned: Pruned = field(default_factory=lambda: Pruned(dry_run=True, accounts=()))
    retentions: list[Retention] = field(default_factory=list)
    paused: dict[str, frozenset[str]] = field(default_factory=dict)

    def status(self, accounts: Sequence[str]) -> Status:
        """What was laid out of each account, with its paused jobs."""
        return Status(
            version="1.2.3",
            pid=self.pid,
            since=NOON if self.pid else None,
            reload_error=self.reload_error,
            accounts=tuple(self._account(name) for name in accounts),
        )

    def _account(self, name: str) -> AccountStatus:
        paused = self.paused.get(name, frozenset())
        jobs = tuple(JobStatus(name=job, is_paused=job in paused) for job in ("pull", "send", "track"))
        usual = AccountStatus(
            account=name,
            gateway="as2gateway",
            root=Path("/srv") / name,
            watching="watching",
            jobs=jobs,
            counts={},
            attention=(),
            not_taken=(),
            troubles=(),
            passed_over=0,
        )
        return self.known.get(name, usual)

    def list_messages(self, wanted: Search) -> tuple[Row, ...]:
        """All of them, but for another account's or state's."""
        self.asked.append(wanted)
        found = [
            each
            for each in self.messages
            if wanted.account in {None, each.account} and each.state in (wanted.states or State)
        ]
        return tuple(self._row(each) for each in found[: wanted.limit])

    def find_messages(self, text: str, *, account: str | None, limit: int) -> tuple[Row, ...]:
        """By our id, or a part of a file's name."""
        return tuple(self._row(each) for each in self._found(text, account)[:limit])

    def show_message(self, text: str, *, account: str | None) -> Whole:
        """The one message, with one line of history."""
        found = [each for each in self._found(text, account) if text in {each.id, *_names(each)}]
        if not found:
            raise NotFound(f"no message has the id or the file name {text}", "`syncd list` shows them.")
        if len(found) > 1:
            ids = ", ".join(each.id for each in found)
            raise UsageError(f"{text} is the name of several messages", f"Name one by its id: {ids}.")
        shown = self._row(found[0])
        line = Line(at=NOON, kind="claimed", state=State.QUEUED, phase=Phase.CLAIMED, text="taken over")
        facts = {name: getattr(shown, name) for name in Row.__dataclass_fields__}
        return Whole(**facts, comes_next=comes_next(found[0]), attempts=found[0].attempts, history=(line,))

    def _found(self, text: str, account: str | None) -> list[Message]:
        mine = [each for each in self.messages if account in {None, each.account}]
        by_id = [each for each in mine if each.id == text]
        return by_id or [each for each in mine if any(text in file.name for file in each.files)]

    def once(self, accounts: Sequence[str], *, only: str | None, wait: timedelta | None) -> OnceReport:
        """The report that was laid out."""
        self.once_asked.append((tuple(accounts), only, wait))
        return self.report

    def resolve(self, message_id: str, verdict: str, *, by: str) -> Row:
        """As if it were done; it waits for its turn now."""
        held = next((each for each in self.messages if each.id == message_id), None)
        if held is None:
            raise NotFound(f"there is no message {message_id}", "`syncd list` shows what there is.")
        if held.state is not State.HELD:
            raise UsageError(f"message {held.id} is {held.state}, not held", "Nothing is to be decided.")
        if verdict not in verdicts(held):
            raise UsageError(f"{verdict} does not fit message {held.id}", comes_next(held))
        self.resolved.append((message_id, verdict, by))
        after = replace(held, state=State.QUEUED, phase=Phase.WAITING)
        self.messages = [after if each is held else each for each in self.messages]
        return self._row(after)

    def stop(self, message_id: str, *, by: str) -> Row:
        """What is accepted is stopped then."""
        return self._moved("stop", message_id, Phase.ACCEPTED, Phase.STOPPED, by)

    def retry(self, message_id: str, *, by: str) -> Row:
        """What is stopped is accepted then."""
        return self._moved("retry", message_id, Phase.STOPPED, Phase.ACCEPTED, by)

    def _moved(self, verb: str, message_id: str, before: Phase, after: Phase, by: str) -> Row:
        known = next((each for each in self.messages if each.id == message_id), None)
        if known is None:
            raise NotFound(f"there is no message {message_id}", "`syncd list` shows what there is.")
        if known.phase is not before:
            raise UsageError(f"message {known.id} is {known.state}", f"It is too late to {verb}.")
        self.acted.append((verb, by))
        moved = replace(known, phase=after)
        self.messages = [moved if each is known else each for each in self.messages]
        return self._row(moved)

    def resend(self, message_id: str, *, by: str) -> Row:
        """The same message, as a new one."""
        old = next((each for each in self.messages if each.id == message_id), None)
        if old is None:
            raise NotFound(f"there is no message {message_id}", "`syncd list` shows what there is.")
        if old.state not in (State.FAILED, State.SENT):
            raise UsageError(f"message {old.id} is {old.state}, not failed", "Nothing is to be sent again.")
        self.acted.append(("resend", by))
        fresh = replace(old, id=MessageId("new22222"), state=State.QUEUED, phase=Phase.CLAIMED)
        self.messages = [fresh, *self.messages]
        return self._row(fresh)

    def refetch(self, message_id: str, *, by: str) -> Row:
        """What is confirmed is on its way in then."""
        known = next((each for each in self.messages if each.id == message_id), None)
        if known is None:
            raise NotFound(f"there is no message {message_id}", "`syncd list` shows what there is.")
        if known.phase is not Phase.CONFIRMED:
            raise UsageError(f"message {known.id} is {known.state}", "Its delivery is under way.")
        self.acted.append(("refetch", by))
        wanted = replace(known, state=State.ARRIVING, phase=Phase.LISTED)
        self.messages = [wanted if each is known else each for each in self.messages]
        return self._row(wanted)

    def look_elsewhere(self, text: str, *, accounts: Sequence[str]) -> Elsewhere:
        """What was laid out under this id, of these accounts."""
        found = tuple(each for each in self.elsewhere if each.account in accounts and text in each.message_id)
        return Elsewhere(found=found, asked=tuple(accounts), troubles=self.deaf)

    def refetch_unknown(self, message_id: str, *, account: str, by: str) -> Row:
        """As if it had been received before."""
        self.acted.append((f"refetch_unknown {message_id} of {account}", by))
        return self._row(replace(self.messages[0], state=State.ARRIVING, phase=Phase.LISTED))

    def refetch_span(
        self, accounts: Sequence[str], span: Span, *, only_look: bool, by: str
    ) -> tuple[Refetched, ...]:
        """What was laid out, of these accounts."""
        self.spans.append((span, only_look))
        self.acted.append(("refetch_span", by))
        return tuple(each for each in self.there if each.account in accounts)

    def delete(self, message_ids: Sequence[str], *, only_look: bool, by: str) -> Deletions:
        """What is sent is deleted; the rest is left."""
        mine = [each for each in self.messages if each.id in message_ids]
        if len(mine) < len(set(message_ids)):
            raise NotFound("there is no such message", "`syncd list` shows what there is.")
        fit = [each for each in mine if refusal(each) is None]
        left = [(each, refusal(each) or UsageError("")) for each in mine if each not in fit]
        if not only_look:
            self.acted.append(("delete", by))
            gone = {each.id: advance(each, Deleted(by=by), now=NOON) for each in fit}
            self.messages = [gone.get(each.id, each) for each in self.messages]
            fit = list(gone.values())
        return Deletions(
            done=not only_look,
            messages=tuple(map(self._row, fit)),
            left=tuple(
                Spared(message=self._row(each), reason=error.what, remedy=error.remedy)
                for each, error in left
            ),
        )

    def verify(self, accounts: Sequence[str], *, repair: bool, by: str) -> Verified:
        """What was laid out."""
        self.verified.append((tuple(accounts), repair))
        self.acted.append(("verify", by))
        return self.found

    def prune(self, accounts: Sequence[str], retention: Retention, *, dry_run: bool, by: str) -> Pruned:
        """What was laid out."""
        self.retentions.append(retention)
        self.acted.append(("prune", by))
        return replace(self.pruned, dry_run=dry_run, accounts=self.pruned.accounts or _untouched(accounts))

    def pause(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Remember it."""
        self.acted.append(("pause", by))
        for name in accounts:
            self.paused[name] = self.paused.get(name, frozenset()) | _meant(job)
        return self.status(accounts)

    def resume(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Forget it."""
        self.acted.append(("resume", by))
        for name in accounts:
            self.paused[name] = self.paused.get(name, frozenset()) - _meant(job)
        return self.status(accounts)

    def reload(self, *, by: str) -> str:
        """As it was laid out."""
        self.acted.append(("reload", by))
        if self.reload_fails:
            raise self.reload_fails
        return "started anew"

    def _row(self, message: Message) -> Row:
        return row(message, self.roots, self.filed.get(message.id, ()))


def _untouched(accounts: Sequence[str]) -> tuple[AccountPruned, ...]:
    return tuple(AccountPruned(account=name, shares=()) for name in accounts)


def _meant(job: str | None) -> frozenset[str]:
    return frozenset({"pull", "send"} if job is None else {job})


def _names(message: Message) -> list[str]:
    return [file.name for file in message.files]
