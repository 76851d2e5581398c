"""An archive is believed only where it agrees with the listing; nothing is extracted by its names."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest

from syncd.core.model import File, GatewayId
from syncd.errors import BadReply
from syncd.gateways.as2gateway.archive import Archive, truncation
from syncd.ports.gateway import Fetched, Wanted


def wanted(message_id: str, *files: tuple[str, int]) -> Wanted:
    listed = tuple(File(name=name, size=size) for name, size in files)
    return Wanted(message_id=GatewayId(message_id), files=listed)


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.NameToInfo.pop(name, None)
            archive.writestr(name, content)
    return buffer.getvalue()


def judged(archive: bytes, *messages: Wanted, whole: int | None = None) -> list[Fetched]:
    opened = Archive(io.BytesIO(archive), messages, request="POST /batch")
    return list(opened.fetched(whole=len(messages) if whole is None else whole))


def unfit(archive: bytes, message: Wanted) -> str | None:
    (fetched,) = judged(archive, message)
    assert not fetched.contents
    return fetched.unfit


@pytest.mark.parametrize(
    "folder",
    ["<1@x/y>", "1@x/y", "%3C1%40x%2Fy%3E", "1%40x%2Fy", "%3C1@x%2Fy%3E", "_1@x_y_", "-1@x-y-", "1@xy"],
)
@pytest.mark.parametrize("listed", ["<1@x/y>", "1@x/y"])
def test_a_folder_is_known_however_it_is_spelled(folder: str, listed: str) -> None:
    """The document says "named after the message ID", and not how."""
    (fetched,) = judged(zipped((f"{folder}/a.edi", b"UNA")), wanted(listed, ("a.edi", 3)))
    assert [content.read() for content in fetched.contents] == [b"UNA"]


def test_contents_come_in_the_order_of_the_listing() -> None:
    """By name, whatever order the archive has."""
    archive = zipped(("m/b", b"22"), ("m/a", b"1"), ("m/", b""))
    (fetched,) = judged(archive, wanted("m", ("a", 1), ("b", 2)))
    assert [
        (content.name, content.read(1), content.read(), content.read()) for content in fetched.contents
    ] == [
        ("a", b"1", b"", b""),
        ("b", b"2", b"2", b""),
    ]


@pytest.mark.parametrize(
    "name",
    ["other/a", "a", "/etc/passwd", "../m/a", "mm/a", ".error", "m\\a", "/m/a"],
)
def test_an_entry_of_nobody_spoils_the_whole_answer(name: str) -> None:
    """It may be another account's."""
    with pytest.raises(BadReply, match="nobody asked for"):
        judged(zipped(("m/a", b"1"), (name, b"x")), wanted("m", ("a", 1)))


@pytest.mark.parametrize(
    ("entries", "files", "words"),
    [
        ([("m/../a", b"1")], [("../a", 1)], "cannot carry"),
        ([("m/..", b"1")], [("..", 1)], "cannot carry"),
        ([("m/x/a", b"1")], [("x/a", 1)], "cannot carry"),
        ([("m/x\\a", b"1")], [("x\\a", 1)], "cannot carry"),
        ([("m/a", b"1"), ("m/a", b"1")], [("a", 1)], "disagree"),
        ([("m/a", b"1"), ("m/a", b"1")], [("a", 1), ("a", 1)], "two attachments"),
        ([("m/a", b"1"), ("m/A", b"1")], [("a", 1), ("A", 1)], "two attachments"),
        ([("m/a", b"1")], [("a", 2)], "disagree"),
        ([("m/a", b"1")], [("b", 1)], "disagree"),
        ([("m/a", b"1")], [("a", 1), ("b", 1)], "disagree"),
        ([("m/a", b"1"), ("m/b", b"1")], [("a", 1)], "disagree"),
        ([], [("a", 1)], "disagree"),
        ([], [], "disagree"),
        ([("m/.error", b"1")], [(".error", 1)], "called .error"),
    ],
)
def test_what_disagrees_is_fetched_by_index(
    entries: Sequence[tuple[str, bytes]], files: Sequence[tuple[str, int]], words: str
) -> None:
    """Names and sizes as listed, or another way."""
    why = unfit(zipped(*entries), wanted("m", *files))
    assert why is not None
    assert words in why


