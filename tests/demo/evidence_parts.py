"""Evidence in which everything agrees, to be doctored by tests: of either gateway."""

from __future__ import annotations

import hashlib
from pathlib import Path

from syncd.demo.as2_plan import as2_plan
from syncd.demo.disk import DiskFile, DiskMessage, Folders
from syncd.demo.documents import Document, Drop, Fate
from syncd.demo.ecgrid_plan import ecgrid_plan
from syncd.demo.evidence import Evidence
from syncd.demo.ledger import Ledger, LedgerFile, LedgerReceived, LedgerRequest, LedgerSent
from syncd.demo.rows import Health, Row


def documents(**contents: bytes) -> tuple[Document, ...]:
    """Files by their names without ending."""
    return tuple(Document(name=f"{stem}.edi", content=content) for stem, content in contents.items())


def _one(stem: str, *, pair: str = "S/P", fate: Fate = "sent") -> Drop:
    return Drop(name=f"{stem}.edi", pair=pair, documents=documents(**{stem: stem.encode()}), fate=fate)


GOOD = _one("a")
BAD = _one("b", fate="rejected")
MUCH = Drop(name="many", pair="S/P", documents=documents(one=b"1", two=b"2"), fate="refused")
FLYING = _one("f", pair="S/T")
ROUTED = Drop(name="r.edi", pair="1/2", documents=documents(r=b"r"), folder="auto")
SPLIT = Drop(name="many", pair="1/3", documents=documents(one=b"1", two=b"2"), is_split=True)
GRID_FLYING = _one("g", pair="1/2")
INBOUND = b"inbound"
PID = 4711


def sha(content: bytes) -> str:
    """How a content is found again."""
    return hashlib.sha256(content).hexdigest()


def accepted(drop: Drop, *, outcome: str = "sent", mdn: str | None = "ok") -> LedgerSent:
    """The one message of a drop, at the gateway."""
    [sent] = all_accepted(drop, outcome=outcome, mdn=mdn)
    return sent


def all_accepted(drop: Drop, *, outcome: str = "sent", mdn: str | None = None) -> tuple[LedgerSent, ...]:
    """All messages of a drop, at the gateway."""
    return tuple(
        LedgerSent(id=_id(message), pair=drop.pair, files=_there(message), outcome=outcome, mdn=mdn)
        for message in drop.messages
    )


def _id(message: tuple[Document, ...]) -> str:
    return f"id-{message[0].name}"


def _there(message: tuple[Document, ...]) -> tuple[LedgerFile, ...]:
    return tuple(LedgerFile(name=one.name, size=len(one.content), sha256=one.sha256) for one in message)


def arrived(pair: str = "S/P") -> LedgerReceived:
    """A message for us."""
    file = LedgerFile(name="in.edi", size=len(INBOUND), sha256=sha(INBOUND))
    return LedgerReceived(id="id-in", pair=pair, files=(file,), is_read=True, is_lost=False, downloads=(1,))


def inbox_file(name: str = "in.edi", content: bytes = INBOUND, pair_folder: str = "S/P") -> DiskFile:
    """A file in the inbox."""
    path = Path("/root/inbox") / pair_folder / name
    return DiskFile(path=path, pair_folder=pair_folder, sha256=sha(content), size=len(content))


def stands(
    folder: str, drop: Drop, *, attempts: tuple[str, ...] = ("accepted",), mdn: str | None = "ok"
) -> DiskMessage:
    """The one message of a drop, in one of the folders."""
    [message] = all_stand(folder, drop, attempts=attempts, mdn=mdn)
    return message


def all_stand(
    folder: str, drop: Drop, *, attempts: tuple[str, ...] = ("accepted",), mdn: str | None = None
) -> tuple[DiskMessage, ...]:
    """All messages of a drop, in one of the folders."""
    is_sent = folder == "sent"
    return tuple(
        DiskMessage(
            folder=folder,
            pair_folder=drop.pair_folder,
            name=drop.name if len(drop.messages) == 1 else f"{drop.name}/{message[0].name}",
            files=tuple(_here(folder, drop, one) for one in message),
            state=folder,
            reason=None if is_sent else "because",
            message_id=None if drop.fate == "refused" else f"<{_id(message)}>",
            mdn_status=mdn if is_sent else None,
            attempts=attempts,
        )
        for message in drop.messages
    )


def _here(folder: str, drop: Drop, document: Document) -> DiskFile:
    path = _path(folder, drop, document)
    size = len(document.content)
    return DiskFile(path=path, pair_folder=drop.pair_folder, sha256=document.sha256, size=size)


