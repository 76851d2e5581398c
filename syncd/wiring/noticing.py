"""How people are told: the ways out, and what is looked at."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from syncd.core.account import Account
from syncd.core.notices.concerns import Kind
from syncd.core.notices.notice import trial
from syncd.core.shown import NotTaken
from syncd.daemon.jobs import PULL, SEND, TRACK
from syncd.daemon.noticer import Noticer
from syncd.daemon.runner import Runner
from syncd.flows.bridge import Trouble
from syncd.flows.late import Late, Limits
from syncd.flows.noticing import Look, Noticing
from syncd.flows.once import PassResult
from syncd.flows.standing import Standing, trouble_with
from syncd.flows.standing import look as look_at
from syncd.folders.standing import stands
from syncd.notify import GuardedRunner
from syncd.notify.ways import Send, Ways, by_command
from syncd.operations.checking_notices import check_notices
from syncd.operations.checks import CheckLine
from syncd.ports.notices import Notifier

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.wiring.daemon import Daemon
    from syncd.wiring.doors import Doors

PATIENCE = timedelta(minutes=5)
"""A file that the daemon does not take may be somebody's who is still at it."""
WATCHED = frozenset({PULL, SEND, TRACK})


def ways(settings: Settings) -> Notifier:
    """Every way that is configured, by its key."""
    wanted, runner = settings.notices, GuardedRunner(os.environ)
    sends: dict[str, Send] = {}
    if wanted.to:
        from syncd.notify.addresses import by_address  # noqa: PLC0415 - not everybody has Apprise

        sends |= {f"to[{n}]": by_address(to.get_secret_value()) for n, to in enumerate(wanted.to, start=1)}
    if wanted.command:
        sends["command"] = by_command(wanted.command, runner)
    if wanted.webhook is not None:
        from syncd.notify.webhook import by_webhook  # noqa: PLC0415 - httpx is slow to load

        sends["webhook"] = by_webhook(wanted.webhook.get_secret_value())
    return Ways(sends, runner=runner)


def run_check_notices(settings: Settings) -> tuple[CheckLine, ...]:
    """Send a notice to try on every way; one line for each."""
    now = datetime.now(UTC)
    notice = trial(host=socket.gethostname(), now=now, zone=settings.timezone)
    return check_notices(ways(settings), notice)


def noticing(doors: Doors, notifier: Notifier) -> Noticing:
    """All that noticing needs."""
    settings = doors.settings
    return Noticing(
        accounts=frozenset(account.name for account in settings.accounts),
        pace=settings.notices.pace,
        records=doors.store.records,
        notebook=doors.store.notebook,
        notifier=notifier,
        clock=doors.clock,
        zone=settings.timezone,
        host=socket.gethostname(),
        dice=random.random,
    )


def noticer(daemon: Daemon) -> Noticer | None:
    """The daemon's own; None: nobody is to be told."""
    if not daemon.settings.notices.are_wanted:
        return None
    work = noticing(daemon.doors, ways(daemon.settings))
    late = {name: _late(daemon.doors, runner.bridge.account) for name, runner in daemon.runners.items()}

    def looks() -> Sequence[Look]:
        return [
            each
            for name, runner in daemon.runners.items()
            for each in _looks(_standing(runner), late[name], now=work.clock.now())
        ]

    return Noticer(work, looks)


def _looks(standing: Standing, late: Late, *, now: datetime) -> tuple[Look, Look]:
    """At the jobs, and at what is late."""
    jobs = look_at(standing, now=now)
    is_stopped = any(each.kind is not Kind.TROUBLE for each in jobs.found)
    return jobs, late.look(receives=standing.is_proven and not is_stopped)


def _late(doors: Doors, account: Account) -> Late:
    wanted, root = doors.settings.notices, doors.tree(account)
    return Late(
        account=account,
        limits=Limits(not_collected_after=wanted.not_collected_after, silent_after=wanted.silent_after),
        records=doors.store.records,
        notebook=doors.store.notebook,
        journal=doors.store.journal,
        clock=doors.clock,
        check_root=root.check,
        stands=partial(stands, root.reach),
    )


def _standing(runner: Runner) -> Standing:
    """A job that is paused cannot tell that its trouble is over."""
    opened = [each for each in runner.troubles.open() if each.trouble.account == runner.name]
    met, now = [(each.trouble, each.since) for each in opened], runner.bridge.clock.now()
    met += [each for each in _left(runner.name, runner.not_taken, now=now) if now - each[1] >= PATIENCE]
    states = [runner.jobs[job] for job in WATCHED]
    came_to_an_end = all(state.last_success or state.failures for state in states)
    return Standing(
        account=runner.name,
        troubles=tuple(met),
        is_proven=came_to_an_end and not runner.paused(),
    )


def _left(account: str, not_taken: Sequence[NotTaken], *, now: datetime) -> list[tuple[Trouble, datetime]]:
    """What is not taken until a person sees to it."""
    return [(trouble_with(left, account), left.since or now) for left in not_taken if left.needs_person]


def notice_once(
    doors: Doors, results: Sequence[PassResult], *, jobs: Sequence[str], is_over: Callable[[], bool]
) -> None:
    """Tell what a pass brought, and send what is due, one try each. Raises: StateError."""
    if not doors.settings.notices.are_wanted:
        return
    work, now = noticing(doors, ways(doors.settings)), doors.clock.now()
    is_proven = set(jobs) >= WATCHED
    standings = [
        Standing(
            account=each.account,
            troubles=(
                *((trouble, now) for trouble in each.troubles),
                *_left(each.account, each.not_taken, now=now),
            ),
            is_proven=is_proven and not each.paused,
        )
        for each in results
    ]
    work.take()
    for standing in standings:
        work.look(_looks(standing, _late(doors, doors.account(standing.account)), now=now))
    work.announce()
    work.deliver(is_over=is_over)
