"""Each rule that the promises rest on is broken once, and a test of `make test` notices."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.safety.figures import record_campaign
from tests.safety.mutations import Mutation, StaleMutation
from tests.safety.mutations_answers import ANSWERS
from tests.safety.mutations_ecgrid import ECGRID
from tests.safety.mutations_inbound import INBOUND
from tests.safety.mutations_notices import NOTICES
from tests.safety.mutations_outbound import OUTBOUND
from tests.safety.mutations_telling import TELLING
from tests.safety.mutations_watching import WATCHING

EVERY = (*INBOUND, *OUTBOUND, *ECGRID, *TELLING, *NOTICES, *ANSWERS, *WATCHING)
CHECKOUT = Path(__file__).parents[2]
ORDINARY = ("-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", "-q", "--tb=no", "-rfE", "--color=no")
BOUND_S = 600
PASSED, SOME_FAILED = 0, 1


def copied(folder: Path) -> Path:
    """A checkout of its own: the package, the tests, and how they are run."""
    leave = shutil.ignore_patterns("__pycache__", ".*")
    for name in ("syncd", "tests"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=leave)
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    return folder


def red(checkout: Path, tests: tuple[str, ...]) -> list[str]:
    """Run these tests of a checkout; returns the names of those that failed."""
    told = subprocess.run(
        [sys.executable, "-m", "pytest", *ORDINARY, *tests],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )
    assert told.returncode in {PASSED, SOME_FAILED}, told.stdout + told.stderr
    words = ("FAILED ", "ERROR ")
    lines = [line for line in told.stdout.splitlines() if line.startswith(words)]
    return [line.partition(" ")[2].partition(" - ")[0] for line in lines]


def test_every_mistake_can_still_be_made() -> None:
    """The words that it changes stand in the program, once; else the list is to be written anew."""
    stale = []
    for mutation in EVERY:
        try:
            mutation.applied((CHECKOUT / "syncd" / mutation.file).read_text())
        except StaleMutation as error:
            stale.append(str(error))
    assert stale == []
    assert len({mutation.mistake for mutation in EVERY}) == len(EVERY)


def test_every_test_that_has_to_notice_is_there() -> None:
    """By its file and function."""
    missing = []
    for name in {name for mutation in EVERY for name in mutation.caught_by}:
        path, _, function = name.partition("[")[0].partition("::")
        source = CHECKOUT / path
        if not source.is_file() or f"\ndef {function}(" not in source.read_text():
            missing.append(name)
    assert missing == []
    assert all(mutation.caught_by for mutation in EVERY)


@pytest.mark.torture
@pytest.mark.timeout(BOUND_S)
def test_without_a_mistake_all_of_them_are_green(memory: Path) -> None:
    """What is red in a copy is so by the mistake alone."""
    wanted = {name for mutation in EVERY for name in mutation.caught_by}

    assert red(copied(memory), tuple(sorted(wanted))) == []


@pytest.mark.torture
@pytest.mark.timeout(BOUND_S)
@pytest.mark.parametrize("mutation", EVERY, ids=str)
def test_a_mistake_is_noticed(memory: Path, mutation: Mutation) -> None:
    """By each test that is named with it."""
    checkout = copied(memory)
    mutation.make(checkout / "syncd")

    failed = red(checkout, mutation.caught_by)
    blind = [name for name in mutation.caught_by if not any(one.startswith(name) for one in failed)]

    record_campaign("mutations", tried=1, found=len(blind), note=_row(mutation))
    assert blind == []


def _row(mutation: Mutation) -> list[str]:
    return [mutation.rule, mutation.mistake, *(name.removeprefix("tests/") for name in mutation.caught_by)]
