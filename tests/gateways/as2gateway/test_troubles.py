"""Trouble on the wire and at the gateway: each has its class, and nothing wrong is ever handed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.core.model import GatewayId, Pair, PartnerType
from syncd.core.shown import Box, Record
from syncd.errors import (
    AccountRefused,
    BadReply,
    DiskFull,
    GatewayError,
    Rejected,
    TryLater,
    Unanswered,
)
from syncd.gateways import spool
from syncd.gateways.as2gateway import AS2Gateway
from syncd.ports.gateway import Outgoing, Wanted
from syncd.sandbox import Sandbox
from tests.gateways.parts import SHORT, as2_gateway

PAIR = Pair(station="RJ_Station", partner="RJ_Partner")
OUTGOING = Outgoing(pair=PAIR, files=(("a.edi", b"UNA" * 1000),))
FILES = {"a.edi": b"UNA" * 1000, "b.edi": b"UNB" * 500}


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def gateway(box: Sandbox) -> Iterator[AS2Gateway]:
    opened = as2_gateway(box, timeouts=SHORT)
    yield opened
    opened.close()


def arrived(box: Sandbox, gateway: AS2Gateway) -> tuple[Record, ...]:
    for number in range(3):
        box.deliver(message_id=f"m{number}@x", files=FILES, persisted=1_700_000_000.0 + number)
    return gateway.unread(PartnerType.PRODUCTION, page=0).records


def wanted(records: tuple[Record, ...]) -> list[Wanted]:
    return [Wanted(message_id=record.message_id, files=record.files) for record in records]


@pytest.mark.parametrize(
    ("do", "rule", "kind"),
    [
        ("status", {"status": 429}, TryLater),
        ("status", {"status": 503, "retry_after": "1"}, TryLater),
        ("redirect", {}, TryLater),
        ("redirect", {"location": "https://other.invalid/v1", "status": 308}, TryLater),
        ("status", {"status": 401, "times": None}, AccountRefused),
        ("status", {"status": 403}, AccountRefused),
        ("html", {"status": 404}, AccountRefused),
        ("html", {"status": 405}, AccountRefused),
        ("status", {"status": 400}, Rejected),
        ("html", {"status": 413}, Rejected),
        ("status", {"status": 503}, Unanswered),
        ("html", {"status": 502}, Unanswered),
        ("html", {"status": 200}, BadReply),
        ("shape", {"status": 202}, BadReply),
        ("silence", {"seconds": 2}, Unanswered),
        ("reset", {"when": "before"}, Unanswered),
        ("reset", {"when": "after"}, Unanswered),
        ("late", {"seconds": 9, "ending": "reset"}, Unanswered),
        ("cut", {"fraction": 0.5}, Unanswered),
        ("cut", {"fraction": 0.5, "has_length": False}, BadReply),
    ],
)
def test_a_send_that_meets_trouble(
    box: Sandbox, gateway: AS2Gateway, do: str, rule: dict[str, Any], kind: type[GatewayError]
) -> None:
    """Later, the account's, for good, or in doubt; and it is sent once."""
    gateway.stations()
    box.trouble(do, operation="send", **rule)
    with pytest.raises(GatewayError) as caught:
        gateway.send(OUTGOING)
    assert type(caught.value) is kind
    assert box.ledger.count("send") == (2 if rule.get("status") == 401 else 1)


def test_a_send_goes_on_after_one_new_log_in(box: Sandbox, gateway: AS2Gateway) -> None:
    """A token that ended early costs one log-in, and the message is there once."""
    gateway.stations()
    box.trouble("expire_tokens", operation="send")
    gateway.send(OUTGOING)
    assert len(box.ledger.sent) == 1
    assert box.ledger.count("authorize") == 2


