"""What happens to each request: the rate limit, trouble, the gateway's answer, the ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from syncd.sandbox.clock import Clock
from syncd.sandbox.ledger import RequestRecord
from syncd.sandbox.trouble import mangling
from syncd.sandbox.trouble.rules import Trouble, Troubles
from syncd.sandbox.wire.exchange import Gateway, Manner, Refusal, Reply, Request
from syncd.sandbox.wire.throttle import Limit

CONTROL = "/_sandbox/"
_BEFORE = ("expire_tokens", "lose")
_AFTER = ("shift", "lose", "list_short", "forget_marks")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Late:
    due: float
    request: Request


class Service:
    """Answers requests one at a time; only the waiting on the wire happens side by side."""

    def __init__(self, *, gateway: Gateway, clock: Clock, limit: Limit) -> None:
        self.lock = threading.RLock()
        self.troubles = Troubles()
        self.requests: list[RequestRecord] = []
        self.base = ""
        self.control: Callable[[Request], Reply] | None = None
        self._clock = clock
        self.reset(gateway=gateway, limit=limit)

    def reset(self, *, gateway: Gateway, limit: Limit) -> None:
        """Start anew with another state; the address stays."""
        with self.lock:
            self._gateway = gateway
            self._limit = limit
            self._late: list[_Late] = []
            self.troubles.clear()
            self.requests.clear()

    def answer(self, request: Request) -> tuple[Reply, Manner]:
        """Decide about one request: what it does, what is answered, and in which manner."""
        if self.control and request.path.startswith(CONTROL):
            return self.control(request), Manner()
        with self.lock:
            self.settle()
            return self._answer(request)

    def settle(self) -> None:
        """Let everything happen that is due; the caller holds the lock."""
        now = self._clock.now()
        due = sorted((late for late in self._late if late.due <= now), key=lambda late: late.due)
        self._late = [late for late in self._late if late.due > now]
        for late in due:
            self._happen(late)
        self._gateway.settle()

    def _happen(self, late: _Late) -> None:
        with self._clock.held_at(late.due):
            self._gateway.settle()
            self._act(late.request)

    def _answer(self, request: Request) -> tuple[Reply, Manner]:
        at = self._clock.monotonic()
        operation, login = self._gateway.operation(request), self._gateway.login(request)
        admission = self._limit.admit(request, login=login, now=at)
        struck: tuple[Trouble, ...] = ()
        if admission.wait_s:
            reply, manner = self._gateway.over_limit(admission.wait_s), Manner()
        else:
            struck = self.troubles.strike(request, operation=operation, login=login)
            reply, manner = self._perform(request, struck)
        reply = reply.with_headers(admission.headers)
        if request.missing_bytes:
            manner = Manner(ending="close")
        self._note(request, reply, manner, at=at, operation=operation, login=login, struck=struck)
        return reply, manner

    def _perform(self, request: Request, struck: tuple[Trouble, ...]) -> tuple[Reply, Manner]:
        for trouble in struck:
            if trouble.do in _BEFORE:
                self._gateway.upset(trouble, request)
        reply = self._reply(request, struck)
        manner = Manner()
        for trouble in struck:
            reply = mangling.spoil_body(trouble, reply)
            manner = mangling.change_manner(trouble, manner)
        return reply, manner

    def _reply(self, request: Request, struck: tuple[Trouble, ...]) -> Reply:
        """Give the gateway's answer or what stands in for it, and let the effect happen, or not, or later."""
        instead = next((trouble for trouble in struck if mangling.replaces(trouble)), None)
        if instead and instead.do == "late":
            due = self._clock.now() + (instead.seconds or 0.0)
            self._late.append(_Late(due=due, request=request))
        if instead and (instead.do == "late" or instead.when == "before"):
            return self._stand_in(instead, request, Reply(status=200))
        reply = self._spoiled(request, self._act(request), struck)
        return self._stand_in(instead, request, reply) if instead else reply

    def _stand_in(self, trouble: Trouble, request: Request, reply: Reply) -> Reply:
        if trouble.do == "status":
            return self._gateway.say(
                trouble.status or 503,
                trouble.text or "The sandbox was told to answer this",
                (("Retry-After", trouble.retry_after),) if trouble.retry_after is not None else (),
            )
        return mangling.stand_in(trouble, request, reply, self.base)

    def _spoiled(self, request: Request, reply: Reply, struck: tuple[Trouble, ...]) -> Reply:
        for trouble in struck:
            if trouble.do == "shift":
                self._gateway.upset(trouble, request)
            elif trouble.do in _AFTER:
                reply = self._gateway.spoil(trouble, request, reply)
        return reply

    def _act(self, request: Request) -> Reply:
        try:
            _demand_whole(request)
            return self._gateway.act(request)
        except Refusal as refusal:
            return self._gateway.refuse(refusal)

    def _note(
        self,
        request: Request,
        reply: Reply,
        manner: Manner,
        *,
        at: float,
        operation: str,
        login: str,
        struck: tuple[Trouble, ...],
    ) -> None:
        is_answered = not manner.says_nothing and manner.silence_s is None
        self.requests.append(
            RequestRecord(
                at=at,
                method=request.method,
                path=request.path,
                query=request.query,
                operation=operation,
                status=reply.status if is_answered else None,
                login=login,
                bytes_in=len(request.body),
                bytes_out=manner.kept_bytes(reply.body),
                troubles=tuple(trouble.do for trouble in struck),
            )
        )


def _demand_whole(request: Request) -> None:
    if request.missing_bytes:
        raise Refusal(400, f"The body is {request.missing_bytes} bytes shorter than its Content-Length")
