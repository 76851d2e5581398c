"""Connections with a deadline: httpx has time limits for each piece of traffic, and none for the whole.

A head that drips one byte at a time would hold a thread for hours. The streams made here cut each wait to
what is left of the thread's own deadline.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from syncd.ports.surroundings import Clock


class Deadline:
    """When the request that this thread is at has to be over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._mine = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Give the block that long."""
        before = getattr(self._mine, "until", None)
        self._mine.until = self._clock.monotonic() + seconds
        try:
            yield
        finally:
            self._mine.until = before

    def left(self, timeout: float | None) -> float:
        """The shorter of a time limit and what is left; negative when the deadline has passed."""
        until: float | None = getattr(self._mine, "until", None)
        limit = 3600.0 if timeout is None else timeout
        return limit if until is None else min(limit, until - self._clock.monotonic())


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline of the whole request has passed")
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._deadline.left(timeout)
        if left <= 0:
            raise httpcore.WriteTimeout("the deadline of the whole request has passed")
        self._inner.write(buffer, left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = max(self._deadline.left(timeout), 0.001)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = max(self._deadline.left(timeout), 0.001)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


def transport(
    *, tls: ssl.SSLContext, limits: httpx.Limits, proxy: str | None, deadline: Deadline
) -> httpx.HTTPTransport:
    """A transport of httpx whose connections keep the deadline."""
    made = httpx.HTTPTransport(verify=tls, trust_env=False, limits=limits, proxy=proxy)
    # httpx has no door for a network backend; a test drips a head, and fails when this does not hold.
    made._pool._network_backend = _Backend(deadline)  # noqa: SLF001
    return made


def environment_proxy(url: str) -> str | None:
    """The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for an address; none for loopback.

    Proxies of other kinds than HTTP are left aside.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in {"localhost", "::1"} or host.startswith("127.") or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if proxy and proxy.startswith(("http://", "https://")) else None


def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """The one TLS context for all clients: the system's authorities, and those of `ca_file`.

    Raises: OSError (ssl.SSLError too) when the file cannot be read or holds no certificate.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
