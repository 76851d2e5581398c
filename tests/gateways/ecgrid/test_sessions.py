"""A session shows no secret, ends with a word, and counts where it belongs."""

import json
import logging
import socket

import pytest

from syncd.errors import GatewayError
from syncd.sandbox import ECGridSandbox, ECGridWorld
from tests.gateways.ecgrid.sessions import GET, TOKENS, by_password, operations
from tests.gateways.parts import SHORT, HandClock, MachineClock, Password, ecgrid_session, jwt, limiter
from tests.gateways.scripted import reply, scripted


def test_secrets_are_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """Not even when the gateway repeats them in its words."""
    secrets = ["YOUR_PASSWORD", *TOKENS.values()]

    def script(request: bytes, connection: socket.socket) -> None:
        words = request.decode()
        echo = {"success": False, "message": words, "detail": words, "traceId": words[-40:]}
        if b"/auth/login" in request and len(server.requests) == 1:
            connection.sendall(reply(json.dumps({"success": True, "data": TOKENS}).encode()))
        else:
            connection.sendall(reply(json.dumps(echo).encode(), status="401 Unauthorized"))

    with scripted(script) as server, caplog.at_level(logging.DEBUG):
        opened = by_password(server.url)
        for _ in range(2):
            with pytest.raises(GatewayError) as caught:
                opened.call(GET)
            shown = f"{opened._tokens.in_hand!r}" + "".join(_chain(caught.value)) + caplog.text
            assert [secret for secret in secrets if secret in shown] == []
        opened.close()


def _chain(mishap: BaseException | None) -> list[str]:
    if mishap is None:
        return []
    return [f"{mishap} {mishap!r} {mishap.__dict__}", *_chain(mishap.__cause__ or mishap.__context__)]


def test_a_session_is_ended_and_a_key_has_none() -> None:
    """At the orderly stop."""
    with ECGridSandbox() as box:
        opened = by_password(box.url)
        opened.call(GET)
        opened.close()
        opened.close()
        assert operations(box) == ["login", "me", "logout"]
        by_password(box.url).close()
        assert box.ledger.count("logout") == 1


@pytest.mark.parametrize("trouble", ["status", "reset", "silence", "html"])
def test_the_end_fails_for_nothing_and_waits_for_nothing(trouble: str) -> None:
    """Neither for the gateway nor for the rate limit."""
    clock = HandClock()
    clock.at = MachineClock().now()
    with ECGridSandbox() as box:
        limit = limiter(clock, requests=1)
        secret = Password("YOUR_PASSWORD")
        opened = ecgrid_session(
            box.url, clock=clock, log_in=jwt(clock), secret=secret, timeouts=SHORT, limit=limit
        )
        opened.call(GET)
        box.trouble(trouble, operation="logout")
        before = clock.seconds
        opened.close()
        assert clock.seconds == before
        assert box.ledger.count("logout") == 1


def test_log_ins_count_for_the_address_and_renewals_for_the_login() -> None:
    """A full window of the login does not hold a log-in back, nor the other way round."""
    clock = HandClock()
    clock.at = MachineClock().now()
    with ECGridSandbox(world=ECGridWorld.default()) as box:
        login, address = limiter(clock), limiter(clock, requests=1)
        opened = ecgrid_session(
            box.url,
            clock=clock,
            log_in=jwt(clock),
            secret=Password("YOUR_PASSWORD"),
            limit=login,
            address_limit=address,
        )
        before = clock.seconds
        opened.call(GET)
        box.expire_tokens()
        opened.call(GET)
        assert clock.seconds == before
        box.revoke_refresh()
        opened.call(GET)
        assert clock.seconds - before == pytest.approx(10.0, abs=0.5)
        opened.close()
