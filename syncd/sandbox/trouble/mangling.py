"""What each trouble makes of a reply, and of the way it is put on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from syncd.sandbox.trouble import contents, zips
from syncd.sandbox.trouble.rules import Trouble
from syncd.sandbox.wire.exchange import Manner, Reply, Request

_PAGE = b"<html><head><title>503</title></head><body><h1>The service is being maintained</h1></body></html>"
_DEFAULT_HOLD_S = 30.0


def replaces(trouble: Trouble) -> bool:
    """Say whether the trouble stands in place of the gateway's answer."""
    return trouble.do in {"status", "html", "shape", "redirect", "silence", "reset", "late"}


def stand_in(trouble: Trouble, request: Request, reply: Reply, base: str) -> Reply:
    """Give what comes in place of the gateway's answer; a status is the gateway's own to say."""
    match trouble.do:
        case "html":
            return Reply(status=trouble.status or 200, headers=(("Content-Type", "text/html"),), body=_PAGE)
        case "shape":
            return _shaped(trouble, reply)
        case "redirect":
            return _redirect(trouble, request, base)
        case _:
            return reply


def _shaped(trouble: Trouble, reply: Reply) -> Reply:
    body = (trouble.text if trouble.text is not None else json.dumps({"result": []})).encode()
    return Reply(
        status=trouble.status or reply.status, headers=(("Content-Type", "application/json"),), body=body
    )


def _redirect(trouble: Trouble, request: Request, base: str) -> Reply:
    location = trouble.location
    if location is None:
        parts = urlsplit(base)
        other = f"{parts.hostname}:{(parts.port or 80) ^ 1}"
        location = urlunsplit((parts.scheme, other, request.path, request.query, ""))
    return Reply.of_json(trouble.status or 307, {"message": "Moved"}, (("Location", location),))


def spoil_body(trouble: Trouble, reply: Reply) -> Reply:
    """Give the reply with its body harmed."""
    harm = _HARMS.get(trouble.do)
    return reply.with_body(harm(reply.body, trouble)) if harm else reply


def _flip(body: bytes, trouble: Trouble) -> bytes:
    if not body:
        return body
    place = min(int(len(body) * trouble.fraction), len(body) - 1)
    return body[:place] + bytes([body[place] ^ 0x10]) + body[place + 1 :]


_HARMS: dict[str, Callable[[bytes, Trouble], bytes]] = {
    "flip": _flip,
    "zip_cut": lambda body, trouble: body[: int(len(body) * trouble.fraction)],
    "zip_encrypted": lambda body, _: zips.encrypted(body),
    "zip_foreign": lambda body, _: zips.with_foreign_entry(body),
    "zip_missing": lambda body, _: zips.without_last_entry(body),
    "zip_lying": lambda body, _: zips.lying_about_size(body),
    "base64_cut": lambda body, trouble: contents.cut(body, trouble.fraction),
    "base64_flip": lambda body, trouble: contents.flip(body, trouble.fraction),
    "zip_bomb": lambda body, trouble: zips.bomb(body, trouble.bomb_bytes),
}


def change_manner(trouble: Trouble, manner: Manner) -> Manner:
    """Give the way in which the reply is put on the wire."""
    match trouble.do:
        case "silence":
            return replace(manner, silence_s=_seconds(trouble))
        case "reset":
            return replace(manner, says_nothing=True, ending="reset")
        case "late":
            return _lost(trouble, manner)
        case "slow":
            return replace(manner, delay_s=_seconds(trouble))
        case "drip":
            return replace(manner, drip_bytes=trouble.chunk_bytes, drip_gap_s=trouble.seconds or 0.0)
        case "cut":
            return _cut(trouble, manner)
        case _:
            return manner


def _lost(trouble: Trouble, manner: Manner) -> Manner:
    if trouble.ending == "silence":
        return replace(manner, silence_s=_DEFAULT_HOLD_S)
    return replace(manner, says_nothing=True, ending="reset")


def _cut(trouble: Trouble, manner: Manner) -> Manner:
    return replace(
        manner,
        keep_fraction=trouble.fraction,
        declares_length=trouble.has_length,
        ending="reset" if trouble.ending == "reset" else "close",
    )


def _seconds(trouble: Trouble) -> float:
    return _DEFAULT_HOLD_S if trouble.seconds is None else trouble.seconds
