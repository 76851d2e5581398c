"""Mistakes in telling: a hook that is not run, run out of turn, or that does harm."""

from tests.safety.mutations import Mutation

TELL = "tests/flows/test_tell.py"
HOOK = "tests/notify/test_hook.py"
CORE = "tests/core/test_hooks.py"

TELLING = (
    Mutation(
        rule="hooks",
        mistake="notes a hook as run before it was",
        file="flows/tell.py",
        old="            return None if run is None else self.hooks.run(run)\n",
        new="            self._store(Told(telling=telling))\n"
        "            return None if run is None else self.hooks.run(run)\n",
        caught_by=(f"{TELL}::test_what_was_cut_off_is_no_try",),
    ),
    Mutation(
        rule="hooks",
        mistake="gives a repeated run an event id of its own",
        file="flows/tell.py",
        old='-{telling.id}"',
        new='-{telling.id}-{telling.tries}"',
        caught_by=(f"{TELL}::test_a_hook_that_fails_is_run_again_more_and_more_slowly_for_a_day",),
    ),
    Mutation(
        rule="hooks",
        mistake="runs a hook before the file is in its folder",
        file="flows/tell.py",
        old="if telling.message.moving_from is not None]",
        new="if False]",
        caught_by=(f"{TELL}::test_a_file_that_is_on_its_way_to_its_folder_is_waited_for",),
    ),
    Mutation(
        rule="hooks",
        mistake="lets a later event overtake the one before",
        file="store/tellings.py",
        old="    next_at=sa.case((_WAITS, sa.null()), ",
        new="    next_at=sa.case((sa.false(), sa.null()), ",
        caught_by=(
            "tests/contracts/test_journal.py::test_the_later_telling_of_a_message_waits_for_the_earlier",
        ),
    ),
    Mutation(
        rule="hooks",
        mistake="takes one telling in two hands",
        file="daemon/teller.py",
        old="                self._in_hand.update(telling.id for telling in free[:1])\n",
        new="",
        caught_by=("tests/daemon/test_teller.py::test_a_hook_that_hangs_holds_up_no_other",),
    ),
    Mutation(
        rule="hooks",
        mistake="lets a hook outlive a killed daemon",
        file="notify/guard.py",
        old="        if lifeline in ready:\n",
        new="        if False:\n",
        caught_by=(f"{HOOK}::test_no_hook_outlives_who_was_killed",),
    ),
    Mutation(
        rule="hooks",
        mistake="kills a hook and not its children",
        file="notify/guard.py",
        old="        os.killpg(child, number)\n",
        new="        os.kill(child, number)\n",
        caught_by=(f"{HOOK}::test_a_hook_that_hangs_is_killed_with_its_children",),
    ),
    Mutation(
        rule="hooks",
        mistake="hands its own environment to a hook",
        file="notify/hook.py",
        old='if key in INHERITED or key.startswith("LC_")}',
        new="}",
        caught_by=(f"{HOOK}::test_the_environment_is_small_and_has_no_secrets",),
    ),
    Mutation(
        rule="hooks",
        mistake="fills in what came from outside once more",
        file="core/hooks.py",
        old="    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), argument)\n",
        new=(
            "    once = IN_BRACES.sub(lambda found: values.get(found[1], found[0]), argument)\n"
            "    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), once)\n"
        ),
        caught_by=(f"{CORE}::test_what_comes_from_outside_is_one_argument_and_never_read",),
    ),
)
