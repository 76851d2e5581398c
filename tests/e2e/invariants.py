"""What has to be true of disk, database and gateway together, whenever nothing is under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from syncd.core.model import Direction, Message, Place, State, bare
from syncd.core.naming import STATUS_SUFFIX
from syncd.sandbox import InboundRecord, Ledger
from tests.e2e.harness import Ground, sha

OUTBOUND_FOLDERS = ("outbox", "queued", "sent", "failed", "held")
DESCRIBED = ("sent", "failed", "held")
LIMITS = {"as2gateway": (50, 10.0), "ecgrid": (180, 60.0)}
"""Requests in any window of so many seconds."""


def faults(ground: Ground) -> list[str]:
    """Every broken promise in words; an empty list is what a test wants."""
    rows, ledger = ground.rows(), ground.box.ledger
    inbound = [row for row in rows if row.direction is Direction.INBOUND]
    outbound = [row for row in rows if row.direction is Direction.OUTBOUND]
    return [
        *_inbox(ground, inbound, ledger),
        *_sent_once(ground, outbound, ledger),
        *_files_once(ground, outbound),
        *_places(ground, outbound),
        *_status_files(ground, outbound),
        *_staging(ground, inbound),
        *_limit(ground, ledger),
    ]


def faults_at_any_moment(ground: Ground) -> list[str]:
    """Broken promises that hold also in the very moment of a crash, whatever the next start would heal."""
    ledger = ground.box.ledger
    return [*_read_is_visible(ground, ledger), *_visible_is_whole(ground, ledger), *_nothing_lost(ground)]


def _read_is_visible(ground: Ground, ledger: Ledger) -> Iterator[str]:
    """What is marked read at the gateway is in the inbox, or with the ERP.

    But for what the gateway itself marks when it is downloaded: there it comes after a crash all the same.
    """
    found = Counter(map(sha, _delivered(ground)))
    for record in ledger.received:
        missing = [file.name for file in record.files if not found[file.sha256]]
        is_ours = not record.marks or record.marks[-1].by != "download"
        if record.is_read and missing and is_ours:
            yield f"{record.id} is marked read, and {missing} are nowhere"


def _visible_is_whole(ground: Ground, ledger: Ledger) -> Iterator[str]:
    """No part of a file and nothing foreign shows in the inbox, and nothing twice."""
    known: Counter[str] = Counter()
    for record in ledger.received:
        known.update(_files_of(record, ground))
    for digest, count in Counter(map(sha, _delivered(ground))).items():
        if count > known[digest]:
            yield f"inbox: {count} times instead of at most {known[digest]}: {digest[:8]}"


def _nothing_lost(ground: Ground) -> Iterator[str]:
    """Each dropped file is in one of the folders, and was accepted at most once."""
    found = Counter(sha(content) for folder in OUTBOUND_FOLDERS for content in ground.files(folder).values())
    accepted = Counter(file.sha256 for record in ground.box.ledger.sent for file in record.files)
    for digest, count in Counter(ground.dropped).items():
        if found[digest] != count or accepted[digest] > count:
            yield f"dropped {count}, found {found[digest]}, accepted {accepted[digest]} times: {digest[:8]}"


def _delivered(ground: Ground) -> Iterator[bytes]:
    yield from ground.files("inbox").values()
    taken = (path for path in ground.collected.iterdir() if not path.name.endswith(STATUS_SUFFIX))
    yield from (path.read_bytes() for path in taken)


def _inbox(ground: Ground, rows: list[Message], ledger: Ledger) -> Iterator[str]:
    """Each message that was received is there once, byte for byte, and only those are marked read."""
    expected: Counter[str] = Counter()
    for record in ledger.received:
        row = _row_of(record, rows)
        state = row.state if row else None
        if row and state is State.RECEIVED and "once more" not in (row.reason or ""):
            expected.update(_files_of(record, ground))
        is_marked = record.is_read and any(mark.by != "sandbox" for mark in record.marks)
        if is_marked and state not in (State.RECEIVED, State.GONE):
            yield f"{record.id} is marked read, but is {state} here"
    found = Counter(map(sha, _delivered(ground)))
    for digest in sorted(found.keys() | expected.keys()):
        if found[digest] != expected[digest]:
            yield f"inbox: {found[digest]} times instead of {expected[digest]}: {digest[:8]}"


def _files_of(record: InboundRecord, ground: Ground) -> list[str]:
    """The hashes of a message's files, as often as they are to come."""
    return [file.sha256 for file in record.files] * (1 + ground.again.count(record.id))


