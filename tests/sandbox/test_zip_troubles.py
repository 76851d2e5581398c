"""Archives that are not what they say."""

import io
import random
import zipfile
import zlib

import pytest

from tests.sandbox.driver import Driver, entries


@pytest.fixture
def ids(driver: Driver) -> list[str]:
    return [driver.box.deliver(files={"a": b"one" * 50, "b": b"two" * 50}) for _ in range(2)]


def archive(driver: Driver, ids: list[str], do: str, **rule: object) -> bytes:
    driver.box.trouble(do, operation="batch", **rule)
    answer = driver.batch(*ids)
    assert answer.status_code == 200
    return answer.content


def test_an_archive_may_be_cut(driver: Driver, ids: list[str]) -> None:
    """It has no directory any more, though its Content-Length is true."""
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(archive(driver, ids, "zip_cut")))


def test_an_archive_may_have_a_flipped_bit(driver: Driver) -> None:
    """The CRC of an entry tells."""
    noise = random.Random(1).randbytes(5000)
    harmed = archive(driver, [driver.box.deliver(files={"a": noise})], "flip")

    broken = (zipfile.BadZipFile, zlib.error)
    with zipfile.ZipFile(io.BytesIO(harmed)) as found, pytest.raises(broken):
        found.read(found.namelist()[0])


def test_an_archive_may_be_encrypted(driver: Driver, ids: list[str]) -> None:
    """It opens, and nothing in it can be read."""
    with zipfile.ZipFile(io.BytesIO(archive(driver, ids, "zip_encrypted"))) as found:
        assert all(entry.flag_bits & 1 for entry in found.infolist())
        with pytest.raises(RuntimeError, match="encrypted"):
            found.read(found.namelist()[0])


def test_an_archive_may_have_an_entry_too_many(driver: Driver, ids: list[str]) -> None:
    """Of a message that nobody asked for."""
    driver.box.trouble("zip_foreign")

    names = [name for name, _ in entries(driver.batch(*ids))]
    assert len(names) == 5
    assert names[-1] == "<nobody@asked.for>/surprise.edi"


def test_an_archive_may_lack_an_entry(driver: Driver, ids: list[str]) -> None:
    """The last one."""
    driver.box.trouble("zip_missing")

    assert len(entries(driver.batch(*ids))) == 3


@pytest.mark.parametrize("layout", ["before", "streamed"])
def test_an_archive_may_lie_about_sizes(driver: Driver, ids: list[str], layout: str) -> None:
    """One byte, it says."""
    driver.box.switch(zip_layout=layout)

    with zipfile.ZipFile(io.BytesIO(archive(driver, ids, "zip_lying"))) as found:
        assert {entry.file_size for entry in found.infolist()} == {1}


def test_an_archive_may_be_a_bomb(driver: Driver, ids: list[str]) -> None:
    """Small on the wire, large in memory, under a name that was asked for."""
    harmed = archive(driver, ids, "zip_bomb", bomb_bytes=20_000_000)

    with zipfile.ZipFile(io.BytesIO(harmed)) as found:
        first = found.infolist()[0]
    assert len(harmed) < 200_000
    assert (first.filename, first.file_size) == (f"<{ids[0]}>/a", 20_000_000)
