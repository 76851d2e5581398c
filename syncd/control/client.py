"""The door of a daemon that runs, asked over its control socket."""

from __future__ import annotations

import grp
import http.client
import pwd
import socket
import stat
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from syncd.control import calls
from syncd.control.calls import Call, read, written
from syncd.control.mishaps import Mishap, unpacked
from syncd.control.place import address
from syncd.errors import CannotAct, SyncdError
from syncd.operations.door import Door
from syncd.operations.questions import Row, Whole
from syncd.operations.reports import OnceReport
from syncd.operations.status import Status
from syncd.ports import Search

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

_DONE, _REFUSED = 200, 409
_CONNECT_S = 5.0


def connect(path: Path) -> Door | None:
    """The door behind that socket; None when there is none, or nobody listens (a dead daemon's).

    Raises: CannotAct when this user may not ask, naming the group to join.
    """
    try:
        _connected(path).close()
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        return None
    except PermissionError as error:
        raise _refused(path) from error
    except OSError as error:
        raise _silent(path) from error
    return Client(path)


class Client:
    """Asks the daemon; each call is a connection of its own.

    `by` stays here: who acts is what the kernel tells the daemon.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def status(self, accounts: Sequence[str]) -> Status:
        """How these accounts are."""
        return self._ask(calls.STATUS, calls.Accounts(accounts=tuple(accounts)))

    def list_messages(self, wanted: Search) -> tuple[Row, ...]:
        """Messages that fit, newest first."""
        return self._ask(calls.LIST, wanted)

    def find_messages(self, text: str, *, account: str | None, limit: int) -> tuple[Row, ...]:
        """Messages of an id or a file name, newest first."""
        return self._ask(calls.FIND, calls.Find(text=text, account=account, limit=limit))

    def show_message(self, text: str, *, account: str | None) -> Whole:
        """One message with its history."""
        return self._ask(calls.SHOW, calls.Show(text=text, account=account))

    def once(self, accounts: Sequence[str], *, only: str | None, wait: timedelta | None) -> OnceReport:
        """One pass, now, by the daemon."""
        return self._ask(calls.ONCE, calls.Once(accounts=tuple(accounts), only=only, wait=wait))

    def resolve(self, message_id: str, verdict: str, *, by: str) -> Row:
        """Decide on a held message."""
        del by
        return self._ask(calls.RESOLVE, calls.Resolve(message_id=message_id, verdict=verdict))

    def pause(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Stop jobs until they are resumed."""
        del by
        return self._ask(calls.PAUSE, calls.Jobs(accounts=tuple(accounts), job=job))

    def resume(self, accounts: Sequence[str], *, job: str | None, by: str) -> Status:
        """Undo a pause."""
        del by
        return self._ask(calls.RESUME, calls.Jobs(accounts=tuple(accounts), job=job))

    def reload(self, *, by: str) -> str:
        """Let the daemon read its configuration anew."""
        del by
        return self._ask(calls.RELOAD, calls.Nothing())

    def _ask(self, call: Call[Asked, Answer], asked: Asked) -> Answer:
        code, text = self._post(call, written(asked, call.takes))
        try:
            if code == _REFUSED:
                raise unpacked(read(text, Mishap))
            if code == _DONE:
                answer: Answer = read(text, call.gives)
                return answer
        except ValueError as error:
            raise _stranger() from error
        raise _stranger()

    def _post(self, call: Call[Asked, Answer], body: bytes) -> tuple[int, bytes]:
        connection = _Connection(self._path, patience=call.patience)
        try:
            connection.request("POST", f"/{call.name}", body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            return reply.status, reply.read()
        except PermissionError as error:
            raise _refused(self._path) from error
        except TimeoutError as error:
            raise _silent(self._path) from error
        except (OSError, http.client.HTTPException) as error:
            what = "the daemon ended before it answered"
            raise CannotAct(what, "`syncd status` tells how things stand.") from error
        finally:
            connection.close()


class _Connection(http.client.HTTPConnection):
    """HTTP over the Unix socket."""

    def __init__(self, path: Path, *, patience: timedelta | None) -> None:
        super().__init__("localhost")
        self._path = path
        self._patience = patience

    def connect(self) -> None:
        """Connect; from then on an answer may take as long as the call may."""
        self.sock = _connected(self._path)
        self.sock.settimeout(self._patience.total_seconds() if self._patience else None)


def _connected(path: Path) -> socket.socket:
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connected.settimeout(_CONNECT_S)
    try:
        with address(path) as name:
            connected.connect(name)
    except BaseException:
        connected.close()
        raise
    return connected


def _silent(path: Path) -> CannotAct:
    what = f"the daemon at {path} does not answer"
    return CannotAct(
        what, "Its log may tell why: journalctl -u syncd. `systemctl restart syncd` starts it anew."
    )


def _stranger() -> CannotAct:
    return CannotAct(
        "the daemon that runs speaks another version of syncd", "Restart it: systemctl restart syncd"
    )


def _refused(path: Path) -> SyncdError:
    """Whose group opens what is shut: the socket itself, or the first folder on the way that is."""
    for shut, bit in ((path, stat.S_IWGRP), *((folder, stat.S_IXGRP) for folder in path.parents)):
        try:
            status = shut.stat()
        except OSError:
            continue  # below a folder that is shut: that one tells
        what = f"the control socket {path} is not open to this user"
        if not status.st_mode & bit:
            owner = _user_name(status.st_uid)
            return CannotAct(what, f"Act as the user that it belongs to: sudo -u {owner} syncd …")
        group = _group_name(status.st_gid)
        remedy = f"Join the group {group}: `sudo usermod -aG {group} $USER`, then log in again."
        return CannotAct(what, remedy)
    return CannotAct(f"the control socket {path} is out of reach", "Act as the user that syncd runs as.")


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"'#{uid}'"
