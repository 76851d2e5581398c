"""Answers that hold as long as nothing is written: a job with nothing to do asks the same in every pass."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sized
from typing import Any, TypeVar

T = TypeVar("T", bound=Sized)

MOST_ROWS = 20
"""Longer answers are not kept: where there is so much to do, asking is not what costs."""
MOST_ANSWERS = 1_000


class Kept:
    """Short answers, of one edition of the database. Safe for threads.

    `edition` grows with every transaction of the one writer, before and after, and is odd in between: then
    nothing is kept or given out. So what is given out is what the database would have answered.
    """

    def __init__(self, edition: Callable[[], int]) -> None:
        self._edition = edition
        self._known: tuple[int, dict[Hashable, Any]] = (-1, {})  # replaced as a whole

    def answer(self, question: Hashable, ask: Callable[[], T]) -> T:
        """The answer to a question, asked anew when something was written since; not to be changed."""
        edition = self._edition()
        if edition % 2:
            return ask()
        known, answers = self._known
        if known != edition:
            answers = {}
            self._known = (edition, answers)
        elif question in answers:
            found: T = answers[question]
            return found
        answer = ask()
        if len(answer) <= MOST_ROWS and len(answers) < MOST_ANSWERS:
            answers[question] = answer
        return answer


def nothing_kept() -> Kept:
    """For those who only read: another process may be writing at any time."""
    return Kept(lambda: 1)
