"""The document's own curl lines, run with the real curl; only the host and the token are put in."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.sandbox import Sandbox, World
from tests.sandbox.driver import Driver

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")

LOG_IN = r"""curl -XPOST https://api.as2gateway.com/v1/authorize \
-H 'Content-Type: application/json' \
--data '{"username":"email@domain.com","password":"pazzword"}'"""

SEND_GENERATED = r"""curl -XPOST https://api.as2gateway.com/v1/message/RJ_Station/RJ_Partner \
-H "Authorization: <token_string>" \
-H "Name: invoice_20200101.xml" \
-H "Content-Type: text/xml" \
-H "Content-Length: 132" \
--data-binary \
'<?xml version="1.0" encoding="UTF-8"?>
<invoice>
<items total="1000">
<item sku="10344" qty="10" total="1000"/>
</items>
</invoice>'"""

SEND_EXISTING = r"""curl -XPOST https://api.as2gateway.com/v1/message/RJ_Station/RJ_Partner \
-H "Authorization: <token_string>" \
-H "Name: invoice_20200101.xml" \
-H "Content-Type: text/xml" \
--data-binary @invoice_20200101.xml"""

SEND_TWO = r"""curl -XPOST https://api.as2gateway.com/v1/message/RJ_Station/RJ_Partner \
-H "Authorization: <token_string>" \
-H "Content-Type: multipart/form-data; boundary=----foobarbaz" \
--data-binary \
'------foobarbaz
Content-Disposition: form-data; name="file"; filename="file1.txt"
Content-Type: text/plain
one
------foobarbaz
Content-Disposition: form-data; name="file"; filename="file2.txt"
Content-Type: text/plain
two
------foobarbaz--'"""


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(world=World.default().timed(body_silence_s=0.2)) as box:
        yield box


def run(driver: Driver, line: str, folder: Path) -> str:
    line = line.replace("https://api.as2gateway.com/v1", driver.box.url)
    line = line.replace("<token_string>", driver.http.headers["Authorization"])
    line = line.replace("curl ", "curl --silent --show-error --noproxy '*' --max-time 5 ", 1)
    done = subprocess.run(["/bin/sh", "-c", line], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_line_of_section_2_logs_in(driver: Driver, tmp_path: Path) -> None:
    """As printed, but for the host."""
    assert '"token"' in run(driver, LOG_IN, tmp_path)


def test_the_line_for_an_existing_file_sends_it(driver: Driver, tmp_path: Path) -> None:
    """As printed, but for host and token."""
    (tmp_path / "invoice_20200101.xml").write_bytes(b"<invoice/>")

    assert "Successfully added" in run(driver, SEND_EXISTING, tmp_path)
    (file,) = driver.box.ledger.sent[0].files
    assert (file.name, file.size, file.content_type) == ("invoice_20200101.xml", 10, "text/xml")


def test_the_line_for_a_generated_file_sends_it_with_its_true_length(driver: Driver, tmp_path: Path) -> None:
    """The printed Content-Length is one more than the printed body has."""
    line = SEND_GENERATED.replace('-H "Content-Length: 132" \\\n', "")

    assert "Successfully added" in run(driver, line, tmp_path)
    assert driver.box.ledger.sent[0].files[0].size == 131


def test_the_line_for_a_generated_file_is_refused_as_printed(driver: Driver, tmp_path: Path) -> None:
    """Client and server would wait for each other; after a silence the server says what is missing."""
    assert "1 bytes shorter" in run(driver, SEND_GENERATED, tmp_path)
    assert driver.box.ledger.sent == ()


@pytest.mark.parametrize("ends_headers", ["\n", "\n\n"])
def test_the_line_for_two_files_sends_them(driver: Driver, tmp_path: Path, ends_headers: str) -> None:
    """As printed, and with the empty line that print has lost."""
    line = SEND_TWO.replace("text/plain\n", "text/plain" + ends_headers)

    assert "Successfully added" in run(driver, line, tmp_path)
    files = driver.box.ledger.sent[0].files
    assert [(file.name, file.size) for file in files] == [("file1.txt", 3), ("file2.txt", 3)]


def test_a_large_file_does_not_wait_for_leave_to_be_sent(driver: Driver, tmp_path: Path) -> None:
    """Curl asks first (Expect: 100-continue), and the server says go on."""
    (tmp_path / "invoice_20200101.xml").write_bytes(bytes(9_999_999))
    line = SEND_EXISTING.replace("curl ", "curl --expect100-timeout 30 -H 'Expect: 100-continue' ", 1)

    assert "Successfully added" in run(driver, line, tmp_path)
