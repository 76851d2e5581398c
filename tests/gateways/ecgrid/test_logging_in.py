"""An API key, or a name and a password: renewed, repeated, ended, and never shown."""

import json
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from syncd.errors import AccountRefused, TryLater
from syncd.gateways.session import Session
from syncd.sandbox import ECGridSandbox, ECGridSwitches
from tests.gateways.ecgrid.sessions import GET, POST, TOKENS, by_password, operations
from tests.gateways.parts import (
    API_KEY,
    HandClock,
    MachineClock,
    Password,
    ecgrid_session,
)
from tests.gateways.scripted import reply, scripted


def all_at_once(call: Callable[[], object], count: int) -> list[BaseException]:
    gate, failures = threading.Barrier(count), list[BaseException]()

    def work() -> None:
        gate.wait(5)
        try:
            call()
        except BaseException as mishap:  # noqa: BLE001 - told by the caller
            failures.append(mishap)

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return failures


# API keys.


def test_a_key_goes_with_every_request_and_asks_for_nothing() -> None:
    """It is read once."""
    with ECGridSandbox() as box:
        key = Password(API_KEY)
        opened = ecgrid_session(box.url, secret=key)
        opened.call(GET)
        opened.call(GET)
        opened.close()
        assert operations(box) == ["me", "me"]
        assert key.reads == 1


def test_a_refused_key_is_asked_with_once() -> None:
    """Repeating it would change nothing; the remedy names it, and it is not shown."""
    with ECGridSandbox() as box:
        key = Password("WRONG_API_KEY")
        opened = ecgrid_session(box.url, secret=key)
        with pytest.raises(AccountRefused) as caught:
            opened.call(GET)
        assert "API key" in caught.value.remedy
        assert (
            "WRONG"
            not in f"{caught.value} {caught.value!r} {caught.value.__dict__} {opened._tokens.__dict__}"
        )
        assert operations(box) == ["me"]
        opened.close()


def test_a_corrected_key_heals() -> None:
    """At the next request after a refusal; or within one, when the file was changed before."""
    with ECGridSandbox() as box:
        key = Password("WRONG_API_KEY")
        opened = ecgrid_session(box.url, secret=key)
        with pytest.raises(AccountRefused):
            opened.call(GET)
        key.text = API_KEY
        opened.call(GET)
        key.text = box.regenerate_key()
        opened.call(GET)
        assert [request.status for request in box.ledger.requests] == [401, 200, 401, 200]
        opened.close()


@pytest.mark.parametrize("key", ["", "two\nlines", "ключ"])
def test_what_cannot_be_a_key_is_not_sent(key: str) -> None:
    """A person has to look."""
    with ECGridSandbox() as box:
        opened = ecgrid_session(box.url, secret=Password(key))
        with pytest.raises(AccountRefused, match="API key"):
            opened.call(GET)
        assert operations(box) == []
        opened.close()


# Name and password.


def test_one_log_in_and_one_renewal_serve_all_threads() -> None:
    """However many are refused at once."""
    with ECGridSandbox() as box:
        opened = by_password(box.url)
        assert all_at_once(lambda: opened.call(GET), 8) == []
        assert (box.ledger.count("login"), box.ledger.count("refresh")) == (1, 0)
        for _ in range(2):
            box.expire_tokens()
            assert all_at_once(lambda: opened.call(GET), 8) == []
        assert (box.ledger.count("login"), box.ledger.count("refresh")) == (1, 2)
        opened.close()


@pytest.mark.parametrize("rotation", ["rotate", "keep"])
def test_tokens_are_renewed_at_half_of_their_life(rotation: str) -> None:
    """With the newest refresh token, or with the old one where no new one is given."""
    with ECGridSandbox(switches=ECGridSwitches().changed(rotation=rotation)) as box:
        clock = HandClock()
        clock.at = MachineClock().now()
        opened = by_password(box.url, clock=clock)
        opened.call(GET)
        for _ in range(3):
            clock.advance(timedelta(minutes=31))
            box.advance(31 * 60)
            opened.call(GET)
        assert operations(box) == ["login", "me", *["refresh", "me"] * 3]
        opened.close()


def test_a_refused_renewal_is_followed_by_a_log_in() -> None:
    """With the password as it is now."""
    with ECGridSandbox() as box:
        password = Password("YOUR_PASSWORD")
        opened = by_password(box.url, password=password)
        opened.call(GET)
        box.revoke_refresh()
        opened.call(GET)
        assert operations(box) == ["login", "me", "me", "refresh", "login", "me"]
        assert password.reads == 2
        opened.close()


