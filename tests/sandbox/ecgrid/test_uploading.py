"""Files that are sent: accepted, refused, routed."""

import base64

import pytest

from syncd.sandbox import ECGridSandbox, ECGridWorld
from tests.sandbox.ecgrid.driver import ECGridDriver, good

ISA = (
    b"ISA*00*          *00*          *ZZ*SENDERID       *%b*%b*240115*0800*U*00401*000000001*0*P*>~"
    b"GS*PO*SENDERID*RECEIVERID*20240115*0800*7*X*004010~ST*850*0001~SE*2*0001~ST*850*0002~SE*2*0002~"
    b"GE*2*7~IEA*1*000000001~"
)
X12 = ISA % (b"ZZ", b"RECEIVERID     ")
LOST = ISA % (b"ZZ", b"NOBODY         ")
EDIFACT = (
    b"UNA:+.? 'UNB+UNOA:1+SENDERID:ZZ+5412345000013:14+240115:0800+9'UNH+1+ORDERS:D:96A:UN'UNT+2+1'UNZ+1+9'"
)
PLAIN = {"fileName": "a", "content": "VU5B", "bytes": 3, "ecGridIdFrom": 112233, "ecGridIdTo": 445566}


def test_a_file_is_sent(driver: ECGridDriver) -> None:
    """It gets an id, is listed, and arrives."""
    parcel = driver.upload("a.edi", b"UNA")

    (row,) = driver.outbox()
    assert (str(row["parcelId"]), row["fileName"], row["bytes"]) == (parcel, "a.edi", 3)
    assert (row["ecGridIdFrom"], row["ecGridIdTo"]) == (112233, 445566)
    assert driver.status(parcel) == "outboxAcknowledged"
    (record,) = driver.box.ledger.sent
    assert (record.id, record.station, record.partner, record.outcome) == (parcel, "112233", "445566", "sent")


def test_an_id_needs_more_than_32_bits(driver: ECGridDriver) -> None:
    """They are int64."""
    assert int(driver.upload()) > 2**32


def test_what_was_sent_twice_is_seen(driver: ECGridDriver) -> None:
    """ECGrid promises nothing about it, and the ledger counts."""
    driver.upload("a", b"1")
    driver.upload("a", b"1")

    assert list(driver.box.ledger.sent_files().values()) == [2]


def test_keys_have_any_case_and_other_names(driver: ECGridDriver) -> None:
    """Unknown ones are ignored, null is as good as absent."""
    fields = {
        "FILENAME": "a",
        "Content": "QQ==",
        "fromecgridid": "112244",
        "toECGridId": 445577,
        "mailboxId": None,
        "colour": "blue",
    }
    good(driver.http.post("/parcels/upload", json=fields))

    (record,) = driver.box.ledger.sent
    assert (record.station, record.partner) == ("112244", "445577")


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": "Q"},
        {"content": "QQ==\n"},
        {"content": "Q*Q="},
        {"content": ""},
        {"content": None},
        {"content": 7},
        {"bytes": 4},
        {"bytes": "many"},
        {"fileName": ""},
        {"fileName": None},
        {"fileName": "a/b"},
        {"fileName": "a:b"},
        {"fileName": "a\u0007"},
        {"fileName": "a "},
    ],
)
def test_what_is_no_file_is_refused(driver: ECGridDriver, wrong: dict[str, object]) -> None:
    """No Base64, an empty file, a length that is not its own, a name that Windows would not take."""
    answer = driver.http.post("/parcels/upload", json={**PLAIN, **wrong})

    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["message"]
    assert driver.box.ledger.sent == ()


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"ecGridIdFrom": 445566}, 403), ({"ecGridIdTo": 999}, 404), ({"mailboxId": 1}, 403)],
)
def test_ids_are_held_to(driver: ECGridDriver, wrong: dict[str, object], status: int) -> None:
    """From is one's own, To is known."""
    assert driver.http.post("/parcels/upload", json={**PLAIN, **wrong}).status_code == status
    assert driver.box.ledger.sent == ()


@pytest.mark.parametrize(("content", "partner"), [(X12, "445566"), (EDIFACT, "445577")])
@pytest.mark.parametrize("nothing", [None, 0])
def test_a_file_without_ids_is_routed_by_its_header(
    driver: ECGridDriver, content: bytes, partner: str, nothing: int | None
) -> None:
    """ISA or UNB; 0 is no id."""
    parcel = driver.upload(content=content, ecGridIdFrom=nothing, ecGridIdTo=nothing)

    (record,) = driver.box.ledger.sent
    assert (record.station, record.partner) == ("112233", partner)
    assert driver.status(parcel) == "outboxAcknowledged"


@pytest.mark.parametrize("content", [LOST, b"no EDI", b"UNB", b"ISA*00", b"UNA:+.? 'UNB'"])
def test_a_file_that_nobody_can_route_is_suspended(driver: ECGridDriver, content: bytes) -> None:
    """It is accepted, and its status tells later."""
    parcel = driver.upload(content=content, ecGridIdFrom=None, ecGridIdTo=None)

    (row,) = driver.got(f"/parcels/manifest/{parcel}")
    assert driver.got(f"/interchanges/{row['interchangeId']}")["status"] == "Unrouted"
    assert driver.status(parcel) == "outboxFailed"
    assert driver.box.ledger.sent[0].outcome == "failed"


def test_ones_own_id_in_the_header_must_be_ones_own() -> None:
    """Another's sender does not route."""
    with ECGridSandbox(world=ECGridWorld.varied()) as box, ECGridDriver(box, "SECOND_API_KEY") as second:
        second.upload(content=X12, ecGridIdFrom=None, ecGridIdTo=None)

        assert box.ledger.sent[0].station == ""


def test_a_test_file_is_sent(driver: ECGridDriver) -> None:
    """Made up by the gateway."""
    parcel = driver.posted("/parcels/send-test-file", ecGridIdFrom=112233, ecGridIdTo=445566)

    assert driver.parcel(str(parcel))["fileName"] == "test-850.edi"
    assert driver.post("/parcels/send-test-file", ecGridIdFrom=112233).status_code == 400


def test_what_was_sent_can_be_read_again(driver: ECGridDriver) -> None:
    """Which proves what is there; nothing is marked by it."""
    parcel = driver.upload(content=b"\x00\xff")

    assert driver.content(parcel) == b"\x00\xff"
    assert driver.status(parcel) == "outboxAcknowledged"


def test_a_partner_may_answer_with_the_same_file(driver: ECGridDriver) -> None:
    """The one that is called ECHO."""
    driver.upload("a.edi", b"UNA\xff", ecGridIdTo=445599)

    (parcel,) = driver.pending()
    row = driver.parcel(parcel)
    assert (row["ecGridIdFrom"], row["ecGridIdTo"]) == (445599, 112233)
    assert base64.b64decode(driver.posted("/parcels/download", parcelId=int(parcel))["content"]) == b"UNA\xff"
