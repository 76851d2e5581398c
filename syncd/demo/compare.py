"""The sandbox's ledger beside the folders and the list: every number from what was read, no side trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from syncd.demo.disk import DiskMessage
from syncd.demo.evidence import Evidence, MessageKey, bare, key_dropped, key_here, key_there
from syncd.demo.ledger import Ledger, LedgerSent

LIMIT = 50
WINDOW_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table: what the sandbox (or the ERP) counts, and what stands here."""

    what: str
    there: int
    here: int | None
    """None: this side has nothing to count."""
    agrees: bool
    unit: str = "messages"
    notes: tuple[str, ...] = ()


def compare(seen: Evidence) -> tuple[Line, ...]:
    """The whole table."""
    return (
        _arrived(seen),
        _received(seen),
        _marked_read(seen),
        _dropped(seen),
        _accepted(seen),
        _sent(seen),
        _rejected(seen),
        _refused(seen),
        _found_again(seen),
        _unfinished(seen),
        _listed(seen),
        _counted(seen),
        _ended(seen),
        _lost(seen),
        _doubled(seen),
        *_requests(seen.ledger),
    )


# Inbound ------------------------------------------------------------------------------------------


def _arrived(seen: Evidence) -> Line:
    there = Counter(message.id for message in seen.ledger.received)
    here = Counter(bare(row.message_id) for row in seen.rows if row.direction == "inbound")
    return Line(what="arrived", there=there.total(), here=here.total(), agrees=there == here)


def _received(seen: Evidence) -> Line:
    fetched = sum(count > 0 for message in seen.ledger.received for count in message.downloads)
    arrived, inbox = seen.arrived_files(), seen.inbox_files()
    agrees = arrived == inbox and fetched == arrived.total()
    return Line(what="received", unit="files", there=fetched, here=inbox.total(), agrees=agrees)


def _marked_read(seen: Evidence) -> Line:
    there = Counter(message.id for message in seen.ledger.received if message.is_read)
    confirmed = [row for row in seen.rows if row.direction == "inbound" and row.phase == "confirmed"]
    here = Counter(bare(row.message_id) for row in confirmed)
    agrees = there == here and there.total() == len(seen.ledger.received)
    return Line(what="marked read", there=there.total(), here=here.total(), agrees=agrees)


# Outbound -----------------------------------------------------------------------------------------


def _dropped(seen: Evidence) -> Line:
    there = Counter((drop.partner, tuple(sorted(d.name for d in drop.documents))) for drop in seen.dropped)
    rows = [row for row in seen.rows if row.direction == "outbound"]
    here = Counter((row.partner, tuple(sorted(row.names))) for row in rows)
    return Line(what="dropped", there=there.total(), here=here.total(), agrees=there == here)


def _accepted(seen: Evidence) -> Line:
    there = Counter(message.id for message in seen.ledger.sent)
    rows = [row for row in seen.rows if row.direction == "outbound" and row.message_id]
    here = Counter(bare(row.message_id) for row in rows)
    wanted = seen.fated("sent", "rejected")
    agrees = there == here and Counter(map(key_there, seen.ledger.sent)) == wanted
    return Line(what="accepted", there=there.total(), here=here.total(), agrees=agrees)


def _sent(seen: Evidence) -> Line:
    delivered = [each for each in seen.ledger.sent if each.outcome == "sent" and each.mdn == "ok"]
    stands = [each for each in seen.folders.of("sent") if (each.state, each.mdn_status) == ("sent", "ok")]
    agrees = _same(delivered, stands, expected=seen.fated("sent"))
    agrees = agrees and len(stands) == len(seen.folders.of("sent"))
    return Line(what="sent", there=len(delivered), here=len(stands), agrees=agrees)


def _rejected(seen: Evidence) -> Line:
    there = [each for each in seen.ledger.sent if each.mdn == "error"]
    here = [each for each in seen.folders.of("failed") if each.message_id]
    agrees = _same(there, here, expected=seen.fated("rejected")) and _have_reasons(here)
    return Line(
        what="failed: rejected", there=len(there), here=len(here), agrees=agrees, notes=_reasons(here)
    )


def _refused(seen: Evidence) -> Line:
    """Refused before anything was asked: there it is what never reached the gateway."""
    there = Counter(map(key_dropped, seen.dropped)) - Counter(map(key_there, seen.ledger.sent))
    here = [each for each in seen.folders.of("failed") if not each.message_id]
    agrees = there == Counter(map(key_here, here)) == seen.fated("refused") and _have_reasons(here)
    return Line(
        what="failed: refused here", there=there.total(), here=len(here), agrees=agrees, notes=_reasons(here)
    )


