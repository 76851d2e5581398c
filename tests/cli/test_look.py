"""The commands that look: `list`, `find`, `show`, `partners`, `stations`, and `resolve`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.cli.look import moment
from syncd.config import load
from syncd.core.filed import filed
from syncd.core.model import Answer, Direction, File, KindCount, MessageId, State
from syncd.errors import ConfigError, UsageError
from tests.cli.world import HELD, NOON, SENT, SmallECGrid, World, parsed
from tests.core.edi import ORDERS, reading
from tests.fakes.door import FakeDoor

KEYS = [
    *("id", "account", "gateway", "direction", "state", "phase", "station", "partner", "partner_type"),
    *("message_id", "subject", "batch", "files", "created", "updated", "next", "reason", "mdn"),
    *("deleted", "kinds", "documents", "documents_more"),
    *("acknowledged", "acknowledge_by", "resend_of", "verdicts"),
]
Screen = pytest.CaptureFixture[str]


def test_list_prints_an_array_of_rows(world: World, capsys: Screen) -> None:
    """Scripts rely on these keys."""
    assert world.run("list", "--json") == 0
    rows = parsed(capsys.readouterr().out)
    assert [row["id"] for row in rows] == ["bbbb2222", "aaaa1111", "cccc3333"]
    assert list(rows[1]) == KEYS
    assert rows[1] | {"subject": "", "batch": ""} == {
        "id": "aaaa1111",
        "account": "acme",
        "gateway": "as2gateway",
        "direction": "outbound",
        "state": "sent",
        "phase": None,
        "station": "ACME",
        "partner": "WALMART",
        "partner_type": "production",
        "message_id": "<one@gateway>",
        "subject": "",
        "batch": "",
        "files": [
            {
                "name": "invoice.edi",
                "size": 4,
                "sha256": "ab",
                "path": "/srv/acme/sent/ACME/WALMART/2026-01-31/invoice.edi",
            }
        ],
        "created": "2026-01-31T12:00:00Z",
        "updated": "2026-01-31T12:00:00Z",
        "next": None,
        "reason": None,
        "mdn": None,
        "deleted": None,
        "kinds": {},
        "documents": [],
        "documents_more": 0,
        "acknowledged": None,
        "acknowledge_by": None,
        "resend_of": None,
        "verdicts": [],
    }


def test_list_shows_people_a_line_each(world: World, capsys: Screen) -> None:
    """On the configured clock, uncut where there is no terminal."""
    assert world.run("list") == 0
    heading, held, *_ = capsys.readouterr().out.splitlines()
    assert heading.split() == ["ID", "CREATED", "ACCOUNT", "STATE", "STATION", "PARTNER", "FILES", "REASON"]
    assert held.split()[:5] == ["bbbb2222", "2026-01-31", "13:00:00", "acme", "held"]
    assert "nobody knows whether it was sent" in held


def test_many_files_and_long_names_are_shortened(tmp_path: Path, capsys: Screen) -> None:
    """One message would widen the table for all; JSON has every letter."""
    long = "a" * 200 + ".edi"
    files = (File(name=long, size=1), *(File(name=f"{number}.edi", size=1) for number in range(10)))
    world = World(folder=tmp_path, messages=(replace(HELD, files=files),))
    assert world.run("list") == 0
    printed = capsys.readouterr().out
    assert "aaa…aaaaaaaaaaa.edi + 10 more" in printed
    assert max(map(len, printed.splitlines())) < 250
    assert world.run("list", "--json") == 0
    assert long in capsys.readouterr().out


def test_names_from_outside_do_not_steer_the_terminal(world: World, capsys: Screen) -> None:
    """Neither escape sequences, nor marks that turn the direction of writing, nor our own markup."""
    assert world.run("list") == 0
    assert world.run("partners") == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]Walmart[/]" in shown


def test_list_passes_on_what_was_asked(world: World) -> None:
    """Every option has its part in the search."""
    words = "--direction outbound --state held --state failed --station ACME --partner WALMART --limit 7"
    assert (
        world.run(
            "list",
            *words.split(),
            "--name",
            "*.edi",
            "--since",
            "2026-01-31",
            "--attention",
            "--account",
            "acme",
        )
        == 0
    )
    [asked] = world.opened.asked
    assert (asked.direction, asked.states) == (Direction.OUTBOUND, (State.HELD, State.FAILED))
    assert (asked.station, asked.partner, asked.name) == ("ACME", "WALMART", "*.edi")
    assert (asked.limit, asked.attention, asked.account) == (7, True, "acme")
    assert asked.since == datetime(2026, 1, 30, 23, tzinfo=UTC)
    assert asked.until is None


@pytest.mark.parametrize("limit", ["0", "-1", "10001"])
@pytest.mark.parametrize("command", [("list",), ("find", "invoice.edi")])
def test_a_limit_has_its_limits(
    world: World, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], limit: str
) -> None:
    """Who asks for nothing, or for more than memory bears, has mistyped."""
    assert world.run(*command, f"--limit={limit}") == 2
    assert "--limit is " in capsys.readouterr().err
    assert world.opened.asked == []


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-31", datetime(2026, 1, 30, 23, tzinfo=UTC)),
        ("2026-01-31T08:00", datetime(2026, 1, 31, 7, tzinfo=UTC)),
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2h", NOON - timedelta(hours=2)),
        ("7d", NOON - timedelta(days=7)),
        (None, None),
    ],
)
def test_moments(text: str | None, at: datetime | None) -> None:
    """A time on the configured clock, or how long ago."""
    assert moment(text, option="--since", zone=ZoneInfo("Europe/Berlin"), now=NOON) == at


@pytest.mark.parametrize("text", ["yesterday", "2x", "", "99999999999d", "0001-01-01"])
def test_what_is_no_moment(text: str) -> None:
    """Is refused with the option's name."""
    with pytest.raises(UsageError, match="--since"):
        moment(text, option="--since", zone=ZoneInfo("Europe/Berlin"), now=NOON)


