"""Who is let in, and what may be asked from where.

Every request: the name it went to is one of ours, and the password (of HTTP Basic) is right, where one is
set. A request that acts, besides: it comes from a page of ours, as the browser says, and carries the token of
that page, which is bound to the visitor's cookie by a secret of this process. Any user name goes with the
password; it is who acts.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from flask import Request, Response
from werkzeug.datastructures import Headers

from syncd.web.hosts import Hosts
from syncd.web.passwords import EACH_S, Allowances, Password
from syncd.web.refusal import Refusal

log = structlog.get_logger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who was let in: `by` is for the history, `token` for the forms of the page.

    `is_new`: has no cookie yet, or one of another run.
    """

    by: str
    nonce: str
    token: str
    is_new: bool


class Gate:
    """Lets in, or raises Refusal."""

    def __init__(
        self, hosts: Hosts, password: Password | None, allowances: Allowances, *, cookie: str, secret: bytes
    ) -> None:
        self.cookie = cookie
        self._hosts = hosts
        self._password = password
        self._allowances = allowances
        self._secret = secret

    def check_host(self, request: Request) -> None:
        """The name that the request went to is ours."""
        if not self._hosts.has(request.headers.get("Host", "")):
            remedy = "The key hosts of [web] names the ones that syncd answers to, besides its address."
            raise Refusal(421, "this is not a name of the status page", remedy)

    def let_in(self, request: Request) -> Visitor:
        """Check the password, and for what acts the page that it comes from."""
        nonce = self._known(request.cookies.get(self.cookie, ""))
        if self._password is not None:
            self._check_password(request, self._password, nonce)
        if request.method not in SAFE:
            self._check_origin(request.headers)
            self._check_token(request.form.get("token", ""), nonce)
        is_new = nonce is None
        nonce = nonce or secrets.token_urlsafe(16)
        name = _user(request) if self._password is not None else ""
        by = f"web:{name or request.remote_addr}"
        return Visitor(by=by, nonce=nonce, token=self._mark("form", nonce), is_new=is_new)

    def knows(self, request: Request) -> bool:
        """Whether whoever asks has the password, or none is set."""
        try:
            self.let_in(request)
        except Refusal:
            return False
        return True

    def remember(self, visitor: Visitor, response: Response) -> None:
        """Give the visitor the cookie by which the next request is known."""
        value = f"{visitor.nonce}.{self._mark('visitor', visitor.nonce)}"
        response.set_cookie(self.cookie, value, httponly=True, samesite="Strict")

    def _check_password(self, request: Request, password: Password, nonce: str | None) -> None:
        given = request.authorization
        if given is None or given.type != "basic" or given.password is None:
            raise _no_password()
        visitor = f"cookie {nonce}" if nonce else _address(request)
        if not self._allowances.spend(visitor):
            if self._allowances.spend("lines of the log"):
                log.warning("web.guesses_refused", address=request.remote_addr)
            wait = {"Retry-After": str(round(EACH_S))}
            raise Refusal(429, "too many wrong passwords came from there", "Wait a little.", headers=wait)
        fits = password.fits(given.password)
        if fits is not False:
            self._allowances.give_back(visitor)
        if fits is None:
            remedy = "The log of syncd tells why: journalctl -u syncd"
            raise Refusal(503, "the password's file cannot be read, so nobody is let in", remedy)
        if not fits:
            raise _no_password()

    def _check_origin(self, headers: Headers) -> None:
        """What browsers say of where a form stands; one that says nothing has the token still to show."""
        site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
        is_foreign = site is not None and site != "same-origin"
        if origin is not None and urlsplit(origin).netloc.lower() != headers.get("Host", "").lower():
            is_foreign = True
        if is_foreign:
            remedy = "Use the buttons of the status page; a proxy before it has to pass the Host header on."
            raise Refusal(403, "this was asked by a page of another site", remedy)

    def _check_token(self, token: str, nonce: str | None) -> None:
        if nonce is None or not hmac.compare_digest(
            token.encode("utf-8", "replace"), self._mark("form", nonce).encode()
        ):
            remedy = "Load it again, and repeat what you did; nothing was done."
            raise Refusal(403, "the page is older than this run of syncd, or its cookie is missing", remedy)

    def _known(self, value: str) -> str | None:
        """The nonce of a cookie that this process gave."""
        nonce, _, mark = value.partition(".")
        expected = self._mark("visitor", nonce)
        return nonce if hmac.compare_digest(mark.encode("utf-8", "replace"), expected.encode()) else None

    def _mark(self, purpose: str, nonce: str) -> str:
        text = f"{purpose} {nonce}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()


def _no_password() -> Refusal:
    ask = {"WWW-Authenticate": 'Basic realm="syncd", charset="UTF-8"'}
    remedy = "It is in the password_file of [web]; any user name goes with it."
    return Refusal(401, "the password is needed", remedy, headers=ask)


def _address(request: Request) -> str:
    """Whose guesses count together: an IPv6 network has as many addresses as it likes."""
    given = request.remote_addr or ""
    try:
        number = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if number.version == 4:
        return str(number)
    return str(ipaddress.ip_network((number, 64), strict=False))


def _user(request: Request) -> str:
    """The name that goes with the password, in letters that can be printed."""
    given = request.authorization
    name = (given.username or "") if given is not None and given.type == "basic" else ""
    return "".join(letter for letter in name if letter.isprintable()).strip()[:_LONGEST_NAME]
