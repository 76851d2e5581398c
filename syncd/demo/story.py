"""The story: what is dropped, what arrives, a kill -9 in the middle, and the comparison at the end.

Apart from telling the sandbox what its partners do, it does only what a user can: move files, read
folders, run `syncd list --json`. Nothing waits for a time to pass, all for facts, with a deadline; when one
does not come, the story goes on, and the comparison says what is wrong.
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
from syncd.demo.documents import ECHO, STATION, Arrival, Drop, arrivals, drops, in_flight
from syncd.demo.evidence import Evidence
from syncd.demo.ledger import Ledger, SandboxHand
from syncd.demo.processes import START, Process, Processes, until
from syncd.demo.telling import Teller, file_words, names, settled_words
from syncd.errors import CannotAct

REJECTION = "duplicate invoice number 8841"
HELD_BACK = timedelta(seconds=60)
TAKEN = timedelta(seconds=25)
SETTLED = timedelta(seconds=35)
ECHOED = timedelta(seconds=6)
RUNS = timedelta(seconds=50)


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
        self._told: set[tuple[str, str, str]] = set()
        self._dropped: list[Drop] = []

    def play(self) -> Outcome:
        """From an empty folder to the table. Raises: CannotAct."""
        self._open()
        hand = SandboxHand(self.url)
        self._arrive(hand, arrivals())
        self._drop(hand, (*drops(), in_flight()))
        self._run_and_kill(hand, in_flight())
        self._start_again(hand, in_flight())
        self._fetch_answers(hand)
        return self._compare(hand)

    def _open(self) -> None:
        self._tell.head("A gateway on this machine, and a bridge with empty folders")
        process, self.url = self.processes.sandbox()
        self._tell.fact("gateway", f"{self.url}  process {process.pid}")
        self._root.mkdir(mode=0o770)
        bridge = self.processes.bridge()
        code = bridge.ended(within=START)
        made = sorted(path.name for path in (self._root / "outbox" / STATION).glob("*"))
        if code != 0 or not made:
            raise CannotAct(f"the bridge did not make its folders: {bridge.last_words}")
        self._tell.fact("folders", f"{self._root}")
        self._tell.fact("outbox/", ", ".join(f"{STATION}/{name}" for name in made))

    def _arrive(self, hand: SandboxHand, arrived: tuple[Arrival, ...]) -> None:
        self._tell.head("A partner sends, the ERP drops")
        for arrival in arrived:
            hand.deliver(arrival)
        for message in hand.ledger().received:
            self._tell.fact("at the gateway", f"{message.partner}/{names(message.files)}  {message.id}")

    def _drop(self, hand: SandboxHand, dropped: tuple[Drop, ...]) -> None:
        """Written elsewhere and moved in whole, as a careful ERP does."""
        for drop in dropped:
            if drop.fate == "rejected":
                hand.reject(drop, because=REJECTION)
            written = self.folder / "erp" / drop.name
            _write(drop, written)
            place = self._root / "outbox" / STATION / drop.partner / drop.name
            written.rename(place)
            self._dropped.append(drop)
            self._tell.fact("dropped", self._dropped_words(place))

    def _dropped_words(self, place: Path) -> str:
        if place.is_file():
            return file_words(disk.read_file(self._root, place))
        inside = sorted(path.name for path in place.iterdir())
        shown = ", ".join(inside) if len(inside) < 5 else f"{inside[0]} … {inside[-1]}"
        return f"{place.parent.name}/{place.name}/  {len(inside)} files: {shown}"

    # The kill -----------------------------------------------------------------------------------

    def _run_and_kill(self, hand: SandboxHand, drop: Drop) -> None:
        self._tell.head("The bridge, killed while a send is in flight")
        hand.hold_back_reply(drop, HELD_BACK)
        bridge = self.processes.bridge(wait=RUNS)
        self._tell.fact("bridge", f"process {bridge.pid}")
        taken = until(lambda: self._all_taken(hand.ledger(), bridge), within=TAKEN)
        self._tell_settled()
        ledger = taken or hand.ledger()
        for message in ledger.sent:
            silence = "  not answered yet" if message.partner in ledger.unanswered else ""
            self._tell.fact("accepted", f"{message.partner}/{names(message.files)}  {message.id}{silence}")
        code = bridge.kill()
        self._tell.fact("killed", f"process {bridge.pid} ended by {_ending(code)}")
        for row in self.processes.list_messages():
            if row.partner == drop.partner:
                self._tell.fact("in the list", f"{', '.join(row.names)}  {row.state} ({row.phase})")

    def _all_taken(self, ledger: Ledger, bridge: Process) -> Ledger | None:
        """All that arrived is marked read, and all that is to be sent was accepted; or the bridge ended."""
        wanted = sum(drop.fate != "refused" for drop in self._dropped)
        is_read = all(message.is_read for message in ledger.received)
        done = is_read and len(ledger.sent) >= wanted
        return ledger if done or bridge.code is not None else None

    # To the end ---------------------------------------------------------------------------------

    def _start_again(self, hand: SandboxHand, drop: Drop) -> None:
        self._tell.head("The bridge, started again")
        bridge = self.processes.bridge(wait=SETTLED)
        self._tell.fact("bridge", f"process {bridge.pid}")
        until(lambda: self._watch(bridge), within=RUNS)
        bridge.end()
        self._tell_settled()
        self._tell_end(bridge)
        there = [each.id for each in hand.ledger().sent if each.partner == drop.partner]
        self._tell.fact(
            "at the gateway", f"{drop.partner}/{drop.name}  {len(there)} time: {', '.join(there)}"
        )

    def _watch(self, bridge: Process) -> int | None:
        self._tell_settled()
        return bridge.code

    def _tell_settled(self) -> None:
        """Say what has turned up in the folders since the last look."""
        seen = disk.read(self._root)
        for file in seen.inbox:
            if self._is_new("inbox", file.partner, file.name):
                self._tell.fact("in inbox/", file_words(file))
        for message in seen.settled:
            if (
                message.state
                and message.files
                and self._is_new(message.folder, message.partner, message.name)
            ):
                self._tell.fact(f"in {message.folder}/", settled_words(message))

    def _is_new(self, folder: str, partner: str, name: str) -> bool:
        key = (folder, partner, name)
        is_new = key not in self._told
        self._told.add(key)
        return is_new

    def _tell_end(self, bridge: Process) -> None:
        if bridge.code not in {0, 1}:
            self._tell.fact("bridge", f"ended by {_ending(bridge.code or 0)}: {bridge.last_words}")

    def _fetch_answers(self, hand: SandboxHand) -> None:
        self._tell.head("Answers from ECHO")
        wanted = sum(drop.partner == ECHO for drop in self._dropped)
        until(lambda: _answers(hand.ledger(), wanted), within=ECHOED)
        bridge = self.processes.bridge()
        bridge.ended(within=RUNS)
        self._tell_settled()
        self._tell_end(bridge)

    def _compare(self, hand: SandboxHand) -> Outcome:
        evidence = Evidence(
            dropped=tuple(self._dropped),
            rows=self.processes.list_messages(),
            folders=disk.read(self._root),
            ledger=hand.ledger(),
        )
        lines = compare(evidence)
        return Outcome(
            agrees=all(line.agrees for line in lines),
            gateway=self.url,
            root=self._root,
            seconds=monotonic() - self._began,
            lines=lines,
        )


def _answers(ledger: Ledger, wanted: int) -> int | None:
    count = sum(message.partner == ECHO for message in ledger.received)
    return count if count >= wanted else None


def _write(drop: Drop, written: Path) -> None:
    if not drop.is_folder:
        written.parent.mkdir(exist_ok=True)
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
