"""What is compared on disk, and which of it is no fault at all."""

from pathlib import Path

import pytest

from syncd.core import events as ev
from syncd.core.account import PairRules, PartnerTable
from syncd.core.model import Phase, Place, State
from syncd.errors import Unreachable
from syncd.operations.verifying import verified, verify_database
from syncd.operations.verifying_desk import Heal
from syncd.operations.verifying_report import Kind
from tests.contracts.stores import failed, opened
from tests.fakes.store import FakeStore
from tests.operations.verifying_parts import Hands, unknown

AT = "failed/ACME/WALMART/a.edi"
FAILED = {"state": State.FAILED, "phase": None}


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    return Hands(tmp_path)


def test_nothing_wrong_keeps_nobody_waiting(hands: Hands) -> None:
    """The flows are kept out for what seems wrong only."""
    hands.message("a.edi", AT, **FAILED)
    assert (hands.kinds(), hands.times_alone) == ([], 0)


def test_a_file_on_its_way_is_no_fault(hands: Hands) -> None:
    """What a pass moves while the first look is taken is in its place at the second."""
    row = hands.message("a.edi", None, **FAILED)

    def arrives() -> None:
        hands.world.hands.drop(AT)
        hands.describe(row)

    hands.meanwhile = arrives
    assert (hands.kinds(), hands.times_alone) == ([], 1)


def test_a_stranger_that_a_message_put_there_meanwhile_is_none(hands: Hands) -> None:
    """The second look asks for the name."""
    hands.world.hands.drop("sent/ACME/WALMART/2026-11-21/a.edi")
    place = Place("sent/ACME/WALMART/2026-11-21/a.edi")
    hands.meanwhile = lambda: hands.opened(failed("a.edi", place=place))
    assert Kind.FILE_UNKNOWN not in hands.kinds()


def test_another_file_at_the_place_of_one_that_was_taken(hands: Hands) -> None:
    """Belongs to nobody."""
    hands.happened(hands.message("a.edi", None, **FAILED), ev.TakenAway())
    hands.world.hands.drop(AT)
    assert hands.kinds() == ["file_unknown"]


def test_what_cannot_be_healed_first_is_not_repaired(hands: Hands) -> None:
    """The reason is told; what needs no healing is repaired all the same."""
    row = hands.message("a.edi", None, state=State.SENT, phase=None)
    hands.world.hands.drop(".syncd/scratch/left")
    hands.fails = Unreachable("no network", remedy="Wait.")
    gone, left = hands.verify(repair=True).findings
    assert (gone.repaired, gone.trouble) == (False, "no network. Wait.")
    assert left.repaired
    assert not hands.store.messages[row.id].progress.file_gone


def test_an_unfinished_move_is_for_the_flows(hands: Hands) -> None:
    """The file stands where it was, or arrived unnoted: both are healed as at the start of a pass."""
    hands.world.hands.drop("queued/ACME/WALMART/a.edi")
    moving = Place("queued/ACME/WALMART/a.edi")
    row = hands.message("a.edi", None, moving_from=moving, **FAILED)
    [finding] = hands.verify(repair=True).findings
    assert (finding.kind, finding.id, finding.repaired) == (Kind.MOVE_UNFINISHED, row.id, False)
    assert finding.trouble == "it is still so: the log may tell why"
    assert hands.healed == [Heal.OUTBOUND]
    hands.happened(row, ev.Moved())
    hands.world.hands.take(moving)
    hands.world.hands.drop(AT)
    assert hands.kinds() == ["status_file"]


@pytest.mark.parametrize(
    ("phase", "becomes"),
    [
        (Phase.CLAIMED, State.WITHDRAWN),
        (Phase.WAITING, State.WITHDRAWN),
        (Phase.IN_DOUBT, State.QUEUED),
        (Phase.ACCEPTED, State.QUEUED),
    ],
)
def test_what_was_sent_is_not_withdrawn(hands: Hands, phase: Phase, becomes: State) -> None:
    """A file that is taken later changes nothing at the gateway: that is noted."""
    row = hands.opened(
        failed("a.edi", place=Place("queued/ACME/WALMART/a.edi"), state=State.QUEUED, phase=phase)
    )
    [finding] = hands.verify(repair=True).findings
    assert (finding.kind, finding.repaired) == (Kind.FILE_GONE, True)
    after = hands.store.messages[row.id]
    assert (after.state, after.progress.file_gone) == (becomes, becomes is State.QUEUED)
    assert hands.store.lines[row.id][-1].by == "anna"


def test_a_status_file_that_tells_news_stays(hands: Hands) -> None:
    """As that of a file that was taken out of queued/ before it was sent; it is kept up to date."""
    row = hands.happened(hands.message("a.edi", None, state=State.SENT, phase=None), ev.TakenAway())
    hands.describe(row)
    assert hands.kinds() == []
    hands.happened(row, ev.Bounced(reason="the MDN says no", mdn=None, place=None))
    assert hands.kinds() == ["status_file"]  # of the earlier state
    hands.verify(repair=True)
    assert hands.kinds() == []
    assert b"the MDN says no" in hands.world.hands.read(f"{AT}.syncd.json")


def test_what_clearing_failed_leaves_behind_is_a_note(hands: Hands) -> None:
    """The status file of a failed file that somebody took wants nothing; the repair removes it."""
    row = hands.happened(hands.message("a.edi", None, **FAILED), ev.TakenAway())
    hands.describe(row)
    [finding] = hands.verify().findings
    assert (finding.kind, finding.is_note, finding.can_repair) == (Kind.STATUS_ALONE, True, True)
    assert [each.repaired for each in hands.verify(repair=True).findings] == [True]
    assert hands.kinds() == []


