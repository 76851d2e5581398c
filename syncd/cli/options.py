"""What every command has: the options that stand before or after its name, and the parts that it reaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

from cyclopts import Parameter

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.operations.checks import CheckLine
    from syncd.operations.door import Door
    from syncd.operations.reports import OnceReport
    from syncd.ports import Gateway, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of every command."""

    config: Annotated[Path | None, Parameter(help="Read this configuration, and no other.")] = None
    account: Annotated[str | None, Parameter(help="This account only.")] = None
    json: Annotated[bool, Parameter(help="Print JSON: for scripts.", show_default=False)] = False
    quiet: Annotated[bool, Parameter(help="Print errors only.", show_default=False)] = False
    no_color: Annotated[bool, Parameter(help="Print without colours.", show_default=False)] = False


class Wiring(Protocol):
    """What commands ask of `syncd.wiring`."""

    def door(
        self, settings: Settings, *, progress: Callable[[str], None] = ...
    ) -> AbstractContextManager[Door]:
        """The daemon's door when it answers, else one of this process."""
        ...

    def run_daemon(self, settings: Settings, *, config: Path | None) -> int:
        """Run until a signal ends it; returns the exit code."""
        ...

    def gateway(self, settings: Settings, account: str) -> AbstractContextManager[Gateway]:
        """The account's gateway."""
        ...

    def records(self, settings: Settings) -> AbstractContextManager[Records]:
        """The records themselves, to be read only."""
        ...

    def run_once(
        self,
        settings: Settings,
        *,
        accounts: Sequence[str],
        only: str | None,
        wait: timedelta | None,
        dry_run: bool,
        progress: Callable[[str], None],
    ) -> OnceReport:
        """One pass; `progress` is told in a few words what is being done."""
        ...

    def run_check(self, settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
        """Prove the set-up."""
        ...

    def run_check_notices(self, settings: Settings) -> tuple[CheckLine, ...]:
        """Send a notice to try on every way."""
        ...

    def run_check_unit(self, settings: Settings, accounts: Sequence[str]) -> tuple[CheckLine, ...]:
        """Prove systemd's unit."""
        ...

    def adopt(self, settings: Settings, account_name: str) -> None:
        """Take an account's root over for this state."""
        ...


def installed() -> Wiring:
    """The program's own wiring, imported when a command first asks for it: it knows every room."""
    from syncd import wiring

    return wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the program: its options, and what a command reaches."""

    options: Options = field(default_factory=Options)
    reach: Callable[[], Wiring] = installed

    @property
    def wiring(self) -> Wiring:
        """The rooms, wired."""
        return self.reach()

    def settings(self, *, passwords: bool = True) -> Settings:
        """The configuration, checked; `passwords=False` for commands that only look. Raises: ConfigError."""
        from syncd.config import load

        settings = load(self.options.config, passwords=passwords)
        self.accounts(settings)
        return settings

    def log_quietly(self, settings: Settings) -> None:
        """Log to standard error, so that JSON stays JSON; the answer itself says the rest."""
        from syncd.logs import set_up

        level = "warning" if settings.log_level == "info" else settings.log_level
        set_up(form=settings.log_format, level=level)

    def accounts(self, settings: Settings) -> tuple[str, ...]:
        """The names of the accounts that are meant. Raises: UsageError for one that is not there."""
        from syncd.errors import UsageError

        names = tuple(account.name for account in settings.accounts)
        wanted = self.options.account
        if wanted is None:
            return names
        if wanted not in names:
            raise UsageError(f"there is no account {wanted}", f"The configuration has: {', '.join(names)}.")
        return (wanted,)


Given = Annotated[Call, Parameter(parse=False)]
"""How a command asks for its call: no option of its own."""
