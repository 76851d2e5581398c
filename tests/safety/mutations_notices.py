"""Mistakes in telling people: told too early, twice, never, or with a secret."""

from tests.safety.mutations import Mutation

NOTICING = "tests/flows/test_noticing.py"
FORGETS = f"{NOTICING}::test_nothing_is_forgotten_between_what_happened_and_its_delivery"
ONCE = f"{NOTICING}::test_a_failure_is_told_at_once_and_once"
LATE = "tests/flows/test_late.py"
WAYS = "tests/notify/test_ways.py"

NOTICES = (
    Mutation(
        rule="notices",
        mistake="forgets a notice before it is out",
        file="flows/noticing.py",
        old="        problem = self.notifier.send(post.way, post.notice)\n",
        new=(
            "        self.notebook.sent(post)\n        problem = self.notifier.send(post.way, post.notice)\n"
        ),
        caught_by=(FORGETS,),
    ),
    Mutation(
        rule="notices",
        mistake="takes a message over without keeping what is to be told",
        file="flows/noticing.py",
        old="Changes(kept=tuple(each for each in made if each)), done=found)",
        new="Changes(), done=found)",
        caught_by=(FORGETS, ONCE),
    ),
    Mutation(
        rule="notices",
        mistake="calls a concern told without a notice on its way",
        file="store/notebook.py",
        old="        connection.execute(sa.insert(schema.notices), posts)\n",
        new="",
        caught_by=(FORGETS, ONCE),
    ),
    Mutation(
        rule="notices",
        mistake="does not remember what was told",
        file="store/notebook.py",
        old="[replace(each, status=Status.TOLD, changed=at) for each in told]",
        new="told",
        caught_by=(ONCE,),
    ),
    Mutation(
        rule="notices",
        mistake="takes a start for the end of every trouble",
        file="flows/standing.py",
        old="    if not standing.is_proven:\n        return frozenset()\n",
        new="",
        caught_by=(f"{NOTICING}::test_a_gateway_is_given_time_and_its_return_is_told",),
    ),
    Mutation(
        rule="notices",
        mistake="takes a root that is not mounted for an inbox that was collected",
        file="flows/late.py",
        old="        self.check_root()\n",
        new="",
        caught_by=(f"{LATE}::test_an_inbox_that_is_not_mounted_proves_nothing",),
    ),
    Mutation(
        rule="notices",
        mistake="tells each failure of a storm by itself",
        file="core/notices/times.py",
        old="            at = max(at, each + pace.digest)\n",
        new="            at = max(at, each)\n",
        caught_by=(f"{NOTICING}::test_a_gateway_that_comes_and_goes_is_told_once",),
    ),
    Mutation(
        rule="notices",
        mistake="lets a file name into the subject as it is",
        file="core/notices/notice.py",
        old='"".join(each if each.isprintable() else " " for each in text)',
        new="text",
        caught_by=("tests/core/notices/test_notice.py::test_a_hostile_name_steers_nothing",),
    ),
    Mutation(
        rule="notices",
        mistake="says what Apprise says with the password in it",
        file="notify/addresses.py",
        old='            said = said.replace(secret, "***")\n',
        new="            pass\n",
        caught_by=(f"{WAYS}::test_whatever_apprise_says_or_does_the_secret_stays",),
    ),
)
