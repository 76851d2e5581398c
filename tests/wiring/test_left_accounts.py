"""Messages of an account that was taken out of the configuration: nobody can act on them, as is said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from syncd.config import load
from syncd.core.model import MessageId
from syncd.errors import UsageError
from syncd.operations.door import Door
from syncd.sandbox import Sandbox
from syncd.wiring.daemon_door import DaemonDoor
from syncd.wiring.doors import Doors, open_doors
from syncd.wiring.local import LocalDoor
from tests.e2e.harness import Ground

Act = Callable[[Door, MessageId], object]
ACTS: list[Act] = [
    lambda door, sent: door.resend(sent, by="anna"),
    lambda door, sent: door.stop(sent, by="anna"),
    lambda door, sent: door.delete([sent], only_look=True, by="anna"),
]


@dataclass
class Idle:
    """A daemon with no account at all."""

    doors: Doors
    runners: dict[str, object] = field(default_factory=dict)

    @property
    def settings(self) -> object:
        return self.doors.settings


def test_to_act_on_a_message_of_an_account_that_is_gone_is_refused(tmp_path: Path) -> None:
    """By a command as by the daemon."""
    with Sandbox() as box:
        ground = Ground(box=box, folder=tmp_path)
        ground.run()
        ground.drop("a.edi", b"UNA a")
        ground.settle()
        sent = ground.row("a.edi").id
        ground.config.write_text(ground.config.read_text().replace("accounts.acme", "accounts.other"))
        ground.settings = load(ground.config, {})
        for act in ACTS:
            with pytest.raises(UsageError, match="no account acme"):
                act(LocalDoor(ground.settings), sent)
        with open_doors(ground.settings) as doors:
            door = DaemonDoor(Idle(doors), lambda: None)  # type: ignore[arg-type]
            for act in ACTS:
                with pytest.raises(UsageError, match="no account acme"):
                    act(door, sent)
