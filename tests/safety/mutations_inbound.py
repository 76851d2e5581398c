"""Mistakes on the way in: lost, doubled, or swallowed with years of history."""

from tests.safety.mutations import Mutation

ORDERED = "tests/safety/test_order.py"
ARRIVES = f"{ORDERED}::test_what_arrives_is_confirmed_when_it_is_in_the_inbox_and_comes_once"
PULL = "tests/e2e/test_pull.py"
PLAN = "tests/core/planning/test_pull.py"
GRID_PULL = "tests/e2e/ecgrid/test_pull.py"
DURABLE = "tests/folders/test_durable.py"
CALLS = "tests/safety/test_syscalls.py"

PUBLISH = "flows/publishing.py"
WALK = "core/planning/pull.py"

ORDER = (
    Mutation(
        rule="order",
        mistake="confirms before it publishes",
        file="flows/pull.py",
        old="        published = publish(self._bridge, [row for row in rows if row.phase is Phase.STAGED])\n",
        new=(
            "        staged = [row for row in rows if row.phase is Phase.STAGED]\n"
            "        confirm_group(self._bridge, staged)\n"
            "        published = publish(self._bridge, staged)\n"
        ),
        caught_by=(f"{ARRIVES}[before inbox.publish_many]",),
    ),
    Mutation(
        rule="order",
        mistake="fetches again when the staged file is gone",
        file=PUBLISH,
        old="        elif bridge.inbox.damaged(row):\n",
        new="        elif bridge.inbox.damaged(row) or not bridge.inbox.staged(row.id).indexes:\n",
        caught_by=(f"{ARRIVES}[after inbox.publish_many]",),
    ),
    Mutation(
        rule="order",
        mistake="publishes by a hard link",
        file="folders/inbox.py",
        old="        durable.rename(source, target, source_fd=source_fd, target_fd=target_fd)\n",
        new=(
            "        os.link(source, target, src_dir_fd=source_fd, dst_dir_fd=target_fd)\n"
            "        os.unlink(source, dir_fd=source_fd)\n"
        ),
        caught_by=(f"{CALLS}::test_what_is_published_has_one_name_at_every_moment_and_overwrites_none",),
    ),
    Mutation(
        rule="order",
        mistake="publishes by a rename that overwrites",
        file="folders/durable.py",
        old="os.fsencode(target), RENAME_NOREPLACE)",
        new="os.fsencode(target), 0)",
        caught_by=(
            f"{DURABLE}::test_a_rename_moves_and_never_overwrites",
            f"{CALLS}::test_what_is_published_has_one_name_at_every_moment_and_overwrites_none",
        ),
    ),
    Mutation(
        rule="order",
        mistake="looks, where the flag is refused, no more before it renames",
        file="folders/durable.py",
        old="        if exists(target, dir_fd=target_fd):\n",
        new="        if False:\n",
        caught_by=(f"{DURABLE}::test_a_rename_moves_and_never_overwrites",),
    ),
)

WITNESS = (
    Mutation(
        rule="staging's witness",
        mistake="takes an emptied staging for published",
        file=PUBLISH,
        old="        if not bridge.inbox.staged(row.id).folder_exists:\n",
        new="        if False:\n",
        caught_by=(
            "tests/e2e/test_recover.py::test_what_stood_in_emptied_staging_is_held_and_never_confirmed",
        ),
    ),
    Mutation(
        rule="staging's witness",
        mistake="removes the witness before published is committed",
        file=PUBLISH,
        old="    done = bridge.record([*steps, *(_publish_elsewhere(bridge, row) for row in taken)])\n",
        new=(
            "    for row, _ in steps:\n"
            "        bridge.inbox.discard(row.id)\n"
            "    done = bridge.record([*steps, *(_publish_elsewhere(bridge, row) for row in taken)])\n"
        ),
        caught_by=(f"{ARRIVES}[before journal.write published]",),
    ),
    Mutation(
        rule="staging's witness",
        mistake="clears staging of what is staged",
        file="flows/recover.py",
        old="    for message_id in bridge.inbox.staging() - staged:\n",
        new="    for message_id in bridge.inbox.staging():\n",
        caught_by=(f"{ARRIVES}[before inbox.publish_many]",),
    ),
)

FIRST_START = (
    Mutation(
        rule="first start",
        mistake="swallows years of history",
        file=WALK,
        old="    return since is not None and record.persisted_at is not None and",
        new="    return False and",
        caught_by=(
            f"{PLAN}::test_what_is_older_than_the_start_is_passed_over_and_counted",
            f"{PULL}::test_a_new_account_leaves_years_of_history_alone",
        ),
    ),
    Mutation(
        rule="first start",
        mistake="starts anew every day",
        file="flows/pull.py",
        old='        if "pull_since" not in self._facts:\n',
        new="        if True:\n",
        caught_by=(f"{PULL}::test_a_message_that_came_during_a_long_downtime_is_fetched",),
    ),
)

