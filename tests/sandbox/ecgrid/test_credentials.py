"""Keys and tokens, as Getting Started has them."""

from collections.abc import Iterator

import httpx
import pytest

from syncd.sandbox import ECGridSandbox, ECGridWorld
from tests.sandbox.ecgrid.driver import KEY, PASSWORD, USER, ECGridDriver, good

ME = "/users/me"


@pytest.fixture
def bearer(grid: ECGridSandbox) -> Iterator[ECGridDriver]:
    """A client without a key."""
    with ECGridDriver(grid, None) as bearer:
        yield bearer


def refreshed(driver: ECGridDriver, tokens: dict[str, str]) -> httpx.Response:
    return driver.post("/auth/refresh", refreshToken=tokens["refreshToken"])


def test_a_key_is_enough(driver: ECGridDriver) -> None:
    """GET /users/me tells whose it is."""
    me = driver.got(ME)

    assert (me["login"], me["userId"], me["mailboxId"]) == (USER, 1001, 4711)
    assert driver.box.ledger.requests[-1].login == USER


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "your_api_key"},
        {"Authorization": KEY},
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": "Bearer"},
    ],
)
def test_without_credentials_that_are_good_it_is_401(bearer: ECGridDriver, headers: dict[str, str]) -> None:
    """Missing, empty, unknown, or in the wrong header."""
    answer = bearer.http.get(ME, headers=headers)

    assert (answer.status_code, answer.json()["success"]) == (401, False)
    assert bearer.box.ledger.requests[-1].login == "anonymous"


def test_who_logs_in_gets_a_pair_of_tokens(bearer: ECGridDriver) -> None:
    """The access token is a Bearer credential; it says when it expires."""
    tokens = bearer.log_in()

    assert tokens["accessToken"].count(".") == 2
    assert tokens["expiresAt"].endswith("Z")
    assert bearer.got(ME)["login"] == USER
    assert bearer.posted("/auth/session")["expiresAt"] == tokens["expiresAt"]
    assert bearer.box.ledger.requests[-1].login == USER


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"login": USER, "password": PASSWORD}, 200),
        ({"email": USER, "password": PASSWORD}, 200),
        ({"apiKey": KEY}, 200),
        ({"username": USER, "password": "pazzword"}, 401),
        ({"username": "nobody", "password": PASSWORD}, 401),
        ({"apiKey": "nothing"}, 401),
        ({"username": USER}, 400),
        ({"password": PASSWORD}, 400),
        ({"username": 7, "password": PASSWORD}, 400),
        ({}, 400),
    ],
)
def test_a_login_has_a_user_and_a_password(
    bearer: ECGridDriver, fields: dict[str, object], status: int
) -> None:
    """Under each name that some page has for the user; or a key."""
    assert bearer.post("/auth/login", **fields).status_code == status


def test_an_access_token_lasts_an_hour_and_a_refresh_token_a_day(bearer: ECGridDriver) -> None:
    """401 then, and a refresh helps; and then only a login."""
    tokens = bearer.log_in()
    bearer.box.advance(3599)
    assert bearer.get(ME).status_code == 200
    bearer.box.advance(2)
    assert bearer.get(ME).status_code == 401

    again = good(refreshed(bearer, tokens))
    bearer.bear(again["accessToken"])
    assert bearer.get(ME).status_code == 200
    bearer.box.advance(24 * 3600)
    assert refreshed(bearer, again).status_code == 401


def test_a_refresh_ends_the_old_tokens(bearer: ECGridDriver) -> None:
    """Both of them: whoever uses the old refresh token again has to log in."""
    tokens = bearer.log_in()
    again = good(refreshed(bearer, tokens))

    assert bearer.get(ME).status_code == 401
    assert refreshed(bearer, tokens).status_code == 401
    bearer.bear(again["accessToken"])
    assert bearer.get(ME).status_code == 200


def test_a_refresh_takes_the_access_token_too(bearer: ECGridDriver) -> None:
    """As one of the pages has it, while it is good."""
    tokens = bearer.log_in()

    assert "accessToken" in good(bearer.post("/auth/refresh", token=tokens["accessToken"]))
    assert bearer.post("/auth/refresh", token=tokens["accessToken"]).status_code == 401
    assert bearer.post("/auth/refresh").status_code == 400
    assert bearer.post("/auth/refresh", refreshToken="nothing").status_code == 401


def test_logging_out_ends_the_session(bearer: ECGridDriver) -> None:
    """That one, with its refresh token, and no other; a key stays good."""
    other = bearer.log_in()
    tokens = bearer.log_in()

    assert bearer.posted("/auth/logout") is None
    assert bearer.get(ME).status_code == 401
    assert refreshed(bearer, tokens).status_code == 401
    bearer.bear(other["accessToken"])
    assert bearer.get(ME).status_code == 200
    with ECGridDriver(bearer.box) as keyed:
        keyed.posted("/auth/logout")
        assert keyed.get(ME).status_code == 200


def test_tokens_expire_by_hand(bearer: ECGridDriver) -> None:
    """The refresh token is still good."""
    tokens = bearer.log_in()
    bearer.box.expire_tokens()

    assert bearer.get(ME).status_code == 401
    assert refreshed(bearer, tokens).status_code == 200


def test_sessions_are_revoked_by_hand(bearer: ECGridDriver) -> None:
    """Nothing but a login helps."""
    tokens = bearer.log_in()
    bearer.box.revoke_refresh(USER)

    assert bearer.get(ME).status_code == 401
    assert refreshed(bearer, tokens).status_code == 401
    bearer.log_in()
    assert bearer.get(ME).status_code == 200


def test_a_key_is_regenerated(driver: ECGridDriver) -> None:
    """The old one is dead at once, tokens are not, and it is still known whose it was."""
    with ECGridDriver(driver.box, None) as bearer:
        bearer.log_in()
        key = driver.box.regenerate_key()

        assert driver.get(ME).status_code == 401
        assert driver.box.ledger.requests[-1].login == USER
        assert bearer.get(ME).status_code == 200
        with ECGridDriver(driver.box, key) as new:
            assert new.get(ME).status_code == 200


def test_hands_ask_for_a_login_that_exists() -> None:
    """By default the first."""
    with ECGridSandbox(world=ECGridWorld.varied()) as box:
        key = box.regenerate_key("second.user@example.com")

        with ECGridDriver(box) as first, ECGridDriver(box, key) as second:
            assert first.get(ME).status_code == second.get(ME).status_code == 200
        for hand in (box.regenerate_key, box.revoke_refresh, box.expire_tokens):
            with pytest.raises(LookupError, match="nobody"):
                hand("nobody")


def test_the_version_needs_no_credentials(bearer: ECGridDriver) -> None:
    """So it proves none."""
    assert bearer.got("/auth/version") == {"version": "2.6"}
