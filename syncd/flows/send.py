"""Send: what was dropped is taken over, sent once, and what is in doubt is looked up.

Started oldest first, up to `parallel_sends` at once; one bad file never stops the next. While the gateway
is in trouble the account sends one message at a time, at growing gaps.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from syncd.core.model import Direction, MessageId, State
from syncd.core.notices.concerns import Kind
from syncd.core.planning import send as planning
from syncd.core.shown import Outlook
from syncd.errors import FolderError, GatewayError, SyncdError
from syncd.flows.bridge import Bridge, Trouble
from syncd.flows.claiming import Claiming
from syncd.flows.doubts import look_up_doubts
from syncd.flows.lookout import Lookout
from syncd.flows.recover import hold_strangers, mend_outbound
from syncd.flows.sending import Sent, send_one

log = structlog.get_logger(__name__)

MOOD = "send_mood"


class Send:
    """The send job of one account. `run` is one pass; it is called by one thread at a time.

    When `is_over` says so, no further message is started; `was_cut` then tells that some could have been.
    `has_news` tells, once, that something may have changed in the outbox; None: nobody watches it.
    """

    def __init__(
        self,
        bridge: Bridge,
        *,
        is_over: Callable[[], bool] = lambda: False,
        has_news: Callable[[], bool] | None = None,
    ) -> None:
        self._bridge = bridge
        self._is_over = is_over
        self._has_news = has_news
        self.was_cut = False
        self._mood = planning.GOOD

    def run(self) -> Outlook:
        """Scan, claim, look up what is in doubt, send what may go now; returns what the scan saw.

        Raises: FolderError, GatewayError from the look-up of stations and partners or of what is in doubt.
        """
        bridge = self._bridge
        bridge.tree.check()
        self._mood = load_mood(bridge)
        stuck = mend_outbound(bridge)
        self._judge_strangers()
        outlook = self._look()
        self._clear_refusal()
        unseen = self._look_up()
        trouble = self._send_all(stuck, Claiming(bridge, outlook)) or unseen
        if trouble is not None:
            raise trouble
        return outlook

    def _judge_strangers(self) -> None:
        """Once after each recovery, as soon as the partners are known."""
        addresses = self._bridge.addresses
        if addresses.stations is not None and not addresses.strangers_judged:
            hold_strangers(self._bridge)
            addresses.strangers_judged = True

    def _look(self) -> Outlook:
        """The scan; what stands under no pair is judged after a fresh look at the gateway's lists.

        Where pairs are numbers, no list has a say.
        """
        bridge = self._bridge
        outlook = bridge.outbox.scan()
        is_listed = not bridge.gateway.capabilities.has_numbered_pairs
        if is_listed and any(drop.refusal for drop in outlook.ready):
            bridge.refresh_addresses()
            outlook = bridge.outbox.scan()
        return outlook

    def _look_up(self) -> GatewayError | None:
        try:
            look_up_doubts(self._bridge)
        except GatewayError as error:
            return error
        return None

    def _clear_refusal(self) -> None:
        """An account that was refused may send again once a log-in and a station list succeed."""
        not_before = self._mood.not_before
        if self._mood.refused is None:
            return
        if not_before and self._bridge.clock.now() < not_before:
            self._complain(self._mood.refused, "It is asked again by itself.", Kind.REFUSED)
            return
        try:
            self._bridge.gateway.stations()
        except GatewayError as error:
            self._complain(error.what, error.remedy, Kind.REFUSED)
            return
        self._set_mood(planning.Mood(troubles=self._mood.troubles))

    def _send_all(self, stuck: frozenset[MessageId], claiming: Claiming) -> SyncdError | None:
        """Take over and send what may go; returns the last trouble that no message's state tells of.

        The first files are on their way while the last ones of a burst are still being taken over.
        """
        line, lookout = self._unsent(stuck), Lookout(self._bridge, self._has_news)
        trouble: SyncdError | None = None
        running: dict[Future[Sent], MessageId] = {}
        with ThreadPoolExecutor(self._bridge.account.parallel_sends, thread_name_prefix="send") as pool:
            while True:
                trouble = self._claim(claiming, line) or trouble
                if claiming.may_start:
                    self._start(pool, line, running)
                if not running and claiming.is_done:
                    return trouble
                patience_s = lookout.patience_s if claiming.is_done else 0.0
                finished, _ = wait(running, timeout=patience_s, return_when=FIRST_COMPLETED)
                if claiming.is_done and lookout.is_due(is_quiet=not finished) and not self._is_over():
                    claiming = Claiming(self._bridge, lookout.look())
                for future in finished:
                    trouble = self._finish(line, running.pop(future), future) or trouble

    def _unsent(self, stuck: frozenset[MessageId]) -> planning.Line:
        """What earlier passes left."""
        bridge = self._bridge
        rows = bridge.records.unfinished(bridge.account.name, Direction.OUTBOUND, at=planning.UNSENT)
        return planning.Line(
            (row for row in rows if row.id not in stuck),
            names_alone=bridge.gateway.capabilities.has_numbered_pairs,
        )

    def _claim(self, claiming: Claiming, line: planning.Line) -> FolderError | None:
        """One portion; none when the pass is to end."""
        if claiming.is_done:
            return None
        if self._is_over() or self._bridge.clock.wait(timedelta()):
            claiming.leave()
            self.was_cut = True
            return None
        try:
            claims = claiming.claim_some()
        except FolderError as error:
            claiming.leave()
            return error
        for row in claims.taken:
            line.put(row)
        return None

    def _start(
        self, pool: ThreadPoolExecutor, line: planning.Line, running: dict[Future[Sent], MessageId]
    ) -> None:
        bridge = self._bridge
        if bridge.clock.wait(timedelta()):
            return
        starts = line.starts(
            running=frozenset(running.values()),
            mood=self._mood,
            parallel=bridge.account.parallel_sends,
            now=bridge.clock.now(),
        )
        if starts and self._is_over():
            self.was_cut = True
            return
        for row in starts:
            running[pool.submit(send_one, bridge, row)] = row.id

    def _finish(self, line: planning.Line, message: MessageId, future: Future[Sent]) -> SyncdError | None:
        try:
            sent = future.result()
        except (GatewayError, FolderError) as error:
            line.drop(message)  # the next pass mends it
            return error
        if sent.row.state is State.QUEUED:
            line.put(sent.row)
        else:
            line.drop(message)
        self._take_in(sent)
        return None

    def _take_in(self, sent: Sent) -> None:
        now = self._bridge.clock.now()
        match sent.effect:
            case "good":
                self._set_mood(planning.GOOD)
            case "trouble":
                self._set_mood(self._mood.after_trouble(now=now, wish=sent.wish))
                self._complain(sent.why, sent.remedy, Kind.UNREACHABLE)
            case "refused":
                self._set_mood(replace(self._mood.after_trouble(now=now), refused=sent.why))
                self._complain(sent.why, sent.remedy, Kind.REFUSED)
            case "none":
                pass

    def _complain(self, why: str, remedy: str, kind: Kind) -> None:
        """An account that is refused sends nothing until it is not, and a person has to see to it."""
        name, refused = self._bridge.account.name, kind is Kind.REFUSED
        self._bridge.complain(
            Trouble(
                account=name,
                job="send",
                what=why,
                remedy=remedy,
                needs_person=refused,
                stops=refused,
                kind=kind,
            )
        )

    def _set_mood(self, mood: planning.Mood) -> None:
        if mood == self._mood:
            return
        self._mood = mood
        self._bridge.journal.remember(self._bridge.account.name, {MOOD: _words(mood)})


def load_mood(bridge: Bridge) -> planning.Mood:
    """How the gateway took the last sends, also those of an earlier run."""
    stored = bridge.records.facts(bridge.account.name).get(MOOD)
    if not stored:
        return planning.GOOD
    words = json.loads(stored)
    return planning.Mood(
        troubles=words["troubles"],
        not_before=_time(words["not_before"]),
        refused=words["refused"],
        wished=_time(words.get("wished")),  # a state of an earlier version has none
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def try_again(bridge: Bridge) -> None:
    """A refused account may be asked at the next pass: its password was written anew, or syncd started."""
    if load_mood(bridge).refused is not None:
        wait_no_longer(bridge)


def wait_no_longer(bridge: Bridge) -> None:
    """After trouble the account waits before it sends again: not when a person asks for it.

    One message at a time all the same; and what the gateway asks us to wait (Retry-After) is waited.
    """
    mood = load_mood(bridge)
    if mood.hurried() != mood:
        bridge.journal.remember(bridge.account.name, {MOOD: _words(mood.hurried())})


def _words(mood: planning.Mood) -> str | None:
    if mood.good:
        return None
    return json.dumps(
        {
            "troubles": mood.troubles,
            "not_before": mood.not_before.isoformat() if mood.not_before else None,
            "refused": mood.refused,
            "wished": mood.wished.isoformat() if mood.wished else None,
        }
    )
