"""The control client: whom it finds, and what it says when it may not ask or gets no answer."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.control.client import connect
from syncd.control.place import PACKAGED, socket_path, socket_paths
from syncd.errors import CannotAct
from tests.control.parts import running
from tests.two_users import TwoUsers


def test_the_socket_is_where_systemd_says_else_in_the_state() -> None:
    """The first of several folders."""
    state = Path("/var/lib/syncd")
    assert socket_path(state, {}) == state / "control.sock"
    assert socket_path(state, {"RUNTIME_DIRECTORY": "/run/a:/run/b"}) == Path("/run/a/control.sock")


def test_a_shell_finds_the_socket_of_a_unit() -> None:
    """systemd's folders for state and runtime have one name; a shell is told neither."""
    assert socket_paths(Path("/var/lib/syncd/two"), {}, is_packaged=False) == (
        Path("/var/lib/syncd/two/control.sock"),
        Path("/run/syncd/two/control.sock"),
    )
    mine = Path("/home/anna/.local/state/syncd")
    assert socket_paths(mine, {}, is_packaged=False) == (mine / "control.sock",)
    assert socket_paths(mine, {}, is_packaged=True) == (mine / "control.sock", PACKAGED)


def test_nobody_is_there(tmp_path: Path) -> None:
    """No socket, no folder, a file for a folder, a socket that nobody listens at."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(tmp_path / "dead"))
    assert [connect(tmp_path / name) for name in ("none", "no/ne", "file/x", "dead")] == [None] * 4


def read_call(taken: socket.socket) -> bytes:
    """A whole call, or nothing of one."""
    call = b""
    while piece := b"" if call.endswith(b"}") else taken.recv(65536):
        call += piece
    return call


def reply(status: bytes, body: bytes) -> bytes:
    """As a server writes it."""
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "ended before it answered"),
        (b"nonsense\r\n\r\n", "ended before it answered"),
        (reply(b"200 OK", b"{}")[:-1], "ended before it answered"),
        (reply(b"404 Not Found", b""), "another version"),
        (reply(b"200 OK", b'{"shape": "new"}'), "another version"),
        (reply(b"409 Conflict", b"{"), "another version"),
        (reply(b"409 Conflict", b'{"kind": "Newer", "what": "something", "why": 1}'), "something"),
    ],
)
def test_an_answer_that_is_none(tmp_path: Path, answer: bytes, said: str) -> None:
    """Is no traceback: a daemon of another version, or one that has just ended."""
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            for _ in range(2):  # the first look, then the call
                taken, _address = listening.accept()
                with taken:
                    taken.settimeout(5)
                    if read_call(taken):
                        taken.sendall(answer)

        server = threading.Thread(target=serve)
        server.start()
        door = connect(path)
        assert door is not None
        with pytest.raises(CannotAct, match=said):
            door.status(["acme"])
        server.join(10)


# Another user, who joined the group or did not ----------------------------------------------------

ASK = """if True:
    import os, sys
    from pathlib import Path
    from syncd.control.client import connect
    from syncd.errors import CannotAct
    path, uid, groups = Path(sys.argv[1]), int(sys.argv[2]), [int(each) for each in sys.argv[3:]]
    from syncd.control import asking, calls
    for shape in (calls.Accounts, calls.Jobs, calls.Status):
        calls._adapter(shape)  # the interpreter may be out of the other user's reach
    os.setgroups(groups)
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    try:
        door = connect(path)
        door.pause(["acme"], job=None, by="root")
        print(door.status(["acme"]).pid)
    except CannotAct as error:
        print(error)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user can reach."""
    top = Path(tempfile.mkdtemp(prefix="syncd-control-"))
    top.chmod(0o755)
    yield top
    shutil.rmtree(top)


def asked(path: Path, uid: int, *groups: int) -> str:
    """What another user's command prints."""
    argv = [sys.executable, "-c", ASK, str(path), str(uid), *map(str, groups)]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_a_member_of_the_group_is_served_under_its_own_name(two_users: TwoUsers, folder: Path) -> None:
    """Here a user that has no name: its number."""
    with running(folder / "control.sock", group=str(two_users.shared_gid)) as control:
        assert asked(control.path, two_users.erp_uid, two_users.shared_gid) == "4711"
        assert control.behind.acted == [("pause", str(two_users.erp_uid))]


def test_another_user_is_told_which_group_to_join(two_users: TwoUsers, folder: Path) -> None:
    """And what to type."""
    with running(folder / "control.sock", group=str(two_users.shared_gid)) as control:
        said = asked(control.path, two_users.erp_uid)
        assert "is not open to this user" in said
        assert f"sudo usermod -aG {two_users.shared_gid} $USER" in said
        assert "log in again" in said
        assert control.behind.acted == []


def test_a_folder_that_shuts_out_the_group_names_its_owner(two_users: TwoUsers, folder: Path) -> None:
    """No group helps against 0700."""
    state = folder / "state"
    state.mkdir(mode=0o700)
    os.chown(state, two_users.bridge_uid, two_users.shared_gid)
    with running(state / "control.sock", group=str(two_users.shared_gid)) as control:
        said = asked(control.path, two_users.erp_uid, two_users.shared_gid)
    assert f"sudo -u '#{two_users.bridge_uid}' syncd" in said
