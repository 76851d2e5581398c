"""Retention: remove what was settled long ago, a portion at a time, and never what is not ours.

Driven by the rows, by when they were settled: no folder is walked. Of each portion the rows say first that
their files go (`Pruned`), then the files go, then the rows say that nothing is left (`Removed`). What a
crash leaves between is finished by the next run. A file is removed when it is the message's own by its
identity or by its content; what is not is named, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta

from syncd.core import events as ev
from syncd.core.deletion import refusal
from syncd.core.layout import parent
from syncd.core.model import Message, Place, State
from syncd.core.naming import status_name
from syncd.core.planning.pull import forgotten
from syncd.core.planning.track import REVIVABLE_FOR
from syncd.core.retention import Retention
from syncd.errors import ConfigError, FolderError, GatewayError, RootUnusable, SyncdError, UsageError
from syncd.operations.pruning_desk import Desk, refuse_to_hang_on
from syncd.operations.pruning_files import There, is_taken, judge, strangers
from syncd.operations.pruning_report import AccountPruned, Kept, Kind, Share

PORTION = 200
"""Messages whose files go at once: the flows of the account wait for no more."""
ROWS = 500
"""Rows that are removed in one transaction: nobody who writes waits for more."""
TOGETHER = 100
"""Entries that are deleted at the gateway in one request."""
FEW = 10
MOST_KEPT = 1_000
MOST_FOLDERS = 1_000

Ask = Callable[[Message | None, int], Sequence[Message]]
"""Gives so many messages after this one, or the first; fewer are the last."""
CHANGED = "it is not what was sent: somebody changed it, or put it there"


def need_retention(retention: Retention) -> None:
    """Raises: UsageError when nothing is ever removed."""
    if not retention.is_set:
        raise UsageError(
            "nothing is removed, ever: the configuration says so",
            'To change that, write [retention] with sent, failed, history or at_gateway = "90d".',
        )


def need_in_force(retention: Retention, *, dry_run: bool, in_force: Retention) -> None:
    """Only a look may be by another retention than the daemon's. Raises: UsageError."""
    if retention != in_force and not (dry_run and retention.is_set):
        raise UsageError(
            "the daemon runs with another [retention] than this configuration has",
            "To put this one in force: syncd reload.",
        )
    need_retention(retention)


@dataclass(slots=True)
class Run:
    """One run over one account, and what came of it so far."""

    desk: Desk
    dry_run: bool
    shares: dict[Kind, Share] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    troubles: list[SyncdError] = field(default_factory=list)
    _folders: set[Place] = field(default_factory=set)

    def count(self, kind: Kind, rows: Sequence[Message]) -> None:
        """Add messages to their share."""
        share = self.shares[kind]
        times = [row.settled_at for row in rows if row.settled_at]
        self.shares[kind] = Share(
            kind=kind,
            messages=share.messages + len(rows),
            bytes=share.bytes + (0 if kind is Kind.HISTORY else sum(row.size for row in rows)),
            oldest=min([*times, *([share.oldest] if share.oldest else [])], default=None),
            newest=max([*times, *([share.newest] if share.newest else [])], default=None),
        )

    def keep(self, place: Place, reason: str) -> None:
        """Name something that stays."""
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Kept(path=self.desk.account.root / place, reason=reason))

    def portions(self, ask: Ask, act: Callable[[Sequence[Message]], None], *, size: int) -> None:
        """Do something with all that a question has, a portion at a time, while no flow runs."""
        last: Message | None = None
        while True:
            refuse_to_hang_on(self.desk)
            with nullcontext() if self.dry_run else self.desk.alone():
                refuse_to_hang_on(self.desk)
                part = ask(last, size)
                act(part)
            if len(part) < size:
                return
            last = part[-1]

    # Files ----------------------------------------------------------------------------------------

    def files(self, kind: Kind, state: State, span: timedelta) -> None:
        """Remove the files of one state. Raises: RootUnusable, StateError, CannotAct."""
        ask = self.with_files(state, span)
        self.portions(ask, lambda rows: self._files(kind, rows, span), size=PORTION)

    def with_files(self, state: State, span: timedelta) -> Ask:
        """What failed is watched for two days: it may be tried again at the gateway."""
        until = self.desk.now - (max(span, REVIVABLE_FOR) if state is State.FAILED else span)
        name, records = self.desk.account.name, self.desk.records
        return lambda last, size: records.with_files(name, state, until=until, after=last, limit=size)

    def _files(self, kind: Kind, rows: Sequence[Message], span: timedelta) -> None:
        if not rows:
            return
        found = [(row, there) for row in rows if (there := self._judged(row)) is not None]
        doomed = [row for row, there in found if there is There.OURS]
        gone = [row for row, there in found if there is There.NOTHING]
        self.desk.check_root()  # where the whole root is gone, nothing is concluded
        if self.dry_run:
            self.count(kind, doomed)
            return
        let_go(self.desk, gone)
        begun = [(row, ev.Pruned(after=span, by=self.desk.by)) for row in doomed if not row.progress.pruned]
        going = {row.id: row for row in (*doomed, *self.desk.record(begun))}
        failed = self.desk.removal.remove(list(going.values()))
        self.troubles += failed.values()
        self.desk.record([(row, ev.Removed()) for row in going.values() if row.id not in failed])
        self.count(kind, [row for row in doomed if row.id not in failed])
        self._note_folders(doomed)

    def _judged(self, row: Message) -> There | None:
        """What stands at the row's place; None: it stays, and is named."""
        try:
            there = judge(self.desk, row)
        except RootUnusable:
            raise
        except FolderError as error:
            self.keep(row.place or Place(""), error.what)
            return None
        if there is not There.ANOTHER:
            return there
        if row.progress.pruned:
            return There.NOTHING  # ours is gone; another has its name by now
        self.keep(row.place or Place(""), CHANGED)
        return None

    def _note_folders(self, rows: Sequence[Message]) -> None:
        for row in rows:
            if row.place and row.state is State.SENT and len(self._folders) < MOST_FOLDERS:
                self._folders.add(parent(row.place))

    def name_strangers(self) -> None:
        """Name what stands among the files that were removed, and belongs to no message."""
        for folder in sorted(self._folders):
            for place in strangers(self.desk, folder):
                self.keep(place, "no message knows it: somebody put it there")

    def report(self) -> AccountPruned:
        """What came of it."""
        return AccountPruned(
            account=self.desk.account.name,
            shares=tuple(self.shares.values()),
            kept=tuple(self.kept),
            trouble="; ".join(dict.fromkeys(error.what for error in self.troubles[:10])),
            remedy=" ".join(dict.fromkeys(error.remedy for error in self.troubles[:10] if error.remedy)),
        )


