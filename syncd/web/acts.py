"""The pages that act: each button is a POST, and its answer says what came of it.

Nothing is remembered of a press: a second one is refused by the state that the first one led to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, g, render_template, request

from syncd.errors import NotFound, UsageError
from syncd.operations.door import Pausable
from syncd.operations.reports import AccountReport, OnceReport
from syncd.operations.rows import Row
from syncd.web.acting import Acting
from syncd.web.page import Source, whole_message
from syncd.web.verbs import ALL, Verb

T = TypeVar("T")
JOBS: tuple[Pausable, ...] = ("pull", "send")


def acts(source: Source, acting: Acting) -> Blueprint:
    """The buttons over a source."""
    made = Blueprint("acts", "syncd.web")
    desk = _Desk(source, acting)
    post = ["POST"]
    made.add_url_rule("/message/<message_id>/act", "message", desk.message, methods=post)
    made.add_url_rule("/message/<message_id>/mdn", "mdn", desk.mdn, methods=post)
    made.add_url_rule("/account/<name>/pause", "pause", desk.pause, methods=post)
    made.add_url_rule("/account/<name>/resume", "resume", desk.resume, methods=post)
    made.add_url_rule("/account/<name>/pull", "pull", desk.pull, methods=post)
    return made


class _Desk:
    def __init__(self, source: Source, acting: Acting) -> None:
        self._source = source
        self._door = source.door
        self._acting = acting

    def message(self, message_id: str) -> str:
        """Do to a message what its button says."""
        row = self._row(message_id)
        verb = _verb(request.form.get("verb", ""))
        by = g.visitor.by
        done = self._acting.run(f"message {row.id}", lambda: self._carry_out(verb, row.id, by))
        return render_template("done.html", row=done or row, is_done=done is not None)

    def _carry_out(self, verb: Verb, message_id: str, by: str) -> Row:
        if verb.command == "resolve":
            return self._door.resolve(message_id, verb.verdict, by=by)
        commands: dict[str, Callable[..., Row]] = {
            "stop": self._door.stop,
            "retry": self._door.retry,
            "resend": self._door.resend,
            "refetch": self._door.refetch,
        }
        return commands[verb.command](message_id, by=by)

    def mdn(self, message_id: str) -> str:
        """Ask the gateway for the MDN of a message."""
        row = self._row(message_id)
        payload = self._acting.run(f"mdn {row.id}", lambda: self._source.mdn(row))
        text = payload.decode(errors="replace").expandtabs() if payload is not None else ""
        return render_template("mdn.html", row=row, text=text, is_done=payload is not None)

    def pause(self, name: str) -> str:
        """Stop a job of an account."""
        job, by = _job(), g.visitor.by
        self._for(name, lambda: self._door.pause([name], job=job, by=by))
        return _said(name, f"{job or 'pull and send'} of {name} {'are' if job is None else 'is'} paused")

    def resume(self, name: str) -> str:
        """Undo a pause."""
        job, by = _job(), g.visitor.by
        self._for(name, lambda: self._door.resume([name], job=job, by=by))
        return _said(name, f"{job or 'pull and send'} of {name} {'go' if job is None else 'goes'} on")

    def pull(self, name: str) -> str:
        """Pull now."""
        report = self._for(name, lambda: self._door.once([name], only="pull", wait=None))
        if report is None:
            return _said(name, f"{name} is being pulled; what comes shows itself on the status page")
        account = _report(report)
        return render_template("pulled.html", name=name, account=account)

    def _for(self, name: str, act: Callable[[], T]) -> T | None:
        if name not in self._source.accounts:
            raise NotFound(f"there is no account {name}", "The status page names the ones there are.")
        return self._acting.run(f"account {name}", act)

    def _row(self, message_id: str) -> Row:
        """The message of that very id, of an account that the daemon has."""
        row = whole_message(self._door, message_id)
        if row.id != message_id or row.account not in self._source.accounts:
            remedy = f"An account {row.account} is not in the configuration."
            raise NotFound(f"nothing can be done about message {message_id} here", remedy)
        return row


def _verb(key: str) -> Verb:
    for verb in ALL:
        if verb.key == key:
            return verb
    raise UsageError("there is no such button", "Load the page again.")


def _job() -> Pausable | None:
    said = request.form.get("job", "")
    job = next((each for each in JOBS if each == said), None)
    if said and job is None:
        raise UsageError("there is no such job", "Only pull and send can be paused.")
    return job


def _report(report: OnceReport) -> AccountReport | None:
    return report.accounts[0] if report.accounts else None


def _said(name: str, what: str) -> str:
    return render_template("said.html", name=name, what=what)
