"""What every door promises: here a fake, and the control socket's client and server around one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.control.client import connect
from syncd.control.server import ControlServer
from syncd.core.filed import filed
from syncd.core.looking import Search
from syncd.core.model import (
    Attempt,
    Direction,
    File,
    GatewayId,
    KindCount,
    Mdn,
    MdnStatus,
    Message,
    MessageId,
    Pair,
    Phase,
    Place,
    State,
)
from syncd.core.planning.span import Refetched, Span
from syncd.core.retention import Retention
from syncd.errors import ConfigError, NotFound, Problem, SyncdError, TryLater, UsageError
from syncd.operations.door import Door
from syncd.operations.elsewhere import Elsewhere, There
from syncd.operations.pruning_report import AccountPruned, Kept, Pruned, Share
from syncd.operations.pruning_report import Kind as PrunedKind
from syncd.operations.reports import AccountReport, Left, Met, OnceReport
from syncd.operations.status import AccountStatus, JobStatus, TroubleStatus
from syncd.operations.verifying_report import AccountVerified, Finding, Kind, Verified
from tests.core.edi import ORDERS, reading
from tests.fakes.door import NOON, FakeDoor

ODD = "caf\udce9 \u202e\n\x1b.edi"
"""A file name that is no UTF-8, and steers terminals."""
SENT = Message(
    id=MessageId("aaaa1111"),
    account="acme",
    gateway="as2gateway",
    direction=Direction.OUTBOUND,
    state=State.SENT,
    pair=Pair(station="ACME", partner="WALMART"),
    name=ODD,
    message_id=GatewayId("<one@gateway>"),
    files=(File(name=ODD, size=4, sha256="ab"),),
    place=Place(f"sent/ACME/WALMART/2026-01-31/{ODD}"),
    created=NOON,
    updated=NOON,
    next_at=NOON + timedelta(microseconds=1),
    mdn=Mdn(status=MdnStatus.OK, content="processed", at=NOON),
    attempts=(Attempt(at=NOON, outcome="accepted"),),
)
MONTHS = Retention(sent=timedelta(days=90), failed=timedelta(milliseconds=1500))
HELD = replace(SENT, id=MessageId("bbbb2222"), state=State.HELD, account="other", phase=None, mdn=None)


@dataclass
class World:
    """A door, and the fake that answers behind it."""

    door: Door
    behind: FakeDoor


@pytest.fixture(params=["fake", "socket"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    behind = FakeDoor(messages=(HELD, SENT), roots={"acme": Path("/srv/acme"), "other": Path("/srv/other")})
    if request.param == "fake":
        yield World(door=behind, behind=behind)
        return
    server = ControlServer(tmp_path / "control.sock", behind, group=None)
    server.start()
    client = connect(tmp_path / "control.sock")
    assert client is not None
    yield World(door=client, behind=behind)
    server.stop()


def test_rows_come_as_they_are(world: World) -> None:
    """With every field, also a file name that is no text."""
    [held, sent] = world.door.list_messages(Search())
    assert (held.id, sent.id) == ("bbbb2222", "aaaa1111")
    assert sent.files[0].name == ODD
    assert sent.files[0].path == Path("/srv/acme/sent/ACME/WALMART/2026-01-31") / ODD
    assert (sent.next, sent.mdn) == (NOON + timedelta(microseconds=1), SENT.mdn)
    assert world.door.list_messages(Search()) == world.behind.list_messages(Search())


def test_documents_come_as_they_are(world: World) -> None:
    """Each with its envelopes, and how many of each kind."""
    world.behind.messages = [
        replace(SENT, kinds=(KindCount(name="850", count=2), KindCount(name="860", count=9)))
    ]
    world.behind.filed = {SENT.id: filed((reading(ORDERS),))}
    [row] = world.door.list_messages(Search())
    assert (row.kinds, row.documents_more) == ({"850": 2, "860": 9}, 8)
    assert row == world.behind.list_messages(Search())[0]
    assert [each.control for each in row.documents] == ["0001", "0002", "0001"]


def test_a_search_arrives_whole(world: World) -> None:
    """Every part of it counts."""
    wanted = Search(
        account="other",
        direction=Direction.OUTBOUND,
        states=(State.HELD, State.FAILED),
        station="ACME",
        partner=ODD,
        since=NOON,
        document="850",
        control="0007",
        until=NOON + timedelta(hours=1),
        name="*.edi",
        attention=True,
        limit=7,
    )
    assert [row.id for row in world.door.list_messages(wanted)] == ["bbbb2222"]
    assert world.behind.asked == [wanted]


def test_find_takes_ids_and_names(world: World) -> None:
    """Of one account or all, and not more than asked for."""
    assert [row.id for row in world.door.find_messages("aaaa1111", account=None, limit=5)] == ["aaaa1111"]
    assert [row.id for row in world.door.find_messages(ODD, account="other", limit=5)] == ["bbbb2222"]
    assert len(world.door.find_messages(".edi", account=None, limit=1)) == 1
    assert world.door.find_messages("nothing", account=None, limit=5) == ()


def test_show_tells_the_whole_story(world: World) -> None:
    """Attempts and history besides the row."""
    whole = world.door.show_message("aaaa1111", account=None)
    assert whole == world.behind.show_message("aaaa1111", account=None)
    assert [line.text for line in whole.history] == ["taken over"]


def test_what_is_not_there_is_said(world: World) -> None:
    """As the class that commands react to, in its own words."""
    with pytest.raises(NotFound, match="no message has the id or the file name none") as caught:
        world.door.show_message("none", account=None)
    assert caught.value.remedy == "`syncd list` shows them."
    with pytest.raises(UsageError, match="bbbb2222, aaaa1111"):
        world.door.show_message(ODD, account=None)


def test_status_comes_as_it_is(world: World) -> None:
    """All that is known of an account, and of the daemon."""
    [row] = world.door.list_messages(Search(account="other"))
    known = AccountStatus(
        account="other",
        gateway="as2gateway",
        root=Path("/srv/other"),
        watching="scanning: a network share",
        jobs=(JobStatus(name="pull", last_success=NOON, last_attempt=NOON, running_since=NOON, next=NOON),),
        counts={State.HELD: 1, State.SENT: 3},
        attention=(row,),
        not_taken=(
            Left(path=Path("/srv/other/outbox") / ODD, reason="a link", needs_person=True, since=NOON),
        ),
        troubles=(TroubleStatus(job="send", what="refused", remedy="Ask.", since=NOON, needs_person=True),),
        passed_over=12,
        passed_over_from=NOON,
    )
    world.behind.known = {"other": known}
    world.behind.reload_error = "a mistake"
    status = world.door.status(["other", "acme"])
    assert (status.version, status.pid, status.since) == ("1.2.3", 4711, NOON)
    assert (status.reload_error, status.needs_person) == ("a mistake", True)
    assert status.accounts[0] == known
    assert status.accounts[1].account == "acme"


def test_once_is_passed_on_and_reported(world: World) -> None:
    """Accounts, job and wait there; the report back."""
    left = Left(path=Path("/srv/acme/outbox/x"), reason="a FIFO")
    messages = world.door.list_messages(Search())
    account = AccountReport(
        account="acme",
        messages=messages,
        not_taken=(left,),
        would=("x",),
        trouble="t",
        remedy="r",
        troubles=(Met(what="t", remedy="r"),),
        hooks=(Met(what="h"),),
        paused=(Met(what="p"),),
    )
    world.behind.report = OnceReport(dry_run=False, accounts=(account,))
    assert world.door.once(["acme"], only="pull", wait=timedelta(seconds=1.5)) == world.behind.report
    assert world.door.once(["acme", "other"], only=None, wait=None) == world.behind.report
    assert world.behind.once_asked == [
        (("acme",), "pull", timedelta(seconds=1.5)),
        (("acme", "other"), None, None),
    ]


def test_a_held_message_is_resolved_once(world: World) -> None:
    """The row comes back as it is now; a second verdict does not fit."""
    assert world.door.resolve("bbbb2222", "resend", by="anna").state == "queued"
    assert [each[:2] for each in world.behind.resolved] == [("bbbb2222", "resend")]
    with pytest.raises(UsageError, match="not held"):
        world.door.resolve("bbbb2222", "resend", by="anna")


def test_tries_are_stopped_and_begun_again(world: World) -> None:
    """The row comes back as it is now; what does not fit is refused in the door's own words."""
    queued = replace(SENT, id=MessageId("cccc3333"), state=State.QUEUED, phase=Phase.ACCEPTED)
    world.behind.messages = [queued]
    assert world.door.stop("cccc3333", by="anna").phase == "stopped"
    with pytest.raises(UsageError, match="too late to stop"):
        world.door.stop("cccc3333", by="anna")
    assert world.door.retry("cccc3333", by="anna").phase == "accepted"
    assert [verb for verb, _ in world.behind.acted] == ["stop", "retry"]
    with pytest.raises(NotFound):
        world.door.retry("nothing1", by="anna")


