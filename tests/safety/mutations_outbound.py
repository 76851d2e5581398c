"""Mistakes on the way out: sent twice, lost, or said to have failed when the partner has it."""

from tests.safety.mutations import Mutation
from tests.safety.mutations_inbound import ORDERED

BORDER = "tests/gateways/test_border.py"
SESSION = "tests/gateways/test_session.py"
DOUBT = "tests/core/planning/test_doubt.py"
DOUBT_E2E = "tests/e2e/test_doubt.py"
DELETE_E2E = "tests/e2e/test_delete.py"
PRUNE_E2E = "tests/e2e/test_prune.py"
RESEND_E2E = "tests/e2e/test_resend_sent.py"
SEND = "tests/core/planning/test_send.py"
SEND_E2E = "tests/e2e/test_send.py"
TRACK = "tests/core/planning/test_track.py"
KEPT_BACK = f"{SEND_E2E}::test_trouble_with_one_send_keeps_the_next_ones_back"
STATUS = f"{BORDER}::test_a_status_is_judged_by_who_speaks"

_SENDING = "flows/sending.py"
_BORDER = "gateways/border.py"
_DOUBT = "core/planning/doubt.py"
_TRACK = "core/planning/track.py"

SUBMITTING = (
    Mutation(
        rule="submitting",
        mistake="sends before submitting is committed",
        file=_SENDING,
        old="    after = bridge.record_one(row, event)\n    _forget_old_status(bridge, after)\n",
        new=(
            "    from syncd.core.machine import advance\n"
            "    after = advance(row, event, now=bridge.clock.now())\n"
            "    _forget_old_status(bridge, after)\n"
        ),
        caught_by=(f"{ORDERED}::test_what_is_dropped_is_accepted_once[after gateway.send]",),
    ),
    Mutation(
        rule="submitting",
        mistake="sends again what it was sending when it stopped",
        file="flows/recover.py",
        old="ev.Doubted(reason=reason, next_at=_look_soon(row))",
        new="ev.Deferred(reason=reason, next_at=None)",
        caught_by=(f"{ORDERED}::test_what_is_dropped_is_accepted_once[after gateway.send]",),
    ),
)

