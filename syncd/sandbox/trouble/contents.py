"""Base64 content in a JSON answer that is not what it was; the JSON itself stays sound."""

from __future__ import annotations

import json
from collections.abc import Callable


def cut(body: bytes, fraction: float) -> bytes:
    """End the content early, where Base64 may end: nothing tells but its length."""
    return _changed(body, lambda content: content[: int(len(content) * fraction) // 4 * 4])


def flip(body: bytes, fraction: float) -> bytes:
    """Change one character of the content into another: as many bytes, one of them different."""
    return _changed(body, lambda content: _flipped(content, fraction))


def _flipped(content: str, fraction: float) -> str:
    place = min(int(len(content) * fraction), len(content) - 1)
    if place < 0:
        return content
    place -= place % 4  # the first of four characters is never padding
    other = "B" if content[place] == "A" else "A"
    return content[:place] + other + content[place + 1 :]


def _changed(body: bytes, change: Callable[[str], str]) -> bytes:
    try:
        envelope = json.loads(body)
        envelope["data"]["content"] = change(envelope["data"]["content"])
    except (ValueError, KeyError, TypeError):
        return body  # no answer with a content
    return json.dumps(envelope).encode()
