"""The records of a state that is not there yet: empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from syncd.core.acknowledging import Subject
from syncd.core.documents import Interchange
from syncd.core.filed import Filed
from syncd.core.looking import Line, Search
from syncd.core.machine import Spot
from syncd.core.model import Direction, GatewayId, Message, MessageId, Pair, PartnerType, Place, State
from syncd.ports import Outstanding, Telling, Untold


class NoRecords:
    """Answers every question with nothing."""

    def unfinished(
        self,
        account: str,  # noqa: ARG002
        direction: Direction,  # noqa: ARG002
        *,
        at: Iterable[Spot] = (),  # noqa: ARG002
    ) -> Sequence[Message]:
        """None."""
        return ()

    def wanted(self, account: str, *, after: Message | None, limit: int) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def to_fetch(self, account: str, partner_type: PartnerType, *, limit: int) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def places(self, account: str) -> Sequence[tuple[Place, str | None]]:  # noqa: ARG002
        """None."""
        return ()

    def failed_with_file(self, account: str, *, limit: int) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def moving(self, account: str) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def by_gateway_ids(self, account: str, ids: Iterable[GatewayId]) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def outbound_ids(self, account: str, ids: Iterable[GatewayId]) -> frozenset[str]:  # noqa: ARG002
        """None."""
        return frozenset()

    def alike_failed(self, account: str, pair: Pair, name: str) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def failed_since(self, account: str, since: datetime) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def with_files(
        self,
        account: str,  # noqa: ARG002
        state: State,  # noqa: ARG002
        *,
        until: datetime,  # noqa: ARG002
        after: Message | None,  # noqa: ARG002
        limit: int,  # noqa: ARG002
    ) -> Sequence[Message]:
        """None."""
        return ()

    def at_gateway(
        self,
        account: str,  # noqa: ARG002
        state: State,  # noqa: ARG002
        *,
        until: datetime,  # noqa: ARG002
        after: Message | None,  # noqa: ARG002
        limit: int,  # noqa: ARG002
    ) -> Sequence[Message]:
        """None."""
        return ()

    def done(
        self,
        account: str,  # noqa: ARG002
        *,
        until: datetime,  # noqa: ARG002
        after: Message | None,  # noqa: ARG002
        limit: int,  # noqa: ARG002
    ) -> Sequence[Message]:
        """None."""
        return ()

    def pairs_used(self, account: str) -> Sequence[Pair]:  # noqa: ARG002
        """None."""
        return ()

    def counts(self, account: str) -> Mapping[tuple[Direction, State], int]:  # noqa: ARG002
        """None."""
        return {}

    def outstanding(self, account: str) -> Sequence[Outstanding]:  # noqa: ARG002
        """None."""
        return ()

    def attention(self, account: str) -> int:  # noqa: ARG002
        """None."""
        return 0

    def opened(self, direction: Direction, since: datetime, until: datetime) -> int:  # noqa: ARG002
        """None."""
        return 0

    def facts(self, account: str) -> Mapping[str, str]:  # noqa: ARG002
        """None."""
        return {}

    def get(self, message_id: MessageId) -> Message | None:  # noqa: ARG002
        """None."""
        return None

    def find(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def named(self, text: str, *, account: str | None = None, limit: int = 100) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def search(self, wanted: Search) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def history(self, message_id: MessageId) -> Sequence[Line]:  # noqa: ARG002
        """None."""
        return ()

    def histories(self, messages: Sequence[MessageId]) -> Mapping[MessageId, Sequence[Line]]:  # noqa: ARG002
        """None."""
        return {}

    def documents(self, messages: Sequence[MessageId], *, most: int) -> Mapping[MessageId, Sequence[Filed]]:  # noqa: ARG002
        """None."""
        return {}

    def carrying(
        self,
        interchange: Interchange,  # noqa: ARG002
        *,
        account: str,  # noqa: ARG002
        pair: Pair,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
    ) -> Sequence[Message]:
        """None."""
        return ()

    def sent_as(self, account: str, pair: Pair, subject: Subject) -> Sequence[Message]:  # noqa: ARG002
        """None."""
        return ()

    def overdue(self, account: str, *, now: datetime) -> int:  # noqa: ARG002
        """None."""
        return 0

    def untold(self, channel: str, *, now: datetime, limit: int = 100) -> Sequence[Telling]:  # noqa: ARG002
        """None."""
        return ()

    def next_untold(self, channel: str, *, after: datetime) -> datetime | None:  # noqa: ARG002
        """Never."""
        return None

    def troubled(self, channel: str, account: str) -> Sequence[Untold]:  # noqa: ARG002
        """None."""
        return ()

    def part(
        self,
        account: str,  # noqa: ARG002
        *,
        after: MessageId | None,  # noqa: ARG002
        limit: int,  # noqa: ARG002
        since: datetime | None = None,  # noqa: ARG002
    ) -> Sequence[Message]:
        """None."""
        return ()

    def accounts(self) -> frozenset[str]:
        """None."""
        return frozenset()

    def flaws(self) -> Sequence[str]:
        """None."""
        return ()
