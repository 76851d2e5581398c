"""A daemon removes what is old enough, at a person's word and by itself."""

from syncd.wiring.pruning import by_itself
from tests.e2e.daemon.harness import Bridge, until


def test_what_is_old_enough_goes_while_the_daemon_goes_on(bridge: Bridge) -> None:
    """Asked for, and once a day; it says how much, and nothing when there was nothing."""
    bridge.config.write_text(bridge.config.read_text() + '[retention]\nsent = "0.1s"\n')
    with bridge.running() as running:
        until(bridge.has_outbox)
        bridge.drop("a.edi")
        until(lambda: bridge.names("sent") == ["a.edi"])
        until(lambda: running.door.prune(["acme"], dry_run=True, by="anna").accounts[0].messages)
        assert bridge.names("sent") == ["a.edi"]
        [pruned] = running.door.prune(["acme"], dry_run=False, by="anna").accounts
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
