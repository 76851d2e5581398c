"""What answers and errors are wrapped in, and what a request has to be like."""

import socket

import pytest

from tests.sandbox.ecgrid.driver import ECGridDriver


def test_a_success_has_the_standard_envelope(driver: ECGridDriver) -> None:
    """Exactly these members."""
    envelope = driver.get("/users/me").json()

    assert list(envelope) == ["httpStatus", "message", "traceId", "success", "data"]
    assert (envelope["httpStatus"], envelope["message"], envelope["success"]) == (200, "", True)


def test_an_error_has_the_standard_envelope(driver: ECGridDriver) -> None:
    """Exactly these members, and the status in both places."""
    answer = driver.get("/parcels/1")

    envelope = answer.json()
    assert list(envelope) == ["httpStatus", "success", "message", "detail", "traceId", "errorInfo"]
    assert answer.status_code == envelope["httpStatus"] == 404
    assert (envelope["success"], envelope["detail"], envelope["errorInfo"]) == (False, None, None)
    assert envelope["message"]


def test_every_answer_has_a_trace_of_its_own(driver: ECGridDriver) -> None:
    """Good ones and bad ones."""
    paths = ("/users/me", "/users/me", "/parcels/1", "/nothing")

    assert len({driver.get(path).json()["traceId"] for path in paths}) == 4


@pytest.mark.parametrize(
    ("method", "path", "status", "operation"),
    [
        ("GET", "/nothing", 404, "unknown"),
        ("GET", "/parcels/1/download", 404, "unknown"),
        ("GET", "/parcels/abc", 404, "unknown"),
        ("GET", "/parcels/99999999999999999999", 404, "unknown"),
        ("GET", "/parcels/1", 404, "get_parcel"),
        ("GET", "/parcels/inbox-list", 405, "unknown"),
        ("POST", "/users/me", 405, "unknown"),
        ("DELETE", "/parcels/1", 405, "unknown"),
        ("HEAD", "/users/me", 405, "unknown"),
        ("GET", "/USERS/Me", 200, "me"),
    ],
)
def test_a_path_has_its_method(
    driver: ECGridDriver, method: str, path: str, status: int, operation: str
) -> None:
    """404 for what is not there, 405 for what is there otherwise; case does not count."""
    assert driver.http.request(method, path).status_code == status
    assert driver.box.ledger.requests[-1].operation == operation


def test_what_is_outside_the_version_is_not_there(driver: ECGridDriver) -> None:
    """All endpoints are under /v2."""
    assert driver.http.get(f"{driver.box.address}/users/me").status_code == 404


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_a_body_is_json(driver: ECGridDriver, kind: str) -> None:
    """And says so."""
    answer = driver.http.post("/parcels/inbox-list", content=b"{}", headers={"Content-Type": kind})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "text/plain"),
        (b"{}", "application/x-www-form-urlencoded"),
        (b"{}", ""),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"a"', "application/json"),
        (b"\xff", "application/json"),
    ],
)
def test_any_other_body_is_refused(driver: ECGridDriver, body: bytes, kind: str) -> None:
    """With a message."""
    for path in ("/parcels/inbox-list", "/auth/login"):
        answer = driver.http.post(path, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400
        assert "JSON" in answer.json()["message"] or "Content-Type" in answer.json()["message"]


def test_a_body_that_is_short_is_refused(driver: ECGridDriver) -> None:
    """Nothing is sent by it."""
    head = (
        "POST /v2/parcels/upload HTTP/1.1\r\nHost: x\r\nX-API-Key: YOUR_API_KEY\r\n"
        "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    )
    host, port = driver.box.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.sendall(head.encode())
        wire.shutdown(socket.SHUT_WR)
        answer = wire.recv(10_000)

    assert b" 400 " in answer.splitlines()[0]
    assert driver.box.ledger.sent == ()
