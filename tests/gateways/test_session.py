"""The session against a server that does as it is told."""

import gzip
import logging
import socket
import ssl
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.window import Use
from syncd.errors import AccountRefused, BadReply, NotThere, TryLater, Unanswered, Unreachable
from syncd.gateways.wire import Request
from syncd.sandbox import Sandbox, World
from syncd.system.secrets import FileSecrets
from tests.gateways.parts import SHORT, HandClock, MachineClock, Password, limiter, session
from tests.gateways.scripted import Script, reply, scripted

GET = Request(method="GET", path="/station")
POST = Request(method="POST", path="/message/A/B", body=(b"x" * 200_000,), use=Use.SEND)
PEM = Path(__file__).with_name("loopback.pem")


def answering(*answers: bytes) -> Script:
    left = list(answers)

    def script(request: bytes, connection: socket.socket) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return script


def test_an_answer_is_read_whole() -> None:
    """The token goes out without a scheme, and compression is not asked for."""
    with scripted(answering(reply(b"[]"))) as server:
        opened = session(server.url)
        assert opened.call(GET).body == b"[]"
        head = server.requests[-1].lower()
        assert b"\r\nauthorization: t\r\n" in head
        assert b"\r\naccept-encoding: identity\r\n" in head
        opened.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]", "no length"),
        (reply(gzip.compress(b"[]"), headers="Content-Encoding: gzip\r\n"), "compressed"),
        (reply(b"x" * 2_000_000), "more than"),
    ],
    ids=["no length", "compressed", "too much"],
)
def test_an_answer_that_cannot_be_trusted_is_refused(answer: bytes, words: str) -> None:
    """No length, a compression, too much."""

    def script(request: bytes, connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.close()

    small = Request(method="GET", path="/station", most_bytes=1_000_000)
    with scripted(script) as server:
        opened = session(server.url)
        with pytest.raises(BadReply, match=words):
            opened.call(small)
        opened.close()


@pytest.mark.parametrize("request_", [GET, POST], ids=["get", "post"])
@pytest.mark.parametrize(
    "cut", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", reply(b"x" * 100)[:-50]], ids=["nothing", "head", "body"]
)
def test_a_connection_that_breaks_is_in_doubt(request_: Request, cut: bytes) -> None:
    """Before the head, within it, within the body."""

    def script(request: bytes, connection: socket.socket) -> None:
        connection.sendall(cut)
        connection.close()

    with scripted(script) as server:
        opened = session(server.url)
        with pytest.raises(Unanswered):
            opened.call(request_)
        opened.close()
        assert len(server.requests) == 2  # the log-in and the request, which is never repeated


@pytest.mark.parametrize(
    "beginning",
    [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"],
    ids=["head", "body"],
)
def test_dripping_does_not_outlive_the_deadline(beginning: bytes) -> None:
    """Neither in the head nor in the body, although each single wait is short."""
    ended = threading.Event()

    def script(request: bytes, connection: socket.socket) -> None:
        connection.sendall(beginning)
        for _ in range(100):
            if ended.wait(0.05):
                return
            connection.sendall(b"x")

    clock = MachineClock()
    with scripted(script) as server:
        opened = session(server.url, clock=clock, timeouts=SHORT)
        opened.call(Request(method="POST", path="/authorize", body=(b"{}",)))
        began = clock.monotonic()
        with pytest.raises(Unanswered):
            opened.call(GET)
        assert clock.monotonic() - began < 2.0
        ended.set()
        opened.close()


def test_silence_is_in_doubt() -> None:
    """The request left; nobody knows."""
    ended = threading.Event()

    def script(request: bytes, connection: socket.socket) -> None:
        ended.wait(5)

    with scripted(script) as server:
        opened = session(server.url, timeouts=SHORT)
        with pytest.raises(Unanswered, match="in time"):
            opened.call(POST)
        ended.set()
        opened.close()


def test_messages_travel_on_connections_of_their_own() -> None:
    """Reads share one, each send has a new one, and says so."""
    with scripted(answering(reply(b"{}"))) as server:
        opened = session(server.url)
        for _ in range(3):
            opened.call(GET)
        assert server.connections == 1
        for _ in range(3):
            opened.call(POST)
        assert server.connections == 4
        assert b"\r\nconnection: close\r\n" in server.requests[-1].lower()
        assert server.requests[-1].endswith(b"x" * 200_000)
        opened.close()


def test_a_redirect_on_the_same_host_is_followed() -> None:
    """With method and body."""
    moved = reply(b"", status="307 Temporary Redirect", headers="Location: /v1/elsewhere\r\n")
    with scripted(answering(moved, reply(b"{}"))) as server:
        opened = session(server.url)
        opened.call(POST)
        assert server.requests[-1].startswith(b"POST /v1/elsewhere ")
        assert server.requests[-1].endswith(b"x" * 1000)
        opened.close()


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (307, "http://localhost:1/v1/x"),
        (308, "http://127.0.0.1:1/v1/x"),
        (307, "https://other.invalid/"),
        (307, "//other.invalid/"),
        (307, "http://["),
        (307, ""),
        (302, "/v1/x"),
    ],
)
def test_a_redirect_to_anywhere_else_is_not_followed(status: int, location: str) -> None:
    """The token stays with the host that gave it; and nothing has happened."""
    moved = reply(b"", status=f"{status} Moved", headers=f"Location: {location}\r\n")
    with scripted(answering(moved)) as server:
        opened = session(server.url)
        with pytest.raises(TryLater, match="redirect"):
            opened.call(POST)
        assert len(server.requests) == 2
        opened.close()