def let_go(desk: Desk, rows: Sequence[Message]) -> None:
    """Files that a person took away, as far as nobody noted it; their status files have done their work."""
    for row in rows:
        _forget_status(desk, row)
    noted = ev.TakenAway(note="found by prune", by=desk.by)
    after = desk.record([(row, noted) for row in rows if not row.progress.file_gone])
    rows_now = {row.id: row for row in (*rows, *after)}
    desk.record([(row, ev.Removed()) for row in rows_now.values()])


def _forget_status(desk: Desk, row: Message) -> None:
    if row.place is None:
        return
    told = desk.outbox.read_status(Place(status_name(row.place)))
    if told is not None and told.get("id") == row.id:
        desk.outbox.write_status(row.place, None)


# At the gateway ----------------------------------------------------------------------------------


def delete_there(run: Run, span: timedelta) -> None:
    """Delete what is settled at the gateway as well; where it keeps everything, nothing. Raises: StateError.

    The gateway's trouble ends it for today. What failed goes through three lists, so few go at once.
    """
    if run.desk.delete_there is None:
        return
    run.shares[Kind.AT_GATEWAY] = Share(kind=Kind.AT_GATEWAY)
    name, until, records = run.desk.account.name, run.desk.now - max(span, REVIVABLE_FOR), run.desk.records
    for state, size in ((State.RECEIVED, TOGETHER), (State.SENT, TOGETHER), (State.FAILED, FEW)):

        def ask(last: Message | None, size: int, state: State = state) -> Sequence[Message]:
            return records.at_gateway(name, state, until=until, after=last, limit=size)

        run.portions(ask, lambda rows: _delete_there(run, rows), size=size)


def _delete_there(run: Run, rows: Sequence[Message]) -> None:
    """Each that is not settled, or shares its id with another, is left for another day."""
    fitting = [row for row in rows if refusal(row) is None]
    is_down = any(isinstance(trouble, GatewayError) for trouble in run.troubles)
    if run.dry_run:
        run.count(Kind.AT_GATEWAY, fitting)
    elif fitting and run.desk.delete_there and not is_down:
        done = run.desk.delete_there(fitting)
        run.count(Kind.AT_GATEWAY, done.deleted)
        if done.trouble is not None:
            run.troubles.append(done.trouble)


# History -----------------------------------------------------------------------------------------


def forget(run: Run, span: timedelta) -> None:
    """Remove the rows of what nobody has to do with any more. Raises: as `Run.files`.

    A row outlives its file: what was taken out of sent/ and failed/ and not noted yet is noted first.
    """
    run.shares[Kind.HISTORY] = Share(kind=Kind.HISTORY)
    desk, span = run.desk, max(span, REVIVABLE_FOR)
    for state in (State.SENT, State.FAILED):
        run.portions(run.with_files(state, span), lambda rows: _note_taken(run, rows), size=PORTION)
    name, until = desk.account.name, desk.now - span

    def ask(last: Message | None, size: int) -> Sequence[Message]:
        return desk.records.done(name, until=until, after=last, limit=size)

    run.portions(ask, lambda rows: _forget(run, rows), size=ROWS)


def _note_taken(run: Run, rows: Sequence[Message]) -> None:
    taken = [row for row in rows if is_taken(run.desk, row)]
    if taken and not run.dry_run:
        run.desk.check_root()
        let_go(run.desk, taken)


def _forget(run: Run, rows: Sequence[Message]) -> None:
    """With the received ones goes the memory against doubles: how far back it went is stored with that."""
    if rows and not run.dry_run:
        facts = run.desk.records.facts(run.desk.account.name)
        run.desk.forget(rows, forgotten(rows, facts))
    run.count(Kind.HISTORY, rows)


def prune_account(desk: Desk, *, dry_run: bool) -> AccountPruned:
    """One account, by all that is set. What cannot be removed is told in its `trouble`.

    Raises: StateError; CannotAct when the program is to stop.
    """
    run = Run(desk=desk, dry_run=dry_run)
    try:
        for kind, state, span in (
            (Kind.SENT, State.SENT, desk.retention.sent),
            (Kind.FAILED, State.FAILED, desk.retention.failed),
        ):
            if span is not None:
                run.shares[kind] = Share(kind=kind)
                run.files(kind, state, span)
        if desk.retention.at_gateway is not None:
            delete_there(run, desk.retention.at_gateway)
        if desk.retention.history is not None:
            forget(run, desk.retention.history)
        run.name_strangers()
    except (FolderError, ConfigError) as error:  # no root, or no password
        run.troubles.append(error)
    return run.report()
