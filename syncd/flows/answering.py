"""What arriving acknowledgements say, noted at the messages that they are about.

In the transaction that says that they are staged: so it is noted once, whatever dies when. Said again, by a
second acknowledgement or one that is delivered again, it is noted again only when it says something else.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from syncd.core import acknowledging
from syncd.core import events as ev
from syncd.core.acknowledging import Reply
from syncd.core.filed import MOST, Filed, Mark, Readings
from syncd.core.model import Message, MessageId
from syncd.flows.bridge import Bridge, Step

log = structlog.get_logger(__name__)

MOST_REPLIES = 300
"""Groups or interchanges that one message may acknowledge; of more is told that they are not noted."""
SHOWN = 10


class Answering:
    """For the messages of one batch: what one of them says is known to the next."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._filed: dict[MessageId, tuple[Filed, ...]] = {}

    def hear(self, row: Message, readings: Readings) -> tuple[str, list[Step]]:
        """A note for the history of what arrived, and a step for each message that it is about.

        Never raises for what is in a message: then nothing is noted.
        """
        try:
            replies = acknowledging.replies(readings)
            is_cut = len(replies) > MOST_REPLIES or any(each and each.is_cut for each in readings)
            note, steps = self._hear(row, replies[:MOST_REPLIES])
            return f"{note}; it is too long, the rest is not noted" if note and is_cut else note, steps
        except Exception:
            log.exception("acknowledgement.not_matched", message=row.id, account=row.account)
            return "", []

    def _hear(self, row: Message, replies: Sequence[Reply]) -> tuple[str, list[Step]]:
        said: dict[MessageId, tuple[Message, list[Mark]]] = {}
        notes: list[str] = []
        for reply in replies:
            meant = self._meant(row, reply)
            if not meant:
                notes.append(f"{reply.subject}, which is not known to have been sent from here")
            for sent in meant:
                new = acknowledging.marks(self._documents(sent), reply)
                said.setdefault(sent.id, (sent, []))[1].extend(new)
        steps: list[Step] = []
        for sent, marks in said.values():
            event = self._event(row, sent, marks)
            notes.append(f"{sent.id}: {event.says}")
            if self._is_news(row, sent, marks):
                steps.append((sent, event))
                self._filed[sent.id] = acknowledging.marked(self._documents(sent), marks, by=row.id)
        return _note(notes), steps

    def _meant(self, row: Message, reply: Reply) -> tuple[Message, ...]:
        bridge = self._bridge
        found = bridge.records.sent_as(bridge.account.name, row.pair, reply.subject)
        candidates = [(sent, self._documents(sent)) for sent in found]
        return acknowledging.choose(candidates, reply, row.pair)

    def _documents(self, sent: Message) -> tuple[Filed, ...]:
        if sent.id not in self._filed:
            found = self._bridge.records.documents([sent.id], most=MOST)
            self._filed[sent.id] = tuple(found.get(sent.id, ()))
        return self._filed[sent.id]

    def _event(self, row: Message, sent: Message, marks: Sequence[Mark]) -> ev.Acknowledged:
        documents = self._documents(sent)
        after = acknowledging.marked(documents, marks, by=row.id)
        return ev.Acknowledged(
            answered_by=row.id,
            answer=acknowledging.answer(after),
            is_worse=acknowledging.is_worse(documents, marks),
            marks=tuple(marks),
            says=acknowledging.words(documents, marks),
        )

    def _is_news(self, row: Message, sent: Message, marks: Sequence[Mark]) -> bool:
        """Not when this very message has said just that before: it was delivered again."""
        documents = self._documents(sent)
        return documents != acknowledging.marked(documents, marks, by=row.id)


def _note(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    more = f"; and {len(notes) - SHOWN} more" if len(notes) > SHOWN else ""
    return f"acknowledges {'; '.join(notes[:SHOWN])}{more}"