def test_a_circle_of_redirects_ends() -> None:
    """After two of them."""
    moved = reply(b"", status="307 Moved", headers="Location: /v1/again\r\n")
    with scripted(answering(moved)) as server:
        opened = session(server.url)
        with pytest.raises(TryLater):
            opened.call(GET)
        assert len(server.requests) == 4
        opened.close()


def test_no_connection_is_unreachable_and_costs_no_slot() -> None:
    """Nothing left this machine."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    clock = HandClock()
    opened = session(f"http://127.0.0.1:{port}/v1", clock=clock, limit=limiter(clock, requests=1))
    before = clock.seconds
    for _ in range(3):
        with pytest.raises(Unreachable, match="no connection"):
            opened.call(GET)
    assert clock.seconds == before
    opened.close()


def test_an_address_that_is_none_is_unreachable() -> None:
    """With the remedy: the url."""
    for url in ("http://127.0.0.1:99999/v1", "nonsense/v1"):
        opened = session(url)
        with pytest.raises(Unreachable) as caught:
            opened.call(GET)
        assert "url" in caught.value.remedy
        opened.close()


def test_tls_is_checked_and_a_private_authority_can_be_named() -> None:
    """An unknown authority is told apart from a port that speaks no TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with scripted(answering(reply(b"[]")), tls=context) as server:
        opened = session(server.url)
        with pytest.raises(Unreachable, match="certificate is not trusted") as caught:
            opened.call(GET)
        assert "ca_file" in caught.value.remedy
        opened.close()
        trusting = session(server.url, ca_file=str(PEM))
        assert trusting.call(GET).body == b"[]"
        trusting.close()
    with scripted(answering(b"no TLS here\r\n\r\n")) as server:
        opened = session(server.url.replace("http:", "https:"))
        with pytest.raises(Unreachable, match="TLS handshake failed"):
            opened.call(GET)
        opened.close()


def test_a_wish_to_wait_holds_everything() -> None:
    """429 with Retry-After: the next request leaves that much later."""
    clock = HandClock()
    busy = reply(b"", status="429 Too Many", headers="Retry-After: 7\r\n")
    with scripted(answering(busy, reply(b"[]"))) as server:
        opened = session(server.url, clock=clock)
        with pytest.raises(TryLater) as caught:
            opened.call(GET)
        assert caught.value.retry_after == timedelta(seconds=7)
        before = clock.seconds
        opened.call(GET)
        assert clock.seconds - before == pytest.approx(7.0)
        opened.close()


def test_waiting_for_a_slot_does_not_count_against_the_deadline() -> None:
    """Nothing has been sent by then: it would be in doubt for no reason."""
    clock = HandClock()
    with scripted(answering(reply(b"[]"))) as server:
        limit = limiter(clock, requests=2)
        opened = session(server.url, clock=clock, timeouts=SHORT, limit=limit)
        opened.call(GET)
        before = clock.seconds
        opened.call(GET)
        assert clock.seconds - before > 9
        opened.close()


def test_cookies_are_not_kept() -> None:
    """Each request stands for itself."""
    with scripted(answering(reply(b"[]", headers="Set-Cookie: a=b\r\n"))) as server:
        opened = session(server.url)
        opened.call(GET)
        opened.call(GET)
        assert b"cookie" not in server.requests[-1].lower()
        opened.close()


def test_addresses_and_secrets_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """httpx would log every address with its query, at info."""
    with scripted(answering(reply(b"[]"))) as server, caplog.at_level(logging.DEBUG):
        opened = session(server.url)
        opened.call(Request(method="GET", path="/station", query=(("query", "secret"),)))
        opened.close()
    assert "secret" not in caplog.text
    assert "pazzword" not in caplog.text


# Log-in, against the sandbox.


def test_one_log_in_serves_all_threads() -> None:
    """However many come at once, and again when the token is refused to all of them."""
    with Sandbox() as box:
        opened = session(box.url)
        _all_at_once(opened.call, 8)
        assert box.ledger.count("authorize") == 1
        box.advance(25 * 3600)
        _all_at_once(opened.call, 8)
        assert box.ledger.count("authorize") == 2
        opened.close()


