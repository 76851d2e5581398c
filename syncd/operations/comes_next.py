"""What comes next for a message, by itself or by a person: a sentence with the verb that fits."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.core.machine import (
    ACCEPTED,
    AWAITING_MDN,
    CLAIMED,
    CONFIRMED,
    FETCH_LATER,
    GONE,
    IN_DOUBT,
    LISTED,
    PUBLISHED,
    STAGED,
    STOPPED,
    SUBMITTING,
    WAITING,
    WITHDRAWN,
    Spot,
    is_unfinished,
    spot,
    verdicts,
)
from syncd.core.model import Direction, Message, State

_BY_SPOT: Mapping[Spot, str] = {
    LISTED: "The next pull fetches it.",
    FETCH_LATER: "It is fetched at the next try; `syncd retry {id}` tries now.",
    STAGED: "The next pull makes it visible in inbox/.",
    PUBLISHED: "It is in your inbox; the next pull confirms it at the gateway.",
    CONFIRMED: "Nothing, it is in your inbox. To have it delivered once more: `syncd refetch {id}`.",
    GONE: "Nothing. To have it delivered, if the gateway still has it: `syncd refetch {id}`.",
    CLAIMED: "It is sent when its turn comes. To withdraw it, take its file out of queued/.",
    WAITING: "It is sent at the next try; `syncd retry {id}` tries now. To withdraw it, take its file out of "
    "queued/.",
    SUBMITTING: "It is being sent; if the answer is lost, it is looked up at the gateway first.",
    IN_DOUBT: "It is looked up at the gateway, and sent again only when it is certainly not there.",
    ACCEPTED: "The gateway tries it by itself, and each track looks; to end that: `syncd stop {id}`.",
    AWAITING_MDN: "The partner's answer is still to come, and each track asks for it. To send it once more "
    "after that: `syncd resend {id}`.",
    STOPPED: "Nothing by itself. To let it try again: `syncd retry {id}`.",
    WITHDRAWN: "Nothing. To send it after all, drop its file into outbox/ again.",
}


def comes_next(message: Message) -> str:
    """The sentence, for people; scripts test `state`."""
    return _sentence(message).format(id=message.id)


def _sentence(message: Message) -> str:
    match message.state:
        case State.HELD:
            return _held(message)
        case State.FAILED:
            return _failed(message)
        case State.SENT:
            return _sent(message)
        case State.RECEIVED | State.GONE if message.progress.deleted_at is not None:
            return "Nothing. It was deleted at the gateway: only the partner can send it once more."
        case _:
            return _BY_SPOT[spot(message)]


def _sent(message: Message) -> str:
    asked = "Its MDN is still asked for. " if is_unfinished(message) else ""
    gone = went(message)
    if gone:
        return f"{asked}{gone[0].upper()}{gone[1:]}: to send it once more, drop it into outbox/."
    if not all(file.sha256 for file in message.files):
        return f"{asked}To send it once more, copy its file from sent/ into outbox/."
    return asked + "To send it once more: `syncd resend {id}`."


def _held(message: Message) -> str:
    if message.direction is Direction.OUTBOUND:
        fitting = "|".join(verdicts(message))
        return f"Nothing by itself. Decide on it: `syncd resolve {{id}} {fitting}`."
    again = "It is tried once a day; `syncd retry {id}` tries now. " if message.next_at else ""
    return again + "To settle it without a file: `syncd resolve {id} done`."


def _failed(message: Message) -> str:
    gone = went(message)
    if gone and message.progress.resent_as:
        return f"Nothing: {gone}; `syncd show {message.progress.resent_as}` tells how that one stands."
    if gone:
        return f"Nothing: {gone}. To send it, drop it into outbox/."
    if message.progress.submitted_at is None:
        again = "Put the reason right, then move its file from failed/ back into outbox/."
    else:
        again = "To send it again: `syncd resend {id}`."
    return f"Nothing by itself. {again} To give it up, delete its file in failed/, or file it away."


def went(message: Message) -> str | None:
    """Where the file of a sent or failed message went; None: nobody has noted that it is gone."""
    progress = message.progress
    if not progress.file_gone:
        return None
    if progress.resent_as:
        return f"its file is sent again as {progress.resent_as}"
    when = f" on {progress.file_gone_at:%Y-%m-%d}" if progress.file_gone_at else ""
    return f"its file was removed by retention{when}" if progress.pruned else "its file was taken away"
