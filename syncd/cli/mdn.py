"""`show --mdn`: the MDN of a message, printed or saved."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from syncd.cli.options import Call
from syncd.cli.render import Reply
from syncd.cli.status_view import safe_lines
from syncd.errors import CannotAct, UsageError

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.operations.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMdn:
    """An MDN as scripts see it: its text, or where it was saved."""

    id: str
    message_id: str | None
    mdn: str | None
    path: Path | None


def show_mdn(call: Call, message: str, *, save: Path | None) -> Reply:
    """Ask the gateway for the MDN of a message. Raises: NotFound, UsageError, CannotAct, GatewayError."""
    if save and os.path.lexists(save):
        raise _taken(save)
    settings = call.settings()
    with call.wiring.door(settings) as door:
        row = door.show_message(message, account=call.options.account)
    payload = _ask(call, settings, row)
    if save:
        _save(save, payload)
        text = None
    else:
        text = payload.decode(errors="replace")
    shown = ShownMdn(id=row.id, message_id=row.message_id, mdn=text, path=save.absolute() if save else None)
    words = f"saved to {save}" if text is None else text
    return Reply(value=shown, view=lambda: _lines(words))


def _lines(text: str) -> Text:
    return Text(safe_lines(text.expandtabs()))


def _ask(call: Call, settings: Settings, row: Row) -> bytes:
    from syncd.operations.mdns import the_mdn

    if row.account not in call.accounts(settings):
        raise UsageError(
            f"message {row.id} is of the account {row.account}, which the configuration does not have",
            "Without it the gateway cannot be asked.",
        )
    with call.wiring.gateway(settings, row.account) as gateway:
        return the_mdn(row, gateway)


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} exists already, and is left as it is", "Name a file that does not exist.")


def _save(path: Path, content: bytes) -> None:
    """Make a new file, complete or not at all. Raises: UsageError, CannotAct."""
    from syncd.folders.durable import write_whole

    scratch = f".syncd-{secrets.token_hex(8)}"
    try:
        fd = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            write_whole(
                content, name=path.name, dir_fd=fd, scratch=scratch, scratch_fd=fd, mode=0o666, over=False
            )
        finally:
            os.close(fd)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror}"
        raise CannotAct(what, "Name a file in a folder that you may write to.") from error