def test_a_failed_file_is_sent_again(world: World) -> None:
    """The new message comes back; what did not fail is refused."""
    world.behind.messages = [replace(SENT, state=State.FAILED)]
    assert world.door.resend("aaaa1111", by="anna").id == "new22222"
    with pytest.raises(UsageError, match="not failed"):
        world.door.resend("new22222", by="anna")


def test_a_partners_message_is_fetched_once_more(world: World) -> None:
    """It is on its way in then; what is under way already is refused."""
    got = replace(SENT, direction=Direction.INBOUND, state=State.RECEIVED, phase=Phase.CONFIRMED)
    world.behind.messages = [got]
    assert world.door.refetch(got.id, by="anna").state == "arriving"
    with pytest.raises(UsageError, match="under way"):
        world.door.refetch(got.id, by="anna")


def test_the_gateways_are_asked_about_what_is_not_known_here(world: World) -> None:
    """What they have comes back whole, and may be fetched by their id."""
    there = There(
        message_id="<new@gateway>",
        account="acme",
        gateway="as2gateway",
        direction=Direction.INBOUND,
        box="received",
        sender="WALMART",
        receiver="ACME",
        partner_type="production",
        subject=None,
        files=(File(name=ODD, size=4),),
        at=NOON,
        why="it is from before",
        remedy="syncd refetch",
    )
    world.behind.elsewhere, world.behind.deaf = (there,), ("other is deaf",)
    looked = world.door.look_elsewhere("new@gateway", accounts=["acme"])
    assert looked == Elsewhere(found=(there,), asked=("acme",), troubles=("other is deaf",))
    assert world.door.refetch_unknown("<new@gateway>", account="acme", by="anna").state == "arriving"


