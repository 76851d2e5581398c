"""The control server: who may come in, who it was, and what harms it not."""

import grp
import os
import pwd
import socket
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.control.client import connect
from syncd.control.server import ACTING, ControlServer
from syncd.core.looking import Search
from syncd.errors import CannotAct, ConfigError, UsageError
from syncd.operations.reports import OnceReport
from tests.control.parts import Control, running
from tests.fakes.door import FakeDoor

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    with running(tmp_path / "control.sock") as made:
        yield made


def test_the_socket_is_for_its_group_alone(control: Control) -> None:
    """0660, whatever the umask."""
    status = control.path.stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o660


def test_the_socket_gets_the_group_that_is_set(tmp_path: Path) -> None:
    """By its name, or its number."""
    gid = os.getgid()
    for number, group in enumerate((grp.getgrgid(gid).gr_name, str(gid))):
        with running(tmp_path / f"{number}.sock", group=group) as control:
            assert control.path.stat().st_gid == gid


def test_a_group_that_is_not_there_is_said_at_start(tmp_path: Path) -> None:
    """With its key and what to type; no socket is left behind."""
    server = ControlServer(tmp_path / "control.sock", FakeDoor(), group="no-such-group")
    with pytest.raises(ConfigError, match=r"control_group: there is no group no-such-group\..*groupadd"):
        server.start()
    assert list(tmp_path.iterdir()) == []


def test_who_acts_is_what_the_kernel_says(control: Control) -> None:
    """Whatever the client claims."""
    control.client.pause(["acme"], job=None, by="somebody else")
    control.client.reload(by="somebody else")
    assert control.behind.acted == [("pause", ME), ("reload", ME)]


def test_a_dead_daemons_socket_is_replaced(tmp_path: Path) -> None:
    """It listens no more; before, nobody answers there."""
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    assert connect(path) is None
    with running(path) as control:
        assert control.client.status(["acme"]).pid == 4711


def test_what_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    """It is in the way, and named."""
    path = tmp_path / "control.sock"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(CannotAct, match="is no socket"):
        ControlServer(path, FakeDoor(), group=None).start()
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """As a reason not to start."""
    with pytest.raises(CannotAct, match="cannot be made: No such file"):
        ControlServer(tmp_path / "none" / "control.sock", FakeDoor(), group=None).start()


def test_a_long_path_is_no_hindrance(tmp_path: Path) -> None:
    """The kernel's addresses are short; state folders need not be."""
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    with running(folder / "control.sock") as control:
        assert control.client.status(["acme"]).pid == 4711


def test_an_answer_after_the_end_wakes_nobody(tmp_path: Path) -> None:
    """One that takes longer than the end waits for it finds the loop gone, and that is no fault."""
    server = ControlServer(tmp_path / "control.sock", FakeDoor(), group=None)
    server.start()
    inside = server._server
    assert inside is not None
    server.stop()
    inside.pull_trigger()


def test_stop_is_quick_and_may_be_repeated(tmp_path: Path) -> None:
    """Also while a connection idles; the socket is gone."""
    path = tmp_path / "control.sock"
    server = ControlServer(path, FakeDoor(), group=None)
    server.stop()
    server.start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as idle:
        idle.connect(str(path))
        began = time.monotonic()
        server.stop()
        server.stop()
        assert time.monotonic() - began < 1
    assert not path.exists()
    assert connect(path) is None