@pytest.mark.parametrize("trouble", ["reset", "silence"])
def test_a_renewal_without_an_answer_is_for_later(trouble: str) -> None:
    """Nothing was sent; and since its token may be used up, the password is next."""
    with ECGridSandbox() as box:
        opened = by_password(box.url)
        opened.call(GET)
        box.expire_tokens()
        box.trouble(trouble, operation="refresh", when="after", times=1)
        with pytest.raises(TryLater, match="log-in"):
            opened.call(POST)
        opened.call(GET)
        assert operations(box) == ["login", "me", "cancel", "refresh", "me", "login", "me"]
        opened.close()


def test_refused_with_a_new_token_is_the_accounts_trouble() -> None:
    """The next request starts from the password."""
    with ECGridSandbox() as box:
        opened = by_password(box.url)
        box.trouble("status", operation="me", status=401, times=2)
        with pytest.raises(AccountRefused) as caught:
            opened.call(GET)
        assert "password" in caught.value.remedy
        opened.call(GET)
        assert operations(box) == ["login", "me", "refresh", "me", "login", "me"]
        opened.close()


def test_a_wrong_password_is_the_accounts_trouble() -> None:
    """Asked with once, under one name."""
    with ECGridSandbox() as box:
        opened = by_password(box.url, password=Password("WRONG_PASSWORD"))
        with pytest.raises(AccountRefused, match="log-in") as caught:
            opened.call(GET)
        assert "password" in caught.value.remedy
        assert operations(box) == ["login"]
        opened.close()


@pytest.mark.parametrize(("name", "tries"), [("username", 1), ("login", 2), ("email", 3)])
def test_the_name_of_the_user_is_called_as_the_gateway_likes_it(name: str, tries: int) -> None:
    """Tried once each, and remembered."""
    with ECGridSandbox(switches=ECGridSwitches().changed(login_names=name)) as box:
        opened = by_password(box.url)
        opened.call(GET)
        assert box.ledger.count("login") == tries
        box.revoke_refresh()
        opened.call(GET)
        assert box.ledger.count("login") == tries + 1
        opened.close()


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"token": "a-token", "expiresAt": "9999-12-31T23:59:59Z", "userId": 1}, "success": True},
        {"success": True, "data": {"AccessToken": "a-token", "refresh_token": "r", "expires": "nonsense"}},
        {"access_token": "a-token", "refresh_token": "r"},
        {"success": True, "data": None, "sessionKey": "a-token"},
    ],
)
def test_tokens_are_found_under_every_name(answer: object) -> None:
    """In the payload, or beside it."""
    with scripted(_playing(answer)) as server:
        opened = by_password(server.url)
        opened.call(GET)
        assert b"\r\nauthorization: bearer a-token\r\n" in server.requests[-1].lower()
        opened.close()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"success": True, "data": {}},
        [],
        {"success": False, "data": None},
        {"data": {"token": "new\nline"}},
    ],
)
def test_a_log_in_without_a_token_is_for_later(answer: object) -> None:
    """The message itself was never sent."""
    with scripted(_playing(answer)) as server:
        opened = by_password(server.url)
        with pytest.raises(TryLater, match="log-in"):
            opened.call(POST)
        assert len(server.requests) == 1
        opened.close()


def test_a_401_told_within_a_success_counts_like_one() -> None:
    """Renewed once, and the request repeated."""
    answers = iter([{"success": False, "errorCode": "InvalidSession"}, {"success": True, "data": 1}])

    def script(request: bytes, connection: socket.socket) -> None:
        body: object
        if b"/auth/login" in request:
            body = {"success": True, "data": TOKENS}
        elif b"/auth/refresh" in request:
            body = {"success": True, "data": {"accessToken": "access-token-two"}}
        else:
            body = next(answers, {})
        connection.sendall(reply(json.dumps(body).encode()))

    with scripted(script) as server:
        opened = by_password(server.url)
        assert _told(opened) == 1
        paths = [request.split(b" ")[1] for request in server.requests]
        assert paths == [b"/v1/auth/login", b"/v1/users/me", b"/v1/auth/refresh", b"/v1/users/me"]
        opened.close()


def _told(opened: Session) -> object:
    from syncd.gateways.ecgrid.envelope import told

    return opened.read(GET, lambda answer: told(answer, GET)).payload


def _playing(answer: object) -> Callable[[bytes, socket.socket], None]:
    def script(request: bytes, connection: socket.socket) -> None:
        body = answer if b"/auth/login" in request else {"success": True, "data": None}
        connection.sendall(reply(json.dumps(body).encode()))

    return script
