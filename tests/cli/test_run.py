"""The commands that run the bridge or say how it would: `once`, `check`, `config`."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.model import State
from syncd.operations.checks import CheckLine
from syncd.operations.questions import row
from syncd.operations.reports import AccountReport, Left, Met, OnceReport
from tests.cli.logging_state import restored
from tests.cli.world import HELD, SENT, World, parsed

Screen = pytest.CaptureFixture[str]
ROOTS = {"acme": Path("/srv/acme")}


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put the process's logging back as it was."""
    with restored():
        yield


def report(*accounts: AccountReport) -> OnceReport:
    """A pass over these."""
    return OnceReport(dry_run=False, accounts=accounts)


def test_once_says_what_moved(world: World, capsys: Screen) -> None:
    """Account by account, with the files' names; what failed makes it exit 1."""
    left = Left(path=Path("/srv/acme/outbox/ACME/WALMART/pipe"), reason="it is a FIFO")
    world.opened.report = report(
        AccountReport(account="acme", messages=(row(HELD, ROOTS), row(SENT, ROOTS)), not_taken=(left,)),
        AccountReport(account="other"),
    )
    assert world.run("once") == 1
    assert [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()] == [
        "acme",
        "sent invoice.edi to WALMART",
        "held order.edi to WALMART nobody knows whether it was sent",
        "not taken /srv/acme/outbox/ACME/WALMART/pipe it is a FIFO",
        "other",
        "nothing to do",
    ]


def test_a_question_is_followed_by_no_stop(world: World, capsys: Screen) -> None:
    """What went wrong may end with its own mark."""
    trouble = AccountReport(account="acme", trouble="is its disk mounted?", remedy="Mount it")
    world.opened.report = report(trouble)
    assert world.run("once") == 3
    assert "is its disk mounted? Mount it" in capsys.readouterr().out


def test_the_exit_code_of_once(world: World, capsys: Screen) -> None:
    """0 all well; 1 a person is needed; 3 an account could not be asked."""
    fine = AccountReport(account="acme", messages=(row(SENT, ROOTS),))
    link = Left(path=Path("/x"), reason="a link", needs_person=True)
    for account, code in [
        (fine, 0),
        (AccountReport(account="acme", not_taken=(link,)), 1),
        (AccountReport(account="acme", hooks=(Met(what="hook on_sent failed", remedy="See."),)), 1),
        (AccountReport(account="acme", paused=(Met(what="send is paused", remedy="Undo it."),)), 0),
        (AccountReport(account="acme", trouble="the gateway cannot be reached", remedy="Wait."), 3),
    ]:
        world.opened.report = report(fine, account)
        assert world.run("once") == code
    shown = capsys.readouterr().out
    assert "could not go on: the gateway cannot be reached. Wait." in shown
    assert "\n  hook on_sent failed. See.\n" in shown
    assert "\n  send is paused. Undo it.\n" in shown
    assert "nothing to do" not in shown


def test_each_trouble_of_a_pass_has_its_own_line(world: World, capsys: Screen) -> None:
    """With its own remedy."""
    met = (Met(what="no root", remedy="Mount it."), Met(what="no gateway", remedy="Wait."))
    world.opened.report = report(AccountReport(account="acme", trouble="no root; no gateway", troubles=met))
    assert world.run("once") == 3
    assert capsys.readouterr().out.splitlines() == [
        "acme",
        "  could not go on: no root. Mount it.",
        "  could not go on: no gateway. Wait.",
    ]


def test_once_passes_on_what_was_asked(world: World, capsys: Screen) -> None:
    """Job, and time to wait."""
    assert world.run("once", "--only", "pull", "--wait", "1m", "--account", "acme", "--json") == 0
    assert world.opened.once_asked == [(("acme",), "pull", timedelta(minutes=1))]
    assert parsed(capsys.readouterr().out) == {"dry_run": False, "accounts": []}
    assert world.run("once", "--wait", "soon") == 2


def test_a_dry_run_asks_no_daemon(world: World, capsys: Screen) -> None:
    """It touches nothing, and has no need of a door."""
    assert (
        world.run("once", "--only", "pull", "--wait", "1m", "--dry-run", "--account", "acme", "--json") == 0
    )
    assert world.rehearsed == {
        "accounts": ("acme",),
        "only": "pull",
        "wait": timedelta(minutes=1),
        "dry_run": True,
    }
    assert parsed(capsys.readouterr().out) == {"dry_run": True, "accounts": []}
    assert world.opened.once_asked == []


def test_check_prints_a_line_each(world: World, capsys: Screen) -> None:
    """A line that is wrong makes it exit 1; a note does not."""
    note = CheckLine(account=None, name="clock", ok=None, what="1 s off")
    world.checks = (note, CheckLine(account="acme", name="log-in", ok=True, what="edi@acme.example"))
    assert world.run("check") == 0
    world.checks += (
        CheckLine(account="acme", name="root", ok=False, what="not writable", remedy="chmod g+w /srv/acme"),
    )
    assert world.run("check") == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["WRONG", "acme", "root", "not", "writable", "chmod", "g+w", "/srv/acme"]
    assert world.run("check", "--json") == 1
    assert parsed(capsys.readouterr().out)["ok"] is False


def test_check_proves_the_unit_without_a_password(world: World, capsys: Screen) -> None:
    """A credential is there for the daemon alone."""
    text = world.configuration.read_text(encoding="utf-8").replace('password = "hush"\n', "")
    world.configuration.write_text(text, encoding="utf-8")
    assert world.run("check", "--unit", "--json", "--account", "acme") == 0
    assert [line["what"] for line in parsed(capsys.readouterr().out)["lines"]] == ["open"]


def test_config_names_every_source(world: World, capsys: Screen) -> None:
    """One object, with the keys in the order of the example; secrets are masked."""
    assert world.run("config", "--json") == 0
    shown = parsed(capsys.readouterr().out)
    keys = {each["key"]: each for each in shown["keys"]}
    assert shown["path"] == str(world.configuration)
    assert keys["timezone"]["value"] == "Europe/Berlin"
    assert keys["accounts.acme.settle"] == {"key": "accounts.acme.settle", "value": "2s", "source": "default"}
    assert world.run("config", "--account", "other") == 0
    shown_other = capsys.readouterr().out
    assert "accounts.other.settle" in shown_other
    assert "accounts.acme" not in shown_other
    assert "hush" not in shown_other + str(shown)


def test_a_message_that_is_still_queued_shows_its_phase(world: World, capsys: Screen) -> None:
    """Queued is many things; the phase says which."""
    queued = row(HELD, ROOTS)
    world.opened.report = report(AccountReport(account="acme", messages=(queued,), would=("send next.edi",)))
    assert queued.state == State.HELD
    assert world.run("once") == 1
    assert "would" in capsys.readouterr().out
