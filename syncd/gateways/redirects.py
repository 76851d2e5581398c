"""Which redirects are followed: to the same host only, and never away from TLS. Pure."""

from __future__ import annotations

import httpx


def moved_to(response: httpx.Response, target: str) -> str | None:
    """Where to go on after a 307 or 308, or None."""
    location = response.headers.get("location")
    if response.status_code not in {307, 308} or not location:
        return None
    try:
        before = httpx.URL(target)
        after = before.join(location)
    except httpx.InvalidURL:
        return None
    is_same = (after.scheme, after.host, after.port) == (before.scheme, before.host, before.port)
    is_upgrade = (before.scheme, after.scheme) == ("http", "https") and after.host == before.host
    return str(after) if is_same or is_upgrade else None
