"""An answer while it is still arriving: its body is proven whole, or an error says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import httpx

from syncd.errors import BadReply, GatewayError
from syncd.gateways import border
from syncd.gateways.wire import Headers, Request

_ERROR_BYTES = 64 * 1024


class Answer:
    """An answer whose body is still to be read; use it inside its context, in the same thread."""

    def __init__(self, response: httpx.Response, request: Request) -> None:
        self.status = response.status_code
        self.headers: Headers = response.headers
        self._response = response
        self._request = request

    def pieces(self) -> Iterator[bytes]:
        """The body, piece by piece. Raises: Unanswered, BadReply (too long, cut, compressed)."""
        self._check_form()
        count = 0
        raw = self._response.iter_raw()
        while True:
            try:
                piece = next(raw, b"")
            except Exception as mishap:
                raise border.of_mishap(mishap, self._request) from mishap
            if not piece:
                break
            count += len(piece)
            if count > self._request.most_bytes:
                raise self._bad(f"the answer has more than {self._request.most_bytes} bytes")
            yield piece
        self._check_length(count)

    def read(self) -> bytes:
        """The whole body, in memory once: no piece is kept beside it. Raises: as `pieces`."""
        whole = BytesIO()
        for piece in self.pieces():
            whole.write(piece)
        return whole.getvalue()

    def some(self) -> bytes:
        """The beginning of the body, as far as it comes; for telling an error."""
        body = bytearray()
        try:
            for piece in self.pieces():
                body += piece
                if len(body) > _ERROR_BYTES:
                    break
        except GatewayError:
            return bytes(body)
        return bytes(body)

    def _check_form(self) -> None:
        encoding = self.headers.get("content-encoding")
        if encoding and encoding.strip().lower() != "identity":
            raise self._bad(f"the answer is compressed ({encoding}), which was not asked for")
        if self._announced() is None and "chunked" not in (self.headers.get("transfer-encoding") or ""):
            raise self._bad("the answer has no length: nobody can tell whether it is whole")

    def _check_length(self, count: int) -> None:
        announced = self._announced()
        if announced is not None and announced != count:
            raise self._bad(f"the answer was cut: {count} of {announced} bytes")

    def _announced(self) -> int | None:
        length = (self.headers.get("content-length") or "").strip()
        return int(length) if length.isascii() and length.isdecimal() else None

    def _bad(self, what: str) -> BadReply:
        return BadReply(what, request=self._request.name, status=self.status)
