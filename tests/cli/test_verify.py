"""`syncd verify`: what scripts and people see of it, and what it exits with."""

import os
import pwd
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from syncd.operations.verifying_report import AccountVerified, Finding, Kind, Verified
from tests.cli.logging_state import restored
from tests.cli.world import World, parsed

Screen = pytest.CaptureFixture[str]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
GONE = Finding(
    account="acme",
    kind=Kind.FILE_GONE,
    what="a.edi is sent, but its file is not there",
    remedy="--repair notes that, once.",
    place=Path("/srv/acme/sent/ACME/WALMART/2026-01-31/a\x1b[31m.edi"),
    id="aaaa1111",
    message_id="<one@gateway>",
    can_repair=True,
)
NOTE = Finding(account="acme", kind=Kind.FILE_UNKNOWN, what="nobody knows it", is_note=True)
DAMAGE = Finding(account=None, kind=Kind.DATABASE, what="page 7 is damaged", remedy="Put back a copy.")
ACME = AccountVerified(account="acme", messages=12, listed=3, since=NOON)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put the process's logging back as it was."""
    with restored():
        yield


def laid_out(world: World, *findings: Finding, account: AccountVerified = ACME) -> None:
    is_ok = not any(finding.is_open for finding in findings) and not account.trouble
    world.opened.found = Verified(ok=is_ok, repair=False, findings=findings, accounts=(account,))


def test_when_nothing_is_found(world: World, capsys: Screen) -> None:
    """All accounts are meant, or one; who acts is known."""
    laid_out(world)
    assert world.run("verify") == 0
    assert world.run("verify", "--repair", "--account", "acme") == 0
    assert world.opened.verified == [(("acme", "other"), False), (("acme",), True)]
    assert world.opened.acted == [("verify", pwd.getpwuid(os.getuid()).pw_name)] * 2
    told = capsys.readouterr().out.splitlines()[:3]
    assert told == [
        "acme",
        "  compared 12 messages with the disk, and 3 messages at the gateway, back to 2026-01-31 13:00:00",
        "  everything agrees",
    ]


def test_what_is_found_is_exit_1(world: World, capsys: Screen) -> None:
    """With place, remedy and id; the database's own stands below, and nothing steers the terminal."""
    laid_out(world, NOTE, GONE, DAMAGE)
    assert world.run("verify") == 1
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    _, _, found, note, damage = shown.splitlines()
    assert found.split()[:2] == ["found", "aaaa1111"]
    assert found.endswith("but its file is not there. --repair notes that, once.")
    assert note.split() == ["note", "nobody", "knows", "it"]
    assert damage.split()[:3] == ["found", "page", "7"]


def test_what_is_repaired_is_exit_0(world: World, capsys: Screen) -> None:
    """So are notes alone; a repair that did not work is told."""
    repaired = Finding(account="acme", kind=Kind.SCRATCH, what="left behind", remedy="x", repaired=True)
    laid_out(world, repaired, NOTE)
    assert world.run("verify", "--repair") == 0
    assert "  repaired      left behind" in capsys.readouterr().out
    laid_out(world, Finding(account="acme", kind=Kind.SCRATCH, what="left", trouble="no room"))
    assert world.run("verify", "--repair") == 1
    assert "left. Could not be repaired: no room" in capsys.readouterr().out


def test_what_could_not_be_asked_is_exit_3(world: World, capsys: Screen) -> None:
    """Whatever was found besides."""
    account = AccountVerified(account="acme", messages=12, is_cut=True, trouble="no gateway", remedy="Wait.")
    laid_out(world, GONE, account=account)
    assert world.run("verify") == 3
    shown = capsys.readouterr().out
    assert "could not look at everything: no gateway. Wait." in shown
    assert "compared 12 messages with the disk\n" in shown
    assert "there is more than was looked at" in shown


def test_scripts_get_one_object(world: World, capsys: Screen) -> None:
    """With these keys."""
    laid_out(world, GONE)
    assert world.run("verify", "--json") == 1
    told = parsed(capsys.readouterr().out)
    assert list(told) == ["ok", "repair", "findings", "accounts"]
    assert told["findings"] == [
        {
            "account": "acme",
            "kind": "file_gone",
            "what": "a.edi is sent, but its file is not there",
            "remedy": "--repair notes that, once.",
            "place": "/srv/acme/sent/ACME/WALMART/2026-01-31/a\x1b[31m.edi",
            "id": "aaaa1111",
            "message_id": "<one@gateway>",
            "can_repair": True,
            "is_note": False,
            "repaired": False,
            "trouble": "",
        }
    ]
    assert told["accounts"] == [
        {
            "account": "acme",
            "messages": 12,
            "listed": 3,
            "since": "2026-01-31T12:00:00Z",
            "is_cut": False,
            "trouble": "",
            "remedy": "",
        }
    ]


def test_what_is_logged_is_no_part_of_the_answer(world: World, capsys: Screen) -> None:
    """It goes to standard error, and only what is worth a warning."""
    laid_out(world, NOTE)
    assert world.run("verify", "--json") == 0
    capsys.readouterr()
    structlog.get_logger("syncd").info("message.takenaway")
    structlog.get_logger("syncd").error("message.held")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "message.takenaway" not in printed.err
    assert "message.held" in printed.err


def test_people_see_the_first_hundred(world: World, capsys: Screen) -> None:
    """JSON has them all."""
    laid_out(world, *[GONE] * 130)
    assert world.run("verify") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "  and 30 more: --json has them all"
