"""Small mistakes, each made in one place of the program, and the tests that have to notice.

A rule that no test guards is a wish. So each rule on which the promises rest is broken here, once, by a
change of a few words; the tests that are named with it have to turn red, and all are part of `make test`.
The change is made in a copy, never in the working tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One mistake: `old`, which stands once in the file below `syncd/`, becomes `new`."""

    rule: str
    """What it breaks, by a word or two."""
    mistake: str
    """What the program does then."""
    file: str
    old: str
    new: str
    caught_by: tuple[str, ...]
    """Tests, as pytest names them; a parametrized one by the name of its function or by one of its cases."""

    def __str__(self) -> str:
        return self.mistake.replace(" ", "-")

    def applied(self, source: str) -> str:
        """The source with the mistake in it. Raises: StaleMutation."""
        found = source.count(self.old)
        if found != 1:
            raise StaleMutation(
                f"{self.mistake}: {self.old!r} stands {found} times in syncd/{self.file}, and not once. "
                "The program has changed: say anew in tests/safety/mutations_*.py where this mistake is made"
            )
        return source.replace(self.old, self.new)

    def make(self, package: Path) -> None:
        """Make the mistake in a copy of the package. Raises: StaleMutation."""
        path = package / self.file
        path.write_text(self.applied(path.read_text()))


class StaleMutation(AssertionError):
    """A mutation does not fit the program any more."""