def _all_at_once(call: object, count: int) -> None:
    assert callable(call)
    gate, failures = threading.Barrier(count), list[BaseException]()

    def work() -> None:
        gate.wait(5)
        try:
            call(GET)
        except BaseException as mishap:  # noqa: BLE001 - told below
            failures.append(mishap)

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert failures == []


@pytest.mark.parametrize("unit", ["ms", "s"])
def test_a_token_is_renewed_at_half_of_its_life(unit: str) -> None:
    """Ahead of its use, whichever unit `expiry` has."""
    with Sandbox() as box:
        box.switch(expiry_unit=unit)
        clock = HandClock()
        clock.at = MachineClock().now()
        opened = session(box.url, clock=clock)
        opened.call(GET)
        clock.advance(timedelta(hours=11))
        opened.call(GET)
        assert box.ledger.count("authorize") == 1
        clock.advance(timedelta(hours=2))
        opened.call(GET)
        assert box.ledger.count("authorize") == 2
        opened.close()


def test_a_renewal_that_fails_harms_nothing_while_the_token_lives() -> None:
    """The old one is used, and the renewal tried again a minute later."""
    with Sandbox() as box:
        clock = HandClock()
        clock.at = MachineClock().now()
        opened = session(box.url, clock=clock)
        opened.call(GET)
        clock.advance(timedelta(hours=13))
        box.trouble("status", operation="authorize", status=500)
        opened.call(GET)
        opened.call(GET)
        assert box.ledger.count("authorize") == 2
        clock.advance(timedelta(minutes=2))
        opened.call(GET)
        assert box.ledger.count("authorize") == 3
        opened.close()


def test_a_wrong_password_is_the_accounts_trouble() -> None:
    """It is read again at every log-in, so that correcting the file is enough."""
    with Sandbox() as box:
        password = Password("wr0ng")
        opened = session(box.url, password=password)
        with pytest.raises(AccountRefused, match="log-in") as caught:
            opened.call(GET)
        assert "password" in caught.value.remedy
        assert "wr0ng" not in f"{caught.value} {caught.value.__dict__}"
        password.text = "pazzword"
        opened.call(GET)
        assert password.reads == 2
        opened.close()


def test_a_password_that_cannot_be_had_says_why(tmp_path: Path) -> None:
    """In one line, by its key, with a remedy of its own."""
    opened = session("http://127.0.0.1:9/v1", password=FileSecrets(tmp_path, key="accounts.a.password_file"))
    with pytest.raises(AccountRefused) as caught:
        opened.call(GET)
    assert caught.value.what == f"accounts.a.password_file: {tmp_path} cannot be read: Is a directory"
    assert caught.value.remedy.startswith("Make it readable")
    opened.close()


def test_refused_after_a_new_log_in_is_the_accounts_trouble() -> None:
    """Once: a second 401 is an answer."""
    with Sandbox() as box:
        box.trouble("status", operation="stations", status=401, times=None)
        opened = session(box.url)
        with pytest.raises(AccountRefused):
            opened.call(GET)
        assert box.ledger.operations() == {"authorize": 2, "stations": 2}
        opened.close()


@pytest.mark.parametrize("trouble", ["reset", "html", "shape"])
def test_a_log_in_without_an_answer_leaves_nothing_in_doubt(trouble: str) -> None:
    """The message itself was never sent: later."""
    with Sandbox() as box:
        box.trouble(trouble, operation="authorize")
        opened = session(box.url)
        with pytest.raises(TryLater, match="log-in"):
            opened.call(POST)
        assert box.ledger.count("send") == 0
        opened.close()


def test_a_404_at_the_log_in_is_not_about_a_message() -> None:
    """A wrong base path is the account's trouble, whatever words come with it."""
    with Sandbox() as box:
        opened = session(f"{box.address}/v2")
        with pytest.raises(AccountRefused):
            opened.call(GET)
        opened.close()


def test_the_gateways_own_words_are_told() -> None:
    """Word for word."""
    with Sandbox() as box:
        opened = session(box.url)
        with pytest.raises(NotThere) as caught:
            opened.call(Request(method="GET", path="/message/received/x"))
        assert "Failed to find" in caught.value.detail
        opened.close()


def test_the_limit_is_kept_by_the_servers_clock() -> None:
    """Many threads, small windows, on a real clock: never one 429."""
    with Sandbox(world=World.default().timed(rate_window_s=0.4)) as box:
        clock = MachineClock()
        limit = limiter(clock, requests=50)
        limit._window.per = timedelta(seconds=0.4)
        opened = session(box.url, clock=clock, limit=limit)
        _all_at_once(lambda request: [opened.call(request) for _ in range(25)], 6)
        assert box.ledger.over_limit == 0
        assert box.ledger.peak_requests(window_s=0.4) >= 45
        opened.close()
