"""The user's own commands: where they may stand, what wins, and what is refused."""

from datetime import timedelta

import pytest

from syncd.config.sources import gather
from syncd.core.account import Hooks
from syncd.core.model import Pair
from tests.config.reading import ACME, Load, problems

EVERYWHERE = (
    """
[hooks]
on_received = ["/bin/all", "{path}"]
on_failed = ["/bin/failed"]
timeout = "5s"
"""
    + ACME
    + """
[accounts.acme.hooks]
on_received = ["/bin/acme"]
[[accounts.acme.partners]]
partner = "W"
[accounts.acme.partners.hooks]
on_failed = []
timeout = "9s"
[[accounts.acme.partners]]
partner = "W"
station = "A"
hooks = { on_received = ["/bin/pair"] }
"""
)


def test_the_narrower_wins_key_by_key(read: Load) -> None:
    """All, an account, a partner, a pair; an empty list is no command."""
    [account] = read(EVERYWHERE).accounts
    assert account.hooks == Hooks(
        on_received=("/bin/acme",), on_failed=("/bin/failed",), timeout=timedelta(seconds=5)
    )
    assert account.hooks_of(Pair(station="A", partner="W")) == Hooks(
        on_received=("/bin/pair",), on_failed=(), timeout=timedelta(seconds=9)
    )
    assert account.hooks_of(Pair(station="B", partner="X")) == account.hooks


def test_variables_reach_hooks_too(read: Load) -> None:
    """As TOML; those of a hook's own environment are none of ours."""
    [account] = read(
        ACME,
        SYNCD_HOOKS__ON_SENT='["/bin/sent", "{id}"]',
        SYNCD_ACCOUNTS__ACME__HOOKS__TIMEOUT="7s",
        SYNCD_HOOK="on_sent",
        SYNCD_HOOK_PATH="/x",
        SYNCD_EVENT_ID="1",
    ).accounts
    assert account.hooks == Hooks(on_sent=("/bin/sent", "{id}"), timeout=timedelta(seconds=7))


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ('on_received = "/bin/x {path}"', "is not a list of arguments"),
        ("on_received = [1]", "is not a list of arguments"),
        ('on_sent = ["import"]', "does not begin with the absolute path of a program"),
        ('on_sent = ["/bin/{name}"]', "does not begin with the absolute path of a program"),
        ('on_failed = ["/bin/x", "{file}"]', "has the unknown placeholder {file}. Placeholders are {path}, "),
        ("timeout = 0", ""),
        ('on_recieved = ["/bin/x"]', "is the name of no setting. Did you mean on_received?"),
    ],
)
def test_a_mistake_is_named_by_its_key(read: Load, written: str, what: str) -> None:
    """Wherever it stands, with the remedy."""
    name = written.partition(" ")[0]
    [(key, told)] = problems(read, f"{ACME}[accounts.acme.hooks]\n{written}").items()
    assert key == f"accounts.acme.hooks.{name}"
    assert what in told
    assert f"hooks.{name}" in problems(read, f"[hooks]\n{written}\n{ACME}")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("SYNCD_HOOKS__ON_SEND", "Did you mean SYNCD_HOOKS__ON_SENT?"),
        ("SYNCD_ACCOUNTS__ACME__HOOKS__TIMEOUTS", "Did you mean SYNCD_ACCOUNTS__ACME__HOOKS__TIMEOUT?"),
        ("SYNCD_HOOKS", "Remove it"),
    ],
)
def test_a_variable_that_is_misspelt_is_named(name: str, remedy: str) -> None:
    """With what was meant."""
    [problem] = gather(None, {name: "x", "XDG_CONFIG_HOME": "/nowhere"}).problems
    assert problem.key == name
    assert remedy in problem.remedy
