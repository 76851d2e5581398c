"""The configuration: one TOML file and the environment, checked whole, turned into values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from syncd.config.rules import misfits
from syncd.config.settings import Credentials, Settings, settle
from syncd.config.sources import Merged, gather
from syncd.config.tables import File
from syncd.errors import ConfigError, Problem

if TYPE_CHECKING:
    from syncd.config.inforce import InForce

__all__ = ["Credentials", "Settings", "check", "load", "load_with_sources"]


def load(
    config: Path | None = None, environ: Mapping[str, str] | None = None, *, passwords: bool = True
) -> Settings:
    """Read and check everything.

    `config` is the file of `--config`; `environ` is the process's own unless given. `passwords=False` is
    for commands that only look: a systemd credential is there for the daemon alone. Raises: ConfigError
    with every mistake at once; CannotAct when the file may not be read.
    """
    environ = os.environ if environ is None else environ
    return _settled(gather(config, environ), environ, passwords=passwords)


def load_with_sources(
    config: Path | None = None, environ: Mapping[str, str] | None = None, *, passwords: bool = True
) -> tuple[Settings, tuple[InForce, ...]]:
    """The same, with what is in force and where each value comes from; secrets are masked."""
    from syncd.config.inforce import in_force  # noqa: PLC0415 - for one command

    environ = os.environ if environ is None else environ
    merged = gather(config, environ)
    settings = _settled(merged, environ, passwords=passwords)
    return settings, in_force(merged, settings, environ)


def check(tables: dict[str, Any], *, path: Path) -> Settings:
    """Check tables that are to become the file at `path`, by themselves. Raises: ConfigError."""
    return _settled(Merged(path=path, tables=tables), {}, passwords=True)


def _settled(merged: Merged, environ: Mapping[str, str], *, passwords: bool) -> Settings:
    file, wrong = _check(merged)
    problems = [*merged.problems, *wrong, *misfits(merged, environ, passwords=passwords)]
    if file is None or problems:
        raise ConfigError(tuple(problems))
    return settle(file, path=merged.path, environ=environ)


def _check(merged: Merged) -> tuple[File | None, list[Problem]]:
    try:
        return File(**merged.tables), []
    except ValidationError as error:
        from syncd.config.mistakes import mistakes  # noqa: PLC0415 - rarely made

        return None, list(mistakes(error, merged))
