"""A daemon removes what is old enough, at a person's word and by itself."""

from datetime import timedelta

import pytest

from syncd.config import load
from syncd.core.retention import Retention
from syncd.errors import UsageError
from syncd.wiring.pruning import by_itself
from tests.e2e.daemon.harness import Bridge, until


def test_what_is_old_enough_goes_while_the_daemon_goes_on(bridge: Bridge) -> None:
    """Asked for, and once a day; it says how much, and nothing when there was nothing."""
    bridge.config.write_text(bridge.config.read_text() + '[retention]\nsent = "0.1s"\n')
    own = load(bridge.config, {}).retention
    with bridge.running() as running:
        until(bridge.has_outbox)
        bridge.drop("a.edi")
        until(lambda: bridge.names("sent") == ["a.edi"])
        until(lambda: running.door.prune(["acme"], own, dry_run=True, by="anna").accounts[0].messages)
        assert bridge.names("sent") == ["a.edi"]
        [pruned] = running.door.prune(["acme"], own, dry_run=False, by="anna").accounts
        assert (pruned.messages, bridge.names("sent")) == (1, [])
        by_itself(running.doors, running.daemon.runners)
        assert running.told("retention.pruned") == []
        bridge.drop("b.edi")
        until(lambda: bridge.names("sent") == ["b.edi"])

        def is_gone() -> bool:
            by_itself(running.doors, running.daemon.runners)
            return bridge.names("sent") == []

        until(is_gone)
        assert [line["sent"] for line in running.told("retention.pruned", account="acme")] == [1]


def test_a_look_is_by_the_file_and_never_more_than_a_look(bridge: Bridge) -> None:
    """What a new [retention] would remove is told before it is in force; nothing is removed by it."""
    fresh = Retention(sent=timedelta(milliseconds=100))
    with bridge.running() as running:
        until(bridge.has_outbox)
        bridge.drop("a.edi")
        until(lambda: bridge.names("sent") == ["a.edi"])

        def would_go() -> bool:
            pruned = running.door.prune(["acme"], fresh, dry_run=True, by="anna")
            assert not pruned.in_force
            return pruned.accounts[0].messages == 1

        until(would_go)
        with pytest.raises(UsageError, match="another") as caught:
            running.door.prune(["acme"], fresh, dry_run=False, by="anna")
        assert "syncd reload" in caught.value.remedy
        assert bridge.names("sent") == ["a.edi"]
        with pytest.raises(UsageError, match="nothing is removed, ever"):
            running.door.prune(["acme"], Retention(), dry_run=True, by="anna")


def test_a_file_that_keeps_everything_does_not_hide_what_is_in_force(bridge: Bridge) -> None:
    """The daemon goes on removing until it is reloaded, and that is said."""
    bridge.config.write_text(bridge.config.read_text() + '[retention]\nsent = "1h"\n')
    with bridge.running() as running, pytest.raises(UsageError, match="another"):
        running.door.prune(["acme"], Retention(), dry_run=True, by="anna")
