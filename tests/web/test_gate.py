"""Who is let in, by which name, and what every answer says to the browser."""

import os
from base64 import b64encode
from pathlib import Path

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from syncd.errors import ConfigError
from syncd.web.app import Part
from syncd.web.hosts import Hosts
from syncd.web.passwords import AT_ONCE, EACH_S, Allowances, Password
from tests.web.parts import Site, Ticks


def basic(password: str, user: str = "anna") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("grün & tief\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("path", ["/", "/static/page.css", "/nothing", "/%2e%2e/%2e%2e/etc/passwd"])
def test_every_answer_has_the_headers(path: str) -> None:
    """Also an error's: nothing from elsewhere, nothing kept, nothing framed."""
    with Site().browser().get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("address", "given", "is_ours"),
    [
        ("127.0.0.1", "127.0.0.1:8475", True),
        ("127.0.0.1", "LocalHost:8475", True),
        ("127.0.0.1", "[::1]:8475", True),
        ("127.0.0.1", "localhost", False),
        ("127.0.0.1", "localhost:80", False),
        ("127.0.0.1", "evil.example:8475", False),
        ("127.0.0.1", "localhost.evil.example:8475", False),
        ("127.0.0.1", "192.168.0.7:8475", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "[::1", False),
        ("127.0.0.1", "edi.acme.example", True),
        ("127.0.0.1", "EDI.acme.example:443", True),
        ("127.0.0.1", "edi.acme.example.evil", False),
        ("192.168.0.7", "192.168.0.7:8475", True),
        ("192.168.0.7", "192.168.0.8:8475", False),
        ("192.168.0.7", "localhost:8475", False),
        ("::", "[2001:db8::7]:8475", True),
        ("0.0.0.0", "10.0.0.1:8475", True),
        ("0.0.0.0", "10.0.0.1:9000", True),
        ("0.0.0.0", "evil.example:8475", False),
    ],
)
def test_a_name_is_ours_or_answered_nothing(address: str, given: str, is_ours: bool) -> None:
    """A page elsewhere may let its own name lead here; a number it cannot."""
    assert Hosts(address, 8475, names=["edi.acme.example"]).has(given) is is_ours


def test_a_foreign_name_is_refused_before_all_else() -> None:
    """Also for what is open."""
    answer = Site(more=[Part(blueprint=Blueprint("alive", "x"), is_open=True)]).browser()
    assert answer.get("/", headers={"Host": "evil.example:8475"}).status_code == 421
    assert answer.get("/").status_code == 200


def test_the_password_is_needed_where_one_is_set(secret: Path) -> None:
    """Whatever the user's name; each part that is not open, and the static files."""
    browser = Site(password_file=secret).browser()
    for path in ("/", "/static/page.css", "/nothing"):
        answer = browser.get(path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert "Set-Cookie" not in answer.headers
    for wrong in ("", "grün", "grün & tief\n", "Grün & tief", "x" * 9000):
        assert browser.get("/", headers=basic(wrong)).status_code == 401
    assert browser.get("/", headers={"Authorization": "Bearer gruen"}).status_code == 401
    assert browser.get("/", headers=basic("grün & tief")).status_code == 200
    assert browser.get("/", headers=basic("grün & tief", user="")).status_code == 200


def test_an_open_part_needs_no_password(secret: Path) -> None:
    """It is for machines that only want to know whether all is well."""
    blueprint = Blueprint("alive", "x")
    blueprint.add_url_rule("/alive", "alive", lambda: "yes")
    site = Site(password_file=secret, more=[Part(blueprint=blueprint, is_open=True)])
    assert site.browser().get("/alive").text == "yes"


def test_a_changed_password_counts_at_once(secret: Path) -> None:
    """A file that is gone lets nobody in, and says so once."""
    browser = Site(password_file=secret).browser()
    assert browser.get("/", headers=basic("grün & tief")).status_code == 200
    secret.write_text("new", encoding="utf-8")
    assert browser.get("/", headers=basic("grün & tief")).status_code == 401
    assert browser.get("/", headers=basic("new")).status_code == 200
    secret.unlink()
    with capture_logs() as lines:
        assert {browser.get("/", headers=basic("new")).status_code for _ in range(3)} == {503}
    assert [line["event"] for line in lines] == ["web.password_unreadable"]
    secret.write_text("newer", encoding="utf-8")
    assert browser.get("/", headers=basic("newer")).status_code == 200


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_password_of_no_use_is_said_at_start(tmp_path: Path, content: str | None) -> None:
    """With its key."""
    path = tmp_path / "password"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"web\.password_file"):
        Password(path)


def test_guessing_is_slow_and_locks_nobody_out(secret: Path) -> None:
    """Neither another address nor a browser that was let in before; nor anybody, after a while."""
    site = Site(password_file=secret)
    app = site.app
    known, guesser, other = app.test_client(), app.test_client(), app.test_client()
    right = basic("grün & tief")

    def ask(browser: FlaskClient, headers: dict[str, str], address: str) -> int:
        return browser.get("/", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code

    assert ask(known, right, "10.0.0.1") == 200
    with capture_logs() as lines:
        codes = [ask(guesser, basic(f"guess {n}"), "10.0.0.1") for n in range(300)]
    assert len(lines) == AT_ONCE
    assert lines[0]["event"] == "web.guesses_refused"
    assert codes == [401] * AT_ONCE + [429] * (300 - AT_ONCE)
    assert ask(known, right, "10.0.0.1") == 200
    assert ask(other, right, "10.0.0.2") == 200
    assert ask(guesser, right, "10.0.0.1") == 429
    site.ticks.seconds += EACH_S
    assert [ask(guesser, right, "10.0.0.1") for _ in range(20)] == [200] * 20


def test_an_allowance_comes_back_with_time() -> None:
    """One guess after the other; a network of IPv6 addresses counts as one, and memory is bounded."""
    ticks = Ticks()
    allowed = Allowances(ticks)
    assert [allowed.spend("a") for _ in range(AT_ONCE + 1)] == [True] * AT_ONCE + [False]
    ticks.seconds += 2 * EACH_S
    assert [allowed.spend("a") for _ in range(3)] == [True, True, False]
    for number in range(10_000):
        allowed.spend(str(number))
    assert len(allowed._spent) <= 4096


def test_a_cookie_of_another_run_is_none(secret: Path) -> None:
    """Nobody makes one up to be wrong more often."""
    site = Site(password_file=secret)
    browser = site.browser()
    for number in range(AT_ONCE + 5):
        browser.set_cookie("syncd_8475", f"made-up-{number}.{os.urandom(32).hex()}", domain="127.0.0.1")
        code = browser.get("/", headers=basic("wrong")).status_code
    assert code == 429