def _path(folder: str, drop: Drop, document: Document) -> Path:
    inside = Path(drop.name) if drop.is_folder else Path()
    return Path("/root") / folder / drop.pair_folder / inside / document.name


def _rows(account: str, folder: str, drop: Drop) -> tuple[Row, ...]:
    refused = drop.fate == "refused"
    return tuple(
        Row(
            account=account,
            direction="outbound",
            state=folder,
            phase=None,
            pair_folder=drop.pair_folder,
            message_id=None if refused else f"<{_id(message)}>",
            files=tuple((d.name, None if refused else d.sha256, _path(folder, drop, d)) for d in message),
        )
        for message in drop.messages
    )


def inbound_row(phase: str = "confirmed", file: DiskFile | None = None, account: str = "as2") -> Row:
    """The list's row of what arrived."""
    file = file or inbox_file()
    return Row(
        account=account,
        direction="inbound",
        state="received",
        phase=phase,
        pair_folder=file.pair_folder,
        message_id="<id-in>",
        files=((file.name, file.sha256, file.path),),
    )


def outbound_rows() -> tuple[Row, ...]:
    """The list's rows of what was dropped."""
    ends = (("sent", GOOD), ("failed", BAD), ("failed", MUCH), ("sent", FLYING))
    rows: tuple[Row, ...] = ()
    for folder, drop in ends:
        rows += _rows("as2", folder, drop)
    return rows


def requests(*moments: float, unanswered: str = "send") -> tuple[LedgerRequest, ...]:
    """Requests at these moments, and one without an answer."""
    lost = LedgerRequest(at=0.0, operation=unanswered, status=None, troubles=("silence",))
    return (lost, *(LedgerRequest(at=at, operation="list", status=200) for at in moments))


def ledger() -> Ledger:
    """What AS2 Gateway has."""
    return Ledger(
        sent=(accepted(GOOD), accepted(BAD, mdn="error"), accepted(FLYING)),
        received=(arrived(),),
        requests=requests(0.0, 1.0, 2.0),
    )


def settled() -> tuple[DiskMessage, ...]:
    """What stands in its folders."""
    return (
        stands("sent", GOOD),
        stands("failed", BAD),
        stands("failed", MUCH),
        stands("sent", FLYING, attempts=("in_doubt", "accepted")),
    )


def health(**counts: int) -> Health:
    """What `syncd status` says."""
    counts = counts or {"received": 1, "sent": 2, "failed": 2}
    return Health(pid=PID, watching="watching", counts=counts, troubles=())


def evidence() -> Evidence:
    """Of the account at AS2 Gateway."""
    return Evidence(
        plan=as2_plan(),
        dropped=(GOOD, BAD, MUCH, FLYING),
        ledger=ledger(),
        folders=Folders(inbox=(inbox_file(),), settled=settled()),
        rows=(inbound_row(), *outbound_rows()),
        health=health(),
        pid=PID,
        code=0,
    )


def grid_evidence() -> Evidence:
    """Of the account at ECGrid: no IDs, no MDNs, a file routed by its header, a folder that was split."""
    ends = (("sent", ROUTED), ("sent", SPLIT), ("failed", BAD), ("failed", MUCH))
    sent = (*all_accepted(ROUTED), *all_accepted(SPLIT), *all_accepted(GRID_FLYING))
    rows, stand = _rows("grid", "sent", GRID_FLYING), _grid_flying()
    for folder, drop in ends:
        rows += _rows("grid", folder, drop)
        stand += all_stand(folder, drop)
    came = inbox_file(pair_folder="4711/unknown")
    return Evidence(
        plan=ecgrid_plan(),
        dropped=(ROUTED, SPLIT, BAD, MUCH, GRID_FLYING),
        ledger=Ledger(
            sent=(*sent, accepted(BAD, outcome="failed", mdn=None)),
            received=(arrived(pair=""),),
            requests=(*requests(0.0, 1.0, unanswered="upload"), *_in_trouble("confirm", "upload")),
        ),
        folders=Folders(inbox=(came,), settled=stand),
        rows=(inbound_row(file=came, account="grid"), *rows),
        health=health(received=1, sent=4, failed=2),
        pid=PID,
        code=0,
    )


def _grid_flying() -> tuple[DiskMessage, ...]:
    return all_stand("sent", GRID_FLYING, attempts=("in_doubt", "accepted"))


def _in_trouble(*operations: str) -> tuple[LedgerRequest, ...]:
    return tuple(
        LedgerRequest(at=3.0, operation=one, status=401, troubles=("expire_tokens",)) for one in operations
    )
