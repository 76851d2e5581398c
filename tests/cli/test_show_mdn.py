"""`show --mdn`: the MDN as the gateway has it, printed or saved."""

from dataclasses import replace
from pathlib import Path

import pytest

from syncd.core.model import GatewayId
from tests.cli.world import HELD, MDN, SENT, SmallECGrid, World, parsed

Screen = pytest.CaptureFixture[str]


def test_the_mdn_is_printed(world: World, capsys: Screen) -> None:
    """Line by line, without what would steer a terminal."""
    assert world.run("show", "invoice.edi", "--mdn") == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == "Reporting-UA: them"
    assert "Disposition: processed \ufffd[31m" in printed
    assert "\x1b" not in printed


def test_scripts_get_its_text_or_where_it_was_saved(world: World, capsys: Screen, tmp_path: Path) -> None:
    """One object, with the same keys."""
    assert world.run("show", SENT.id, "--mdn", "--json") == 0
    shown = parsed(capsys.readouterr().out)
    text = MDN.decode(errors="replace")
    assert shown == {"id": SENT.id, "message_id": "<one@gateway>", "mdn": text, "path": None}

    file = tmp_path / "saved.mdn"
    assert world.run("show", SENT.id, "--mdn", "--save", str(file), "--json") == 0
    shown = parsed(capsys.readouterr().out)
    assert (shown["mdn"], shown["path"]) == (None, str(file))


def test_it_is_saved_byte_for_byte(world: World, capsys: Screen, tmp_path: Path) -> None:
    """And nothing else is left beside it."""
    folder = tmp_path / "mdns"
    folder.mkdir()
    assert world.run("show", SENT.id, "--mdn", "--save", str(folder / "one.mdn")) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"one.mdn": MDN}
    assert f"saved to {folder / 'one.mdn'}" in capsys.readouterr().out


@pytest.mark.parametrize("is_link", [False, True])
def test_what_is_there_is_never_overwritten(
    world: World, capsys: Screen, tmp_path: Path, *, is_link: bool
) -> None:
    """Not even a link that leads nowhere; the message names it."""
    file = tmp_path / "mine.txt"
    if is_link:
        file.symlink_to(tmp_path / "nowhere")
    else:
        file.write_text("mine")
    assert world.run("show", SENT.id, "--mdn", "--save", str(file)) == 2
    assert f"{file} exists already" in capsys.readouterr().err
    assert file.is_symlink() or file.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_what_appears_meanwhile_is_not_overwritten_either(world: World, tmp_path: Path) -> None:
    """The gateway takes its time; nothing half written is left."""
    folder = tmp_path / "mdns"
    folder.mkdir()

    class Slow(SmallECGrid):
        capabilities = replace(SmallECGrid.capabilities, has_mdn=True)

        def mdn(self, box: object, message_id: GatewayId) -> bytes:
            (folder / "one.mdn").write_text("mine")
            return MDN

    world.gateways["acme"] = Slow()
    assert world.run("show", SENT.id, "--mdn", "--save", str(folder / "one.mdn")) == 2
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"one.mdn": "mine"}


def test_a_folder_that_is_not_there_is_named(world: World, capsys: Screen, tmp_path: Path) -> None:
    """It is not made."""
    assert world.run("show", SENT.id, "--mdn", "--save", str(tmp_path / "none" / "x")) == 3
    assert "cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_message_that_the_gateway_does_not_have_has_no_mdn(world: World, capsys: Screen) -> None:
    """It was not accepted yet."""
    assert world.run("show", HELD.id, "--mdn") == 1
    assert "has not accepted it" in capsys.readouterr().err


def test_an_mdn_that_is_not_there_yet(world: World, capsys: Screen) -> None:
    """Is not found, and it is said where to look."""
    assert world.run("show", "cccc3333", "--mdn") == 1
    error = capsys.readouterr().err
    assert "no MDN of message cccc3333" in error
    assert "syncd show cccc3333" in error


def test_a_gateway_without_mdns_says_so(world: World, capsys: Screen) -> None:
    """No request is made of it."""
    world.gateways["acme"] = SmallECGrid()
    assert world.run("show", SENT.id, "--mdn") == 2
    assert "has no MDN" in capsys.readouterr().err


def test_a_message_of_an_account_that_is_gone(tmp_path: Path, capsys: Screen) -> None:
    """Its gateway cannot be asked."""
    world = World(folder=tmp_path, messages=(replace(SENT, account="former"),))
    assert world.run("show", SENT.id, "--mdn") == 2
    assert "the account former" in capsys.readouterr().err


def test_save_alone_is_refused(world: World, capsys: Screen, tmp_path: Path) -> None:
    """There is nothing else to save; what was meant is named."""
    assert world.run("show", SENT.id, "--save", str(tmp_path / "x")) == 2
    assert "--mdn --save" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
