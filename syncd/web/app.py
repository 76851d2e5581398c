"""The web app: parts (blueprints) behind one gate, with one set of headers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import structlog
from flask import Blueprint, Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException

from syncd.errors import NotFound, SyncdError, UsageError
from syncd.web.gate import Gate
from syncd.web.refusal import Refusal
from syncd.web.words import set_words

log = structlog.get_logger(__name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it a browser calls the origin of our own forms "null", as it does a stranger's.
    # To any other site nothing is said.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
LARGEST_FORM_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some pages; `is_open`: they are answered without the password."""

    blueprint: Blueprint
    is_open: bool = False


def web_app(parts: Sequence[Part], *, gate: Gate, zone: tzinfo, now: Callable[[], datetime]) -> Flask:
    """The WSGI app of these parts; pages show times of that zone."""
    app = Flask("syncd.web", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM_BYTES
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    set_words(app, zone=zone, now=now)
    for part in parts:
        app.register_blueprint(part.blueprint)
    guard = _Guard(gate, frozenset(part.blueprint.name for part in parts if part.is_open))
    app.before_request(guard.before)
    app.after_request(guard.after)
    app.register_error_handler(Exception, answered)
    return app


class _Guard:
    """What happens before and after each request."""

    def __init__(self, gate: Gate, without_password: frozenset[str]) -> None:
        self._gate = gate
        self._open = without_password

    def before(self) -> None:
        """Let in, or raise Refusal."""
        self._gate.check_host(request)
        if request.blueprint not in self._open:
            g.visitor = self._gate.let_in(request)

    def after(self, response: Response) -> Response:
        """The headers of every answer, also of a refusal."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        visitor = g.get("visitor")
        if visitor is not None and visitor.is_new:
            self._gate.remember(visitor, response)
        return response


def answered(error: Exception) -> Response:
    """The page of an error: what went wrong, and what to do now."""
    if isinstance(error, Refusal):
        return _page(error.status, error.what, error.remedy, error.headers)
    if isinstance(error, SyncdError):
        return _page(status_of(error), error.what, error.remedy)
    if isinstance(error, HTTPException):
        headers = {key: value for key, value in error.get_headers() if key in {"Allow", "Location"}}
        return _page(error.code or 500, str(error.name).lower(), "", headers)
    log.error("web.failed", path=request.path, exc_info=error)
    remedy = "Its log tells which: journalctl -u syncd. Please report it."
    return _page(500, "syncd met a fault of its own", remedy)


def status_of(error: SyncdError) -> int:
    """The HTTP status that says the same."""
    if isinstance(error, NotFound):
        return 404
    return 400 if isinstance(error, UsageError) else 409


def _page(status: int, what: str, remedy: str, headers: dict[str, str] | None = None) -> Response:
    text = render_template("refused.html", what=what, remedy=remedy)
    return Response(text, status=status, headers=headers, mimetype="text/html")
