"""The pages that show: the front, the messages, one message; and the parts of them that keep up to date.

A part is asked for again and again, by a script of ours. It has a tag of its content, so most answers are
three lines long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from flask import Blueprint, Response, make_response, render_template, request

from syncd.core.looking import Search
from syncd.core.shown import Capabilities
from syncd.operations.door import Door
from syncd.operations.rows import Row, Whole
from syncd.operations.status import SHOWN, AccountStatus, Status
from syncd.web import searching
from syncd.web.chart import Traffic
from syncd.web.verbs import Verb, verbs

LAST = 20
"""Messages on the front page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the pages show, and where they ask."""

    door: Door
    accounts: Sequence[str]
    zone: tzinfo
    now: Callable[[], datetime]
    abilities: Mapping[str, Capabilities]
    """What the gateway of each account can do."""
    mdn: Callable[[Row], bytes]
    """The MDN of a message, asked of its gateway. Raises: SyncdError."""
    traffic: Traffic


def page(source: Source) -> Blueprint:
    """The pages over a source."""
    made = Blueprint("page", "syncd.web")
    pages = _Pages(source)
    made.add_url_rule("/", "front", pages.front)
    made.add_url_rule("/live/state", "live_state", pages.live_state)
    made.add_url_rule("/live/last", "live_last", pages.live_last)
    made.add_url_rule("/messages", "messages", pages.messages)
    made.add_url_rule("/message/<message_id>", "message", pages.message)
    made.add_url_rule("/message/<message_id>/live", "live_message", pages.live_message)
    return made


class _Pages:
    def __init__(self, source: Source) -> None:
        self._source = source

    def front(self) -> str:
        """How everything stands."""
        return render_template("front.html", asked={}, accounts=self._source.accounts, **self._front())

    def live_state(self) -> Response:
        """The accounts, and what needs a person."""
        return tagged(render_template("live_state.html", **self._state()))

    def live_last(self) -> Response:
        """The last messages."""
        return tagged(render_template("live_last.html", rows=self._last()))

    def messages(self) -> str:
        """What fits the form, newest first."""
        asked, source = searching.read(request.args), self._source
        wanted = searching.wanted(asked, source.zone, now=source.now())
        found = searching.page_of(asked, source.door.list_messages(wanted))
        return render_template(
            "messages.html",
            found=found,
            asked=asked.written,
            is_first=asked.is_first,
            accounts=self._source.accounts,
        )

    def message(self, message_id: str) -> str:
        """Everything about one message."""
        return render_template("message.html", **self._message(message_id))

    def live_message(self, message_id: str) -> Response:
        """The same, without the page around it."""
        return tagged(render_template("live_message.html", **self._message(message_id)))

    def _front(self) -> dict[str, object]:
        return {**self._state(), "rows": self._last()}

    def _state(self) -> dict[str, object]:
        status = self._source.door.status(self._source.accounts)
        return {
            "status": status,
            "needs": needs(status),
            "verbs_of": self._at_once,
            "chart": self._source.traffic.chart(),
        }

    def _last(self) -> Sequence[Row]:
        return self._source.door.list_messages(Search(limit=LAST))

    def _message(self, message_id: str) -> dict[str, object]:
        whole = whole_message(self._source.door, message_id)
        able = self._source.abilities
        return {
            "row": whole,
            "verbs": verbs(whole, able),
            "has_mdn": bool(whole.message_id) and whole.account in able and able[whole.account].has_mdn,
        }

    def _at_once(self, row: Row) -> tuple[Verb, ...]:
        """The buttons of a list: what may be pressed without a look at the message."""
        return tuple(verb for verb in verbs(row, self._source.abilities) if not verb.asks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What needs a person, of all accounts."""

    rows: tuple[Row, ...]
    accounts: tuple[AccountStatus, ...]
    """Those with a trouble, a file or an acknowledgement that needs one."""
    reload_error: str
    may_be_more: bool
    """Of so many messages not all are named."""

    @property
    def nothing(self) -> bool:
        """Whether all is well."""
        return not (self.rows or self.accounts or self.reload_error)


def needs(status: Status) -> Needs:
    """What needs a person, newest first."""
    rows = [row for account in status.accounts for row in account.attention]
    return Needs(
        rows=tuple(sorted(rows, key=lambda row: row.updated, reverse=True)),
        accounts=tuple(filter(_has_needs, status.accounts)),
        reload_error=status.reload_error,
        may_be_more=any(len(account.attention) >= SHOWN for account in status.accounts),
    )


def _has_needs(account: AccountStatus) -> bool:
    stuck = any(trouble.needs_person for trouble in account.troubles)
    return stuck or bool(account.overdue) or any(left.needs_person for left in account.not_taken)


def whole_message(door: Door, message_id: str) -> Whole:
    """The message of exactly this id of ours. Raises: NotFound."""
    return door.show_message(message_id, account=None)


def tagged(text: str) -> Response:
    """An answer that is empty when the browser has this content already."""
    response = make_response(text)
    response.add_etag()
    response.make_conditional(request)
    return response
