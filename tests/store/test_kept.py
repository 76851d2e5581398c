"""Answers that are kept hold, or are not given."""

from syncd.store.kept import MOST_ROWS, Kept, nothing_kept


class Asked:
    """Answers with a list that tells how often it was asked."""

    def __init__(self, length: int = 1) -> None:
        self.times = 0
        self._length = length

    def __call__(self) -> list[int]:
        self.times += 1
        return [self.times] * self._length


def test_an_answer_holds_until_something_is_written() -> None:
    """Then it is asked anew, once."""
    edition = 0
    kept, ask = Kept(lambda: edition), Asked()
    assert [kept.answer("q", ask), kept.answer("q", ask)] == [[1], [1]]
    edition = 2
    assert [kept.answer("q", ask), kept.answer("q", ask)] == [[2], [2]]
    assert kept.answer("another", ask) == [3]


def test_while_something_is_written_nothing_is_kept_or_given_out() -> None:
    """What is read then may be from before or from after."""
    edition = 0
    kept, ask = Kept(lambda: edition), Asked()
    kept.answer("q", ask)
    edition = 1
    assert [kept.answer("q", ask), kept.answer("q", ask)] == [[2], [3]]
    edition = 2
    assert kept.answer("q", ask) == [4]


def test_what_was_asked_before_a_write_is_not_kept_for_after_it() -> None:
    """The write came while the database was answering."""
    editions = iter([0, 2, 2])
    kept, ask = Kept(lambda: next(editions)), Asked()
    assert [kept.answer("q", ask) for _ in range(3)] == [[1], [2], [2]]


def test_long_answers_are_not_kept() -> None:
    """They would fill the memory."""
    kept, ask = Kept(lambda: 0), Asked(MOST_ROWS + 1)
    kept.answer("q", ask)
    assert kept.answer("q", ask)[0] == 2


def test_who_only_reads_keeps_nothing() -> None:
    """Another process may be writing."""
    kept, ask = nothing_kept(), Asked()
    assert [kept.answer("q", ask), kept.answer("q", ask)] == [[1], [2]]