AGAIN_UNREAD = (
    Mutation(
        rule="again unread",
        mistake="delivers again whatever is listed again",
        file=WALK,
        old="    if confirmed_at is None or (last and",
        new="    if True or (last and",
        caught_by=(
            f"{PLAN}::test_a_message_that_was_never_missed_is_confirmed_again",
            f"{PULL}::test_a_gateway_that_forgets_read_marks_doubles_nothing_and_is_complained_of",
        ),
    ),
    Mutation(
        rule="again unread",
        mistake="believes a listing that began before the confirmation",
        file=WALK,
        old="(last and last.began >= confirmed_at and key not in last.present)",
        new="(last and key not in last.present)",
        caught_by=(f"{PLAN}::test_a_message_that_was_never_missed_is_confirmed_again",),
    ),
    Mutation(
        rule="again unread",
        mistake="never delivers again what a person marked unread",
        file=WALK,
        old="(last and last.began >= confirmed_at and key not in last.present)",
        new="False",
        caught_by=(
            f"{PLAN}::test_a_message_that_was_missed_and_is_back_is_delivered_again",
            f"{PULL}::test_a_message_marked_unread_by_a_person_comes_once_more_and_only_once",
        ),
    ),
    Mutation(
        rule="again unread",
        mistake="takes a restored gateway for a person",
        file=WALK,
        old="    too_many = len(piles.returned) > MOST_RETURNS\n",
        new="    too_many = False\n",
        caught_by=(
            f"{PLAN}::test_many_that_come_back_at_once_are_held",
            f"{PULL}::test_twenty_five_messages_that_come_back_at_once_are_held",
        ),
    ),
    Mutation(
        rule="again unread",
        mistake="confirms for ever",
        file=WALK,
        old="    if row.progress.confirmations > MOST_CONFIRMATIONS:\n",
        new="    if False:\n",
        caught_by=(f"{PULL}::test_a_gateway_that_forgets_read_marks_doubles_nothing_and_is_complained_of",),
    ),
    Mutation(
        rule="again unread",
        mistake="delivers a retransmission again",
        file=PUBLISH,
        old="        if planning.same_content(original.files, arrived.files):\n",
        new="        if False:\n",
        caught_by=(f"{PULL}::test_a_retransmission_with_the_same_content_is_confirmed_and_not_delivered",),
    ),
    Mutation(
        rule="again unread",
        mistake="takes other bytes for a retransmission",
        file=WALK,
        old="    return sorted((file.name, file.size, file.sha256) for file in files)\n",
        new="    return sorted((file.name, 0, None) for file in files)\n",
        caught_by=(
            f"{PLAN}::test_content_is_the_same_by_names_sizes_and_hashes",
            f"{PULL}::test_a_retransmission_with_other_content_is_held",
        ),
    ),
    Mutation(
        rule="cut lists",
        mistake="believes an unread list that was cut short",
        file="flows/walking.py",
        old="    if walked.total is None or len(walked.seen) >= walked.total:\n",
        new="    if True:\n",
        caught_by=(f"{PULL}::test_an_unread_list_that_is_cut_short_proves_nothing",),
    ),
)

REFETCH = (
    Mutation(
        rule="refetch",
        mistake="marks it unread, and leaves it to the unread list",
        file="flows/refetching.py",
        old="    return bridge.record_one(row, ev.Requested(files=record.files, by=by))\n",
        new="    bridge.gateway.mark_unread(record.message_id)\n    return row\n",
        caught_by=(
            "tests/e2e/test_refetch.py::test_many_are_not_taken_for_a_restored_gateway",
            "tests/safety/test_refetch.py::test_a_death_while_it_is_asked_for_leaves_all_or_nothing[1]",
        ),
    ),
    Mutation(
        rule="refetch",
        mistake="gives up when the first download is cut off",
        file="core/planning/pull.py",
        old="    return row.next_at <= now if row.next_at else row.state is State.ARRIVING\n",
        new="    return row.next_at is None and row.state is State.ARRIVING\n",
        caught_by=("tests/e2e/test_refetch.py::test_it_is_tried_again_like_any_other",),
    ),
)

SPAN = "tests/e2e/test_refetch_span.py"
REFETCH_SPAN = (
    Mutation(
        rule="refetch",
        mistake="passes over as too old what a person asked for",
        file="flows/pull.py",
        old="        self._fetch_wanted()\n",
        new="        pass\n",
        caught_by=(f"{SPAN}::test_what_was_passed_over_as_too_old_comes_when_it_is_asked_for",),
    ),
    Mutation(
        rule="refetch",
        mistake="asks for two of one id at once",
        file="core/planning/refetch.py",
        old="    piles.ids.add(bare(record.message_id))\n",
        new="",
        caught_by=(f"{SPAN}::test_what_the_partner_sent_twice_before_the_first_look_comes_once",),
    ),
    Mutation(
        rule="refetch",
        mistake="takes what a person settled for what never came",
        file="core/planning/refetch.py",
        old=" or row.accepted_at is not None\n",
        new="\n",
        caught_by=(f"{SPAN}::test_what_a_restored_gateway_brought_back_is_not_delivered_once_more",),
    ),
    Mutation(
        rule="refetch",
        mistake="delivers unasked what was received already",
        file="core/planning/refetch.py",
        old="    if again or not had:\n",
        new="    if True:\n",
        caught_by=(f"{SPAN}::test_what_was_passed_over_as_too_old_comes_when_it_is_asked_for",),
    ),
)

FORGOTTEN = (
    Mutation(
        rule="retention",
        mistake="forgets what was received, and that it was",
        file=WALK,
        old="    return {FORGOTTEN: max(times).isoformat()} if inbound else {}\n",
        new="    return {}\n",
        caught_by=(
            f"{PLAN}::test_what_may_have_been_forgotten_is_passed_over",
            "tests/e2e/test_prune.py::test_a_restored_gateway_delivers_nothing_that_was_forgotten[all]",
        ),
    ),
    Mutation(
        rule="retention",
        mistake="believes a time that is still to come",
        file=WALK,
        old="min(max(0, row.listed_at or 0), latest_ms)",
        new="max(0, row.listed_at or 0)",
        caught_by=(f"{PLAN}::test_a_time_that_cannot_be_hides_nothing_that_is_to_come",),
    ),
)

INBOUND = (*REFETCH, *REFETCH_SPAN, *ORDER, *WITNESS, *FIRST_START, *FORGOTTEN, *AGAIN_UNREAD)
