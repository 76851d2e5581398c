"""Mistakes at ECGrid, where names and sizes have to do, and a parcel's own life ends early."""

from tests.safety.mutations import Mutation

ONE = "tests/core/planning/test_one_outbox.py"
DOUBT = "tests/e2e/ecgrid/test_doubt.py"
TRACKING = "tests/gateways/ecgrid/test_tracking.py"
VALUES = "tests/gateways/ecgrid/test_values.py"
LOG_IN = "tests/gateways/ecgrid/test_logging_in.py"

ECGRID = (
    Mutation(
        rule="ECGrid, look-up",
        mistake="adopts one of two candidates",
        file="core/planning/doubt.py",
        old="    if len(exact) == 1 and seen.complete and",
        new="    if exact and seen.complete and",
        caught_by=(f"{ONE}::test_two_alike_keep_the_question_open",),
    ),
    Mutation(
        rule="ECGrid, look-up",
        mistake="adopts from one list that was cut short",
        file="core/planning/doubt.py",
        old="    if len(exact) == 1 and seen.complete and",
        new="    if len(exact) == 1 and",
        caught_by=(f"{ONE}::test_a_list_that_was_cut_short_proves_nothing",),
    ),
    Mutation(
        rule="ECGrid, look-up",
        mistake="sends again though the size may count a wrapping",
        file="core/planning/doubt.py",
        old="    return Candidates(open=named)\n",
        new="    return Candidates()\n",
        caught_by=(
            f"{ONE}::test_another_size_keeps_the_question_open",
            f"{DOUBT}::test_a_size_that_may_count_a_wrapping_is_left_to_a_person",
        ),
    ),
    Mutation(
        rule="ECGrid, twins",
        mistake="takes two to two partners for no twins",
        file="core/planning/send.py",
        old="    pair = None if names_alone else message.pair\n",
        new="    pair = message.pair\n",
        caught_by=(f"{ONE}::test_names_alone_make_twins",),
    ),
    Mutation(
        rule="ECGrid, interchanges",
        mistake="believes a processed parcel without its interchanges",
        file="gateways/ecgrid/statuses.py",
        old="PROCESSED = Standing(box=Box.QUEUED, asks_more=True)\n",
        new="PROCESSED = Standing(box=Box.SENT, settled=True)\n",
        caught_by=(
            f"{TRACKING}::test_interchanges_tell_where_the_parcel_does_not",
            f"{TRACKING}::test_without_interchanges_the_parcel_is_as_it_was",
        ),
    ),
    Mutation(
        rule="ECGrid, interchanges",
        mistake="takes no interchange for all of them",
        file="gateways/ecgrid/outbox.py",
        old="        if ends and all(end is End.CLOSED for _, end in ends):\n",
        new="        if all(end is End.CLOSED for _, end in ends):\n",
        caught_by=(f"{TRACKING}::test_without_interchanges_the_parcel_is_as_it_was",),
    ),
    Mutation(
        rule="ECGrid, interchanges",
        mistake="takes one closed interchange for all of them",
        file="gateways/ecgrid/outbox.py",
        old="        if ends and all(end is End.CLOSED for _, end in ends):\n",
        new="        if any(end is End.CLOSED for _, end in ends):\n",
        caught_by=(f"{TRACKING}::test_interchanges_tell_where_the_parcel_does_not",),
    ),
    Mutation(
        rule="ECGrid, tokens",
        mistake="does not keep a refresh token that was rotated",
        file="gateways/ecgrid/log_in.py",
        old='            refresh=refresh or ("" if before is None else before.refresh),\n',
        new='            refresh=(refresh or "") if before is None else before.refresh,\n',
        caught_by=(f"{LOG_IN}::test_tokens_are_renewed_at_half_of_their_life",),
    ),
    Mutation(
        rule="ECGrid, tokens",
        mistake="loses the refresh token where it is not rotated",
        file="gateways/ecgrid/log_in.py",
        old='            refresh=refresh or ("" if before is None else before.refresh),\n',
        new='            refresh=refresh or "",\n',
        caught_by=(f"{LOG_IN}::test_tokens_are_renewed_at_half_of_their_life",),
    ),
    Mutation(
        rule="ECGrid, tokens",
        mistake="uses a refresh token again that may be used up",
        file="gateways/log_in.py",
        old="        if old.refresh and old.refresh == self._spent:\n",
        new="        if False:\n",
        caught_by=(f"{LOG_IN}::test_a_renewal_without_an_answer_is_for_later",),
    ),
    Mutation(
        rule="ECGrid, confirmation",
        mistake="takes a confirmation that says false for done",
        file="gateways/ecgrid/gateway.py",
        old="            if answer.payload is not False:\n",
        new="            if True:\n",
        caught_by=(
            "tests/gateways/ecgrid/test_receiving.py::test_refused_for_what_is_pending_still_is_refused",
        ),
    ),
)