def test_find_nothing_is_exit_1(world: World, capsys: Screen) -> None:
    """Scripts can test it; the array is empty all the same."""
    assert world.run("find", "nothing.edi", "--json") == 1
    assert parsed(capsys.readouterr().out) == []
    assert world.run("find", "invoice") == 0
    assert "aaaa1111" in capsys.readouterr().out


def test_show_one_message_with_its_history(world: World, capsys: Screen) -> None:
    """The row, and what happened to it."""
    assert world.run("show", "bbbb2222", "--json") == 0
    shown = parsed(capsys.readouterr().out)
    assert list(shown) == [*KEYS, "comes_next", "attempts", "history"]
    assert shown["history"] == [
        {
            "at": "2026-01-31T12:00:00Z",
            "kind": "claimed",
            "state": "queued",
            "phase": "claimed",
            "text": "taken over",
            "by": "",
        }
    ]
    assert world.run("show", "order.edi") == 0
    assert "taken over" in capsys.readouterr().out


def test_a_file_that_is_still_arriving_has_no_path(world: World, capsys: Screen) -> None:
    """Its place is promised, but nothing stands there yet."""
    assert world.run("show", "cccc3333", "--json") == 0
    [file] = parsed(capsys.readouterr().out)["files"]
    assert file["path"] is None


def test_show_a_name_that_fits_several(world: World, capsys: Screen) -> None:
    """The ids are named, to choose from; a part of a name fits none."""
    namesake = replace(HELD, name="invoice.edi", files=SENT.files)
    world.opened = FakeDoor(messages=(namesake, SENT), roots={"acme": Path("/srv/acme")})
    assert world.run("show", "invoice.edi") == 2
    assert "bbbb2222, aaaa1111" in capsys.readouterr().err
    assert world.run("show", "none.edi") == 1
    assert world.run("show", "oice.edi") == 1


def test_partners_and_stations_of_every_account(world: World, capsys: Screen) -> None:
    """One array over the accounts, or one account's."""
    assert world.run("partners", "--json") == 0
    assert [row["account"] for row in parsed(capsys.readouterr().out)] == ["acme", "other"]
    assert world.run("stations", "--json", "--account", "other") == 0
    assert parsed(capsys.readouterr().out) == [{"account": "other", "as2_id": "ACME", "name": "Acme Ltd"}]


def test_ecgrid_has_no_list_of_partners(world: World, capsys: Screen) -> None:
    """An empty table would look like a fault; scripts get their array."""
    world.gateways["other"] = SmallECGrid()
    assert world.run("partners", "--account", "other") == 0
    [said] = capsys.readouterr().out.splitlines()
    assert said.startswith("other: ECGrid has no list of partners")
    assert said.endswith("drop into /srv/other/outbox/<our number>/<theirs>/")

    assert world.run("partners") == 0
    shown = capsys.readouterr().out
    assert "WALMART" in shown
    assert said in shown.splitlines()
    assert world.run("partners", "--account", "other", "--json") == 0
    assert parsed(capsys.readouterr().out) == []