REPLIES = (
    Mutation(
        rule="table of replies",
        mistake="tries again on a timeout",
        file=_BORDER,
        old=("    if isinstance(mishap, httpx.TimeoutException):\n        return Unanswered(\n"),
        new=("    if isinstance(mishap, httpx.TimeoutException):\n        return Unreachable(\n"),
        caught_by=(
            f"{BORDER}::test_every_error_of_httpx_is_ours_afterwards",
            f"{SESSION}::test_silence_is_in_doubt",
        ),
    ),
    Mutation(
        rule="table of replies",
        mistake="tries again when the connection broke",
        file=_BORDER,
        old='    return Unanswered(\n        f"the connection broke before the answer was complete:',
        new='    return Unreachable(\n        f"the connection broke before the answer was complete:',
        caught_by=(
            f"{BORDER}::test_what_httpx_lets_through_is_in_doubt",
            f"{DOUBT_E2E}::test_a_reply_lost_after_acceptance_is_found_at_the_gateway",
        ),
    ),
    Mutation(
        rule="table of replies",
        mistake="tries again whatever went wrong",
        file=_SENDING,
        old="        return _doubted(bridge, row, error)\n",
        new="        return _later(bridge, row, Unreachable(str(error)))\n",
        caught_by=(f"{DOUBT_E2E}::test_a_reply_lost_after_acceptance_is_found_at_the_gateway",),
    ),
    Mutation(
        rule="table of replies",
        mistake="takes 408, 409 and 500 for a verdict",
        file=_BORDER,
        old="    if status in {400, 411, 413, 414, 415, 422}:\n",
        new="    if status in {400, 408, 409, 411, 413, 414, 415, 422, 500}:\n",
        caught_by=(STATUS, f"{SEND_E2E}::test_an_answer_that_says_nothing_certain_is_looked_up"),
    ),
    Mutation(
        rule="table of replies",
        mistake="tries again on any 503",
        file=_BORDER,
        old="    if status == 429 or (status == 503 and wish is not None):\n",
        new="    if status in {429, 503}:\n",
        caught_by=(STATUS, f"{SEND_E2E}::test_an_answer_that_says_nothing_certain_is_looked_up"),
    ),
    Mutation(
        rule="table of replies",
        mistake="takes 403 for a verdict on the message",
        file=_BORDER,
        old="    if status in {401, 403, 407} or (status in {404, 405} and said.words is None):\n",
        new=(
            "    if status == 403:\n"
            "        return Rejected(what, request=name, status=status, detail=detail)\n"
            "    if status in {401, 407} or (status in {404, 405} and said.words is None):\n"
        ),
        caught_by=(STATUS, f"{SEND_E2E}::test_a_gateway_that_will_not_take_it_now_fails_no_file[403]"),
    ),
    Mutation(
        rule="table of replies",
        mistake="takes the 404 of a proxy for the gateway's",
        file=_BORDER,
        old="(status in {404, 405} and said.words is None)",
        new="status == 405",
        caught_by=(
            STATUS,
            f"{SEND_E2E}::test_a_gateway_that_will_not_take_it_now_fails_no_file[a proxy's 404]",
        ),
    ),
    Mutation(
        rule="table of replies",
        mistake="fails a file on a redirect",
        file=_BORDER,
        old="    if 300 <= status < 400:\n        return TryLater(\n",
        new="    if 300 <= status < 400:\n        return Rejected(\n",
        caught_by=(STATUS, f"{SEND_E2E}::test_a_gateway_that_will_not_take_it_now_fails_no_file[a redirect]"),
    ),
    Mutation(
        rule="table of replies",
        mistake="believes an acceptance without an id",
        file="gateways/as2gateway/replies.py",
        old=(
            "    if message_id is None:\n"
            '        raise _bad("the message was accepted without an id", reply, request)\n'
        ),
        new='    message_id = message_id or GatewayId("unknown")\n',
        caught_by=("tests/gateways/as2gateway/test_replies.py::test_accepted_without_an_id_is_in_doubt",),
    ),
    Mutation(
        rule="table of replies",
        mistake="goes on sending for an account that is refused",
        file=_SENDING,
        old='effect="refused"',
        new='effect="none"',
        caught_by=(f"{KEPT_BACK}[refused]",),
    ),
    Mutation(
        rule="table of replies",
        mistake="sends on at full pace after a doubt",
        file=_SENDING,
        old='    return Sent(row=bridge.record_one(row, event), effect="trouble", why=what)\n',
        new='    return Sent(row=bridge.record_one(row, event), effect="none", why=what)\n',
        caught_by=(f"{KEPT_BACK}[in doubt]",),
    ),
    Mutation(
        rule="table of replies",
        mistake="sends on at full pace after a not now",
        file=_SENDING,
        old='    return Sent(row=after, effect="trouble", wish=wish, why=error.what, remedy=error.remedy)\n',
        new='    return Sent(row=after, effect="none", wish=wish, why=error.what, remedy=error.remedy)\n',
        caught_by=(f"{KEPT_BACK}[not now]",),
    ),
)

