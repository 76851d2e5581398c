"""§4: what is accepted, and what is not."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from syncd.sandbox import Sandbox, World
from tests.sandbox.driver import CONTEXT, NAMED, SEND, Driver

Parts = list[tuple[str, tuple[str, bytes, str]]]


def parts(count: int, content: bytes = b"x") -> Parts:
    return [("file", (f"{number}.edi", content, "application/edi-x12")) for number in range(count)]


def test_an_accepted_message_is_named_in_link(driver: Driver) -> None:
    """Link is a bare address with the id in angle brackets at its end."""
    answer = driver.http.post(SEND, content=b"UNA", headers=NAMED)

    (sent,) = driver.box.ledger.sent
    assert answer.status_code == 202
    assert answer.json() == {"message": "Successfully added a new outbound entry"}
    assert answer.headers["Link"] == f"{driver.box.url}/message/sent/<{sent.id}>"


def test_what_was_accepted_is_what_was_sent(driver: Driver) -> None:
    """The ledger has bytes, name, type, subject and profile of each accepted message."""
    driver.send("b.edi", b"ISA", subject="S ä", profile="fast-lane")

    (sent,) = driver.box.ledger.sent
    assert (sent.station, sent.partner, sent.partner_type) == ("RJ_Station", "RJ_Partner", "production")
    assert (sent.subject, sent.profile) == ("S ä", "fast-lane")
    assert [(file.name, file.size, file.content_type) for file in sent.files] == [
        ("b.edi", 3, "application/edi-x12")
    ]


def test_the_partner_has_a_default_subject(driver: Driver) -> None:
    """It is used when none is given, and there may be none at all."""
    driver.send()
    driver.send_to("ECHO")

    assert [sent.subject for sent in driver.box.ledger.sent] == ["From RJ_Station", None]
    assert "subject" not in driver.listed("sent", partnerAS2Id="ECHO")[0]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/message/RJ_Station/RJ_Partner", 202),
        ("/message/RJ_Station/RJ_Test?partnerType=test", 202),
        ("/message/RJ_Station/RJ_Test", 404),
        ("/message/RJ_Station/RJ_Partner?partnerType=test", 404),
        ("/message/RJ_Station/Nobody", 404),
        ("/message/Nobody/RJ_Partner", 404),
        ("/message/RJ_Partner/RJ_Station", 404),
        ("/message/RJ_Station/RJ_Partner?partnerType=Production", 400),
        ("/message/RJ_Station/RJ_Partner?partnerType=", 400),
    ],
)
def test_a_pair_has_to_exist_in_its_type(driver: Driver, path: str, status: int) -> None:
    """Station, partner and type have to fit; production is meant when no type is given."""
    answer = driver.http.post(path, content=b"x", headers=NAMED)

    assert answer.status_code == status
    assert set(answer.json()) == {"message"}
    assert len(driver.box.ledger.sent) == (status == 202)


def test_a_file_needs_a_name(driver: Driver) -> None:
    """Without the Name header nothing is accepted."""
    assert driver.http.post(SEND, content=b"x").status_code == 400
    assert driver.http.post(SEND, content=b"x", headers={"Name": ""}).status_code == 400


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.edi", b"ISA*00", "application/edi-x12"),
        ("a.edi", b"UNB+", "application/edifact"),
        ("a.edi", b"?", "application/edi-consent"),
        ("a.xml", b"<a/>", "application/xml"),
        ("a.bin", b"?", "application/octet-stream"),
    ],
)
def test_a_missing_type_is_detected(driver: Driver, name: str, content: bytes, found: str) -> None:
    """By the name's ending, and for .edi by the content."""
    driver.http.post(SEND, content=content, headers={"Name": name})

    assert driver.box.ledger.sent[0].files[0].content_type == found


@pytest.mark.parametrize(("count", "status"), [(1, 202), (10, 202), (11, 400)])
def test_a_message_has_up_to_ten_files(driver: Driver, count: int, status: int) -> None:
    """Ten files are accepted, eleven are not."""
    assert driver.http.post(SEND, files=parts(count)).status_code == status


def test_names_are_unique_in_a_message(driver: Driver) -> None:
    """One name twice is refused."""
    answer = driver.http.post(SEND, files=parts(1) * 2)

    assert answer.status_code == 400
    assert "unique" in answer.json()["message"]


@pytest.mark.parametrize(("over", "status"), [(0, 202), (1, 400)])
def test_a_message_has_up_to_ten_megabytes(driver: Driver, over: int, status: int) -> None:
    """The sum counts, to the byte, for one file as for two."""
    two = [("file", ("a", bytes(4_000_000), "a/b")), ("file", ("b", bytes(6_000_000 + over), "a/b"))]

    assert driver.http.post(SEND, content=bytes(10_000_000 + over), headers=NAMED).status_code == status
    assert driver.http.post(SEND, files=two).status_code == status


def test_names_may_be_any_text(driver: Driver) -> None:
    """Raw UTF-8 in Name and in a part's filename, quotes escaped as browsers do."""
    driver.http.post(SEND, content=b"x", headers={b"Name": "Å…ß 1.edi".encode()})
    driver.http.post(SEND, files=[("file", ('ü"1".edi', b"x", "a/b"))])

    names = [sent.files[0].name for sent in driver.box.ledger.sent]
    assert names == ["Å…ß 1.edi", 'ü"1".edi']


def test_a_chunked_body_is_refused(driver: Driver) -> None:
    """Content-Length is mandatory metadata (§4.4.1)."""
    assert driver.http.post(SEND, content=iter([b"x"]), headers=NAMED).status_code == 411


def test_a_short_body_is_refused_after_a_silence() -> None:
    """A body that ends before its Content-Length is answered 400, and not accepted."""
    with Sandbox(world=World.default().timed(body_silence_s=0.1)) as box, Driver(box) as driver:
        answer = _raw(box, driver.http.headers["Authorization"])

        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"Connection: close" in answer
        assert box.ledger.sent == ()


def _raw(box: Sandbox, token: str) -> bytes:
    """Announce 132 bytes and send 131."""
    address = urlsplit(box.url)
    assert address.hostname
    assert address.port
    length = "Content-Length: 132"
    lines = (f"POST /v1{SEND} HTTP/1.1", "Host: x", f"Authorization: {token}", "Name: a", length, "", "")
    head = "\r\n".join(lines)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(head.encode() + bytes(131))
        return connection.makefile("rb").read()


def test_a_connection_is_kept_for_the_next_request(box: Sandbox) -> None:
    """Two requests over one connection: the server is HTTP/1.1 to the letter."""
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(limits=limits, base_url=box.url, verify=CONTEXT) as client:
        first = client.get("/station").extensions["network_stream"].get_extra_info("client_addr")
        second = client.get("/station").extensions["network_stream"].get_extra_info("client_addr")

    assert first == second
