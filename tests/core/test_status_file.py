import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from syncd.core.model import (
    Attempt,
    Direction,
    File,
    GatewayId,
    Mdn,
    MdnStatus,
    Message,
    MessageId,
    Pair,
    Phase,
    State,
)
from syncd.core.status_file import is_ours, render

NOON = datetime(2026, 11, 21, 12, 0, 0, 5_000, tzinfo=timezone(timedelta(hours=1)))
MESSAGE = Message(
    id=MessageId("0000002a"),
    account="acme",
    gateway="as2gateway",
    direction=Direction.OUTBOUND,
    state=State.FAILED,
    pair=Pair(station="ACME", partner="WALMART"),
    name="invoice.edi",
    message_id=GatewayId("<1@x>"),
    subject="Größe \ud800",
    files=(File(name="invoice.edi", size=3, sha256="ab"),),
    created=NOON,
    updated=NOON,
    settled_at=NOON + timedelta(hours=1),
    reason="the partner said no",
    attempts=(Attempt(at=NOON, outcome="accepted", detail="as <1@x>"),),
    mdn=Mdn(status=MdnStatus.ERROR, content="processed/error", at=NOON.astimezone(UTC)),
)


def test_it_has_exactly_these_keys_in_this_order() -> None:
    """Scripts depend on them."""
    told = json.loads(render(MESSAGE))
    words = """version id account gateway direction station partner partner_type message_id state phase
    reason subject files created accepted_at settled_at attempts mdn"""
    assert list(told) == words.split()
    assert list(told["files"][0]) == ["name", "size", "sha256"]
    assert list(told["attempts"][0]) == ["at", "outcome", "detail"]
    assert list(told["mdn"]) == ["status", "error", "content", "at"]


def test_times_are_utc_with_a_z() -> None:
    """To the millisecond; what has not happened is null."""
    told = json.loads(render(MESSAGE))
    assert told["created"] == "2026-11-21T11:00:00.005Z"
    assert told["settled_at"] == "2026-11-21T12:00:00.005Z"
    assert told["accepted_at"] is None


def test_values_are_those_of_the_row() -> None:
    """Enumerations are their words."""
    told = json.loads(render(MESSAGE))
    assert (told["version"], told["state"], told["phase"]) == (1, "failed", None)
    assert (told["direction"], told["partner_type"]) == ("outbound", "production")
    assert told["mdn"]["error"] is True
    assert told["subject"] == "Größe \ud800"
    assert json.loads(render(replace(MESSAGE, phase=Phase.CLAIMED, mdn=None)))["mdn"] is None


def test_what_we_render_is_ours() -> None:
    """And of any version."""
    assert is_ours(json.loads(render(MESSAGE)))
    assert is_ours({**json.loads(render(MESSAGE)), "version": 2})


def test_what_others_wrote_is_not() -> None:
    """Nothing of it is believed."""
    told = json.loads(render(MESSAGE))
    damaged: list[object] = [{**told, "version": "1"}, {**told, "files": {}}, {**told, "id": 7}]
    for strange in [None, [], "x", {}, *damaged]:
        assert not is_ours(strange)