LOOK_UP = (
    Mutation(
        rule="look-up",
        mistake="believes an absence after too short a wait",
        file=_DOUBT,
        old="    return enough and began is not None and looked_at - began >= wait\n",
        new="    return enough\n",
        caught_by=(
            f"{DOUBT}::test_absent_for_good_takes_three_look_ups_and_the_whole_wait",
            f"{DOUBT_E2E}::test_an_acceptance_that_comes_late_is_found_and_not_doubled[500.0]",
        ),
    ),
    Mutation(
        rule="look-up",
        mistake="believes the first absence",
        file=_DOUBT,
        old="ENOUGH_LOOKUPS = 3\n",
        new="ENOUGH_LOOKUPS = 1\n",
        caught_by=(f"{DOUBT}::test_absent_for_good_takes_three_look_ups_and_the_whole_wait",),
    ),
    Mutation(
        rule="look-up",
        mistake="waits no longer for a partner that is slow",
        file=_DOUBT,
        old="    return max(configured, timeout, LEAST_WAIT)\n",
        new="    return max(configured, LEAST_WAIT)\n",
        caught_by=(f"{DOUBT}::test_absence_is_believed_after_the_longest_send",),
    ),
    Mutation(
        rule="look-up",
        mistake="reads sent before queued",
        file="flows/doubts.py",
        old="ORDER = (Box.QUEUED, Box.FAILED, Box.SENT)\n",
        new="ORDER = (Box.SENT, Box.FAILED, Box.QUEUED)\n",
        caught_by=(f"{DOUBT_E2E}::test_an_entry_that_moves_while_the_lists_are_read_is_found",),
    ),
    Mutation(
        rule="cut lists",
        mistake="believes a list that was cut short",
        file="flows/lists.py",
        old="            return list(seen.values()), listing.total is None or read >= listing.total\n",
        new="            return list(seen.values()), True\n",
        caught_by=(f"{DOUBT_E2E}::test_a_list_that_is_cut_short_proves_nothing",),
    ),
    Mutation(
        rule="cut lists",
        mistake="adopts a failed one from a list that was cut short",
        file=_DOUBT,
        old="    alone = len(ids) == 1 and not waiting and seen.complete\n",
        new="    alone = len(ids) == 1 and not waiting\n",
        caught_by=(f"{DOUBT}::test_a_failed_entry_proves_nothing_where_lists_were_cut_short",),
    ),
    Mutation(
        rule="look-up",
        mistake="rules out what lacks its attachments",
        file=_DOUBT,
        old="    alike = [r for r in fitting if not r.files or _same_files(r, message)]\n",
        new="    alike = [r for r in fitting if _same_files(r, message)]\n",
        caught_by=(f"{DOUBT}::test_a_queued_entry_keeps_the_question_open",),
    ),
    Mutation(
        rule="look-up",
        mistake="adopts by names and sizes what could be read",
        file="flows/doubts.py",
        old="        same = _same_content(bridge, row, record)\n",
        new="        same = True\n",
        caught_by=(f"{DOUBT_E2E}::test_what_another_program_sent_is_not_taken_for_ours",),
    ),
    Mutation(
        rule="look-up",
        mistake="rules out by a content read once",
        file="flows/doubts.py",
        old="    return False if _hashes(bridge, record) == first else None\n",
        new="    return False\n",
        caught_by=(f"{DOUBT_E2E}::test_content_that_differs_is_believed_when_it_was_read_twice",),
    ),
    Mutation(
        rule="look-up",
        mistake="adopts a failed one though a twin may be there",
        file=_DOUBT,
        old="    if alone and failed[0].files and _is_only(message, rows):\n",
        new="    if alone and failed[0].files:\n",
        caught_by=(f"{DOUBT}::test_a_failed_entry_may_be_that_of_a_twin",),
    ),
    Mutation(
        rule="look-up",
        mistake="compares times by its own clock",
        file=_DOUBT,
        old="    return record.persisted_at < began + offset - CLOCK_MARGIN\n",
        new="    return record.persisted_at < began - CLOCK_MARGIN\n",
        caught_by=(f"{DOUBT}::test_ages_are_compared_by_the_clock_of_the_gateway",),
    ),
    Mutation(
        rule="look-up",
        mistake="does not let the subject decide",
        file=_DOUBT,
        old="    if subject is not None:\n",
        new="    if False:\n",
        caught_by=(f"{DOUBT}::test_a_subject_with_our_id_decides_alone",),
    ),
    Mutation(
        rule="look-up",
        mistake="takes for a candidate what is another message's already",
        file=_DOUBT,
        old="and bare(record.message_id) not in ours and not",
        new="and not",
        caught_by=(f"{DOUBT}::test_what_is_ours_already_is_no_candidate",),
    ),
    Mutation(
        rule="twins",
        mistake="sends twins side by side",
        file="core/planning/send.py",
        old="        return place.alike in busy or self._unassigned[place.alike] > 0\n",
        new="        return False\n",
        caught_by=(
            f"{SEND}::test_twins_are_never_together_and_the_limit_is_kept",
            f"{SEND}::test_a_twin_waits_until_the_one_before_has_an_id",
        ),
    ),
    Mutation(
        rule="twins",
        mistake="forgets the twin that is in doubt",
        file="core/planning/send.py",
        old="        return place.alike in busy or self._unassigned[place.alike] > 0\n",
        new="        return place.alike in busy\n",
        caught_by=(
            f"{SEND}::test_a_twin_waits_until_the_one_before_has_an_id",
            f"{DOUBT_E2E}::test_two_files_of_one_name_and_size_are_told_apart",
        ),
    ),
)

