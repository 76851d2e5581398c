"""A machine of random steps over the flows and small fakes; simple sets say what may be true after each."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from syncd.errors import Rejected, SyncdError, TryLater, Unanswered, Unreachable
from tests.safety.figures import record_campaign
from tests.safety.model import World

CALLS = (
    "",
    "send",
    "confirm",
    "confirm_batch",
    "fetch",
    "fetch_by_index",
    "unread",
    "page",
    "entry",
    "stations",
)
MISHAPS: dict[str, Callable[[], SyncdError]] = {
    "no network": lambda: Unreachable("no network"),
    "not now": lambda: TryLater("not now", status=503, retry_after=timedelta(seconds=5)),
    "no answer": lambda: Unanswered("no answer in time"),
    "an error": lambda: Unanswered("the gateway answered 500", status=500),
}
LONG_LIVES = 2000
NAMES = st.sampled_from(["a.edi", "b.edi", "same.edi"])
NUMBERS = st.integers(0, 9)
JOBS = st.lists(st.sampled_from(["pull", "send", "track"]), min_size=1, max_size=4)
SPANS = st.sampled_from([1, 5, 20, 90, 3600, 90_000])


class Bridge(RuleBasedStateMachine):
    """What can happen, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(names=st.integers(1, 2))
    def a_message_arrives(self, names: int) -> None:
        """At the gateway."""
        self.world.arrive(names=names)

    @rule(name=NAMES)
    def a_file_is_dropped(self, name: str) -> None:
        """By the ERP; maybe over one that was not taken yet."""
        self.world.drop(name)

    @rule(name=NAMES)
    def a_file_is_dropped_for_nobody(self, name: str) -> None:
        """Under no pair."""
        self.world.drop(name, pair="RJ_Station/NOBODY")

    @rule()
    def the_erp_takes_everything(self) -> None:
        """Out of the inbox."""
        self.world.collect()

    @rule(which=NUMBERS)
    def a_file_is_taken_out_of_queued(self, which: int) -> None:
        """By a person."""
        self.world.withdraw(which)

    @rule(which=NUMBERS, unread=st.booleans())
    def a_person_marks_a_message(self, which: int, *, unread: bool) -> None:
        """At the gateway."""
        self.world.mark(which, unread=unread)

    @rule(which=NUMBERS)
    def a_person_asks_for_a_message_once_more(self, which: int) -> None:
        """By `refetch`."""
        self.world.refetch(which)

    @rule(which=NUMBERS, outcome=st.sampled_from(["failed", "refused", "ok"]))
    def the_gateway_reaches_the_partner(self, which: int, outcome: str) -> None:
        """Or does not."""
        self.world.deliver_on(which, outcome)

    @rule(call=st.sampled_from(CALLS), mishap=st.sampled_from(sorted(MISHAPS)), after=st.booleans())
    def something_will_go_wrong(self, call: str, mishap: str, *, after: bool) -> None:
        """At the next call of that name, before or after it had its effect."""
        error = MISHAPS[mishap]()
        is_silent = isinstance(error, Unanswered)
        self.world.gateway.fail_next(error, after=after and is_silent, call=call)

    @rule(content=st.booleans())
    def the_gateway_refuses_a_message(self, *, content: bool) -> None:
        """For good."""
        self.world.gateway.fail_next(Rejected("no", status=400 if content else 413), call="send")

    @rule(jobs=JOBS)
    def jobs_run(self, jobs: list[str]) -> None:
        """In the process that is there."""
        self.world.run(*jobs)

    @rule(jobs=JOBS, after=st.integers(0, 40))
    def jobs_run_and_the_process_dies(self, jobs: list[str], after: int) -> None:
        """After so many effects, unless it is done before."""
        self.world.run(*jobs, dies_after=after)

    @rule()
    def the_process_is_started_anew(self) -> None:
        """Nothing was under way."""
        self.world.restart()

    @rule(seconds=SPANS)
    def time_passes(self, seconds: int) -> None:
        """Seconds, hours, more than a day."""
        self.world.clock.pass_time(timedelta(seconds=seconds))

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """At any moment."""
        assert list(self.world.faults()) == []

    def teardown(self) -> None:
        """In the end everything comes to rest."""
        self.world.settle()
        assert list(self.world.faults()) == []
        assert list(self.world.unfinished()) == []


def _examples(count: int, steps: int) -> settings:
    return settings(
        max_examples=count,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_any_order_of_events_keeps_the_promises() -> None:
    """A few dozen short lives."""
    run_state_machine_as_test(Bridge, settings=_examples(40, 25))


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_any_long_order_of_events_keeps_the_promises() -> None:
    """Thousands of longer ones."""
    found = 1
    try:
        run_state_machine_as_test(Bridge, settings=_examples(LONG_LIVES, 40))
        found = 0
    finally:
        record_campaign("lives of the state machine", tried=LONG_LIVES, found=found)
