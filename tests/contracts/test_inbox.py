"""What every inbox promises."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.core.model import MessageId, Pair, Place
from syncd.errors import BadReply, FolderError, NameTaken
from syncd.ports.gateway import Content
from tests.contracts.folder_worlds import (
    KINDS,
    PAIR,
    TEST_PAIR,
    Bytes,
    World,
    open_numbers,
    open_world,
)

INBOX = "inbox/ACME/WALMART"
ONE = MessageId("00000001")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def inbox(kind: str, tmp_path: Path) -> World:
    return open_world(kind, tmp_path)


def test_what_is_published_is_whole_and_has_its_name(inbox: World) -> None:
    """The original name, and nothing left in staging but the witness."""
    message = inbox.published(ONE, ("invoice.edi", b"ISA*00"), ("asn.edi", b"ISA*01"))
    assert inbox.hands.names(INBOX) == ["asn.edi", "invoice.edi"]
    assert inbox.hands.read(f"{INBOX}/invoice.edi") == b"ISA*00"
    assert [file.place for file in message.files] == [f"{INBOX}/invoice.edi", f"{INBOX}/asn.edi"]


def test_nothing_is_visible_before_it_is_published(inbox: World) -> None:
    """Staging and choosing show nothing."""
    inbox.staged(ONE, ("invoice.edi", b"ISA*00"))
    assert inbox.hands.names(INBOX) == []


def test_the_test_partner_has_an_inbox_of_its_own(inbox: World) -> None:
    """Types are never mixed."""
    message = inbox.staged(ONE, ("invoice.edi", b"ISA*00"), pair=TEST_PAIR)
    assert message.files[0].place == "inbox/ACME/WALMART.test/invoice.edi"


def test_what_arrives_from_nobody_in_particular_stands_under_unknown(kind: str, tmp_path: Path) -> None:
    """By the mailbox that it came to."""
    made = open_numbers(kind, tmp_path)
    pair = Pair(station="112233", partner="unknown")
    message = made.staged(ONE, ("invoice.edi", b"ISA*00"), pair=pair)
    made.inbox.publish(message)
    assert made.hands.read("inbox/112233/unknown/invoice.edi") == b"ISA*00"
    made.inbox.write_alone(pair, ONE, b"{}")
    assert made.hands.exists("held/112233/unknown/00000001.syncd.json")


def test_a_name_that_is_taken_is_left_alone(inbox: World) -> None:
    """The next message of that name gets a number."""
    inbox.hands.drop(f"{INBOX}/invoice.edi", b"theirs")
    message = inbox.published(ONE, ("invoice.edi", b"ours"))
    assert message.files[0].place == f"{INBOX}/invoice~2.edi"
    assert inbox.hands.read(f"{INBOX}/invoice.edi") == b"theirs"


def test_a_promised_name_is_taken(inbox: World) -> None:
    """Two messages under way never get one name."""
    first = inbox.staged("00000001", ("invoice.edi", b"1"))
    second = inbox.staged("00000002", ("invoice.edi", b"2"))
    assert first.files[0].place != second.files[0].place


def test_a_promise_that_was_given_back_is_free_again(inbox: World) -> None:
    """What is not published needs no name."""
    first = inbox.staged("00000001", ("invoice.edi", b"1"))
    inbox.inbox.release(first)
    assert inbox.staged("00000002", ("invoice.edi", b"2")).files[0].place == first.files[0].place


def test_promises_of_an_earlier_life_count(inbox: World) -> None:
    """After a start the staged rows say what they were promised."""
    first = inbox.staged("00000001", ("invoice.edi", b"1"))
    inbox.inbox.release(first)
    inbox.inbox.promise([first])
    assert inbox.staged("00000002", ("invoice.edi", b"2")).files[0].place == f"{INBOX}/invoice~2.edi"


def test_a_name_is_used_again_when_the_erp_has_taken_the_file(inbox: World) -> None:
    """Numbers do not grow for ever."""
    for number in range(3):
        inbox.published(f"0000000{number}", ("invoice.edi", b"1"))
    for name in inbox.hands.names(INBOX):
        inbox.hands.take(f"{INBOX}/{name}")
    for number in range(4, 6):
        inbox.published(f"0000000{number}", ("invoice.edi", b"1"))
    assert inbox.hands.names(INBOX) == ["invoice.edi", "invoice~2.edi"]


def test_a_name_taken_in_the_last_moment_overwrites_nothing(inbox: World) -> None:
    """The rename refuses; other names are chosen for what is still staged."""
    message = inbox.staged(ONE, ("a.edi", b"a"), ("b.edi", b"b"))
    inbox.hands.drop(f"{INBOX}/b.edi", b"theirs")
    with pytest.raises(NameTaken):
        inbox.inbox.publish(message)
    again = inbox.chosen(message)
    assert [file.place for file in again.files] == [f"{INBOX}/a.edi", f"{INBOX}/b~2.edi"]
    inbox.inbox.publish(again)
    assert inbox.hands.read(f"{INBOX}/b.edi") == b"theirs"
    assert inbox.hands.read(f"{INBOX}/b~2.edi") == b"b"


def test_publishing_again_does_nothing(inbox: World) -> None:
    """Also when the ERP took the file in between: it is never there twice."""
    message = inbox.published(ONE, ("invoice.edi", b"ISA*00"))
    inbox.hands.take(f"{INBOX}/invoice.edi")
    inbox.inbox.publish(message)
    assert inbox.hands.names(INBOX) == []


def test_staging_witnesses_what_was_published(inbox: World) -> None:
    """The folder is there and a file gone: that file was published. No folder: staging was emptied."""
    message = inbox.staged(ONE, ("a.edi", b"a"), ("b.edi", b"b"))
    assert inbox.inbox.staged(ONE).indexes == {0, 1}
    inbox.inbox.publish(message)
    assert inbox.inbox.staged(ONE).folder_exists
    assert inbox.inbox.staged(ONE).indexes == frozenset()
    inbox.inbox.discard(ONE)
    assert not inbox.inbox.staged(ONE).folder_exists


def test_what_was_removed_from_staging_is_never_called_published(inbox: World) -> None:
    """Somebody may empty it while a batch is being published."""
    message = inbox.staged(ONE, ("a.edi", b"a"))
    inbox.inbox.discard(ONE)
    with pytest.raises(FolderError, match="removed"):
        inbox.inbox.publish(message)


def test_staging_lists_and_forgets(inbox: World) -> None:
    """Discarding what is not there is no error."""
    inbox.staged(ONE, ("a.edi", b"a"))
    assert inbox.inbox.staging() == {ONE}
    inbox.inbox.discard(ONE)
    inbox.inbox.discard(ONE)
    assert inbox.inbox.staging() == frozenset()


def test_staging_again_leaves_nothing_of_the_earlier_try(inbox: World) -> None:
    """A message that has fewer files the second time has no more in staging."""
    inbox.staged(ONE, ("a.edi", b"a"), ("b.edi", b"b"))
    inbox.staged(ONE, ("c.edi", b"c"))
    assert inbox.inbox.staged(ONE).indexes == {0}


def test_content_that_breaks_off_leaves_nothing(inbox: World) -> None:
    """A message is staged whole or not at all."""

    class Broken(Bytes):
        def read(self, size: int = -1, /) -> bytes:
            raise BadReply("the archive is damaged")

    def contents() -> Iterator[Content]:
        yield Bytes("a.edi", b"a")
        yield Broken("b.edi", b"")

    with pytest.raises(BadReply):
        inbox.inbox.stage(ONE, contents())
    assert inbox.inbox.staging() == frozenset()


def test_a_batch_is_staged_as_its_messages_are_one_by_one(inbox: World) -> None:
    """One that breaks off leaves nothing, and the others stand."""

    class Broken(Bytes):
        def read(self, size: int = -1, /) -> bytes:
            raise BadReply("the archive is damaged")

    two = MessageId("00000002")
    with inbox.inbox.stage_together() as stage:
        files = stage(ONE, [Bytes("a.edi", b"a"), Bytes("b.edi", b"b")])
        with pytest.raises(BadReply):
            stage(two, [Broken("c.edi", b"")])
    assert inbox.inbox.staging() == {ONE}
    assert [stream.read() for stream in inbox.inbox.staged_contents(ONE, files)] == [b"a", b"b"]


def test_a_batch_is_chosen_for_and_discarded_together(inbox: World) -> None:
    """Within a batch names are free or taken as ever, and what was staged is gone after it."""
    inbox.hands.drop(f"{INBOX}/1.edi", b"theirs")
    with inbox.inbox.together():
        places = [inbox.staged(f"0000000{n}", ("1.edi", b"x")).files[0].place for n in range(2)]
        for n in range(2):
            inbox.inbox.discard(MessageId(f"0000000{n}"))
    assert places == [f"{INBOX}/1~2.edi", f"{INBOX}/1~3.edi"]
    assert inbox.inbox.staging() == frozenset()


def test_a_staged_file_that_differs_from_its_row_is_damaged(inbox: World) -> None:
    """Compared by sha256."""
    message = inbox.staged(ONE, ("a.edi", b"a"))
    assert not inbox.inbox.damaged(message)
    assert inbox.inbox.damaged(replace(message, files=(replace(message.files[0], sha256="0" * 64),)))


def test_what_is_published_is_not_damaged(inbox: World) -> None:
    """Only what is still staged is looked at."""
    message = inbox.published(ONE, ("a.edi", b"a"))
    assert not inbox.inbox.damaged(message)


def test_many_are_published_and_a_bad_one_stops_no_other(inbox: World) -> None:
    """Those that failed are returned with why."""
    messages = [inbox.staged(f"0000000{n}", (f"{n}.edi", b"x")) for n in range(3)]
    inbox.hands.drop(f"{INBOX}/1.edi", b"theirs")
    failed = inbox.inbox.publish_many([(message, None) for message in messages])
    assert list(failed) == ["00000001"]
    assert inbox.hands.names(INBOX) == ["0.edi", "1.edi", "2.edi"]
    assert inbox.hands.read(f"{INBOX}/1.edi") == b"theirs"


def test_names_from_outside_are_made_safe(inbox: World) -> None:
    """The original name stays in the file's row."""
    message = inbox.published(ONE, ("../../etc/passwd", b"x"), ("", b"y"))
    assert inbox.hands.names(INBOX) == ["_.._etc_passwd", "attachment-2"]
    assert [file.name for file in message.files] == ["../../etc/passwd", ""]


