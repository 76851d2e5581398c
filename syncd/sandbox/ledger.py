"""What happened at the sandbox, as values that a test can compare."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request; `at` is the sandbox's monotonic clock when it was admitted or refused."""

    at: float
    method: str
    path: str
    query: str
    operation: str
    status: int | None
    """None when nothing was answered: silence or a reset."""
    login: str
    bytes_in: int
    bytes_out: int
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file of a message."""

    name: str
    size: int
    sha256: str
    content_type: str

    @classmethod
    def of(cls, name: str, content: bytes, content_type: str) -> FileRecord:
        """Describe a file by its bytes."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(name=name, size=len(content), sha256=digest, content_type=content_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRecord:
    """One accepted send; it stays here whatever the client deletes."""

    id: str
    login: str
    station: str
    partner: str
    partner_type: str
    files: tuple[FileRecord, ...]
    subject: str | None
    profile: str | None
    at: float
    attempts: int
    outcome: str
    """queued, processing, sent, stopped, failed, deleted or lost."""
    mdn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A change of the read mark, and the operation that made it (`sandbox`: by hand)."""

    at: float
    is_read: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRecord:
    """One message for the client to fetch."""

    id: str
    login: str
    station: str
    partner: str
    partner_type: str
    files: tuple[FileRecord, ...]
    persisted: float
    is_read: bool
    is_deleted: bool
    is_lost: bool
    downloads: tuple[int, ...]
    """How often each file was put into an answer."""
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A snapshot of everything up to now."""

    requests: tuple[RequestRecord, ...]
    sent: tuple[SentRecord, ...]
    received: tuple[InboundRecord, ...]

    def peak_requests(self, *, window_s: float = 10.0, login: str | None = None) -> int:
        """Give the most requests of one login in any window of this length."""
        logins = {login} if login else {record.login for record in self.requests}
        return max((self._peak(name, window_s) for name in logins), default=0)

    def _peak(self, login: str, window_s: float) -> int:
        times = sorted(record.at for record in self.requests if record.login == login)
        peak = first = 0
        for last, moment in enumerate(times):
            while times[first] <= moment - window_s:
                first += 1
            peak = max(peak, last - first + 1)
        return peak

    @property
    def over_limit(self) -> int:
        """Count the answers with 429."""
        return sum(record.status == 429 for record in self.requests)

    def count(self, operation: str) -> int:
        """Count the requests of one operation."""
        return self.operations()[operation]

    def operations(self) -> Counter[str]:
        """Count the requests of each operation."""
        return Counter(record.operation for record in self.requests)

    def sent_files(self) -> Counter[tuple[str, str]]:
        """Count each (name, sha256) among the accepted sends: what was sent twice has two."""
        return _counted(file for record in self.sent for file in record.files)


def _counted(files: Iterable[FileRecord]) -> Counter[tuple[str, str]]:
    return Counter((file.name, file.sha256) for file in files)
