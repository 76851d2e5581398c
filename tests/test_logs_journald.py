"""Log lines as fields of systemd's journal, over a real datagram socket."""

from __future__ import annotations

import array
import fcntl
import json
import logging
import os
import socket
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from syncd.logs import set_up


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put the process's logging back as it was."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    with warnings.catch_warnings():
        yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


class Journal:
    """What journald does with a datagram, a few lines of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(5)
        self.socket.bind(str(path))

    def entry(self) -> dict[str, str]:
        """The next entry."""
        return _decoded(self._received())

    def _received(self) -> bytes:
        payload, ancillary, _, _ = self.socket.recvmsg(1 << 20, socket.CMSG_SPACE(4))
        if not ancillary:
            return payload
        fds = array.array("i")
        fds.frombytes(ancillary[0][2])
        with os.fdopen(fds[0], "rb") as file:
            seals = fcntl.fcntl(file.fileno(), fcntl.F_GET_SEALS)
            assert seals & fcntl.F_SEAL_WRITE
            assert seals & fcntl.F_SEAL_SHRINK
            return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


def _decoded(payload: bytes) -> dict[str, str]:
    fields = {}
    while payload:
        head, _, payload = payload.partition(b"\n")
        if b"=" in head:
            key, _, value = head.partition(b"=")
        else:
            key, (length,) = head, struct.unpack("<Q", payload[:8])
            value, payload = payload[8 : 8 + length], payload[8 + length + 1 :]
        fields[key.decode()] = value.decode()
    return fields


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal that listens."""
    listening = Journal(tmp_path / "journal")
    yield listening
    listening.socket.close()


def test_a_line_is_fields(journal: Journal) -> None:
    """Searchable by each of its keys; the text is what `journalctl` shows."""
    set_up(form="journald", journal=journal.path)
    structlog.get_logger().warning("message.delivered", message="abcd1234", account="acme", file="my file")
    entry = journal.entry()
    assert len(entry.pop("MESSAGE_ID")) == 32
    assert entry == {
        "MESSAGE": 'message.delivered message=abcd1234 account=acme file="my file"',
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "syncd",
        "SYNCD_EVENT": "message.delivered",
        "SYNCD_MESSAGE": "abcd1234",
        "SYNCD_ACCOUNT": "acme",
        "SYNCD_FILE": "my file",
    }


def test_one_event_has_one_id_for_ever(journal: Journal) -> None:
    """Saved searches go by it: this very id must not change."""
    set_up(form="journald", journal=journal.path)
    for message in ("one", "two"):
        structlog.get_logger().info("message.delivered", message=message)
    structlog.get_logger().info("message.sent")
    first, second, other = (journal.entry()["MESSAGE_ID"] for _ in range(3))
    assert first == second == "c1824b0b09c15f27b0e3e41630e73662"
    assert other != first


def test_a_librarys_sentence_is_no_event(journal: Journal) -> None:
    """It has no id, and a name to find it by."""
    set_up(form="journald", journal=journal.path)
    logging.getLogger("httpx").error("odd %s", "answer")
    entry = journal.entry()
    assert (entry["SYNCD_LIBRARY"], entry["PRIORITY"]) == ("httpx", "3")
    assert "MESSAGE_ID" not in entry


def test_values_of_many_lines_arrive_whole(journal: Journal) -> None:
    """A line break in a value from outside cannot forge a field."""
    set_up(form="journald", journal=journal.path)
    structlog.get_logger().info("message.failed", reason="no\nPRIORITY=0\nMESSAGE=forged")
    entry = journal.entry()
    assert entry["SYNCD_REASON"] == "no\nPRIORITY=0\nMESSAGE=forged"
    assert entry["PRIORITY"] == "6"
    assert entry["MESSAGE"].startswith("message.failed reason=")


def test_a_traceback_stands_below_the_line(journal: Journal) -> None:
    """And in a field of its own."""
    set_up(form="journald", journal=journal.path)
    try:
        int("broken")
    except ValueError:
        structlog.get_logger().exception("job.failed")
    entry = journal.entry()
    assert entry["MESSAGE"].startswith("job.failed\nTraceback")
    assert "ValueError: invalid literal" in entry["SYNCD_EXCEPTION"]


def test_what_is_too_long_for_a_datagram_arrives_too(journal: Journal) -> None:
    """As a sealed file in memory."""
    set_up(form="journald", journal=journal.path)
    structlog.get_logger().info("reply.odd", body="x" * 2_000_000)
    assert len(journal.entry()["SYNCD_BODY"]) == 2_000_000


def test_odd_keys_and_values_fit(journal: Journal) -> None:
    """The journal drops fields with names that it does not like."""
    set_up(form="journald", journal=journal.path)
    odd = {"x-y.é" + "z" * 80: 1, "yes": True, "many": ["a", "b"], "none": None, "surrogate": "a\udcff"}
    structlog.get_logger().info("oddities.met", **odd)
    entry = journal.entry()
    assert entry["SYNCD_X_Y__" + "Z" * 53] == "1"
    assert (entry["SYNCD_YES"], entry["SYNCD_MANY"], entry["SYNCD_SURROGATE"]) == ("true", '["a", "b"]', "a?")
    assert "SYNCD_NONE" not in entry


def test_secrets_are_masked_here_too(journal: Journal) -> None:
    """However deep."""
    set_up(form="journald", journal=journal.path)
    structlog.get_logger().info("request.sent", headers={"Authorization": "hush"}, password="hush")
    assert "hush" not in str(journal.entry())


def test_a_stream_that_leads_to_the_journal_is_known(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd says which device and inode; any other stream gets JSON."""
    with (tmp_path / "stderr").open("w+") as stream, (tmp_path / "other").open("w+") as other:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        set_up(stream=stream, journal=journal.path)
        structlog.get_logger().info("pass.done")
        assert journal.entry()["SYNCD_EVENT"] == "pass.done"
        set_up(stream=other, journal=journal.path)
        structlog.get_logger().info("pass.done")
        assert stream.tell() == 0
        other.seek(0)
        assert json.loads(other.read())["event"] == "pass.done"


def test_a_journal_out_of_reach_loses_no_line(tmp_path: Path) -> None:
    """The line is written to the stream as JSON."""
    with (tmp_path / "stderr").open("w+") as stream:
        set_up(form="journald", stream=stream, journal=tmp_path / "nobody")
        structlog.get_logger().error("disk.full", account="acme", when=tmp_path)
        stream.seek(0)
        line = json.loads(stream.read())
    assert (line["event"], line["level"], line["account"]) == ("disk.full", "error", "acme")