def test_prefix_puts_the_time_before_the_name(kind: str, tmp_path: Path) -> None:
    """In UTC, to the millisecond."""
    made = open_world(kind, tmp_path, inbox_style="prefix")
    made.published(ONE, ("invoice.edi", b"x"))
    assert made.hands.names(INBOX) == ["20261121T221326.123Z_invoice.edi"]


def test_folder_publishes_a_message_as_one(kind: str, tmp_path: Path) -> None:
    """With safe names, each once."""
    made = open_world(kind, tmp_path, inbox_style="folder")
    message = made.staged(ONE, ("a.edi", b"1"), ("a.edi", b"2"))
    assert message.is_folder
    assert not made.inbox.damaged(message)
    made.inbox.publish(message)
    folder = f"{INBOX}/20261121T221326.123Z_00000001"
    assert message.place == folder
    assert made.hands.names(folder) == ["a.edi", "a~2.edi"]
    assert [made.hands.read(str(file.place)) for file in message.files] == [b"1", b"2"]
    assert made.inbox.staged(ONE).folder_exists
    assert made.inbox.staged(ONE).indexes == frozenset()
    made.inbox.publish(message)


def test_a_status_file_stands_beside_its_file(kind: str, tmp_path: Path) -> None:
    """Its name is kept free, too."""
    made = open_world(kind, tmp_path, inbox_status_files=True)
    made.hands.drop(f"{INBOX}/invoice.edi.syncd.json", b"theirs")
    made.published(ONE, ("invoice.edi", b"x"), status=b"{}")
    assert made.hands.read(f"{INBOX}/invoice~2.edi.syncd.json") == b"{}"
    assert made.hands.read(f"{INBOX}/invoice.edi.syncd.json") == b"theirs"


def test_a_held_message_has_a_status_file_alone(inbox: World) -> None:
    """Written anew as often as something changes, and removed in the end."""
    place = Place("held/ACME/WALMART/00000001.syncd.json")
    inbox.inbox.write_alone(PAIR, ONE, b"1")
    inbox.inbox.write_alone(PAIR, ONE, b"2")
    assert inbox.hands.read(place) == b"2"
    inbox.inbox.write_alone(PAIR, ONE, None)
    inbox.inbox.write_alone(PAIR, ONE, None)
    assert not inbox.hands.exists(place)
