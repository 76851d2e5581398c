"""Mistakes with business documents: an answer lost, or believed of another; a file that is held up."""

from tests.safety.mutations import Mutation

STORED = "tests/contracts/test_acknowledgements.py"
SAID = "tests/e2e/test_acknowledgements.py"

ANSWERS = (
    Mutation(
        rule="acknowledgements",
        mistake="overwrites an answer with a row from before it",
        file="store/journal.py",
        old="rows.NEVER_CHANGE | rows.WRITTEN_APART",
        new="rows.NEVER_CHANGE",
        caught_by=(f"{STORED}::test_an_answer_is_kept_whatever_else_is_written",),
    ),
    Mutation(
        rule="acknowledgements",
        mistake="takes a state back with an answer",
        file="store/journal.py",
        old="after = replace(after, state=state, phase=phase)",
        new="latest[number] = after",
        caught_by=(f"{STORED}::test_an_answer_takes_nothing_back",),
    ),
    Mutation(
        rule="acknowledgements",
        mistake="notes an answer after what brought it",
        file="flows/publishing.py",
        old="    rows = bridge.record([*steps, *answers])[: len(steps)]\n",
        new="    rows = bridge.record(steps)\n    bridge.record(answers)\n",
        caught_by=(f"{SAID}::test_an_answer_is_noted_once_whoever_dies[True]",),
    ),
    Mutation(
        rule="acknowledgements",
        mistake="takes one partner's answer for another's",
        file="core/acknowledging.py",
        old="    if sent == arrived:\n",
        new="    if sent.station == arrived.station:\n",
        caught_by=("tests/core/test_acknowledging.py::test_the_message_that_is_meant[candidates4-a]",),
    ),
    Mutation(
        rule="documents",
        mistake="does not deliver what it cannot understand",
        file="flows/reading.py",
        old="    except Exception:\n",
        new="    except ValueError:\n",
        caught_by=(
            "tests/e2e/test_documents.py::test_a_file_that_cannot_be_understood_arrives_all_the_same",
        ),
    ),
)
