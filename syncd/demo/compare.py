"""The sandbox's ledger beside the folders and the list: every number from what was read, no side trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from syncd.demo.compare_outbound import outbound
from syncd.demo.evidence import Evidence, bare, key_there
from syncd.demo.line import Line

FINAL = frozenset({"sent", "failed", "lost"})
"""What the sandbox calls a send that moves no more."""


def compare(seen: Evidence) -> tuple[Line, ...]:
    """The whole table of one account."""
    lines = (
        _arrived(seen),
        _received(seen),
        _marked_read(seen),
        *outbound(seen),
        _unfinished(seen),
        _listed(seen),
        _counted(seen),
        _ended(seen),
        _lost(seen),
        _doubled(seen),
        _troubled(seen),
        *_requests(seen),
    )
    return tuple(replace(line, account=seen.plan.account) for line in lines)


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


# Both ---------------------------------------------------------------------------------------------


def _unfinished(seen: Evidence) -> Line:
    moving = [each for each in seen.ledger.sent if each.outcome not in FINAL]
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
    dropped = seen.fated_there("sent", "rejected", "refused")
    there = Counter(map(key_there, seen.ledger.sent)) - dropped
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


def _troubled(seen: Evidence) -> Line:
    """There: how often something went wrong on the wire. Here: how often it was to; else it proves less."""
    there, here = seen.ledger.troubled, seen.plan.troubles
    return Line(what="trouble on the way", unit="times", there=there, here=here, agrees=there == here)


def _requests(seen: Evidence) -> tuple[Line, Line]:
    ledger, plan = seen.ledger, seen.plan
    most = peak([each.at for each in ledger.requests], window_s=plan.window_s)
    return (
        Line(what="requests", unit="in all", there=len(ledger.requests), here=None, agrees=True),
        Line(
            what="most in a window",
            unit="requests",
            there=most,
            here=plan.limit,
            agrees=most <= plan.limit and not ledger.over_limit,
            notes=(f"in any {plan.window_s} s",),
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
