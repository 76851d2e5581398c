"""What the demo reads: folders, documents, its configuration."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from syncd.cli.sandbox import PORTS
from syncd.config import load
from syncd.demo import disk, rows
from syncd.demo.as2_plan import as2_plan
from syncd.demo.documents import kind_of
from syncd.demo.ecgrid_plan import ecgrid_plan
from syncd.demo.sandbox_config import sandbox_config

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
    assert [(file.name, file.pair_folder) for file in seen.inbox] == [("in.edi", "S/P")]
    assert [file.name for file in seen.on_the_way] == ["on.edi"]
    [sent] = seen.of("sent")
    assert (sent.name, sent.pair_folder, sent.message_id) == ("a.edi", "S/P", "<1>")
    assert (sent.mdn_status, sent.attempts) == ("ok", ("accepted",))
    gone, many = seen.of("failed")
    assert (gone.name, gone.files, gone.reason) == ("gone.edi", (), "no")
    assert (many.name, [file.name for file in many.files], many.state) == ("many/1.csv", ["1.csv"], None)


def test_a_folder_is_one_message_or_each_of_its_files_is_one(tmp_path: Path) -> None:
    """The status file says which: beside the folder, or beside each file; `auto` is one component."""
    for place in ("S/P/2026-11-21/whole", "1/2/2026-11-21/split"):
        _write(tmp_path / f"sent/{place}/a.edi", "a")
        _write(tmp_path / f"sent/{place}/b.edi", "b")
    _write(tmp_path / "sent/auto/2026-11-21/r.edi", "r")
    for told in ("S/P/2026-11-21/whole", "1/2/2026-11-21/split/a.edi", "1/2/2026-11-21/split/b.edi"):
        _write(tmp_path / f"sent/{told}.syncd.json", json.dumps({"state": "sent"}))
    _write(tmp_path / "sent/auto/2026-11-21/r.edi.syncd.json", json.dumps({"state": "sent"}))
    found = {(each.pair_folder, each.name): len(each.files) for each in disk.read(tmp_path).of("sent")}
    assert found == {
        ("S/P", "whole"): 2,
        ("1/2", "split/a.edi"): 1,
        ("1/2", "split/b.edi"): 1,
        ("auto", "r.edi"): 1,
    }


def test_what_a_person_does_not_see_is_no_file(tmp_path: Path) -> None:
    """The daemon proves its folders with dot files, and takes them away again."""
    _write(tmp_path / "inbox/.syncd-check-1-renamed", "")
    _write(tmp_path / "outbox/.syncd-check-1", "")
    _write(tmp_path / "failed/.syncd-check-1", "")
    assert disk.read(tmp_path) == disk.Folders()


def test_how_the_bridge_is_comes_from_status() -> None:
    """Without a daemon there is no process; a trouble names its job."""
    account = {
        "account": "grid",
        "watching": "",
        "counts": {"sent": 2},
        "troubles": [{"job": "pull", "what": "the gateway is out of reach", "needs_person": False}],
    }
    health = rows.parse_status(json.dumps({"pid": None, "accounts": [account]}))["grid"]
    assert (health.pid, health.counts) == (None, {"sent": 2})
    assert health.troubles == ("pull: the gateway is out of reach",)


def test_the_documents_are_what_they_are_called() -> None:
    """Their kind is read from their own segments."""
    told: dict[str, str] = {}
    for plan in (as2_plan(), ecgrid_plan()):
        drops = (*plan.drops, plan.in_flight)
        contents = [*(drop.documents for drop in drops), *(each.documents for each in plan.arrivals)]
        told |= {one.name: kind_of(one.content) for documents in contents for one in documents}
    kinds = {"PO": "X12 850", "INV": "X12 810", "ORDERS": "EDIFACT ORDERS", "DESADV": "EDIFACT DESADV"}
    for name, kind in told.items():
        assert kind == kinds.get(name.partition("-")[0], ""), name
    assert sum(bool(kind) for kind in told.values()) == 16


def test_the_package_has_the_same_configuration() -> None:
    """The wheel has no config/, so the text lies in the package too, byte for byte."""
    assert (files("syncd.demo") / "sandbox.toml").read_bytes() == CONFIG.read_bytes()


def test_the_configuration_has_both_gateways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands for a user who typed nothing else, under the user's home; each is where it is played."""
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load(CONFIG)
    home = tmp_path / "syncd-sandbox"
    assert settings.state_dir == home / "state"
    told = {account.name: (account.gateway, account.url, account.root) for account in settings.accounts}
    assert told == {
        "as2": ("as2gateway", f"http://127.0.0.1:{PORTS['as2gateway']}/v1", home / "as2"),
        "grid": ("ecgrid", f"http://127.0.0.1:{PORTS['ecgrid']}/v2", home / "grid"),
    }


def test_the_demo_has_the_same_configuration_elsewhere(tmp_path: Path) -> None:
    """Only addresses and folders are others, whatever the folder is called."""
    folder = tmp_path / 'a "b" \\ c'
    folder.mkdir()
    plans = {plan.account: plan for plan in (as2_plan(), ecgrid_plan())}
    urls = {name: f"http://127.0.0.1:1/{name}" for name in plans}
    config = folder / "sandbox.toml"
    config.write_text(sandbox_config(folder, urls))
    settings = load(config)
    assert settings.state_dir == folder / "state"
    assert {one.name: (one.gateway, one.url, one.root) for one in settings.accounts} == {
        name: (plan.gateway, urls[name], folder / name) for name, plan in plans.items()
    }