class Slow(FakeDoor):
    """A door whose passes last until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()

    def once(self, accounts: Sequence[str], *, only: str | None, wait: timedelta | None) -> OnceReport:
        """Wait."""
        self.begun.release()
        assert self.go.wait(20)
        return self.report


def test_status_answers_while_passes_run(tmp_path: Path) -> None:
    """However many; one pass too many is refused instead of waiting unseen."""
    behind = Slow()
    with running(tmp_path / "control.sock", behind) as control:
        client = control.client

        def once() -> OnceReport:
            return client.once(["acme"], only=None, wait=None)

        askers = [threading.Thread(target=once) for _ in range(ACTING)]
        for asker in askers:
            asker.start()
        assert all(behind.begun.acquire(timeout=10) for _ in askers)
        assert client.status(["acme"]).pid == 4711
        with pytest.raises(CannotAct, match="hands full"):
            once()
        behind.go.set()
        for asker in askers:
            asker.join(10)


def test_stop_does_not_wait_for_a_pass(tmp_path: Path) -> None:
    """Who asked for it hears that the daemon ended."""
    behind = Slow()
    said: list[str] = []
    with running(tmp_path / "control.sock", behind) as control:
        client = control.client

        def once() -> None:
            try:
                client.once(["acme"], only=None, wait=None)
            except CannotAct as error:
                said.append(error.what)

        asker = threading.Thread(target=once)
        asker.start()
        assert behind.begun.acquire(timeout=10)
        began = time.monotonic()
        control.server.stop()
        assert time.monotonic() - began < 1
        asker.join(10)
        behind.go.set()
    assert said == ["the daemon ended before it answered"]


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"\x00\x01\x02\r\n\r\n", b"400"),
        (b"GET /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"405"),
        (b"POST /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", b"404"),
        (b"POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        *(
            (
                b"POST /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
                % (len(body), body),
                b"409",
            )
            for body in (b"", b"{", b"\xff", b"[]", b'{"accounts": 1}', b"[" * 20_000, b"9" * 20_000)
        ),
    ],
)
def test_nonsense_is_refused_and_forgotten(control: Control, request_: bytes, answer: bytes) -> None:
    """The next who asks is served."""
    said = control.said(request_)
    assert said.startswith((b"HTTP/1.0 ", b"HTTP/1.1 "))
    assert said[9:12] == answer
    assert control.client.status(["acme"]).pid == 4711


@pytest.mark.parametrize("start", [b"A: ", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_a_flood_is_cut_off(control: Control, start: bytes) -> None:
    """Neither headers nor a body without end are taken in."""
    piece = b"ffff\r\n" + b"a" * 65_535 + b"\r\n"
    with control.raw() as sock, pytest.raises(ConnectionError):
        sock.sendall(b"POST /status HTTP/1.1\r\n" + start + 100 * piece)
    assert control.client.status(["acme"]).pid == 4711


def test_silent_connections_are_in_nobodys_way(control: Control) -> None:
    """Half a request, nothing at all, or gone before the answer."""
    silent = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(30)]
    for number, sock in enumerate(silent):
        sock.connect(str(control.path))
        if number % 3:
            sock.sendall(b"POST /status HTTP/1.1\r\nContent-Length: 50\r\n\r\n{")
        if number % 3 == 2:
            sock.close()
    assert control.client.status(["acme"]).pid == 4711
    for sock in silent:
        sock.close()


class Broken(FakeDoor):
    """A door with a fault of ours in it."""

    def list_messages(self, wanted: Search) -> tuple[()]:
        """Fail."""
        raise ZeroDivisionError


def test_a_fault_of_the_daemon_is_told_as_such(tmp_path: Path) -> None:
    """The client learns where to look, and the daemon goes on."""
    with running(tmp_path / "control.sock", Broken()) as control:
        with pytest.raises(CannotAct, match="a fault of its own"):
            control.client.list_messages(Search())
        assert control.client.status(["acme"]).pid == 4711


def test_an_answer_is_not_larger_than_the_daemon_can_bear(control: Control) -> None:
    """Whoever wants more asks in parts."""
    wrong = {10_001: "more than 10000", 0: "less than 1", -1: "less than 1", -(10**25): "less than 1"}
    for limit, what in wrong.items():
        with pytest.raises(UsageError, match=f"--limit is {what}"):
            control.client.list_messages(Search(limit=limit))
        with pytest.raises(UsageError, match=f"--limit is {what}"):
            control.client.find_messages("a", account=None, limit=limit)
    assert control.behind.asked == []


@pytest.mark.parametrize(
    ("call", "asked", "why"),
    [
        ("pause", b'"job": "track"', b"job: Input should be 'pull' or 'send'"),
        ("resume", b'"job": "pull,send"', b"job: Input should be 'pull' or 'send'"),
        ("once", b'"wait": null, "only": "nope"', b"only: Input should be 'pull', 'send' or 'track'"),
    ],
)
def test_a_job_that_there_is_not_is_refused(control: Control, call: str, asked: bytes, why: bytes) -> None:
    """With those that there are; nothing is done."""
    body = b'{"accounts": ["acme"], %b}' % asked
    head = b"POST /%b HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    said = control.said(head % (call.encode(), len(body)) + body)
    assert said[9:12] == b"409"
    assert why in said
    assert (control.behind.acted, control.behind.once_asked) == ([], [])
