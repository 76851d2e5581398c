"""§2: tokens."""

import httpx
import pytest

from syncd.sandbox import Sandbox, World
from tests.sandbox.driver import CONTEXT, Driver

LOGIN = {"username": "email@domain.com", "password": "pazzword"}


def test_a_login_gives_a_token_and_its_end_in_milliseconds(box: Sandbox) -> None:
    """A token lives for about a day, and its expiry says so."""
    answer = httpx.post(f"{box.url}/authorize", json=LOGIN, verify=CONTEXT)

    assert answer.status_code == 200
    assert answer.json()["expiry"] == pytest.approx((box.clock.now() + 86400) * 1000, abs=5000)


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"username": "who@domain.com"}, {"password": ""}])
def test_a_wrong_login_is_refused(box: Sandbox, wrong: dict[str, str]) -> None:
    """A wrong user name or password gives no token."""
    answer = httpx.post(f"{box.url}/authorize", json=LOGIN | wrong, verify=CONTEXT)

    assert answer.status_code == 401
    assert set(answer.json()) == {"message"}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"{", "application/json"), (b"[]", "application/json"), (b"username=a&password=b", "text/plain")],
)
def test_a_login_is_a_json_object(box: Sandbox, body: bytes, content_type: str) -> None:
    """What is not the documented shape is a mistake of the client."""
    answer = httpx.post(
        f"{box.url}/authorize", content=body, headers={"Content-Type": content_type}, verify=CONTEXT
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("scheme", ["Bearer ", "Basic ", "bearer "])
def test_a_scheme_before_the_token_is_refused(driver: Driver, scheme: str) -> None:
    """The header has the token and nothing else."""
    token = driver.http.headers["Authorization"]

    answer = driver.http.get("/station", headers={"Authorization": scheme + token})

    assert answer.status_code == 401
    assert "message" in answer.json()


@pytest.mark.parametrize("path", ["/station", "/partner", "/message/received", "/message/queued/x"])
def test_without_a_token_nothing_is_told(box: Sandbox, path: str) -> None:
    """Every call but the login needs a token."""
    assert httpx.get(box.url + path, verify=CONTEXT).status_code == 401


def test_a_token_ends(driver: Driver) -> None:
    """After its day a token is refused."""
    driver.box.advance(86399)
    assert driver.get("/station").status_code == 200

    driver.box.advance(2)
    assert driver.get("/station").status_code == 401


def test_each_login_sees_its_own_account() -> None:
    """Two accounts share nothing."""
    with (
        Sandbox(world=World.varied()) as box,
        Driver(box) as first,
        Driver(box, "second@domain.com", "another-pazzword") as second,
    ):
        mine = box.deliver(station="SECOND_Station", files={"a": b"x"})

        assert first.ids("received") == []
        assert second.ids("received") == [mine]
        assert second.get("/station").json()[0]["as2Identifier"] == "SECOND_Station"


def test_an_unknown_path_is_not_found(driver: Driver) -> None:
    """Also the plural of a true path is unknown."""
    assert driver.get("/messages/received").status_code == 404
    assert driver.http.put("/station").status_code == 404
