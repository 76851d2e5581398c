"""The status page of a daemon, from the configuration to a server that listens."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from syncd.daemon.gauging import DaemonGauges
from syncd.operations.mdns import the_mdn
from syncd.web.acting import Acting
from syncd.web.acts import acts
from syncd.web.app import Part, web_app
from syncd.web.chart import Traffic
from syncd.web.counting import Counts
from syncd.web.gate import Gate
from syncd.web.health import health
from syncd.web.hosts import Hosts
from syncd.web.metrics import metrics
from syncd.web.page import Source, page
from syncd.web.passwords import Allowances, Password
from syncd.web.server import ACTING, WebServer, bound

if TYPE_CHECKING:
    from syncd.config import Settings
    from syncd.config.web import Web
    from syncd.operations.door import Door
    from syncd.wiring.daemon import Daemon

log = structlog.get_logger(__name__)


@contextmanager
def serving(web: Web, daemon: Daemon, door: Door, counts: Counts) -> Iterator[None]:
    """Serve for as long as the block lasts. Raises: ConfigError for an address or a password of no use."""
    gate = _gate(web)
    parts = _parts(daemon, door, gate, counts)
    app = web_app(parts, gate=gate, zone=daemon.settings.timezone, now=daemon.doors.clock.now)
    server = WebServer(app, bound(*web.listen))
    server.start()
    log.info("web.opened", listen=web.listen.address, port=web.listen.port)
    try:
        yield
    finally:
        server.stop()


def prove(web: Web | None, before: Web | None) -> None:
    """See that a page can be opened as it is configured anew, while the one of before is open.

    The port of before is ours, and free by then. Raises: ConfigError.
    """
    if web is None:
        return
    if web.password_file:
        Password(web.password_file)
    if before is None or before.listen.port != web.listen.port:
        bound(*web.listen).close()


def counts_of(settings: Settings) -> Counts:
    """What is counted from the start of a daemon."""
    return Counts(account.name for account in settings.accounts)


def _parts(daemon: Daemon, door: Door, gate: Gate, counts: Counts) -> list[Part]:
    source = _source(daemon, door)
    machines = health(daemon.vitals, tuple(source.accounts), gate=gate)
    numbers = metrics(DaemonGauges(daemon.supervisor, daemon.vitals), counts, now_s=time.monotonic)
    return [
        Part(blueprint=page(source)),
        Part(blueprint=acts(source, Acting(ACTING))),
        Part(blueprint=machines, is_open=True),
        Part(blueprint=numbers),
    ]


def _source(daemon: Daemon, door: Door) -> Source:
    bridges = {name: runner.bridge for name, runner in daemon.runners.items()}
    return Source(
        door=door,
        accounts=tuple(bridges),
        zone=daemon.settings.timezone,
        now=daemon.doors.clock.now,
        abilities={name: bridge.gateway.capabilities for name, bridge in bridges.items()},
        mdn=lambda row: the_mdn(row, bridges[row.account].gateway),
        traffic=Traffic(
            daemon.doors.store.records.opened, zone=daemon.settings.timezone, now=daemon.doors.clock.now
        ),
    )


def _gate(web: Web) -> Gate:
    return Gate(
        Hosts(web.listen.address, web.listen.port, names=web.hosts),
        Password(web.password_file) if web.password_file else None,
        Allowances(time.monotonic),
        cookie=f"syncd_{web.listen.port}",
        secret=secrets.token_bytes(32),
    )
