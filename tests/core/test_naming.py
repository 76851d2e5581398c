import string
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncd.core import naming
from syncd.core.naming import IgnorePatterns, decode_id, encode_id, numbered, safe_name, split_ending

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
NASTY = st.text(string.ascii_letters + "./\\~-%_ \x00\x1f\u202e\ud800é", max_size=60)
IDS = st.one_of(
    ANY_TEXT, NASTY, st.sampled_from(["auto", "auto.test", "unknown", "x.test", ".test", "~", "%41"])
)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("invoice.edi", "invoice.edi"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\\y.edi", "C:_x_y.edi"),
        ("nul\0.txt", "nul.txt"),
        ("line\nbreak\r\t.edi", "linebreak.edi"),
        ("\u202eide.exe\u2066", "ide.exe"),
        (".profile", "profile"),
        (" . .hidden ", "hidden"),
        ("-rf", "_rf"),
        ("~lock", "_lock"),
        ("lock~", "lock~_"),
        ("a.TMP", "a.TMP_"),
        ("a.part", "a.part_"),
        ("Thumbs.db", "Thumbs.db_"),
        ("a.edi.SYNCD.json", "a.edi.SYNCD.json_"),
        ("", "attachment-3"),
        ("..", "attachment-3"),
        ("\u200b\x01", "attachment-3"),
        ("Größe 中文.edi", "Größe 中文.edi"),
    ],
)
def test_names_from_outside_are_made_safe(name: str, safe: str) -> None:
    """And those that are safe are left alone."""
    assert safe_name(name, index=3) == safe


@given(name=st.one_of(ANY_TEXT, NASTY))
@example(name="a" * 250 + ".edi")
@example(name="中" * 100 + ".tmp")
@example(name="a" * 199 + "~")
@example(name="." + "\u2003x")
def test_every_safe_name_is_safe(name: str) -> None:
    """No outbox would ignore it, no status file has it, it fits, and it stays as it is."""
    safe = safe_name(name)
    assert 0 < len(safe.encode()) <= naming.NAME_BYTES
    assert "/" not in safe
    assert "\0" not in safe
    assert safe[0] not in ".-~"
    assert not IgnorePatterns().match(safe)
    assert naming.described_by(safe) is None
    assert naming.is_printable(safe)
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_ending() -> None:
    """Two hundred bytes, cut between characters."""
    assert safe_name("é" * 200 + ".edi") == "é" * 98 + ".edi"
    assert safe_name("a" * 300 + ".tar.gz").endswith("a.tar.gz")


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("invoice.edi", "invoice~2.edi"),
        ("README", "README~2"),
        (".profile", ".profile~2"),
        ("a.tar.gz", "a~2.tar.gz"),
        ("850.20261121.edi", "850.20261121~2.edi"),
        ("order.xml.p7m", "order~2.xml.p7m"),
        (".gz", ".gz~2"),
        ("...", "...~2"),
        ("dot.", "dot.~2"),
        ("Re. your order", "Re. your order~2"),
        ("a" * 196 + ".edi", "a" * 194 + "~2.edi"),
    ],
)
def test_another_name_has_a_number_before_the_ending(name: str, second: str) -> None:
    """In at most two hundred bytes."""
    assert numbered(name, 2) == second


@given(name=st.one_of(ANY_TEXT, NASTY), number=st.integers(2, 10**6))
def test_a_numbered_safe_name_is_safe(name: str, number: int) -> None:
    """A number makes no name unsafe, nor too long."""
    other = numbered(safe_name(name), number)
    assert other != safe_name(name)
    assert len(other.encode()) <= naming.NAME_BYTES
    assert safe_name(other) == other


@given(name=ANY_TEXT.filter(bool))
def test_stem_and_ending_are_the_name(name: str) -> None:
    """And the stem is never empty."""
    stem, ending = split_ending(name)
    assert stem
    assert stem + ending == name


@given(identifier=IDS)
def test_every_id_has_a_folder_and_every_folder_its_id(identifier: str) -> None:
    """Encoding is undone by decoding, whatever an ID is made of."""
    folder = encode_id(identifier)
    assert decode_id(folder) == identifier
    assert not set(folder) & {"/", "\0", "\x1f"}
    assert folder[:1] not in {".", "~"}
    assert folder not in {"auto", "unknown"}
    folder.encode()


@given(identifier=IDS, test=st.booleans())
def test_a_partner_folder_tells_id_and_suffix(identifier: str, test: bool) -> None:
    """No ID's own `.test` is taken for the suffix."""
    folder = naming.partner_folder(identifier, test=test)
    assert naming.read_partner_folder(folder) == (identifier, test)


@pytest.mark.parametrize(
    ("identifier", "folder"),
    [
        ("08925485US00", "08925485US00"),
        ("A B", "A B"),
        ("a/b", "a%2Fb"),
        ("50%", "50%25"),
        (".x", "%2Ex"),
        ("~x", "%7Ex"),
        ("ACME.test", "%41CME.test"),
        ("auto", "%61uto"),
        ("auto.test", "%61uto%2Etest"),
        ("unknown", "%75nknown"),
        ("a\x00b\n", "a%00b%0A"),
    ],
)
def test_ids_are_folder_names_as_far_as_they_can(identifier: str, folder: str) -> None:
    """Only what cannot stand there is encoded."""
    assert encode_id(identifier) == folder


@pytest.mark.parametrize("folder", ["50%", "%zz", "%4", "%FF"])
def test_what_is_no_encoding_stays(folder: str) -> None:
    """A folder that a person made may have any name."""
    assert decode_id(folder) == folder


@pytest.mark.parametrize("name", ["a.TMP", "~x", "x~", ".x", "THUMBS.DB", "Desktop.ini", "a.FilePart"])
def test_built_in_patterns_compare_without_case(name: str) -> None:
    """Whatever writes the temporary file."""
    assert IgnorePatterns().match(name)


def test_the_users_patterns_come_on_top() -> None:
    """And match whole names."""
    patterns = IgnorePatterns(["*.BAK", "work_*"])
    assert patterns.match("a.bak")
    assert patterns.match("Work_1")
    assert not patterns.match("a.bak.edi")
    assert patterns.match("a.tmp")


def test_a_stamp_is_utc_to_the_millisecond() -> None:
    """Whatever the zone of the moment."""
    moment = datetime(2026, 11, 21, 22, 13, 26, 123_999, tzinfo=UTC)
    assert naming.stamp(moment) == "20261121T221326.123Z"
    assert naming.stamp(moment.astimezone(timezone(timedelta(hours=5)))) == "20261121T221326.123Z"


def test_a_status_file_says_what_it_describes() -> None:
    """And its ending alone describes nothing."""
    assert naming.described_by(naming.status_name("a.edi")) == "a.edi"
    assert naming.described_by("a.json") is None
    assert naming.described_by(".syncd.json") is None
