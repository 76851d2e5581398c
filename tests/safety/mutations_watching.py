"""Mistakes in being watched: a daemon that looks well and is not, or that tells what is secret."""

from tests.safety.mutations import Mutation

VITALS = "tests/daemon/test_vitals.py"
PINGER = "tests/daemon/test_pinger.py"

WATCHING = (
    Mutation(
        rule="scan",
        mistake="remembers a listing within a tick of the last change",
        file="folders/listing.py",
        old="        if is_calm and _stamp(os.fstat(fd)) == stamp and",
        new="        if _stamp(os.fstat(fd)) == stamp and",
        caught_by=("tests/folders/test_listing.py::test_what_may_have_changed_unseen_is_listed_anew[young]",),
    ),
    Mutation(
        rule="readiness",
        mistake="counts a pass that was kept from its work as a success",
        file="daemon/runner.py",
        old="if any(trouble.stops for trouble in mine):",
        new="if False:",
        caught_by=(
            f"{VITALS}::test_what_kept_a_pass_from_its_work_makes_it_no_success",
            f"{VITALS}::test_an_account_that_may_not_send_has_no_success_until_it_may",
        ),
    ),
    Mutation(
        rule="readiness",
        mistake="trusts a run after a failure though it gets nowhere",
        file="daemon/pulse.py",
        old="return changed or not runner.jobs[job].failures",
        new="return True",
        caught_by=(f"{VITALS}::test_a_run_that_takes_long_is_fresh_while_it_gets_on",),
    ),
    Mutation(
        rule="readiness",
        mistake="tells the age of a success by a clock that people set",
        file="daemon/vitals.py",
        old="timedelta(seconds=now_s - since_s)",
        new="self._clock.now() - (state.last_success or self._began)",
        caught_by=(f"{VITALS}::test_a_clock_that_is_set_makes_nothing_old",),
    ),
    Mutation(
        rule="readiness",
        mistake="tells details to those who do not know the password",
        file="web/health.py",
        old="if gate.knows(request) else {}",
        new="if True else {}",
        caught_by=("tests/web/test_health.py::test_details_are_for_those_who_know_the_password",),
    ),
    Mutation(
        rule="ping",
        mistake="pings while a job is not fresh",
        file="daemon/pinger.py",
        old=" and are_ready(self._vitals.jobs())",
        new="",
        caught_by=(f"{PINGER}::test_it_says_nothing_while_a_job_is_not_fresh",),
    ),
    Mutation(
        rule="ping",
        mistake="repeats a ping that failed at once",
        file="daemon/pinger.py",
        old="span = EVERY if self._look() else LOOKS_EVERY",
        new="span = EVERY if self._look() and not self._has_told else LOOKS_EVERY",
        caught_by=(f"{PINGER}::test_a_ping_that_fails_is_told_once_and_not_repeated_before_its_minute",),
    ),
    Mutation(
        rule="ping",
        mistake="shows the address of the ping",
        file="config/inforce.py",
        old='{"webhook", "ping_url"}',
        new='{"webhook"}',
        caught_by=("tests/config/test_web.py::test_the_ping_needs_no_page_and_is_never_shown",),
    ),
)