def test_foreign_status_files_are_left_alone(hands: Hands) -> None:
    """One of a message that nobody knows, and one that is none."""
    row = hands.message("a.edi", None, **FAILED)
    hands.describe(row, "failed/ACME/WALMART/b.edi")
    content = hands.world.hands.read("failed/ACME/WALMART/b.edi.syncd.json")
    hands.world.hands.drop("held/ACME/c.edi.syncd.json", content.replace(row.id.encode(), unknown().encode()))
    hands.world.hands.drop("held/ACME/d.edi.syncd.json", b"{}")
    found = hands.verify(repair=True).findings
    alone = [each for each in found if each.kind is Kind.STATUS_ALONE]
    assert sorted((each.is_note, each.repaired) for each in alone) == [
        (False, True),
        (True, False),
        (True, False),
    ]
    assert hands.world.hands.names("held/ACME") == ["c.edi.syncd.json", "d.edi.syncd.json"]


def test_files_of_one_dropped_folder_are_known(hands: Hands) -> None:
    """Where each of them is a message of its own; so are done markers, and what stands above any pair."""
    for place in (
        "queued/ACME/WALMART/batch/a.edi",
        "sent/ACME/WALMART/2026-11-21/batch/b.edi",
        "failed/c.edi",
    ):
        state = State(place.split("/")[0])
        phase = Phase.WAITING if state is State.QUEUED else None
        hands.message(place.rpartition("/")[2], place, state=state, phase=phase)
    hands.world.hands.take("queued/ACME/WALMART/batch/a.edi.syncd.json")
    hands.world.hands.drop("sent/ACME/WALMART/2026-11-21/batch/own.txt")
    hands.world.hands.drop("queued/ACME/WALMART/empty/x")
    hands.world.hands.take("queued/ACME/WALMART/empty/x")
    [finding] = hands.verify().findings
    assert finding.place == hands.folder / "sent/ACME/WALMART/2026-11-21/batch/own.txt"


def test_done_markers_are_no_messages(tmp_path: Path) -> None:
    """They stand beside their files."""
    table = PartnerTable(partner="WALMART", rules=PairRules(done_marker=".done"))
    hands = Hands(tmp_path, rules={"partners": (table,)})
    hands.message("a.edi", AT, **FAILED)
    hands.world.hands.drop(f"{AT}.done")
    assert hands.kinds() == []
    hands.world.hands.drop("failed/ACME/WALMART/lone.done")
    assert hands.kinds() == ["file_unknown"]


def test_a_staging_folder_that_a_message_knows_is_never_removed(hands: Hands) -> None:
    """Staged, it is the witness of what was published; else it is told, and left to the next start."""
    arriving = hands.received("one")
    hands.world.hands.drop(f".syncd/staging/{arriving.id}/0")
    hands.world.hands.drop(f".syncd/staging/{unknown()}/0")
    known, foreign = sorted(hands.verify(repair=True).findings, key=lambda each: each.repaired)
    assert (known.kind, known.id, known.can_repair) == (Kind.STAGING_FOREIGN, arriving.id, False)
    assert (foreign.kind, foreign.repaired) == (Kind.STAGING_FOREIGN, True)
    assert hands.world.hands.names(".syncd/staging") == [arriving.id]


def test_the_repair_never_follows_a_link(hands: Hands) -> None:
    """What a link in staging points to is somebody's."""
    hands.world.hands.drop("elsewhere/precious")
    (hands.folder / ".syncd/staging/link").symlink_to(hands.folder / "elsewhere")
    assert hands.kinds(repair=True) == ["staging_foreign"]
    assert hands.world.hands.names("elsewhere") == ["precious"]
    assert hands.world.hands.names(".syncd/staging") == []


def test_a_file_that_cannot_be_looked_at_stops_nothing(hands: Hands) -> None:
    """A file where a folder has to be."""
    hands.world.hands.drop("failed/ACME")
    hands.message("a.edi", None, **FAILED)
    hands.message("b.edi", "held/ACME/WALMART/b.edi", state=State.HELD, phase=None)
    hands.world.hands.take("held/ACME/WALMART/b.edi.syncd.json")
    assert sorted(hands.kinds()) == ["file_unknown", "status_file", "unreadable"]


def test_the_database_is_judged_too() -> None:
    """Damage, and accounts that nobody looks after any more."""
    store = FakeStore()
    opened(store, failed("a.edi"), failed("b.edi", account="old"))
    assert verify_database(store, configured=["acme", "old"]) == ()
    store.damage = ["page 7 is never used"]
    damage, strange = verify_database(store, configured=["acme"])
    assert (damage.kind, damage.account, damage.is_open) == (Kind.DATABASE, None, True)
    assert (strange.kind, strange.account, strange.is_open) == (Kind.ACCOUNT_UNKNOWN, "old", False)
    assert strange.what.startswith("the database has 1 messages")


def test_all_is_well_when_nothing_is_open(hands: Hands) -> None:
    """Notes are no fault; what could not be asked is."""
    hands.world.hands.drop("sent/ACME/WALMART/own.txt")
    compared = hands.verify()
    assert verified([compared], (), repair=False).ok
    hands.world.hands.take(".syncd/root.json")
    compared = hands.verify()
    assert "has no marker" in compared.account.trouble
    assert not verified([compared], (), repair=False).ok
