"""Attachments may be called anything; each arrives whole, under a name that can do no harm."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.model import Direction, State
from syncd.core.naming import STATUS_SUFFIX
from syncd.gateways.as2gateway.names import better_name, file_name
from syncd.sandbox import ECGridSandbox, Sandbox
from tests.e2e.harness import AnyBox, Ground
from tests.e2e.invariants import faults
from tests.hostile.around import Around
from tests.hostile.lives import another_life
from tests.hostile.names import HARMS, harmful_names, unsafe
from tests.safety.figures import record_campaign

MESSAGES = st.lists(st.lists(harmful_names, min_size=1, max_size=4), min_size=1, max_size=12)


def deliver(box: AnyBox, messages: Sequence[Sequence[str]]) -> dict[bytes, str]:
    """Let a message arrive for each list of names; returns the name of each content, all different."""
    named: dict[bytes, str] = {}
    for number, names in enumerate(messages):
        files = [(name, f"UNA {number} {index}".encode()) for index, name in enumerate(names)]
        named |= {content: name for name, content in files}
        box.deliver(files=files)
    return named


def wrong(ground: Ground, around: Around, named: dict[bytes, str], *, depth: int = 1) -> list[str]:
    """What went wrong with messages that were to arrive under these names."""
    top = ground.root / "inbox" / ground.pair
    found = {path: path.read_bytes() for path in top.rglob("*") if path.is_file() and not path.is_symlink()}
    shown = {path: content for path, content in found.items() if not path.name.endswith(STATUS_SUFFIX)}
    rows = [row for row in ground.rows() if row.direction is Direction.INBOUND]
    kept = sorted(file.name for row in rows for file in row.files)
    return [
        *around.changes(),
        *faults(ground),
        *(fault for path in shown for part in path.relative_to(top).parts for fault in unsafe(part)),
        *(f"{path} is too deep" for path in shown if len(path.relative_to(top).parts) != depth),
        *(f"{name!r} did not arrive" for content, name in named.items() if content not in shown.values()),
        *(f"{row.message_id} is {row.state}" for row in rows if row.state is not State.RECEIVED),
        *([] if kept == sorted(named.values()) else ["a first name is not on record"]),
    ]


STYLES = ("name", "prefix", "folder")
WAYS = ("batch", "quoted", "unquoted", "rfc5987")
"""In an archive; or one by one, the name in a header spelt so."""
SAMPLE = (("name", "batch"), ("folder", "rfc5987"))


def every_harm(ground: Ground, around: Around, style: str, way: str) -> list[str]:
    """Let each harm arrive alone and in company; returns what went wrong."""
    ground.configure(inbox_style=style, inbox_status_files=True)
    if way != "batch":
        ground.box.switch(content_disposition=way)
        ground.box.trouble("zip_missing", operation="batch", times=None)
    company = [list(HARMS[start : start + 4]) for start in range(0, len(HARMS), 4)]
    named = deliver(ground.box, company)
    ground.settle()
    return wrong(ground, around, named, depth=2 if style == "folder" else 1)


@pytest.mark.parametrize(("style", "way"), SAMPLE)
def test_each_harm_is_taken_out_of_a_name(ground: Ground, around: Around, style: str, way: str) -> None:
    """In company, out of an archive or one by one: whole, once, in its own inbox, with a safe name."""
    assert every_harm(ground, around, style, way) == []


@pytest.mark.torture
@pytest.mark.parametrize(("style", "way"), sorted(set(product(STYLES, WAYS)) - set(SAMPLE)))
def test_each_harm_is_taken_out_in_every_arrangement(
    ground: Ground, around: Around, style: str, way: str
) -> None:
    """The same for the other styles and ways."""
    assert every_harm(ground, around, style, way) == []


def test_an_absolute_name_leads_nowhere(ground: Ground, around: Around) -> None:
    """Also when there is a file of that very name, and a folder to put one into."""
    outside = around.decoys
    names = [str(outside / "secret.edi"), str(outside / "new.edi"), f"../../../../../..{outside}/new.edi"]
    named = deliver(ground.box, [[name] for name in names])

    ground.settle()

    assert wrong(ground, around, named) == []


def live(messages: Sequence[Sequence[str]], style: str, box: AnyBox | None = None) -> list[str]:
    """Let messages of these names arrive; returns what went wrong."""
    with another_life(box or Sandbox(), inbox_style=style) as (ground, around):
        named = deliver(ground.box, messages)
        ground.settle()
        return wrong(ground, around, named, depth=2 if style == "folder" else 1)


@settings(max_examples=2)
@given(messages=MESSAGES, style=st.sampled_from(STYLES))
def test_no_mixture_of_harms_gets_out(messages: list[list[str]], style: str) -> None:
    """Whatever text a name is made of."""
    assert live(messages, style) == []


@pytest.mark.torture
@settings(max_examples=300)
@given(messages=MESSAGES, style=st.sampled_from(STYLES))
def test_no_mixture_of_harms_gets_out_for_long(messages: list[list[str]], style: str) -> None:
    """The same, with a large budget."""
    found = live(messages, style)

    record_campaign("hostile names", tried=sum(map(len, messages)), found=len(found))
    assert found == []


def alone(names: Sequence[str]) -> list[list[str]]:
    """Each name in a message of its own, as gateways have it that carry one file a message.

    Of a blank name nothing is told there.
    """
    return [[name] for name in names if name.strip() or not name]


def test_the_other_gateway_gets_nothing_more_out_of_a_name() -> None:
    """ECGrid tells names in JSON, and has one file a message."""
    assert live(alone(HARMS[::2]), "name", ECGridSandbox()) == []


@pytest.mark.torture
@settings(max_examples=150)
@given(names=st.lists(harmful_names, min_size=1, max_size=15), style=st.sampled_from(STYLES))
def test_the_other_gateway_gets_nothing_out_for_long(names: list[str], style: str) -> None:
    """The same for any names, in any style."""
    found = live(alone(names), style, ECGridSandbox())

    record_campaign("hostile names", tried=len(names), found=len(found))
    assert found == []


HEADERS = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=200),
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["attachment; ", "inline;", "", "form-data; name=file; "]),
        st.sampled_from(["filename=", "filename*=", "FILENAME = ", "filename*=UTF-8''", "filename*=l1'en'"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
        st.sampled_from(["", '"', '"; filename=other.edi', "; filename*=UTF-8''..%2F..%2Fescape.edi", "\\"]),
    ),
)


@given(header=HEADERS, listed=harmful_names)
def test_no_header_is_too_odd(header: str, listed: str) -> None:
    """A name or none, never an error; a header that tells no name leaves the listed one."""
    told = file_name(header)

    assert told is None or told
    assert better_name(header, listed) in {listed, told}


@pytest.mark.parametrize(
    "header",
    [
        "attachment",
        "attachment; filename=",
        'attachment; filename=""',
        "attachment; filename*=UTF-8''",
        "attachment; filename*=nonsense''",
        "\\",
        ";" * 1000,
    ],
)
def test_a_header_without_a_name_leaves_the_listed_one(header: str) -> None:
    """However it is cut off."""
    assert better_name(header, "listed.edi") == "listed.edi"
