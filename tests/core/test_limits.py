import pytest

from syncd.core.limits import MOST_TOGETHER, Limits, too_many_together
from syncd.core.model import File

LIMITS = Limits(files=2, bytes=10)


def files(*sizes: int) -> tuple[File, ...]:
    return tuple(File(name=f"{index}.edi", size=size) for index, size in enumerate(sizes))


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((10,), None),
        ((5, 5), None),
        ((5, 0), "1.edi is empty"),
        ((1, 1, 1), "it has 3 files, and the gateway takes 2 in one message"),
        ((5, 6), "it has 11 bytes, and the gateway takes 10 in one message"),
    ],
)
def test_what_the_gateway_never_takes_is_refused_in_words(sizes: tuple[int, ...], words: str | None) -> None:
    """The last byte and the last file still fit."""
    assert LIMITS.objection(files(*sizes)) == words


def test_a_gateway_of_one_file_splits_folders() -> None:
    """And no other does."""
    assert Limits(files=1, bytes=10).splits
    assert not LIMITS.splits


def test_a_folder_that_is_split_has_a_thousand_files_at_most() -> None:
    """The reason says so."""
    assert too_many_together(MOST_TOGETHER) is None
    assert too_many_together(1001) == "it has 1,001 files, and at most 1,000 are taken in one folder"
