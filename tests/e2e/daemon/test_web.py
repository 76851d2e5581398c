"""The status page over a daemon that runs."""

from __future__ import annotations

import re

from syncd.config.web import Listen, Web
from syncd.sandbox import Sandbox
from syncd.web.app import web_app
from syncd.wiring.web import _gate, _parts, counts_of
from tests.e2e.daemon.harness import QUIET, Bridge, Running, until

HERE = "http://127.0.0.1:8475"


class Page:
    """What a browser sees, and presses."""

    def __init__(self, running: Running) -> None:
        daemon = running.daemon
        gate = _gate(Web(listen=Listen("127.0.0.1", 8475), password_file=None, hosts=()))
        parts = _parts(daemon, running.door, gate, counts_of(daemon.settings))
        app = web_app(parts, gate=gate, zone=daemon.settings.timezone, now=daemon.doors.clock.now)
        self._browser = app.test_client()

    def look(self, path: str = "/") -> str:
        return self._browser.get(path, base_url=HERE).text

    def press(self, path: str, **form: str) -> str:
        [token] = set(re.findall(r'name="token" value="(\w+)"', self.look()))
        return self._browser.post(path, data={"token": token} | form, base_url=HERE).text


def test_a_person_sees_and_acts_in_a_browser(bridge: Bridge, box: Sandbox) -> None:
    """What goes out has its page, what waits is pulled now, a job is paused."""
    bridge.configure(**QUIET)
    with bridge.running() as running:
        page = Page(running)
        until(bridge.has_outbox)
        bridge.drop("invoice.edi")
        running.daemon.supervisor.ring("acme")
        until(lambda: box.ledger.sent)
        assert 'href="/message/' in page.look("/messages?name=invoice&direction=outbound")
        [known] = running.door.find_messages("invoice.edi", account=None, limit=9)
        until(lambda: running.door.find_messages(known.id, account=None, limit=1)[0].message_id)
        box.deliver(files={"order.edi": b"UNA"})
        assert "order.edi" in page.press("/account/acme/pull")
        assert bridge.names("inbox") == ["order.edi"]
        story = page.look(f"/message/{known.id}")
        assert "accepted by the gateway" in story
        page.press("/account/acme/pause", job="send")
        assert running.account().jobs[1].is_paused
        assert 'id="jobs-acme">Resume all' in page.look()
