"""`syncd check --unit`: what the configuration wants of systemd's unit, and whether it gets it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from syncd.config import machine
from syncd.operations.checks import CheckLine
from syncd.operations.units import Needs, check_unit

if TYPE_CHECKING:
    from syncd.config import Settings


def run_check_unit(settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
    """Prove the unit for these accounts. Raises: CannotAct."""
    return check_unit(needs(settings, accounts))


def needs(settings: Settings, accounts: Sequence[str]) -> Needs:
    """What these accounts want; a secret that stands in the configuration itself wants nothing."""
    credentials = {name: settings.credentials[name] for name in accounts}
    is_default = settings.state_dir == machine.state_dir(os.environ)
    return Needs(
        roots={name: settings.roots[name] for name in accounts},
        state_dir=None if is_default else settings.state_dir,
        passwords={name: each.password_file for name, each in credentials.items() if each.password is None},
        api_keys=frozenset(name for name, each in credentials.items() if each.kind == "api_key"),
    )
