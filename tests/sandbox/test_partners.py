"""§10 and §11: partners and stations."""

from collections.abc import Iterator

import pytest

from syncd.sandbox import Sandbox, World
from tests.sandbox.driver import Driver


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(world=World.varied()) as box:
        yield box


def identifiers(driver: Driver, kind: str, **parameters: str) -> list[tuple[str, str | None]]:
    shown = driver.get(f"/{kind}", **parameters).json()
    return [(one["as2Identifier"], one.get("partnerType")) for one in shown]


def test_partners_of_both_types_are_listed(driver: Driver) -> None:
    """One AS2 ID may exist as production and as test."""
    assert identifiers(driver, "partner") == [
        ("RJ_Partner", "Production"),
        ("ECHO", "Production"),
        ("RJ_Test", "Test"),
        ("BOTH", "Production"),
        ("BOTH", "Test"),
    ]


@pytest.mark.parametrize(
    ("query", "found"), [("RJ_P", ["RJ_Partner"]), ("rj test", ["RJ_Test"]), ("nobody", [])]
)
def test_partners_are_found_by_a_part_of_name_or_id(driver: Driver, query: str, found: list[str]) -> None:
    """Partial matches are accepted."""
    assert [one for one, _ in identifiers(driver, "partner", query=query)] == found


def test_stations_are_found_by_a_part_of_name_or_id(driver: Driver) -> None:
    """The same search as for partners."""
    assert identifiers(driver, "station", query="rj st") == [("RJ_Station", None)]
    assert identifiers(driver, "station", query="RJ_Partner") == []


def test_a_partner_has_the_fields_of_the_document(driver: Driver) -> None:
    """The example of §10.1.2 names them."""
    documented = """partnerId as2Identifier compressAfter compressBefore precompressInputFiles encryptCert
        signCert useDiffCertAsSignCert encryptMessages name requestAsyncMdn requestMdn requestSignedMdn
        requestHttpsMdn signMessage uri encryptionAlgorithm signDigestAlgorithm signEncryptAlgorithm
        isGlobalPartner partnerType httpsCert pinned customHeaders useAs2Restart pauseIncoming pauseOutgoing
        sendTimeout flows"""

    partner = driver.get("/partner", query="RJ_Test").json()[0]

    assert set(partner) == set(documented.split())


def test_a_station_has_the_fields_of_the_document(driver: Driver) -> None:
    """The example of §11.1.2 names them."""
    documented = """id as2Identifier email certificate name pinned sftpStructure emailNotifications
        sendFailureEmails sendMdnFailureEmails"""

    assert set(driver.get("/station").json()[0]) == set(documented.split())


def test_a_paused_partner_says_so(driver: Driver) -> None:
    """PauseOutgoing is seen in the list, and goes away again."""
    partner = driver.box.partner("BOTH", "test")

    partner.pause()
    paused = {one["partnerType"]: one["pauseOutgoing"] for one in driver.get("/partner", query="BOTH").json()}
    partner.resume()
    resumed = {one["pauseOutgoing"] for one in driver.get("/partner", query="BOTH").json()}

    assert paused == {"Production": False, "Test": True}
    assert resumed == {False}