def _found_again(seen: Evidence) -> Line:
    """Sends whose reply was lost: each was in doubt here, and ended as sent."""
    there = Counter(seen.ledger.unanswered)
    doubted = Counter(each.partner for each in seen.folders.of("sent") if "in_doubt" in each.attempts)
    here = there & doubted
    agrees = here == there and bool(there)
    return Line(what="reply lost, found", there=there.total(), here=here.total(), agrees=agrees)


def _same(there: Sequence[LedgerSent], here: Sequence[DiskMessage], *, expected: Counter[MessageKey]) -> bool:
    ids = Counter(each.id for each in there) == Counter(bare(each.message_id) for each in here)
    keys = Counter(map(key_there, there)) == Counter(map(key_here, here)) == expected
    return ids and keys


def _have_reasons(messages: Iterable[DiskMessage]) -> bool:
    return all(message.state == "failed" and message.reason for message in messages)


def _reasons(messages: Iterable[DiskMessage]) -> tuple[str, ...]:
    return tuple(f"{message.name}: {message.reason or 'no reason'}" for message in messages)


# Both ---------------------------------------------------------------------------------------------


def _unfinished(seen: Evidence) -> Line:
    moving = [each for each in seen.ledger.sent if each.outcome not in {"sent", "lost"}]
    rows = [row for row in seen.rows if row.state in {"arriving", "queued", "held"}]
    here = max(len(rows), len(seen.folders.on_the_way) + len(seen.folders.of("held")))
    notes = tuple(f"{', '.join(row.names)}: {row.state} ({row.phase}) {row.reason or ''}" for row in rows)
    return Line(
        what="still on the way", there=len(moving), here=here, agrees=not moving and not here, notes=notes
    )


def _listed(seen: Evidence) -> Line:
    """The list's own paths and hashes, against what was read at those paths."""
    disk = {file.path: file.sha256 for file in seen.folders.all_files()}
    files = [file for row in seen.rows for file in row.files]
    found = [name for name, sha256, path in files if _is_at(path, sha256, disk)]
    missing = Counter(name for name, _, _ in files) - Counter(found)
    return Line(
        what="listed, and on disk",
        unit="files",
        there=len(files),
        here=len(found),
        agrees=len(files) == len(found) == len(disk),
        notes=tuple(missing),
    )


def _is_at(path: Path | None, sha256: str | None, disk: dict[Path, str]) -> bool:
    return path in disk and sha256 in {None, disk[path]}


def _counted(seen: Evidence) -> Line:
    """The daemon's own word in `syncd status`, against the list that was read after its end."""
    health = seen.health
    there, here = Counter(row.state for row in seen.rows), Counter(health.counts)
    agrees = there == here and health.pid == seen.pid and not health.troubles
    return Line(
        what="counted by status",
        there=there.total(),
        here=here.total(),
        agrees=agrees,
        notes=health.troubles,
    )


def _ended(seen: Evidence) -> Line:
    is_well = seen.code == 0
    notes = () if is_well else (f"exit code {seen.code}",)
    return Line(
        what="ended when told to", unit="daemons", there=1, here=int(is_well), agrees=is_well, notes=notes
    )


def _lost(seen: Evidence) -> Line:
    """There: what the sandbox says that it lost. Here: what came or was dropped, and is nowhere."""
    there = sum(each.outcome == "lost" for each in seen.ledger.sent)
    there += sum(message.is_lost for message in seen.ledger.received)
    missing = (seen.arrived_files() - seen.inbox_files()) + (seen.dropped_files() - seen.kept_files())
    notes = seen.named(missing)
    return Line(
        what="lost",
        unit="files",
        there=there,
        here=missing.total(),
        agrees=there == 0 == missing.total(),
        notes=notes,
    )


def _doubled(seen: Evidence) -> Line:
    """There: what was accepted more often than dropped. Here: what stands more often than it came."""
    there = Counter(map(key_there, seen.ledger.sent)) - Counter(map(key_dropped, seen.dropped))
    extra = (seen.inbox_files() - seen.arrived_files()) + (seen.kept_files() - seen.dropped_files())
    notes = (*(name for _, files in there for name, _ in files), *seen.named(extra))
    return Line(
        what="doubled",
        unit="files",
        there=there.total(),
        here=extra.total(),
        agrees=not there and not extra,
        notes=notes,
    )


def _requests(ledger: Ledger) -> tuple[Line, Line]:
    most = peak(ledger.requests, window_s=WINDOW_S)
    return (
        Line(what="requests", unit="in all", there=len(ledger.requests), here=None, agrees=True),
        Line(
            what="most in any 10 s",
            unit="requests",
            there=most,
            here=LIMIT,
            agrees=most <= LIMIT and not ledger.over_limit,
        ),
    )


def peak(times: Sequence[float], *, window_s: float) -> int:
    """The most moments in any window of this length."""
    ordered = sorted(times)
    most = first = 0
    for last, moment in enumerate(ordered):
        while ordered[first] <= moment - window_s:
            first += 1
        most = max(most, last - first + 1)
    return most
