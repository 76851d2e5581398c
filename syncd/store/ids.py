"""Our ids of messages: eight characters that can be read out on the telephone.

The store counts messages; an id is that number, mixed by a bijection on 40 bits and written in Crockford's
base32 (lower case: no i, l, o, u). The bijection is shifted by the state's own id, so that a state that
was lost and made anew does not give the ids of the old one once more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from syncd.core.model import MessageId

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 8
SPACE = 1 << 40

_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_STRIDE = 0x9E3779B97F4A7C15 % SPACE | 1  # odd, so that it has an inverse: neighbours look unlike
_BACK = pow(_STRIDE, -1, SPACE)


@dataclass(frozen=True, slots=True)
class Ids:
    """Numbers to ids and back, for one state."""

    offset: int

    @classmethod
    def of_state(cls, state_id: str) -> Ids:
        """The bijection of the state with this id."""
        return cls(int.from_bytes(hashlib.sha256(state_id.encode()).digest()[:5], "big"))

    def encode(self, number: int) -> MessageId:
        """The id of the message with this number.

        Raises: ValueError when the number is outside of 40 bits.
        """
        if not 0 <= number < SPACE:
            raise ValueError(f"{number} is no number of a message")
        mixed = (number * _STRIDE + self.offset) % SPACE
        letters = (ALPHABET[mixed >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
        return MessageId("".join(letters))

    def decode(self, text: str) -> int | None:
        """The number behind an id, in either case; None when it is not of the form of an id."""
        if len(text) != LENGTH:
            return None
        mixed = 0
        for letter in text.lower():
            value = _VALUES.get(letter)
            if value is None:
                return None
            mixed = mixed << 5 | value
        return (mixed - self.offset) * _BACK % SPACE
