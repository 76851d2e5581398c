"""What a page answers when it does not do as it was asked."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """An answer with that status: what is refused, and what to do; `headers` go with it."""

    def __init__(
        self, status: int, what: str, remedy: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(what)
        self.status = status
        self.what = what
        self.remedy = remedy
        self.headers = dict(headers or {})
