"""The story: what is dropped, what arrives, a kill -9 in the middle, and the comparison at the end.

Apart from telling the sandbox what its partners do, it does only what a user can: start and end the daemon,
move files, read folders, run `syncd list --json` and `syncd status --json`. Nothing waits for a time to
pass, all for facts, with a deadline; when one does not come, the story goes on, and the comparison says what
is wrong.
"""

from __future__ import annotations

import shlex
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files as package_files
from pathlib import Path
from time import monotonic

from syncd.demo import disk
from syncd.demo.compare import Line, compare
from syncd.demo.disk import Folders
from syncd.demo.documents import ECHO, PARTNER, STATION, TEST_PARTNER, Drop, arrivals, drops, in_flight
from syncd.demo.evidence import Evidence
from syncd.demo.ledger import Ledger, SandboxHand
from syncd.demo.processes import START, Process, Processes, until
from syncd.demo.rows import Health
from syncd.demo.telling import News, Teller, file_words, names
from syncd.errors import CannotAct

REJECTION = "duplicate invoice number 8841"
HELD_BACK = timedelta(seconds=60)
TAKEN = timedelta(seconds=20)
SETTLED = timedelta(seconds=30)
CALM = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the demo proved, or did not."""

    agrees: bool
    gateway: str
    root: Path
    seconds: float
    lines: tuple[Line, ...]


class Story:
    """One demo in a folder of its own."""

    def __init__(self, folder: Path, processes: Processes, tell: Teller) -> None:
        self.folder = folder
        self.processes = processes
        self.url = ""
        self._root = folder / "edi"
        self._tell = tell
        self._began = monotonic()
        self._news = News(tell)
        self._dropped: list[Drop] = []
        self._staying: Process | None = None

    def play(self) -> Outcome:
        """From an empty folder to the table. Raises: CannotAct."""
        hand, first = self._open()
        self._arrive(hand)
        self._drop(hand, drops())
        self._take(hand, first)
        self._kill(hand, first, in_flight())
        last = self._start_again(hand, in_flight())
        health = self._ask_how_it_is(last)
        code = last.end()
        self._tell.fact("told to end", f"process {last.pid} ended by {_ending(code)}")
        return self._compare(hand, health, pid=last.pid, code=code)

    def stay(self) -> None:
        """Start the daemon once more, to play with."""
        self._staying = self.processes.daemon()

    def leave(self) -> int:
        """End that daemon; returns its exit code, minus the signal that it took."""
        return self._staying.end() if self._staying else 0

    def _open(self) -> tuple[SandboxHand, Process]:
        self._tell.head("A gateway on this machine, and a bridge with an empty folder")
        process, self.url = self.processes.sandbox()
        self._tell.fact("gateway", f"{self.url}  process {process.pid}")
        self._root.mkdir()
        self._root.chmod(0o2770)  # as `install -d -m 2770` does
        daemon = self.processes.daemon()
        self._tell.fact("syncd run", f"process {daemon.pid}")
        wanted = {ECHO, PARTNER, TEST_PARTNER}
        if until(lambda: self._is_made(wanted, daemon), within=START) is None:
            raise CannotAct(f"the bridge did not make its folders: {daemon.last_words}")
        self._tell.fact("folders", f"{self._root}")
        self._tell.fact("outbox/", ", ".join(f"{STATION}/{name}" for name in self._outboxes()))
        return SandboxHand(self.url), daemon

    def _outboxes(self) -> list[str]:
        return sorted(path.name for path in (self._root / "outbox" / STATION).glob("*"))

    def _is_made(self, wanted: set[str], daemon: Process) -> bool | None:
        if daemon.code is not None:
            raise CannotAct(f"the bridge ended by {_ending(daemon.code)}: {daemon.last_words}")
        return wanted.issubset(self._outboxes()) or None

    def _arrive(self, hand: SandboxHand) -> None:
        self._tell.head("A partner sends, the ERP drops")
        for arrival in arrivals():
            hand.deliver(arrival)
        for message in hand.ledger().received:
            self._tell.fact("at the gateway", f"{message.partner}/{names(message.files)}  {message.id}")

    def _drop(self, hand: SandboxHand, dropped: tuple[Drop, ...]) -> None:
        """Written elsewhere and moved in whole, as a careful ERP does."""
        desk = self.folder / "erp"
        for drop in dropped:
            if drop.fate == "rejected":
                hand.reject(drop, because=REJECTION)
            place = Path("outbox") / STATION / drop.partner / drop.name
            _write(drop, desk / place)
            words = _dropped_words(desk, place)  # once it is dropped, the daemon may take it
            (desk / place).rename(self._root / place)
            self._dropped.append(drop)
            self._tell.fact("dropped", words)

    # The kill -----------------------------------------------------------------------------------

    def _take(self, hand: SandboxHand, daemon: Process) -> None:
        self._tell.head("The bridge takes them by itself")
        for message in self._taken(hand, daemon).sent:
            self._tell.fact("accepted", f"{message.partner}/{names(message.files)}  {message.id}")

    def _kill(self, hand: SandboxHand, daemon: Process, drop: Drop) -> None:
        """The gateway takes the send and keeps its reply back; the daemon dies waiting for it."""
        self._tell.head("It is killed while a send is in flight")
        hand.hold_back_reply(drop, HELD_BACK)
        self._drop(hand, (drop,))
        ledger = self._taken(hand, daemon)
        for message in ledger.sent:
            if message.partner in ledger.unanswered:
                told = f"{message.partner}/{names(message.files)}  {message.id}"
                self._tell.fact("accepted", f"{told}  not answered yet")
        code = daemon.kill()
        self._tell.fact("killed", f"process {daemon.pid} ended by {_ending(code)}")
        for row in self.processes.list_messages():
            if row.partner == drop.partner:
                self._tell.fact("in the list", f"{', '.join(row.names)}  {row.state} ({row.phase})")

    def _taken(self, hand: SandboxHand, daemon: Process) -> Ledger:
        """The ledger once all that was dropped is there, and what partners sent is here; or at a deadline."""
        return until(lambda: self._all_taken(hand.ledger(), daemon), within=TAKEN) or hand.ledger()

    def _all_taken(self, ledger: Ledger, daemon: Process) -> Ledger | None:
        """All that arrived is marked read, and all that is to be sent was accepted; or the daemon ended."""
        self._look()
        wanted = sum(drop.fate != "refused" for drop in self._dropped)
        is_read = all(message.is_read for message in ledger.received if message.partner != ECHO)
        done = is_read and len(ledger.sent) >= wanted
        return ledger if done or daemon.code is not None else None

    # To the end ---------------------------------------------------------------------------------

    def _start_again(self, hand: SandboxHand, drop: Drop) -> Process:
        self._tell.head("The bridge, started again; ECHO answers")
        daemon = self.processes.daemon()
        self._tell.fact("syncd run", f"process {daemon.pid}")
        until(lambda: self._is_over(hand, daemon), within=SETTLED)
        there = [each.id for each in hand.ledger().sent if each.partner == drop.partner]
        self._tell.fact(
            "at the gateway", f"{drop.partner}/{drop.name}  {len(there)} time: {', '.join(there)}"
        )
        return daemon

    def _is_over(self, hand: SandboxHand, daemon: Process) -> bool | None:
        """Nothing is on the way out, and all is marked read, the answers too; or the daemon ended."""
        seen, ledger = self._look(), hand.ledger()
        if daemon.code is not None:
            return True
        wanted = sum(drop.partner == ECHO for drop in self._dropped)
        has_answers = sum(message.partner == ECHO for message in ledger.received) >= wanted
        is_read = all(message.is_read for message in ledger.received)
        return (seen is not None and not seen.on_the_way and has_answers and is_read) or None

    def _look(self) -> Folders | None:
        """Read the folders, and say what is new; None when a file was moved under our eyes."""
        try:
            seen = disk.read(self._root)
        except FileNotFoundError:
            return None
        self._news.tell(seen)
        return seen

    def _ask_how_it_is(self, daemon: Process) -> Health:
        """What `syncd status` says, asked again while something is still on the way or in trouble."""
        health = until(lambda: _calm(self.processes.status(), daemon), within=CALM)
        health = health or self.processes.status()
        counted = ", ".join(f"{count} {state}" for state, count in sorted(health.counts.items()))
        troubles = "; ".join(health.troubles) or "no trouble"
        self._tell.fact("syncd status", f"process {health.pid}, {health.watching}: {counted}; {troubles}")
        return health

    def _compare(self, hand: SandboxHand, health: Health, *, pid: int, code: int) -> Outcome:
        evidence = Evidence(
            dropped=tuple(self._dropped),
            rows=self.processes.list_messages(),
            folders=disk.read(self._root),
            ledger=hand.ledger(),
            health=health,
            pid=pid,
            code=code,
        )
        lines = compare(evidence)
        return Outcome(
            agrees=all(line.agrees for line in lines),
            gateway=self.url,
            root=self._root,
            seconds=monotonic() - self._began,
            lines=lines,
        )


def _calm(health: Health, daemon: Process) -> Health | None:
    moving = health.counts.get("queued", 0) + health.counts.get("arriving", 0)
    return health if daemon.code is not None or not (moving or health.troubles) else None


def _dropped_words(desk: Path, place: Path) -> str:
    written = desk / place
    if written.is_file():
        return file_words(disk.read_file(desk, written))
    inside = sorted(path.name for path in written.iterdir())
    shown = ", ".join(inside) if len(inside) < 5 else f"{inside[0]} … {inside[-1]}"
    return f"{place.parent.name}/{place.name}/  {len(inside)} files: {shown}"


def _write(drop: Drop, written: Path) -> None:
    if not drop.is_folder:
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(drop.documents[0].content)
        return
    written.mkdir(parents=True)
    for document in drop.documents:
        (written / document.name).write_bytes(document.content)


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


@contextmanager
def opened(tell: Teller) -> Iterator[Story]:
    """A story in a fresh folder; leaving the block ends its processes and removes the folder."""
    folder = Path(tempfile.mkdtemp(prefix="syncd-demo-"))
    try:
        config = folder / "sandbox.toml"
        config.write_bytes((package_files("syncd.demo") / "sandbox.toml").read_bytes())
        with Processes(folder, config=config) as processes:
            yield Story(folder, processes, tell)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(processes: Processes) -> str:
    """The line that lets a person's shell see the demo's configuration."""
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in processes.settings.items())
