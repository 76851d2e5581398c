"""`syncd status`: for people, for scripts, and again and again."""

import io
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from syncd.cli.status import draw
from syncd.cli.status_view import span, watched
from syncd.operations.questions import row
from syncd.operations.reports import Left
from syncd.operations.status import SHOWN, AccountStatus, JobStatus, Status, TroubleStatus
from tests.cli.world import HELD, NOON, SENT, World, parsed

Screen = pytest.CaptureFixture[str]
ROOTS = {"acme": Path("/srv/acme")}
FINE = AccountStatus(
    account="acme",
    gateway="as2gateway",
    root=Path("/srv/acme"),
    watching="watching",
    jobs=(JobStatus(name="pull", last_success=NOON), JobStatus(name="send", is_paused=True)),
    counts={"sent": 3, "received": 12},
    attention=(),
    not_taken=(),
    troubles=(),
    passed_over=0,
)
STUCK = replace(
    FINE,
    watching="scanning: a network share",
    counts={"held": 3},
    attention=(
        replace(row(HELD, ROOTS), next=NOON),
        replace(row(SENT, ROOTS), state="failed", reason="refused: no such partner"),
    ),
    not_taken=(Left(path=Path("/srv/acme/outbox/l\x1bnk"), reason="a link", needs_person=True, since=NOON),),
    troubles=(
        TroubleStatus(
            job="pull", what="the gateway refuses the log-in", remedy="Ask.", since=NOON, needs_person=True
        ),
        TroubleStatus(job="send", what="503", remedy="", since=NOON, needs_person=False),
    ),
    passed_over=1200,
    passed_over_from=NOON - timedelta(days=9),
    passed_over_to=NOON,
)


def shown(screen: Screen) -> list[str]:
    """What was printed, each line with single spaces."""
    return [" ".join(line.split()) for line in screen.readouterr().out.splitlines()]


def test_a_bridge_in_order_is_a_few_lines(world: World, capsys: Screen) -> None:
    """The daemon, each account with its jobs, and the counts."""
    world.opened.known = {"acme": FINE}
    assert world.run("status", "--account", "acme") == 0
    head, _, title, pull, send, messages = shown(capsys)
    assert head == "syncd 1.2.3, process 4711, since 2026-01-31 13:00:00"
    assert title == "acme (as2gateway) /srv/acme, watching"
    assert pull.startswith("pull last success ")
    assert send == "send paused syncd resume send --account acme"
    assert messages == "messages 12 received, 3 sent"


def test_what_is_wrong_is_shown_with_its_remedy(world: World, capsys: Screen) -> None:
    """Messages by id, files by path, troubles by job; nothing of it steers the terminal."""
    world.opened.known = {"acme": STUCK}
    world.opened.reload_error = "the configuration has mistakes:\n  log_level: is none"
    assert world.run("status", "--account", "acme") == 0
    lines = shown(capsys)
    assert lines[1:3] == [
        "the last reload changed nothing: the configuration has mistakes:",
        "log_level: is none",
    ]
    assert "held bbbb2222 order.edi nobody knows whether it was sent next try in 0 s" in lines
    assert "failed aaaa1111 invoice.edi refused: no such partner" in lines
    assert any(line.startswith("not taken /srv/acme/outbox/l�nk a link for ") for line in lines)
    assert any(
        line.startswith("pull in trouble the gateway refuses the log-in Ask. since 2026-01-31 13:00:00")
        for line in lines
    )
    typed = "syncd refetch --since 2026-01-22T12:00Z --until 2026-01-31T12:01Z --account acme"
    assert f"passed over 1200 older unread messages they stay there; to have them: {typed}" in lines


