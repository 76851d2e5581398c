"""A burst in many accounts does not run out of descriptors."""

import resource
from collections.abc import Iterator

import pytest

from syncd.system.open_files import allow_many_files

FILES = resource.RLIMIT_NOFILE


@pytest.fixture(autouse=True)
def _limits_stay() -> Iterator[None]:
    before = resource.getrlimit(FILES)
    yield
    resource.setrlimit(FILES, before)


def test_the_soft_limit_is_raised_and_the_hard_one_stays() -> None:
    """A second call, after a reload, changes nothing."""
    hard = resource.getrlimit(FILES)[1]
    resource.setrlimit(FILES, (256, hard))
    for _ in range(2):
        allow_many_files()
        assert resource.getrlimit(FILES) == (65_536 if hard < 0 else min(hard, 65_536), hard)


def test_a_higher_limit_is_left_alone() -> None:
    """An operator may have set it."""
    hard = resource.getrlimit(FILES)[1]
    most = 70_000 if hard < 0 else hard
    resource.setrlimit(FILES, (most, hard))
    allow_many_files()
    assert resource.getrlimit(FILES) == (most, hard)
