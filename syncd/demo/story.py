"""The story: what is dropped, what arrives, a kill -9 in the middle, and the comparison at the end.

Two gateways are played side by side, and one daemon has an account at each. Nothing waits for a time to pass,
all for facts, with a deadline; when one does not come, the story goes on, and the comparison says what is
wrong.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic

from syncd.demo import disk
from syncd.demo.as2_plan import as2_plan
from syncd.demo.compare import compare
from syncd.demo.ecgrid_plan import ecgrid_plan
from syncd.demo.evidence import Evidence
from syncd.demo.line import Line
from syncd.demo.processes import START, Process, Processes, until, url_of
from syncd.demo.rows import Health
from syncd.demo.sandbox_config import sandbox_config
from syncd.demo.side import Shown, Side
from syncd.demo.telling import Teller
from syncd.errors import CannotAct

TAKEN = timedelta(seconds=20)
SETTLED = timedelta(seconds=30)
CALM = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the demo proved, or did not; `gateway` and `root` are those of the first account."""

    agrees: bool
    gateway: str
    root: Path
    seconds: float
    lines: tuple[Line, ...]
    accounts: tuple[Shown, ...]


class Story:
    """One demo in a folder of its own."""

    def __init__(self, folder: Path, processes: Processes, tell: Teller) -> None:
        self.folder = folder
        self.processes = processes
        self.sides: tuple[Side, ...] = ()
        self._tell = tell
        self._began = monotonic()
        self._staying: Process | None = None

    def play(self) -> Outcome:
        """From an empty folder to the table. Raises: CannotAct."""
        first = self._open()
        self._arrive()
        self._take(first)
        self._kill(first)
        last = self._start_again()
        health = self._ask_how_it_is(last)
        code = last.end()
        self._tell.fact("told to end", f"process {last.pid} ended by {_ending(code)}")
        return self._compare(health, pid=last.pid, code=code)

    def stay(self) -> None:
        """Start the daemon once more, with a few things more to play with."""
        self._tell.head("It stays, with more to try")
        self._staying = self.processes.daemon()
        for side in self.sides:
            for toy in side.plan.toys:
                side.add(toy)

    def leave(self) -> int:
        """End that daemon; returns its exit code, minus the signal that it took."""
        return self._staying.end() if self._staying else 0

    def _open(self) -> Process:
        self._tell.head("Two gateways on this machine, and one bridge with empty folders")
        plans = (as2_plan(), ecgrid_plan())
        sandboxes = [self.processes.sandbox(plan.gateway) for plan in plans]
        self.sides = tuple(
            Side(plan, folder=self.folder, url=url_of(sandbox), tell=self._tell)
            for plan, sandbox in zip(plans, sandboxes, strict=True)
        )
        for side in self.sides:
            side.begin()
        urls = {side.plan.account: side.url for side in self.sides}
        self.processes.config.write_text(sandbox_config(self.folder, urls))
        daemon = self.processes.daemon()
        self._tell.fact("syncd run", f"process {daemon.pid} in {self.folder}")
        if not self._wait(daemon, Side.has_folders, within=START):
            raise CannotAct(f"the bridge did not make its folders: {daemon.last_words}")
        for side in self.sides:
            side.tell_folders()
        return daemon

    def _arrive(self) -> None:
        self._tell.head("Partners send, the ERP drops")
        for side in self.sides:
            side.arrive()
        for side in self.sides:
            side.drop(*side.plan.drops)

    # The kill -----------------------------------------------------------------------------------

    def _take(self, daemon: Process) -> None:
        self._tell.head("The bridge takes them by itself")
        self._wait(daemon, Side.is_taken, within=TAKEN)
        for side in self.sides:
            side.tell_accepted()

    def _kill(self, daemon: Process) -> None:
        """The gateways take a send each and keep their replies back; the daemon dies waiting for them."""
        self._tell.head("It is killed while a send is in flight at each gateway")
        for side in self.sides:
            side.drop_in_flight()
        self._wait(daemon, Side.is_taken, within=TAKEN)
        for side in self.sides:
            side.tell_in_flight()
        code = daemon.kill()
        self._tell.fact("killed", f"process {daemon.pid} ended by {_ending(code)}")
        rows = self.processes.list_messages()
        for side in self.sides:
            side.tell_in_list(rows)

    def _wait(self, daemon: Process, fact: Callable[[Side], bool], *, within: timedelta) -> bool:
        """Until it is a fact on all sides, the daemon has ended, or it is late; returns whether it is one."""

        def look() -> bool | None:
            facts = [fact(side) for side in self.sides]  # all of them: each look tells what is new
            if all(facts):
                return True
            return None if daemon.code is None else False

        return until(look, within=within) or False

    # To the end ---------------------------------------------------------------------------------

    def _start_again(self) -> Process:
        self._tell.head("The bridge, started again; partners answer")
        daemon = self.processes.daemon()
        self._tell.fact("syncd run", f"process {daemon.pid}")
        self._wait(daemon, Side.is_over, within=SETTLED)
        for side in self.sides:
            side.tell_times()
        return daemon

    def _ask_how_it_is(self, daemon: Process) -> Mapping[str, Health]:
        """What `syncd status` says, asked again while something is still on the way or in trouble."""
        health = until(lambda: _calm(self.processes.status(), daemon), within=CALM)
        health = health or self.processes.status()
        for side in self.sides:
            side.tell_health(health[side.plan.account])
        return health

    def _compare(self, health: Mapping[str, Health], *, pid: int, code: int) -> Outcome:
        rows = self.processes.list_messages()
        lines: list[Line] = []
        for side in self.sides:
            name = side.plan.account
            evidence = Evidence(
                plan=side.plan,
                dropped=tuple(side.dropped),
                rows=tuple(row for row in rows if row.account == name),
                folders=disk.read(side.root),
                ledger=side.hand.ledger(),
                health=health[name],
                pid=pid,
                code=code,
            )
            lines += compare(evidence)
        return Outcome(
            agrees=all(line.agrees for line in lines),
            gateway=self.sides[0].url,
            root=self.sides[0].root,
            seconds=monotonic() - self._began,
            lines=tuple(lines),
            accounts=tuple(side.shown for side in self.sides),
        )


def _calm(health: Mapping[str, Health], daemon: Process) -> Mapping[str, Health] | None:
    is_calm = all(each.is_calm for each in health.values())
    return health if is_calm or daemon.code is not None else None


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


@contextmanager
def opened(tell: Teller) -> Iterator[Story]:
    """A story in a fresh folder; leaving the block ends its processes and removes the folder."""
    folder = Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    try:
        with Processes(folder, config=folder / "sandbox.toml") as processes:
            yield Story(folder, processes, tell)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