def test_a_full_list_tells_where_the_rest_is(world: World, capsys: Screen) -> None:
    """Nobody takes the messages that are shown for all that there are."""
    world.opened.known = {"acme": replace(FINE, attention=STUCK.attention * (SHOWN // 2))}
    assert world.run("status") == 0
    assert "there may be more syncd list --attention" in shown(capsys)


def test_json_has_everything(world: World, capsys: Screen) -> None:
    """One object."""
    world.opened.known = {"acme": STUCK}
    assert world.run("status", "--json") == 0
    told = parsed(capsys.readouterr().out)
    assert (told["pid"], told["since"]) == (4711, "2026-01-31T12:00:00Z")
    assert [account["account"] for account in told["accounts"]] == ["acme", "other"]
    assert told["accounts"][0]["troubles"][0]["needs_person"] is True


def test_check_is_one_line_when_all_is_well(world: World, capsys: Screen) -> None:
    """And 0."""
    assert world.run("status", "--check") == 0
    assert shown(capsys) == ["all is well: acme, other"]


def test_check_says_what_needs_a_person(world: World, capsys: Screen) -> None:
    """A line each, and 1; what heals by itself is no news."""
    world.opened.known = {"acme": STUCK}
    assert world.run("status", "--check") == 1
    assert shown(capsys) == [
        "acme: bbbb2222 order.edi is held: nobody knows whether it was sent",
        "acme: aaaa1111 invoice.edi failed: refused: no such partner",
        "acme: /srv/acme/outbox/l�nk is not taken: a link",
        "acme: pull: the gateway refuses the log-in. Ask.",
    ]
    world.opened.known = {}
    world.opened.reload_error = "the configuration\nhas mistakes"
    assert world.run("status", "--check") == 1
    assert shown(capsys) == ["the last reload changed nothing: the configuration has mistakes"]


def test_check_without_a_daemon_is_3(world: World, capsys: Screen) -> None:
    """What needs a person is 1 all the same."""
    world.opened.pid = None
    assert world.run("status", "--check") == 3
    assert shown(capsys) == ["no daemon runs; start it: systemctl start syncd"]
    world.opened.known = {"acme": STUCK}
    assert world.run("status", "--check", "--quiet") == 1


def test_without_a_daemon_the_records_speak(world: World, capsys: Screen) -> None:
    """The first line says so."""
    world.opened.pid = None
    assert world.run("status") == 0
    assert shown(capsys)[0] == "syncd 1.2.3: no daemon runs; start it: systemctl start syncd"


def test_watching_is_for_a_terminal(world: World, capsys: Screen) -> None:
    """Scripts are told what to use."""
    assert world.run("status", "--watch") == 2
    assert "--check" in capsys.readouterr().err


def test_watching_draws_anew_until_it_ends() -> None:
    """Each time with what is known then; Ctrl-C is the way out, and no error."""
    waits: list[float] = []
    pictures = iter(["first", "second", "third", "never"])

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt
        return False

    screen = Console(file=io.StringIO(), force_terminal=True, width=40)
    draw(lambda: Text(next(pictures)), screen, wait=wait)
    assert isinstance(screen.file, io.StringIO)
    drawn = screen.file.getvalue()
    assert drawn.index("first") < drawn.index("second") < drawn.index("third")
    assert waits == [2.0] * 3
    assert next(pictures) == "never"


def test_a_screen_that_is_too_small_says_so() -> None:
    """What it has room for, and how much more there is."""
    screen = Console(file=io.StringIO(), force_terminal=True, width=40, height=5)
    draw(lambda: Text("\n".join("abcdefgh")), screen, wait=lambda _: True)
    assert isinstance(screen.file, io.StringIO)
    drawn = screen.file.getvalue()
    assert "d" in drawn
    assert "e\n" not in drawn
    assert "… 4 more lines: syncd status" in drawn


def test_what_needs_a_person_is_drawn_first(capsys: Screen) -> None:
    """Before the jobs and counts, which may be cut off."""
    known = Status(version="1", pid=1, since=NOON, reload_error="", accounts=(STUCK,))
    Console(width=200).print(watched(known, UTC, now=NOON))
    assert shown(capsys)[0].startswith("acme: bbbb2222 order.edi is held")


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=59), "59 m"),
        (timedelta(hours=30), "1 d"),
        (timedelta(hours=3, minutes=59), "3 h"),
    ],
)
def test_spans(length: timedelta, words: str) -> None:
    """The largest unit that is full."""
    assert span(length) == words


def test_acknowledgements_that_need_a_person_are_told(tmp_path: Path, capsys: Screen) -> None:
    """What was rejected with its name, what is overdue by how many; each with what to type."""
    rejected = replace(row(SENT, ROOTS), acknowledged="rejected")
    world = World(folder=tmp_path)
    world.opened.known = {"acme": replace(FINE, attention=(rejected,), overdue=2)}
    assert world.run("status", "--account", "acme") == 0
    lines = shown(capsys)
    assert any(
        line.startswith("rejected aaaa1111") and "syncd resolve aaaa1111 done" in line for line in lines
    )
    overdue = "2 sent messages were not acknowledged in time"
    assert f"overdue {overdue} syncd list --acknowledged overdue" in lines
    assert world.run("status", "--check", "--account", "acme") == 1
    assert f"acme: {overdue}: syncd list --acknowledged overdue" in shown(capsys)
