"""How often, and who may ask: the keys of the daemon."""

import pytest

from tests.config.reading import ACME, Load, problems


@pytest.mark.parametrize(
    "written",
    ["", "often", "0s", "* * * *", "* * * * * *", "61 * * * *", "0 0 31 2 *", "a b c d e", "@daily"],
)
def test_what_is_neither_a_duration_nor_a_cron_expression(read: Load, written: str) -> None:
    """Is refused with an example; so is a day that never comes."""
    [(key, said)] = problems(read, ACME + f'pull_every = "{written}"').items()
    assert key == "accounts.acme.pull_every"
    assert '"30s"' in said


def test_the_outbox_is_scanned_at_an_interval(read: Load) -> None:
    """A cron expression has no meaning there."""
    assert list(problems(read, ACME + 'scan_every = "0 8 * * *"')) == ["accounts.acme.scan_every"]


def test_the_control_group_is_a_name_or_a_number(read: Load) -> None:
    """Whether there is such a group is asked by the daemon, on its own machine."""
    assert read(ACME).control_group is None
    assert read('control_group = "edi"\n' + ACME).control_group == "edi"
    assert read(ACME, SYNCD_CONTROL_GROUP="7100").control_group == "7100"
    for wrong in ("", "a b", "a:b", "-edi"):
        assert list(problems(read, f'control_group = "{wrong}"\n' + ACME)) == ["control_group"]
