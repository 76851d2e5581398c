"""`syncd export`: a line for each line of history, for spreadsheets and programs."""

import csv
import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core import events as ev
from syncd.core.model import File, Pair
from syncd.store import open_store
from tests.cli.world import World, parsed
from tests.contracts.stores import NOON, happened, inbound, opened, outbound

Screen = pytest.CaptureFixture[str]
KEYS = [
    *("id", "account", "gateway", "direction", "state", "phase", "station", "partner", "partner_type"),
    *("message_id", "files", "at", "kind", "text", "by"),
]


def sheet(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_heading_and_a_line_each(world: World, capsys: Screen) -> None:
    """RFC 4180: CRLF at the end of each record, quotes where they are needed."""
    (message,) = opened(world.stored, outbound("a.edi", files=(File(name="a.edi", size=1),)))
    happened(world.stored, message, ev.Held(reason='said "no", twice'))
    assert world.run("export") == 0
    printed = capsys.readouterr().out
    assert printed.count("\r\n") == 3
    assert printed.split("\r\n", 1)[0] == ",".join(KEYS)
    claimed, held = sheet(printed)
    assert (claimed["id"], claimed["state"], claimed["at"]) == (message.id, "queued", "2026-11-21T12:00:00Z")
    assert (held["kind"], held["files"], held["phase"]) == ("held", "a.edi", "")
    assert 'said "no", twice' in held["text"]


@pytest.mark.parametrize("words", [["--json"], ["--format", "jsonl"]])
def test_json_has_an_object_on_each_line(world: World, capsys: Screen, words: list[str]) -> None:
    """With the same keys; names stay lists, and times texts."""
    opened(world.stored, inbound("a"), inbound("b", account="other"), inbound("c", account="left"))
    assert world.run("export", *words) == 0
    told = [parsed(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["account"] for each in told] == ["acme", "left", "other"]
    assert list(told[0]) == KEYS
    assert (told[0]["files"], told[0]["at"]) == (["invoice.edi"], "2026-11-21T12:00:00Z")


def test_one_account_or_a_span_of_time(world: World, capsys: Screen) -> None:
    """Times as `list` takes them; wrong ones are wrong use."""
    opened(world.stored, inbound("a"), inbound("b", minute=60), inbound("c", account="other"))
    for words, count in (
        (["--account", "acme"], 2),
        (["--since", (NOON + timedelta(minutes=1)).isoformat()], 1),
        (["--until", (NOON + timedelta(minutes=1)).isoformat()], 2),
    ):
        assert world.run("export", "--format", "csv", *words) == 0
        assert len(sheet(capsys.readouterr().out)) == count
    assert world.run("export", "--since", "soon") == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\n=1", "\t=1", "\uff1d1"])
def test_no_cell_is_a_formula(world: World, capsys: Screen, name: str) -> None:
    """What comes from outside is a text to spreadsheets; JSON lines have it as it is."""
    opened(world.stored, inbound(files=(File(name=name, size=1),), pair=Pair(station=name, partner="P")))
    assert world.run("export") == 0
    [line] = sheet(capsys.readouterr().out)
    assert line["files"][0] == line["station"][0] in "'�"
    assert world.run("export", "--json") == 0
    assert parsed(capsys.readouterr().out)["files"] == [name]


def test_names_that_are_no_text(world: World, capsys: Screen) -> None:
    """Bytes that are no UTF-8 and what steers a terminal: a mark in CSV, itself in JSON lines."""
    name = "\x1b[31mr\udcffd\0.edi"
    opened(world.stored, inbound(files=(File(name=name, size=1), File(name="b", size=1))))
    assert world.run("export") == 0
    [line] = sheet(capsys.readouterr().out)
    assert line["files"] == "�[31mr�d�.edi; b"
    assert world.run("export", "--json") == 0
    assert parsed(capsys.readouterr().out)["files"] == [name, "b"]


def test_nothing_yet_is_a_heading(world: World, capsys: Screen) -> None:
    """And no line in JSON."""
    assert world.run("export") == world.run("export", "--json") == 0
    assert capsys.readouterr().out == ",".join(KEYS) + "\r\n"


def test_quiet_prints_nothing(world: World, capsys: Screen) -> None:
    """But tells by the exit code whether it could be read."""
    opened(world.stored, inbound())
    assert world.run("export", "--quiet") == 0
    assert capsys.readouterr().out == ""


# As a program ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration whose state has more to say than a pipe holds; it is only read."""
    world = World(folder=tmp_path_factory.mktemp("much"))
    state = world.folder / "state"
    state.mkdir()
    text = world.configuration.read_text(encoding="utf-8")
    world.configuration.write_text(f'state_dir = "{state}"\n{text}', encoding="utf-8")
    store = open_store(state)
    opened(store, *(inbound(f"ü-{n}", minute=n) for n in range(1_000)))
    store.close()
    return world.configuration


def ended(config: Path, shell: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell makes of a line in which SYNCD is the program."""
    line = shell.replace("SYNCD", f"{sys.executable} -m syncd --config {config}")
    return subprocess.run(["bash", "-c", line], capture_output=True, check=False)


def test_csv_is_utf8_whatever_the_terminal_has(config: Path) -> None:
    """A file is read elsewhere."""
    done = ended(config, "PYTHONIOENCODING=latin-1 SYNCD export")
    assert (done.returncode, done.stderr) == (0, b"")
    lines = sheet(done.stdout.decode())
    assert [line["message_id"] for line in lines] == [f"<ü-{n}>" for n in range(1_000)]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(config: Path, form: str) -> None:
    """In the middle of it."""
    done = ended(config, f"SYNCD export --format {form} | head -1; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) == (141, b"")
    assert done.stdout.count(b"\n") == 1


@pytest.mark.parametrize("output", [">/dev/full", ">&-"])
def test_an_output_that_takes_nothing_is_named(config: Path, output: str) -> None:
    """In the middle of it, or before it began; no traceback."""
    done = ended(config, f"SYNCD export {output}")
    assert done.returncode == 3
    assert b"standard output cannot be written" in done.stderr
    assert b"Traceback" not in done.stderr