def test_resolve_names_the_message_as_people_do(world: World, capsys: Screen) -> None:
    """A file's name is enough; the row comes back."""
    assert world.run("resolve", "order.edi", "resend", "--json") == 0
    assert [each[:2] for each in world.opened.resolved] == [(HELD.id, "resend")]
    assert parsed(capsys.readouterr().out)["state"] == "queued"
    assert world.run("resolve", SENT.id, "perhaps") == 2


# Business documents -------------------------------------------------------------------------------


def test_find_takes_a_name_or_documents(world: World, capsys: Screen) -> None:
    """One of the two; a number may stand alone."""
    assert world.run("find", "--document", "850", "--control", "000000123") == 0
    [asked] = world.opened.asked
    assert (asked.document, asked.control) == ("850", "000000123")
    capsys.readouterr()
    for words in (["find"], ["find", "order", "--control", "1"]):
        assert world.run(*words) == 2
        assert "--control" in capsys.readouterr().err


def test_list_tells_the_kinds_and_show_the_documents(tmp_path: Path, capsys: Screen) -> None:
    """Shortly in the table; interchange by interchange and group by group where one is shown."""
    kinds = (KindCount(name="850", count=2), KindCount(name="860", count=1))
    documents = filed((reading(ORDERS),))
    world = World(folder=tmp_path, messages=(replace(SENT, kinds=kinds),))
    world.opened.filed = {SENT.id: documents}
    assert world.run("list") == 0
    assert "850 \N{MULTIPLICATION SIGN}2, 860" in capsys.readouterr().out
    assert world.run("show", SENT.id) == 0
    assert [line.strip() for line in capsys.readouterr().out.split("Documents\n")[1].splitlines()[:6]] == [
        "X12 interchange 000000123 from ACME to WALMART",
        "group PO 17",
        "850 0001",
        "850 0002",
        "group PC 18",
        "860 0001",
    ]


def test_list_asks_how_it_stands_with_acknowledgements(world: World, capsys: Screen) -> None:
    """As of now; other words are refused."""
    assert world.run("list", "--acknowledged", "overdue") == 0
    [asked] = world.opened.asked
    assert asked.acknowledged == "overdue"
    assert asked.at is not None
    assert world.run("list", "--acknowledged", "perhaps") == 2
    capsys.readouterr()


def test_list_says_that_the_partner_did_not_accept(tmp_path: Path, capsys: Screen) -> None:
    """In the place of a reason."""
    world = World(folder=tmp_path, messages=(replace(SENT, acknowledged=Answer.PARTLY),))
    assert world.run("list") == 0
    assert capsys.readouterr().out.rstrip().endswith("rejected in part by the partner")


def test_an_acknowledgement_that_is_late_is_told_as_such(tmp_path: Path, capsys: Screen) -> None:
    """One that is awaited only where that is asked for; each with its time."""
    late, waits = "not yet; overdue since 2026-01-31 1", "not yet; to come by 2999-"
    rows = (
        replace(SENT, acknowledge_by=NOON),
        replace(SENT, id=MessageId("dddd4444"), name="b", acknowledge_by=NOON.replace(year=2999)),
    )
    world = World(folder=tmp_path, messages=rows)
    assert world.run("list", "--acknowledged", "waiting") == world.run("show", "aaaa1111") == 0
    shown = capsys.readouterr().out
    assert (shown.count(late), shown.count(waits)) == (2, 1)
    assert world.run("list") == 0
    shown = capsys.readouterr().out
    assert (shown.count(late), shown.count(waits)) == (1, 0)


def test_find_takes_a_pattern_where_no_name_has_the_marks_in_it(world: World, capsys: Screen) -> None:
    """As `list --name` does."""
    assert world.run("find", "inv*.edi") == 0
    assert [asked.name for asked in world.opened.asked] == ["inv*.edi"]
    assert world.run("find", "inv.ice.nothing") == 1
    assert len(world.opened.asked) == 1
    capsys.readouterr()


def test_without_a_configuration_that_is_all_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what writes one."""
    with pytest.raises(ConfigError) as caught:
        load(None, {"XDG_CONFIG_HOME": str(tmp_path)})
    assert (caught.value.what, caught.value.remedy) == (
        "there is no configuration file",
        "`syncd init` writes a first one",
    )