@pytest.mark.parametrize(
    ("do", "rule"),
    [
        ("html", {}),
        ("shape", {}),
        ("cut", {}),
        ("cut", {"has_length": False}),
        ("cut", {"ending": "reset"}),
        ("flip", {"fraction": 0.0}),
        ("flip", {"fraction": 0.3}),
        ("flip", {"fraction": 0.6}),
        ("flip", {"fraction": 0.99}),
        ("zip_cut", {}),
        ("zip_encrypted", {}),
        ("zip_foreign", {}),
        ("zip_missing", {}),
        ("zip_lying", {}),
        ("zip_bomb", {}),
        ("silence", {"seconds": 2}),
        ("reset", {}),
    ],
)
def test_a_harmed_download_never_gives_wrong_bytes(
    box: Sandbox, gateway: AS2Gateway, tmp_path: Path, do: str, rule: dict[str, Any]
) -> None:
    """Each message comes whole and right, or not at all; the scratch folder stays empty."""
    asked = wanted(arrived(box, gateway))
    box.trouble(do, operation="batch", **rule)
    got: list[dict[str, bytes]] = []
    try:
        with gateway.fetch(asked, scratch=tmp_path) as fetched:
            got += [{content.name: content.read() for content in one.contents} for one in fetched]
    except Unanswered:
        pass
    assert all(contents in ({}, FILES) for contents in got)
    assert list(tmp_path.iterdir()) == []
    assert not any(message.is_read for message in box.ledger.received)


@pytest.mark.parametrize("do", ["html", "cut", "zip_cut", "zip_foreign", "reset"])
def test_a_batch_confirmation_is_certain_or_fails(box: Sandbox, gateway: AS2Gateway, do: str) -> None:
    """An answer that cannot be read confirms nothing."""
    asked = wanted(arrived(box, gateway))
    box.trouble(do, operation="batch", when="before")
    with pytest.raises(Unanswered):
        gateway.confirm_batch(asked)


@pytest.mark.parametrize("do", ["zip_missing", "zip_encrypted"])
def test_a_batch_confirmation_leaves_out_what_is_not_carried(
    box: Sandbox, gateway: AS2Gateway, do: str
) -> None:
    """A message with an entry less than listed is not confirmed for certain."""
    asked = wanted(arrived(box, gateway))
    box.trouble(do, operation="batch")
    expected = asked[:2] if do == "zip_missing" else asked
    assert gateway.confirm_batch(asked) == {one.message_id for one in expected}


@pytest.mark.parametrize("do", ["html", "shape", "cut", "reset"])
@pytest.mark.parametrize("call", ["confirm", "mark_unread", "unread", "stations", "partners", "entry"])
def test_a_page_of_a_proxy_is_no_answer(box: Sandbox, gateway: AS2Gateway, do: str, call: str) -> None:
    """HTML with 200, another shape, half of an answer: nothing is taken from it."""
    (record, *_) = arrived(box, gateway)
    gateway.send(OUTGOING)
    box.trouble(do, path="/(message|station|partner)", times=None, **({} if do != "shape" else {"text": "7"}))
    calls = {
        "unread": lambda: gateway.unread(PartnerType.PRODUCTION, page=0),
        "stations": gateway.stations,
        "partners": gateway.partners,
        "entry": lambda: gateway.entry(Box.RECEIVED, record.message_id),
    }
    wish = calls.get(call) or (lambda: getattr(gateway, call)(record.message_id))
    with pytest.raises(Unanswered):
        wish()


def test_a_404_without_a_word_is_looked_into(box: Sandbox, gateway: AS2Gateway) -> None:
    """With the stations there, the message is not; without them, it is the account's trouble."""
    box.switch(error_body="empty")
    with pytest.raises(GatewayError) as caught:
        gateway.confirm(GatewayId("<gone@x>"))
    assert type(caught.value).__name__ == "NotThere"
    box.trouble("html", status=404, times=None)
    with pytest.raises(AccountRefused):
        gateway.confirm(GatewayId("<gone@x>"))


class _FullDisk:
    def write(self, piece: bytes) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_no_fault_of_the_gateway() -> None:
    """DiskFull: pulling pauses, and nothing is asked again in vain."""
    with pytest.raises(DiskFull):
        spool._write(_FullDisk(), b"x")  # type: ignore[arg-type]
