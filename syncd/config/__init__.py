"""The configuration: one TOML file and the environment, checked whole, turned into values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syncd.config.inforce import InForce, in_force
from syncd.config.mistakes import mistakes
from syncd.config.rules import misfits
from syncd.config.settings import Credentials, Settings, settle
from syncd.config.sources import Merged, gather
from syncd.config.tables import File
from syncd.errors import ConfigError, Problem

__all__ = ["Credentials", "InForce", "Settings", "check", "load", "load_with_sources"]


def load(
    config: Path | None = None, environ: Mapping[str, str] | None = None, *, passwords: bool = True
) -> Settings:
    """Read and check everything.

    `config` is the file of `--config`; `environ` is the process's own unless given. `passwords=False` is
    for commands that only look: a systemd credential is there for the daemon alone. Raises: ConfigError
    with every mistake at once; CannotAct when the file may not be read.
    """
    settings, _ = load_with_sources(config, environ, passwords=passwords)
    return settings


def load_with_sources(
    config: Path | None = None, environ: Mapping[str, str] | None = None, *, passwords: bool = True
) -> tuple[Settings, tuple[InForce, ...]]:
    """The same, with what is in force and where each value comes from; secrets are masked."""
    environ = os.environ if environ is None else environ
    return _settled(gather(config, environ), environ, passwords=passwords)


def check(tables: dict[str, Any], *, path: Path) -> Settings:
    """Check tables that are to become the file at `path`, by themselves. Raises: ConfigError."""
    settings, _ = _settled(Merged(path=path, tables=tables), {}, passwords=True)
    return settings


def _settled(
    merged: Merged, environ: Mapping[str, str], *, passwords: bool
) -> tuple[Settings, tuple[InForce, ...]]:
    file, wrong = _check(merged)
    problems = [*merged.problems, *wrong, *misfits(merged, environ, passwords=passwords)]
    if file is None or problems:
        raise ConfigError(tuple(problems))
    settings = settle(file, path=merged.path, environ=environ)
    return settings, in_force(merged, settings, environ)


def _check(merged: Merged) -> tuple[File | None, list[Problem]]:
    try:
        return File(**merged.tables), []
    except ValidationError as error:
        return None, list(mistakes(error, merged))
