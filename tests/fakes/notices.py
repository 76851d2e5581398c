"""Ways out that go nowhere: they remember what they were given, and fail as a test says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from syncd.core.notices.notice import Notice


@dataclass
class FakeNotifier:
    """Every way is out at once, unless it has a problem; `dies` is raised in place of an answer."""

    names: tuple[str, ...] = ("webhook",)
    problems: dict[str, str] = field(default_factory=dict)
    dies: BaseException | None = None
    out: list[tuple[str, Notice]] = field(default_factory=list)

    @property
    def ways(self) -> Sequence[str]:
        return self.names

    def send(self, way: str, notice: Notice) -> str:
        if not self.problems.get(way):
            self.out.append((way, notice))
        if self.dies is not None:
            raise self.dies
        return self.problems.get(way, "")

    def cut(self) -> None:
        """Nothing runs."""

    @property
    def subjects(self) -> list[str]:
        return [notice.subject for _, notice in self.out]

    def told(self, number: int = -1) -> dict[str, Any]:
        """What a program gets of one of them."""
        found: dict[str, Any] = json.loads(self.out[number][1].content)
        return found