def test_what_arrived_in_some_time_is_counted_and_asked_for(world: World) -> None:
    """The span goes there whole, the counts come back whole."""
    span = Span(since=NOON, until=NOON + timedelta(days=1), again=True)
    found = Refetched(account="acme", missing=3, received=2, under_way=1, oldest=NOON, newest=NOON)
    world.behind.there = (found, replace(found, account="other", oldest=None))
    for only_look in (True, False):
        assert world.door.refetch_span(["acme"], span, only_look=only_look, by="anna") == (found,)
    assert world.behind.spans == [(span, True), (span, False)]


def test_a_deletion_tells_what_went_and_what_is_left(world: World) -> None:
    """First what would go, which touches nothing; what is left has its reason."""
    ids = ["aaaa1111", "bbbb2222"]
    looked = world.door.delete(ids, only_look=True, by="anna")
    assert (looked.done, world.door.show_message("aaaa1111", account=None).deleted) == (False, None)
    done = world.door.delete(ids, only_look=False, by="anna")
    assert ([row.id for row in done.messages], done.messages[0].deleted) == (["aaaa1111"], NOON)
    assert [(one.message.id, "resolve" in one.remedy) for one in done.left] == [("bbbb2222", True)]
    with pytest.raises(NotFound):
        world.door.delete(["nothing1"], only_look=True, by="anna")


