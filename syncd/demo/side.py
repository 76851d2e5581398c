"""One account's side of the story: its sandbox, its folders, and what it lives through.

Apart from telling the sandbox what its partners do, it does only what a user can: move files, read folders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from syncd.demo import disk
from syncd.demo.disk import Folders
from syncd.demo.documents import Drop
from syncd.demo.evidence import keys_there
from syncd.demo.ledger import Ledger, LedgerSent, SandboxHand
from syncd.demo.plan import Plan, Toy
from syncd.demo.rows import Health, Row
from syncd.demo.telling import News, Teller, counted, dropped_words, mishaps, names, times

HELD_BACK = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One account of the demo, for those who look at it."""

    account: str
    gateway: str
    title: str
    url: str
    root: Path


class Side:
    """One account, with the sandbox that plays its gateway."""

    def __init__(self, plan: Plan, *, folder: Path, url: str, tell: Teller) -> None:
        self.plan = plan
        self.url = url
        self.root = folder / plan.account
        self.hand = SandboxHand(url)
        self.dropped: list[Drop] = []
        self._desk = folder / "erp" / plan.account
        self._tell = tell
        self._news = News(tell, plan.account)

    def _fact(self, what: str, text: str) -> None:
        self._tell.fact(what, text, account=self.plan.account)

    @property
    def shown(self) -> Shown:
        """What it is."""
        return Shown(
            account=self.plan.account,
            gateway=self.plan.gateway,
            title=self.plan.title,
            url=self.url,
            root=self.root,
        )

    @property
    def control(self) -> str:
        """Where the sandbox is told what to do."""
        return f"{self.url.rpartition('/')[0]}/_sandbox"

    # What happens ---------------------------------------------------------------------------------

    def begin(self) -> None:
        """The gateway is played; the root is made once, by a person."""
        self._fact("gateway", f"{self.plan.title} at {self.url}")
        self.root.mkdir()
        self.root.chmod(0o2770)  # as `install -d -m 2770` does

    def has_folders(self) -> bool:
        """Whether the bridge has made its outboxes."""
        return all((self.root / "outbox" / name).is_dir() for name in self.plan.outboxes)

    def tell_folders(self) -> None:
        """Say which outboxes it has made."""
        outbox = self.root / "outbox"
        pairs = (path for path in outbox.rglob("*") if path.is_dir() and not any(path.iterdir()))
        self._fact("outbox/", ", ".join(sorted(str(path.relative_to(outbox)) for path in pairs)))

    def arrive(self) -> None:
        """Partners send; from now on they behave as planned."""
        for command, fields in self.plan.manners:
            self.hand.tell(command, fields)
        for arrival in self.plan.arrivals:
            self.hand.deliver(arrival)
        came: dict[str, list[str]] = {}
        for message in self.hand.ledger().received:
            came.setdefault(message.pair or "without IDs", []).append(names(message.files))
        for pair, messages in came.items():
            self._fact("arrives", f"{pair}: {', '.join(messages)}")

    def drop(self, *drops: Drop) -> None:
        """Written elsewhere and moved in whole, as a careful ERP does."""
        for drop in drops:
            written = self._desk / drop.place
            _write(drop, written)
            place = self.root / "outbox" / drop.place
            place.parent.mkdir(parents=True, exist_ok=True)
            written.rename(place)
            self.dropped.append(drop)
            self._fact("dropped", dropped_words(drop))

    def drop_in_flight(self) -> None:
        """The gateway will take it, and keep its reply back."""
        self.hand.hold_back_reply(self.plan.silence, HELD_BACK)
        self.drop(self.plan.in_flight)

    def add(self, toy: Toy) -> None:
        """One more thing, when the demo stays; not a part of what is compared."""
        for command, fields in toy.manners:
            self.hand.tell(command, fields)
        if toy.drop is not None:
            self.drop(toy.drop)
        if toy.arrival is not None:
            self.hand.deliver(toy.arrival)
            self._fact("arrives", f"{toy.arrival.pair}: {toy.arrival.documents[0].name}")
        self._fact("to try", toy.says)

    # What is seen ---------------------------------------------------------------------------------

    def look(self) -> Folders | None:
        """Read the folders, and say what is new; None when a file was moved under our eyes."""
        try:
            seen = disk.read(self.root)
        except FileNotFoundError:
            return None
        self._news.tell(seen)
        return seen

    def is_taken(self) -> bool:
        """All that arrived is marked read, and all that is to be sent was accepted."""
        self.look()
        ledger = self.hand.ledger()
        wanted = sum(len(drop.messages) for drop in self.dropped if drop.fate != "refused")
        is_read = all(message.is_read for message in ledger.received if message.pair != self.plan.echo)
        return is_read and len(ledger.sent) >= wanted

    def is_over(self) -> bool:
        """Nothing is on the way out, and all is marked read, the answers too."""
        seen, ledger = self.look(), self.hand.ledger()
        wanted = sum(drop.pair == self.plan.echo for drop in self.dropped)
        has_answers = sum(message.pair == self.plan.echo for message in ledger.received) >= wanted
        is_read = all(message.is_read for message in ledger.received)
        return seen is not None and not seen.on_the_way and has_answers and is_read

    def tell_accepted(self) -> None:
        """Say what the gateway has taken."""
        ledger = self.hand.ledger()
        self._fact("accepted", ", ".join(names(message.files) for message in ledger.sent))
        refused = sum(each.status == 401 for each in ledger.requests)
        if refused:
            renewed = times(ledger.count("refresh", 200))
            self._fact("log-in", f"ended unnoticed: {refused} of its requests refused, renewed {renewed}")

    def tell_in_flight(self) -> None:
        """Say what the gateway has taken and not answered."""
        ledger = self.hand.ledger()
        for message in self._flown(ledger):
            state = "not answered yet" if ledger.unanswered else "answered"
            self._fact("accepted", f"{names(message.files)}  {state}")

    def tell_in_list(self, rows: tuple[Row, ...]) -> None:
        """Say how the list has what was in flight."""
        for row in rows:
            if row.account == self.plan.account and row.names == (self.plan.in_flight.name,):
                self._fact("in the list", f"{', '.join(row.names)}  {row.state} ({row.phase})")

    def tell_times(self) -> None:
        """Say how often the gateway has what was in flight, and all that went wrong."""
        ledger = self.hand.ledger()
        self._fact("there", f"{self.plan.in_flight.name}  {times(len(self._flown(ledger)))}")
        for message in ledger.sent:
            if message.attempts > 1:
                self._fact("there", f"{names(message.files)}  delivered at try {message.attempts}")
        self._fact("went wrong", mishaps(ledger))

    def _flown(self, ledger: Ledger) -> list[LedgerSent]:
        [(pair, files)] = keys_there(self.plan.in_flight)
        hashes = [sha256 for _, sha256 in files]
        return [
            each
            for each in ledger.sent
            if each.pair == pair and [file.sha256 for file in each.files] == hashes
        ]

    def tell_health(self, health: Health) -> None:
        """Say how `syncd status` says it is."""
        troubles = "; ".join(health.troubles) or "no trouble"
        self._fact("syncd status", f"{health.watching}: {counted(health.counts)}; {troubles}")


def _write(drop: Drop, written: Path) -> None:
    if not drop.is_folder:
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(drop.documents[0].content)
        return
    written.mkdir(parents=True)
    for document in drop.documents:
        (written / document.name).write_bytes(document.content)
