"""The rules: which requests meet which trouble, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from syncd.sandbox.wire.exchange import Request

Kind = Literal[
    "status",
    "html",
    "shape",
    "redirect",
    "silence",
    "reset",
    "late",
    "slow",
    "drip",
    "cut",
    "flip",
    "zip_cut",
    "zip_encrypted",
    "zip_foreign",
    "zip_missing",
    "zip_lying",
    "zip_bomb",
    "base64_cut",
    "base64_flip",
    "expire_tokens",
    "shift",
    "lose",
    "list_short",
    "forget_marks",
]
KINDS: frozenset[str] = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What goes wrong (`do`), for which requests, how often.

    A request meets it when `operation` and `login` (both with `*`), `method` and `path` (a regular
    expression, searched in the raw path with its query) and `body` (another one, searched in the body, for
    ids that stand there) all fit; `skip` of them pass unharmed, then `times` are hit (None: all).

    status         `status` (default 503) with `retry_after` as it is, and `text` as its message
    html           a proxy's HTML page, with `status` (default 200)
    shape          `text` as the JSON body, with `status` (default: the true one)
    redirect       307 to `location`; without one, to the same path on another port of the same host
    silence        no answer, the connection held for `seconds` (default 30)
    reset          no answer, the connection reset
    late           no answer now (`ending`: silence, else a reset), the effect happens after `seconds`
    slow           the answer after `seconds`
    drip           the answer in pieces of `chunk_bytes`, `seconds` between them
    cut            only `fraction` of the body, then `ending` (close or reset); `has_length`: Content-Length
                   tells the whole
    flip           one bit of the body is another, at `fraction` of it
    zip_cut        the archive ends at `fraction`, with a true Content-Length
    zip_encrypted  its entries say that they are encrypted
    zip_foreign    it has an entry that nobody asked for
    zip_missing    it lacks its last entry
    zip_lying      its entries say that they are one byte long
    zip_bomb       its first entry is `bomb_bytes` zeros
    base64_cut     the content in a JSON answer ends at `fraction`; the JSON is whole, the Base64 sound
    base64_flip    one character of that content, at `fraction` of it, is another
    expire_tokens  all tokens of the login end before the request is looked at (ECGrid: access tokens only)
    shift          a new message arrives right after the answer, `age_s` older than now: pages shift
    lose           a send is answered and dropped; elsewhere the oldest unread message is marked read unseen
    list_short     a list keeps only `fraction` of its records, and its totalRecords
    forget_marks   after the answer no message is marked as read

    status, html, shape, redirect, silence and reset take `when`: `before` nothing has happened, or `after`
    the effect.
    """

    do: Kind
    operation: str = "*"
    method: str = "*"
    path: str = ""
    body: str = ""
    login: str = "*"
    skip: int = 0
    times: int | None = 1
    when: Literal["before", "after"] = "before"
    status: int | None = None
    retry_after: str | None = None
    text: str | None = None
    location: str | None = None
    seconds: float | None = None
    fraction: float = 0.5
    has_length: bool = True
    ending: Literal["close", "reset", "silence"] = "close"
    chunk_bytes: int = 16
    bomb_bytes: int = 64 * 1024 * 1024
    age_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a kind that does not exist, where the rule is made and not where it would never act."""
        if self.do not in KINDS:
            raise ValueError(f"No trouble is called {self.do!r}; there are {', '.join(sorted(KINDS))}.")
        re.compile(self.path)
        re.compile(self.body)

    def fits(self, request: Request, *, operation: str, login: str) -> bool:
        """Say whether this request is of the kind that the rule is about."""
        target = f"{request.path}?{request.query}" if request.query else request.path
        return (
            fnmatchcase(operation, self.operation)
            and fnmatchcase(login, self.login)
            and self.method in {"*", request.method}
            and re.search(self.path, target) is not None
            and (not self.body or re.search(self.body, request.body.decode("latin-1")) is not None)
        )


@dataclass(slots=True)
class _Armed:
    trouble: Trouble
    seen: int = 0

    def strikes(self) -> bool:
        self.seen += 1
        hit = self.seen - self.trouble.skip
        return hit > 0 and (self.trouble.times is None or hit <= self.trouble.times)


@dataclass(slots=True)
class Troubles:
    """The rules in force, oldest first; the caller holds the sandbox's lock."""

    _armed: list[_Armed] = field(default_factory=list)

    def add(self, trouble: Trouble) -> None:
        """Put a rule in force."""
        self._armed.append(_Armed(trouble))

    def clear(self) -> None:
        """Forget every rule."""
        self._armed.clear()

    def strike(self, request: Request, *, operation: str, login: str) -> tuple[Trouble, ...]:
        """Give the troubles that this request meets, and count it for each rule that fits."""
        fitting = [one for one in self._armed if one.trouble.fits(request, operation=operation, login=login)]
        return tuple(one.trouble for one in fitting if one.strikes())


def trouble_from(fields: Mapping[str, Any]) -> Trouble:
    """Make a rule of JSON fields.

    Raises: TypeError for an unknown field, ValueError for an unknown kind.
    """
    return Trouble(**fields)
