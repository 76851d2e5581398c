"""Evidence in which everything agrees, to be doctored by tests."""

from __future__ import annotations

import hashlib
from pathlib import Path

from syncd.demo.disk import DiskFile, DiskMessage, Folders
from syncd.demo.documents import Document, Drop
from syncd.demo.evidence import Evidence
from syncd.demo.ledger import Ledger, LedgerFile, LedgerReceived, LedgerSent
from syncd.demo.rows import Health, Row

GOOD = Drop(name="a.edi", partner="P", documents=(Document(name="a.edi", content=b"a"),))
BAD = Drop(name="b.edi", partner="P", documents=(Document(name="b.edi", content=b"b"),), fate="rejected")
MUCH = Drop(
    name="many",
    partner="P",
    documents=(Document(name="1.csv", content=b"1"), Document(name="2.csv", content=b"2")),
    fate="refused",
)
FLYING = Drop(name="f.edi", partner="T", documents=(Document(name="f.edi", content=b"f"),))
INBOUND = b"inbound"
PID = 4711


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def accepted(drop: Drop, *, mdn: str = "ok") -> LedgerSent:
    files = tuple(LedgerFile(name=d.name, size=len(d.content), sha256=d.sha256) for d in drop.documents)
    return LedgerSent(id=f"id-{drop.name}", partner=drop.partner, files=files, outcome="sent", mdn=mdn)


def arrived() -> LedgerReceived:
    file = LedgerFile(name="in.edi", size=len(INBOUND), sha256=sha(INBOUND))
    return LedgerReceived(id="id-in", partner="P", files=(file,), is_read=True, is_lost=False, downloads=(1,))


def inbox_file(name: str = "in.edi", content: bytes = INBOUND) -> DiskFile:
    path = Path("/root/inbox/S/P") / name
    return DiskFile(path=path, partner="P", sha256=sha(content), size=len(content))


def stands(folder: str, drop: Drop, *, attempts: tuple[str, ...] = ("accepted",)) -> DiskMessage:
    is_sent = folder == "sent"
    return DiskMessage(
        folder=folder,
        partner=drop.partner,
        name=drop.name,
        files=tuple(
            DiskFile(path=_path(folder, drop, d), partner=drop.partner, sha256=d.sha256, size=len(d.content))
            for d in drop.documents
        ),
        state=folder,
        reason=None if is_sent else "because",
        message_id=None if drop.fate == "refused" else f"<id-{drop.name}>",
        mdn_status="ok" if is_sent else None,
        attempts=attempts,
    )


def _path(folder: str, drop: Drop, document: Document) -> Path:
    inside = Path(drop.name) if drop.is_folder else Path()
    return Path("/root") / folder / "S" / drop.partner / inside / document.name


def _row(folder: str, drop: Drop) -> Row:
    refused = drop.fate == "refused"
    return Row(
        direction="outbound",
        state=folder,
        phase=None,
        partner=drop.partner,
        message_id=None if refused else f"<id-{drop.name}>",
        files=tuple((d.name, None if refused else d.sha256, _path(folder, drop, d)) for d in drop.documents),
    )


def inbound_row(phase: str = "confirmed") -> Row:
    file = inbox_file()
    return Row(
        direction="inbound",
        state="received",
        phase=phase,
        partner="P",
        message_id="<id-in>",
        files=((file.name, file.sha256, file.path),),
    )


def outbound_rows() -> tuple[Row, ...]:
    return (_row("sent", GOOD), _row("failed", BAD), _row("failed", MUCH), _row("sent", FLYING))


def ledger() -> Ledger:
    return Ledger(
        sent=(accepted(GOOD), accepted(BAD, mdn="error"), accepted(FLYING)),
        received=(arrived(),),
        requests=(0.0, 1.0, 2.0),
        unanswered=("T",),
    )


def settled() -> tuple[DiskMessage, ...]:
    return (
        stands("sent", GOOD),
        stands("failed", BAD),
        stands("failed", MUCH),
        stands("sent", FLYING, attempts=("in_doubt", "accepted")),
    )


def health() -> Health:
    counts = {"received": 1, "sent": 2, "failed": 2}
    return Health(pid=PID, watching="watching", counts=counts, troubles=())


def evidence() -> Evidence:
    return Evidence(
        dropped=(GOOD, BAD, MUCH, FLYING),
        ledger=ledger(),
        folders=Folders(inbox=(inbox_file(),), settled=settled()),
        rows=(inbound_row(), *outbound_rows()),
        health=health(),
        pid=PID,
        code=0,
    )
