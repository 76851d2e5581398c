"""What the installed package says about itself, and what its metadata promises."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
EVERYWHERE = {"structlog"}
NEVER_IMPORTED = {"tzdata"}


def test_the_module_run_as_a_program_prints_its_version() -> None:
    """`python -m syncd --version` says what the metadata says."""
    said = subprocess.run(
        [sys.executable, "-m", "syncd", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == version("syncd")


def test_each_library_has_its_rooms() -> None:
    """No dependency escapes the import contract on libraries."""
    pyproject = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    libraries = {canonicalize_name(Requirement(line).name) for line in pyproject["project"]["dependencies"]}
    held = _modules_held_by_contract(pyproject)
    homes = packages_distributions()
    held_libraries = {canonicalize_name(home) for module in held for home in homes[module]}
    assert libraries - held_libraries == EVERYWHERE | NEVER_IMPORTED


def _modules_held_by_contract(pyproject: dict[str, Any]) -> list[str]:
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    [contract] = [each for each in contracts if each["name"] == "Each library stays in its rooms"]
    modules: list[str] = contract["forbidden_modules"]
    return modules
