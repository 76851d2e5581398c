"""A daemon stops and retries at a person's word."""

from syncd.core.looking import Search
from syncd.core.model import State
from syncd.sandbox import Sandbox
from tests.e2e.daemon.harness import Bridge, until


def test_a_stopped_message_goes_on_when_it_is_tried_again(bridge: Bridge, box: Sandbox) -> None:
    """Through the daemon that runs, which follows it to its end and logs what each of them did."""
    box.partner("RJ_Partner").pause()
    with bridge.running() as running:
        until(bridge.has_outbox)
        bridge.drop("invoice.edi")
        until(lambda: [row.phase for row in running.door.list_messages(Search())] == ["accepted"])
        [row] = running.door.list_messages(Search())
        assert running.door.stop(row.id, by="anna").phase == "stopped"
        box.partner("RJ_Partner").resume()
        running.worked("track", times=2)
        assert bridge.names("queued") == ["invoice.edi"]
        assert running.door.retry(row.id, by="bob").phase == "accepted"
        until(lambda: bridge.names("sent") == ["invoice.edi"])
        history = running.door.show_message(row.id, account=None).history
        assert {line.by for line in history if line.by} == {"anna", "bob"}
        assert len(running.told("message.stopped", message=row.id)) == 1
        assert len(running.told("message.restarted", message=row.id)) == 1


def test_a_failed_file_is_sent_again_by_the_daemon(bridge: Bridge, box: Sandbox) -> None:
    """At once, and the old message needs nobody any more; what was sent too, and then deleted there."""
    box.trouble("status", status=422, operation="send")
    with bridge.running() as running:
        until(bridge.has_outbox)
        bridge.drop("invoice.edi")
        until(lambda: bridge.names("failed") == ["invoice.edi"])
        [old] = running.door.list_messages(Search())
        assert running.door.resend(old.id, by="anna").id != old.id
        until(lambda: bridge.names("sent") == ["invoice.edi"])
        assert bridge.names("failed") == []
        assert not running.account().attention
        [new] = running.door.list_messages(Search(states=(State.SENT,)))
        assert running.door.resend(new.id, by="anna").id != new.id
        until(lambda: len(bridge.names("sent")) == 2)
        done = running.door.delete([new.id], only_look=False, by="anna")
        assert [one.id for one in done.messages] == [new.id]
        assert sorted(one.outcome for one in box.ledger.sent) == ["deleted", "sent"]


def test_a_partners_message_is_delivered_once_more_by_the_daemon(bridge: Bridge, box: Sandbox) -> None:
    """At once."""
    box.deliver(files={"in.edi": b"UNA in"})
    with bridge.running() as running:
        until(lambda: [row.phase for row in running.door.list_messages(Search())] == ["confirmed"])
        [row] = running.door.list_messages(Search())
        assert running.door.refetch(row.id, by="anna").state == "arriving"
        until(lambda: bridge.names("inbox") == ["in.edi", "in~2.edi"])
