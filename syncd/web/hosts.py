"""Which names the page answers to.

A page elsewhere may let its own name lead to this machine (DNS rebinding): the browser then takes ours for
that page's. It still says the name that it went to, so a name that is not ours is answered nothing. A number
cannot be rebound.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence


class Hosts:
    """The addresses and names by which a page that listens there is reached."""

    def __init__(self, address: str, port: int, *, names: Sequence[str]) -> None:
        self._address = ipaddress.ip_address(address)
        self._port = str(port)
        self._names = frozenset(names)

    def has(self, given: str) -> bool:
        """Whether a Host header means this page.

        Any port will do for a name of the configuration, and where every address is listened at: a proxy
        or a container may stand between, with a port of its own.
        """
        name, port = _split(given)
        if name in self._names:
            return True
        is_port = port == self._port or (self._address.is_unspecified and bool(port))
        return is_port and self._is_own(name)

    def _is_own(self, name: str) -> bool:
        reaches_loopback = self._address.is_loopback or self._address.is_unspecified
        if name == "localhost":
            return reaches_loopback
        try:
            number = ipaddress.ip_address(name)
        except ValueError:
            return False
        if self._address.is_unspecified:
            return True
        return number == self._address or (number.is_loopback and self._address.is_loopback)


def _split(given: str) -> tuple[str, str]:
    """Name and port; brackets are taken off, and what cannot be told apart is no name."""
    if given.startswith("["):
        name, bracket, rest = given[1:].partition("]")
        port = rest.removeprefix(":") if rest.startswith(":") else "80"
        return (name, port) if bracket and ":" in name else ("", "")
    name, colon, port = given.partition(":")
    return name.lower().removesuffix("."), port if colon else "80"