def test_verify_is_passed_on_and_reported(world: World) -> None:
    """Every finding with all that it says."""
    finding = Finding(
        account="acme",
        kind=Kind.FILE_GONE,
        what="it is not there",
        remedy="Note it.",
        place=Path("/srv/acme/sent") / ODD,
        id="aaaa1111",
        message_id="<one@gateway>",
        can_repair=True,
        repaired=True,
        trouble="t",
    )
    account = AccountVerified(
        account="acme", messages=7, listed=3, since=NOON, is_cut=True, trouble="t", remedy="r"
    )
    note = Finding(account=None, kind=Kind.DATABASE, what="damaged", is_note=True)
    world.behind.found = Verified(ok=False, repair=True, findings=(finding, note), accounts=(account,))
    assert world.door.verify(["acme", "other"], repair=True, by="anna") == world.behind.found
    assert world.behind.verified == [(("acme", "other"), True)]


def test_what_was_pruned_is_reported(world: World) -> None:
    """Each share, and what was kept; which accounts, by what spans, and whether at all, arrives there."""
    share = Share(kind=PrunedKind.SENT, messages=7, bytes=9, oldest=NOON, newest=NOON + timedelta(days=1))
    account = AccountPruned(
        account="acme",
        shares=(share,),
        kept=(Kept(path=Path("/srv/acme/sent") / ODD, reason="changed"),),
        trouble="t",
        remedy="r",
    )
    world.behind.pruned = Pruned(dry_run=True, accounts=(account,), in_force=False)
    assert world.door.prune(["acme"], MONTHS, dry_run=False, by="anna") == replace(
        world.behind.pruned, dry_run=False
    )
    world.behind.pruned = Pruned(dry_run=True, accounts=())
    pruned = world.door.prune(["acme", "other"], Retention(), dry_run=True, by="anna")
    assert ([each.account for each in pruned.accounts], pruned.dry_run) == (["acme", "other"], True)
    assert world.behind.retentions == [MONTHS, Retention()]


def test_a_pause_lasts_until_it_is_undone(world: World) -> None:
    """One job or both, of these accounts only."""
    paused = world.door.pause(["acme"], job=None, by="anna").accounts[0]
    assert [job.name for job in paused.jobs if job.is_paused] == ["pull", "send"]
    resumed = world.door.resume(["acme"], job="pull", by="anna").accounts[0]
    assert [job.name for job in resumed.jobs if job.is_paused] == ["send"]
    [other] = world.door.status(["other"]).accounts
    assert not any(job.is_paused for job in other.jobs)


def test_a_reload_says_what_was_done_or_what_is_wrong(world: World) -> None:
    """Every mistake with its key."""
    assert world.door.reload(by="anna") == "started anew"
    problem = Problem(key="accounts.acme.url", what="is not an address", remedy="Write one")
    world.behind.reload_fails = ConfigError((problem,))
    with pytest.raises(ConfigError) as caught:
        world.door.reload(by="anna")
    assert caught.value.problems == (problem,)
    assert str(caught.value) == str(world.behind.reload_fails)


@pytest.mark.parametrize(
    "error",
    [
        TryLater("not now", request="GET /x", status=429, detail="slow", retry_after=timedelta(seconds=3)),
        *(kind("what it is", "What to do.") for kind in (NotFound, UsageError)),
    ],
)
def test_an_error_keeps_all_that_it_says(world: World, error: SyncdError) -> None:
    """Class, words, and what only some classes have."""
    world.behind.reload_fails = error
    with pytest.raises(type(error)) as caught:
        world.door.reload(by="anna")
    assert type(caught.value) is type(error)
    assert str(caught.value) == str(error)
    assert vars(caught.value) == vars(error)
