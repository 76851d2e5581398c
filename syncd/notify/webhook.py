"""A notice as a POST of JSON. The address may hold a secret: only its host is ever named."""

from __future__ import annotations

from http import HTTPStatus

import httpx

from syncd.core.notices.notice import Notice
from syncd.notify.ways import Send

TIMEOUT = httpx.Timeout(10.0)


def by_webhook(address: str) -> Send:
    """Post to the address; any answer of the 200s means that it came in. Redirects are not followed."""
    host = httpx.URL(address).host

    def send(notice: Notice) -> str:
        try:
            return _posted(address, host, notice)
        except httpx.TimeoutException:
            return f"{host} did not answer within {TIMEOUT.read:g} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{host} cannot be reached ({type(error).__name__})"

    return send


def _posted(address: str, host: str, notice: Notice) -> str:
    headers = {"Content-Type": "application/json", "User-Agent": "syncd", "Idempotency-Key": notice.id}
    content = notice.content.encode()
    with (
        httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client,
        client.stream("POST", address, content=content, headers=headers) as answer,
    ):
        if answer.is_success:
            return ""
        return f"{host} answered {answer.status_code} {_phrase(answer.status_code)}".strip()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