FAILED = (
    Mutation(
        rule="failed",
        mistake="fails at the first failed attempt",
        file=_TRACK,
        old="    if at - since >= grace:\n",
        new="    if True:\n",
        caught_by=(
            f"{TRACK}::test_a_message_fails_after_an_unbroken_while",
            f"{TRACK}::test_a_gap_between_look_ups_starts_it_anew",
        ),
    ),
    Mutation(
        rule="failed",
        mistake="counts a downtime as looking",
        file=_TRACK,
        old="    unbroken = progress.failed_seen is not None and at - progress.failed_seen <= grace / 3\n",
        new="    unbroken = True\n",
        caught_by=(f"{TRACK}::test_a_gap_between_look_ups_starts_it_anew",),
    ),
    Mutation(
        rule="failed",
        mistake="fails what is queued again",
        file=_TRACK,
        old="    if key in boxes[Box.QUEUED] or not complete:\n",
        new="    if not complete:\n",
        caught_by=(f"{TRACK}::test_a_message_that_is_queued_again_has_not_failed",),
    ),
    Mutation(
        rule="cut lists",
        mistake="fails by lists that were cut short",
        file=_TRACK,
        old="    if key in boxes[Box.QUEUED] or not complete:\n",
        new="    if key in boxes[Box.QUEUED]:\n",
        caught_by=(f"{TRACK}::test_lists_that_were_cut_short_prove_nothing",),
    ),
    Mutation(
        rule="failed",
        mistake="does not wait for a partner that is slow",
        file=_TRACK,
        old="    return max(configured, timeout, 4 * pace if isinstance(pace, timedelta) else timedelta())\n",
        new="    return max(configured, 4 * pace if isinstance(pace, timedelta) else timedelta())\n",
        caught_by=(f"{TRACK}::test_the_grace_outlasts_a_send",),
    ),
    Mutation(
        rule="failed",
        mistake="holds at once what is in no list",
        file=_TRACK,
        old="    if at - since >= NOWHERE_FOR:\n        reason =",
        new="    if True:\n        reason =",
        caught_by=(f"{TRACK}::test_a_downtime_proves_no_absence",),
    ),
    Mutation(
        rule="failed",
        mistake="counts against a message what we stopped ourselves",
        file=_TRACK,
        old="    if message.phase is not Phase.ACCEPTED:  # an entry of the sent list goes to no other\n",
        new="    if False:\n",
        caught_by=(f"{TRACK}::test_only_what_is_on_its_way_can_fail_by_absence",),
    ),
    Mutation(
        rule="failed",
        mistake="believes an absence without asking by id",
        file="flows/track.py",
        old="        return self._verified(row, finding) if finding.to_verify else finding\n",
        new="        return finding\n",
        caught_by=(f"{SEND_E2E}::test_a_message_that_the_sent_list_leaves_out_has_not_failed",),
    ),
    Mutation(
        rule="failed",
        mistake="leaves a revived message in failed",
        file="flows/track.py",
        old="        self._look_for_revived()\n",
        new="        pass\n",
        caught_by=(f"{SEND_E2E}::test_a_failed_message_revived_by_hand_ends_in_sent",),
    ),
)

