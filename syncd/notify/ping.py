"""A sign of life for somebody who waits for it (a dead man's switch): one GET.

The address carries a secret, mostly: it stands in no log and in no error, nor does what httpx says of it.
"""

from __future__ import annotations

import logging
import ssl
from types import TracebackType
from typing import Self

import httpx

TIMEOUT = httpx.Timeout(10.0)


class Ping:
    """Asks one address; for one thread. Redirects are not followed."""

    def __init__(self, address: str, *, tls: ssl.SSLContext, timeout: httpx.Timeout = TIMEOUT) -> None:
        for name in ("httpx", "httpcore"):  # they log addresses
            logging.getLogger(name).setLevel(logging.WARNING)
        self._address = address
        self._client = httpx.Client(
            verify=tls, timeout=timeout, follow_redirects=False, headers={"User-Agent": "syncd"}
        )

    def send(self) -> str:
        """Ask; returns what went wrong, or nothing. What is answered is not read."""
        try:
            with self._client.stream("GET", self._address) as answer:
                return "" if answer.is_success else f"the answer was {answer.status_code}"
        except httpx.TimeoutException:
            return "there was no answer in time"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return f"it cannot be reached ({type(error).__name__})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, mishap: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