def _row_of(record: InboundRecord, rows: list[Message]) -> Message | None:
    mine = [row for row in rows if bare(row.message_id or "") == record.id]
    exact = [row for row in mine if abs((row.listed_at or 0) - record.persisted * 1000) < 2]
    found = exact or mine
    return found[0] if found else None


def _sent_once(ground: Ground, rows: list[Message], ledger: Ledger) -> Iterator[str]:
    """Each dropped file was accepted at most once; what is failed here never arrived there."""
    times = Counter(file.sha256 for record in ledger.sent for file in record.files)
    dropped = Counter(ground.dropped)
    for digest, count in times.items():
        if count > dropped[digest]:
            yield f"accepted {count} times, dropped {dropped[digest]} times: {digest[:8]}"
    arrived = {record.id: record for record in ledger.sent if record.outcome == "sent"}
    for row in rows:
        record = arrived.get(bare(row.message_id or ""))
        if row.state is State.FAILED and record is not None and record.mdn != "error":
            yield f"{row.name} is failed here, but the partner has it"
        if row.state is State.SENT and record is None and "settled as sent" not in (row.reason or ""):
            yield f"{row.name} is sent here, but the partner does not have it"


def _files_once(ground: Ground, rows: list[Message]) -> Iterator[str]:
    """Each dropped file is in exactly one of the folders, byte for byte."""
    found: Counter[str] = Counter()
    for folder in OUTBOUND_FOLDERS:
        found.update(sha(content) for content in ground.files(folder).values())
    taken = {file.sha256 for row in rows if row.progress.file_gone for file in row.files}
    is_withdrawn = any(row.state is State.WITHDRAWN for row in rows)
    for digest, count in Counter(ground.dropped).items():
        if found[digest] != count and digest not in taken and not is_withdrawn:
            yield f"dropped {count} times, found {found[digest]} times: {digest[:8]}"


def _places(ground: Ground, rows: list[Message]) -> Iterator[str]:
    """A file stands where its row says, in the folder of its state, and no rename is open."""
    for row in rows:
        if row.state is State.WITHDRAWN or row.progress.file_gone:
            continue
        if row.moving_from is not None:
            yield f"{row.name} is on its way from {row.moving_from} to {row.place}"
        elif row.place is None or not (ground.root / row.place).exists():
            yield f"{row.name} is {row.state}, but is not at {row.place}"
        elif row.place.partition("/")[0] != row.state.value:
            yield f"{row.name} is {row.state}, but stands at {row.place}"


def _status_files(ground: Ground, rows: list[Message]) -> Iterator[str]:
    """Beside each file in sent, failed and held stands its status file, and none stands alone."""
    described = {row.place: row for row in rows if row.state.value in DESCRIBED and row.place}
    for place, row in described.items():
        told = ground.status_files(str(Path(place).parent)).get(Path(place).name)
        if not row.progress.file_gone and (told is None or told["state"] != row.state.value):
            yield f"the status file of {place} says {told and told['state']}, the row {row.state}"
    for folder in ("outbox", "queued", *DESCRIBED):
        for path in ground.all_files(folder):
            place = Place(f"{folder}/{path}".removesuffix(STATUS_SUFFIX))
            is_alone = path.endswith(STATUS_SUFFIX) and not (ground.root / place).exists()
            if is_alone and place not in described and not place.startswith("held/"):
                yield f"the status file of {place} stands alone"


def _staging(ground: Ground, rows: list[Message]) -> Iterator[str]:
    """Nothing is left in staging or scratch."""
    staged = {row.id for row in rows if row.phase == "staged"}
    for path in sorted((ground.root / ".syncd").rglob("*")):
        if path.is_file() and path.name != "root.json" and not staged & set(path.parts):
            yield f"left behind: {path.relative_to(ground.root)}"


def _limit(ground: Ground, ledger: Ledger) -> Iterator[str]:
    """The rate limit was kept, in any window."""
    most, window_s = LIMITS[ground.gateway]
    peak = ledger.peak_requests(window_s=window_s)
    if peak > most:
        yield f"{peak} requests in a window of {most}"