RESEND = (
    Mutation(
        rule="resend",
        mistake="moves what was sent instead of a copy",
        file="flows/resending.py",
        old="        return bridge.outbox.copy(old)\n",
        new="        bridge.outbox.copy(old)\n        return old.place or Place('')\n",
        caught_by=(
            f"{RESEND_E2E}::test_it_goes_out_once_more_under_its_name_and_stays_in_sent[a.edi]",
            f"{RESEND_E2E}::test_death_at_any_moment_loses_nothing_and_leaves_no_copy[after the row]",
        ),
    ),
    Mutation(
        rule="resend",
        mistake="sends again what is not what was sent",
        file="folders/copies.py",
        old="        if digest.hexdigest() != file.sha256:\n",
        new="        if False:\n",
        caught_by=(
            f"{RESEND_E2E}::test_what_cannot_be_copied_as_it_was_sent_is_refused",
            "tests/contracts/test_outbox.py::test_only_what_was_sent_is_copied",
        ),
    ),
    Mutation(
        rule="resend",
        mistake="sends what has the name of a failed file",
        file="flows/resending.py",
        old="    _need_own(bridge, old, old.place)\n",
        new="",
        caught_by=("tests/e2e/test_resend.py::test_another_file_of_its_name_is_not_sent_in_its_place",),
    ),
    Mutation(
        rule="resend",
        mistake="leaves the copy of a crash",
        file="flows/recover.py",
        old="    bridge.outbox.clear_copies(frozenset(",
        new="    (frozenset(",
        caught_by=(
            f"{RESEND_E2E}::test_death_at_any_moment_loses_nothing_and_leaves_no_copy[before the row]",
        ),
    ),
)

DELETE = (
    Mutation(
        rule="delete",
        mistake="deletes under an id what nobody has fetched yet",
        file="flows/deleting.py",
        old="        return _unread_there(bridge, rows) | _unsettled_elsewhere(bridge, rows)\n",
        new="        return {}\n",
        caught_by=(f"{DELETE_E2E}::test_an_id_that_is_unread_there_again_is_not_deleted",),
    ),
    Mutation(
        rule="delete",
        mistake="takes for deleted what somebody let go on",
        file="flows/deleting.py",
        old="        if spot(row) == STOPPED and not found:\n",
        new="        if False:\n",
        caught_by=(f"{DELETE_E2E}::test_a_stopped_message_that_went_on_there_is_not_taken_for_deleted",),
    ),
)

RETENTION = (
    Mutation(
        rule="retention",
        mistake="removes what has the name of a message's file",
        file="operations/pruning_files.py",
        old="    return There.ANOTHER\n",
        new="    return There.OURS\n",
        caught_by=(f"{PRUNE_E2E}::test_what_is_not_what_was_sent_stays_and_is_named",),
    ),
    Mutation(
        rule="retention",
        mistake="removes before the row says so",
        file="operations/pruning.py",
        old="(*doomed, *self.desk.record(begun))}\n",
        new="doomed}\n",
        caught_by=(f"{PRUNE_E2E}::test_a_removal_that_was_cut_short_is_finished_by_the_next",),
    ),
    Mutation(
        rule="retention",
        mistake="believes a clock that is years ahead",
        file="wiring/pruning.py",
        old="        now=min(bridge.clock.now(), doors.clock.now()),\n",
        new="        now=max(bridge.clock.now(), doors.clock.now()),\n",
        caught_by=(f"{PRUNE_E2E}::test_a_clock_that_is_years_ahead_removes_nothing",),
    ),
)

OUTBOUND = (*SUBMITTING, *REPLIES, *LOOK_UP, *FAILED, *RESEND, *DELETE, *RETENTION)
