"""What the demo reads: folders, documents, its configuration."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import chain
from pathlib import Path

import pytest

from syncd.config import load
from syncd.demo import disk, rows
from syncd.demo.documents import arrivals, drops, in_flight, kind_of

CONFIG = Path(__file__).parents[2] / "config" / "sandbox.toml"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_folders_are_read_with_their_status_files(tmp_path: Path) -> None:
    """A file, a folder, a status file without its file, and what is still on the way."""
    _write(tmp_path / "inbox/S/P/in.edi", "in")
    _write(tmp_path / "queued/S/P/on.edi", "on")
    _write(tmp_path / "sent/S/P/2026-11-21/a.edi", "a")
    told = {
        "state": "sent",
        "message_id": "<1>",
        "mdn": {"status": "ok", "content": "fine"},
        "attempts": [{"outcome": "accepted"}],
    }
    _write(tmp_path / "sent/S/P/2026-11-21/a.edi.syncd.json", json.dumps(told))
    _write(tmp_path / "failed/S/P/many/1.csv", "1")
    _write(tmp_path / "failed/S/P/gone.edi.syncd.json", json.dumps({"state": "failed", "reason": "no"}))
    seen = disk.read(tmp_path)
    assert [file.name for file in seen.inbox] == ["in.edi"]
    assert [file.name for file in seen.on_the_way] == ["on.edi"]
    [sent] = seen.of("sent")
    assert (sent.name, sent.partner, sent.message_id, sent.mdn_content) == ("a.edi", "P", "<1>", "fine")
    gone, many = seen.of("failed")
    assert (gone.name, gone.files, gone.reason) == ("gone.edi", (), "no")
    assert ([file.name for file in many.files], many.state) == (["1.csv"], None)


def test_how_the_bridge_is_comes_from_status() -> None:
    """Without a daemon there is no process; a trouble names its job."""
    account = {
        "watching": "",
        "counts": {"sent": 2},
        "troubles": [{"job": "pull", "what": "the gateway is out of reach", "needs_person": False}],
    }
    health = rows.parse_status(json.dumps({"pid": None, "accounts": [account]}))
    assert (health.pid, health.counts) == (None, {"sent": 2})
    assert health.troubles == ("pull: the gateway is out of reach",)


def test_the_documents_are_what_they_are_called() -> None:
    """Their kind is read from their own segments."""
    contents = [message.documents for message in (*drops(), in_flight())]
    contents += [message.documents for message in arrivals()]
    told = {document.name: kind_of(document.content) for document in chain.from_iterable(contents)}
    assert (told["PO-4711.edi"], told["INV-8841.edi"]) == ("X12 850", "X12 810")
    assert (told["ORDERS-2044.edi"], told["DESADV-2209.edi"]) == ("EDIFACT ORDERS", "EDIFACT DESADV")
    assert told["packing-list.csv"] == ""


def test_the_package_has_the_same_configuration() -> None:
    """The wheel has no config/, so the text lies in the package too, byte for byte."""
    assert (files("syncd.demo") / "sandbox.toml").read_bytes() == CONFIG.read_bytes()


def test_the_configuration_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands for a user who typed nothing else, under the user's home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load(CONFIG)
    [account] = settings.accounts
    assert (account.name, account.url) == ("demo", "http://127.0.0.1:8480/v1")
    assert (settings.state_dir, account.root) == (
        tmp_path / "syncd-sandbox/state",
        tmp_path / "syncd-sandbox/edi",
    )
