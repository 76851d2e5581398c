"""Whatever an AS2 ID or a message id is made of: it is told to the gateway as it is, and stays one folder."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.model import Direction, State
from syncd.sandbox import Sandbox, World
from tests.e2e.harness import Ground
from tests.e2e.invariants import faults
from tests.e2e.worlds import with_partners
from tests.hostile.lives import another_life
from tests.safety.figures import record_campaign

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
IDS = (
    "...",
    "../..",
    "/",
    "//",
    "a/../../b",
    ".syncd",
    "outbox",
    "inbox",
    "queued",
    "~",
    "~root",
    "-rf",
    "**",
    "?x=1&y=2",
    "#",
    "%",
    "%2F",
    "%2f..%2f",
    "a%00b",
    "unknown",
    "auto.test",
    "x.test.test",
    ".test",
    "CON",
    "C:",
    "\\\\host",
    '"quoted"',
    "{partner}",
    "$HOME",
    "upper",
    "UPPER",
    "\u00fcn\u00ef",
    "u\u0308n",
    " leading",
    "trailing ",
    "a  b",
    PRINTABLE[:64],
    PRINTABLE[64:],
)
MESSAGE_IDS = (
    "...",
    "../../outbox",
    "/etc/passwd",
    "a/b/../c@x",
    "a%2F..%2Fb@x",
    "%00@x",
    "?markAsRead=true",
    "a&b=c@x",
    "#fragment",
    "a;b@x",
    "batch",
    "batch/attachments",
    "markUnread",
    "a>b<c@x",
    '"@x',
    "'@x",
    "\\@x",
    "{id}@x",
    "a b  c@x",
    "\u00fc\u4e2d\U0001f4e6@x",
    "CON@x",
    "upper@x",
    "UPPER@x",
    PRINTABLE.strip() + "@x",
    "l" * 900 + "@x",
)
as2_ids = st.text(st.sampled_from(PRINTABLE), min_size=1, max_size=40).filter(
    lambda text: text.strip() == text and text not in {".", "..", "*"}
)
message_ids = st.text(st.sampled_from(PRINTABLE + "\u00fc\u4e2d"), min_size=1, max_size=60).filter(
    lambda text: text.strip() == text and text.strip("<>") not in {"", ".", ".."}
)


DOTS = (".", "..")
"""No address can carry them as a segment: they would name something else there."""


def both_ways(ground: Ground, partners: Sequence[str]) -> list[str]:
    """Let a message of each partner arrive, and send one to each; returns what went wrong."""
    ground.run()
    folders = sorted(path.name for path in (ground.root / "outbox/RJ_Station").iterdir())
    for number, partner in enumerate(partners):
        ground.box.deliver(files={"in.edi": f"UNA {number}".encode()}, partner=partner)
    for folder in folders:
        ground.drop("out.edi", f"UNA to {folder}".encode(), pair=f"RJ_Station/{folder}")
    ground.settle()
    arrived = sorted(r.pair.partner for r in ground.rows() if r.direction is Direction.INBOUND)
    sent = sorted(record.partner for record in ground.box.ledger.sent)
    delivered = sorted(path.rpartition("/")[0] for path in ground.files("inbox"))
    wanted = sorted(f"RJ_Station/{folder}" for folder in folders)
    return [
        *faults(ground),
        *([] if len(folders) == len(partners) else [f"{len(folders)} folders for {len(partners)} partners"]),
        *([] if arrived == sorted(partners) else [f"arrived: {arrived}"]),
        *([] if sent == sorted(partners) else [f"sent: {sent}"]),
        *([] if delivered == wanted else [f"delivered to {delivered}"]),
    ]


def live_with_ids(partners: Sequence[str]) -> list[str]:
    """A life with these partners; returns what went wrong."""
    with another_life(Sandbox(world=with_partners(*partners))) as (ground, around):
        return both_ways(ground, partners) + around.changes()


def test_every_id_is_one_folder_and_stays_itself() -> None:
    """Separators, dots, our own words, percent signs, quotes, blanks: both ways, and nothing outside."""
    assert live_with_ids(IDS) == []


@pytest.mark.parametrize("partner", DOTS)
def test_an_id_that_would_climb_in_an_address_is_refused(partner: str) -> None:
    """What goes there ends in failed/ with that reason; what comes from there arrives."""
    with another_life(Sandbox(world=with_partners(partner, "RJ_Partner"))) as (ground, around):
        wrong = both_ways(ground, [partner, "RJ_Partner"])
        reasons = {row.name: row.reason for row in ground.rows() if row.state is State.FAILED}

        assert [words[:5] for words in wrong] == ["sent:"]
        assert "cannot be part of an address" in (reasons["out.edi"] or "")
        assert {r.path for r in ground.box.ledger.requests if r.operation == "unknown"} == set()
        assert around.changes() == []


@settings(max_examples=2)
@given(partners=st.lists(as2_ids, min_size=1, max_size=12, unique=True))
def test_printable_ids_are_told_apart(partners: list[str]) -> None:
    """Any that AS2 allows, and more (RFC 4130 §6.2)."""
    assert live_with_ids(partners) == []


@pytest.mark.torture
@settings(max_examples=200)
@given(partners=st.lists(as2_ids, min_size=1, max_size=12, unique=True))
def test_printable_ids_are_told_apart_for_long(partners: list[str]) -> None:
    """The same, with a large budget."""
    found = live_with_ids(partners)

    record_campaign("hostile ids", tried=len(partners), found=len(found))
    assert found == []


def live_with_message_ids(ids: Sequence[str], **switches: str) -> list[str]:
    """Let messages of these ids arrive; returns what went wrong."""
    with another_life() as (ground, around):
        ground.box.switch(**switches)
        for number, message_id in enumerate(ids):
            ground.box.deliver(files={"in.edi": f"UNA {number}".encode()}, message_id=message_id)
        ground.run()
        ground.run()
        read = [record.is_read for record in ground.box.ledger.received]
        return [
            *faults(ground),
            *around.changes(),
            *([] if all(read) else [f"not confirmed: {read}"]),
            *([] if len(ground.names("inbox")) == len(ids) else [f"{ground.names('inbox')}"]),
        ]


@pytest.mark.parametrize("form", ["brackets", "bare"])
def test_every_message_id_is_one_message(form: str) -> None:
    """In an address, in an archive, in our own records."""
    assert live_with_message_ids(MESSAGE_IDS, listed_ids=form, zip_folder=form) == []


@settings(max_examples=2)
@given(ids=st.lists(message_ids, min_size=1, max_size=15, unique_by=lambda text: text.strip("<>")))
def test_printable_message_ids_are_told_apart(ids: list[str]) -> None:
    """Any printable text."""
    assert live_with_message_ids(ids) == []


@pytest.mark.torture
@settings(max_examples=200)
@given(ids=st.lists(message_ids, min_size=1, max_size=15, unique_by=lambda text: text.strip("<>")))
def test_printable_message_ids_are_told_apart_for_long(ids: list[str]) -> None:
    """The same, with a large budget."""
    found = live_with_message_ids(ids)

    record_campaign("hostile ids", tried=len(ids), found=len(found))
    assert found == []


@pytest.fixture
def world() -> World:
    """A partner whose ID fits into no folder name beside one that does."""
    return with_partners("RJ_Partner", "/" * 100)


def test_an_id_too_long_for_a_folder_holds_up_its_own_only(ground: Ground, box: Sandbox) -> None:
    """Nobody's messages but its own wait, which stay unread at the gateway; it is told."""
    box.deliver(files={"a.edi": b"UNA a"})
    long = box.deliver(files={"b.edi": b"UNA b"}, partner="/" * 100)
    box.deliver(files={"c.edi": b"UNA c"})

    result = ground.run()

    assert ground.names("inbox") == ["a.edi", "c.edi"]
    assert [record.id for record in box.ledger.received if not record.is_read] == [long]
    assert any("too long" in trouble.what for trouble in result.troubles)