def test_an_unknown_compression_is_unfit() -> None:
    """Stored and deflated only."""
    archive = zipped(("m/a", b"1"), method=zipfile.ZIP_LZMA)
    assert unfit(archive, wanted("m", ("a", 1))) == "an entry of an unknown compression"


def test_an_encrypted_entry_is_unfit() -> None:
    """There is no key."""
    archive = bytearray(zipped(("m/a", b"1")))
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    assert unfit(bytes(archive), wanted("m", ("a", 1))) == "an encrypted entry"


def test_an_error_entry_is_told_in_its_words() -> None:
    """One line, not a book."""
    archive = zipped(("m/.error", b"No\nsuch message" + b"!" * 5000), ("n/a", b"1"))
    first, second = judged(archive, wanted("m", ("a", 1)), wanted("n", ("a", 1)))
    assert first.error is not None
    assert first.error.startswith("No such message")
    assert len(first.error) <= 500
    assert second.contents


def test_two_messages_of_one_id_are_unfit() -> None:
    """A retransmission: the archive cannot tell them apart."""
    twins = judged(zipped(("m/a", b"1")), wanted("m", ("a", 1)), wanted("<m>", ("a", 1)))
    assert [bool(one.unfit) for one in twins] == [True, True]


@pytest.mark.parametrize("harm", [0x01, 0x10, 0x80])
def test_a_flipped_bit_is_found_when_the_content_is_read(harm: int) -> None:
    """By its CRC, at the end at the latest."""
    content = bytes(range(256)) * 1000
    archive = bytearray(zipped(("m/a", content), method=zipfile.ZIP_STORED))
    archive[1000] ^= harm
    (fetched,) = judged(bytes(archive), wanted("m", ("a", len(content))))

    def read_all() -> None:
        while fetched.contents[0].read(65536):
            pass

    with pytest.raises(BadReply, match="damaged"):
        read_all()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"PK\x03\x04", zipped(("m/a", b"1"))[:-30]], ids=["empty", "html", "mark", "cut"]
)
def test_what_is_no_archive_is_a_bad_reply(body: bytes) -> None:
    """A proxy's page, or half of one."""
    with pytest.raises(BadReply):
        judged(body, wanted("m", ("a", 1)))


def test_what_a_206_did_not_finish_is_asked_for_again() -> None:
    """Also the message at the cut, even if it seems to be whole."""
    messages = [wanted(name, ("a", 1)) for name in "mno"]
    archive = zipped(("m/a", b"1"), ("n/a", b"1"))
    assert [one.truncated for one in judged(archive, *messages, whole=1)] == [False, True, True]


@pytest.mark.parametrize(
    ("header", "whole"),
    [
        ("(1,2)", 1),
        (" ( 1 , 2 ) ", 1),
        ("(0,-1)", 0),
        ("(12,0)", 12),
        ("", 0),
        (None, 0),
        ("1,2", 0),
        ("(x,y)", 0),
    ],
)
def test_the_truncation_index_tells_how_many_are_whole(header: str | None, whole: int) -> None:
    """Unreadable: none."""
    assert truncation(header) == whole


def test_names_in_utf8_without_the_flag_are_recognised() -> None:
    """As old servers write them."""
    archive = zipped(("m/xx.edi", b"1")).replace(b"xx.edi", "ä.edi".encode())
    (fetched,) = judged(archive, wanted("m", ("ä.edi", 1)))
    assert [content.name for content in fetched.contents] == ["ä.edi"]


def test_only_whole_messages_count_as_carried() -> None:
    """Error entries and missing ones do not."""
    archive = zipped(("m/a", b"1"), ("n/.error", b"no"), ("o/a", b"1"))
    messages = [wanted("m", ("a", 1)), wanted("n", ("a", 1)), wanted("o", ("a", 1), ("b", 1)), wanted("p")]
    assert Archive(io.BytesIO(archive), messages, request="x").carried() == {"m"}
