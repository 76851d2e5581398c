"""§4.1.2: the bytes of a multipart body, good and less good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.sandbox.as2gateway.multipart import read_parts
from syncd.sandbox.wire.exchange import Refusal

TYPE = "multipart/form-data; boundary=----foobarbaz"


def body(*parts: bytes, end: bytes = b"------foobarbaz--") -> bytes:
    return b"".join(b"------foobarbaz\r\n" + part + b"\r\n" for part in parts) + end


def part(content: bytes, disposition: bytes = b'name="file"; filename="a.edi"') -> bytes:
    return b"Content-Disposition: form-data; " + disposition + b"\r\n\r\n" + content


@given(content=st.binary(max_size=60) | st.lists(st.sampled_from([b"\r", b"\n", b"--", b"a"])).map(b"".join))
def test_content_comes_through_to_the_byte(content: bytes) -> None:
    """Line ends and dashes inside are content."""
    (file,) = read_parts(body(part(content)), TYPE)

    assert file.content == content


def test_lf_stands_for_crlf() -> None:
    """The published example has LF only."""
    (file,) = read_parts(body(part(b"one")).replace(b"\r\n", b"\n"), TYPE)

    assert (file.name, file.content) == ("a.edi", b"one")


def test_the_empty_line_before_the_content_may_be_missing() -> None:
    """The published example lacks it."""
    raw = b'Content-Disposition: form-data; name="file"; filename="a.edi"\nContent-Type: text/plain\none'

    (file,) = read_parts(body(raw), TYPE)

    assert (file.name, file.content, file.content_type) == ("a.edi", b"one", "text/plain")


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'name="file"; filename="a b.edi"', "a b.edi"),
        (b"name=file; filename=a.edi", "a.edi"),
        ('name="file"; filename="ä.edi"'.encode(), "ä.edi"),
        (b'name="file"; filename="x"; filename*=UTF-8\'\'%C3%A4.edi', "ä.edi"),
        (b"name=\"file\"; filename*=iso-8859-1'de'%E4.edi", "ä.edi"),
        (b'name="file"; filename="a\\"b\\\\c"', 'a"b\\c'),
        (b'name="file"; filename="a%22b%0Ac%41"', 'a"b\nc%41'),
    ],
)
def test_filenames_are_read_in_each_form(disposition: bytes, name: str) -> None:
    """Quoted, bare, UTF-8, filename* of RFC 5987, and the escapes of browsers."""
    (file,) = read_parts(body(part(b"", disposition)), TYPE)

    assert file.name == name


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (body(part(b"x")), "multipart/form-data"),
        (body(part(b"x"), end=b""), TYPE),
        (body(part(b"x", b'name="other"; filename="a"')), TYPE),
        (body(part(b"x", b'name="file"')), TYPE),
        (body(part(b"x", b"name=\"file\"; filename*=what-8''a")), TYPE),
        (b"", TYPE),
    ],
)
def test_what_is_not_the_documented_form_is_refused(raw: bytes, content_type: str) -> None:
    """No boundary, no end, another part name, no filename, an unknown charset."""
    with pytest.raises(Refusal) as refusal:
        read_parts(raw, content_type)

    assert refusal.value.status == 400
