"""`syncd check`: prove the set-up, thing by thing, and say what to type.

Each check tries the real thing: it logs in, asks for stations and partners, counts what a first pull would
pass over. A check that cannot be made because an earlier one failed is left out.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from syncd.core.account import Account
from syncd.core.model import PartnerType
from syncd.core.planning.pull import start
from syncd.core.planning.span import command
from syncd.core.retention import Retention
from syncd.core.shown import Partner, Station
from syncd.errors import ConfigError, GatewayError, SyncdError
from syncd.operations.checks import CheckLine
from syncd.ports import Clock, Gateway, Records

MOST_OFFSET = timedelta(seconds=60)
MOST_PAIRS = 500
MOST_PAGES = 50


def check_state(state_dir: Path) -> Iterator[CheckLine]:
    """Whether the state directory can be used, or made, by this user: a file is made and removed there."""
    why = unusable(state_dir)
    what = f"{state_dir} cannot be used by this user: {why}" if why else f"{state_dir} is writable"
    remedy = _remedies(state_dir).get(why, f"install -d -o $(id -un) -m 0700 {state_dir}, or set state_dir")
    yield CheckLine(account=None, name="state", ok=not why, what=what, remedy=remedy if why else "")


def _remedies(state_dir: Path) -> dict[str, str]:
    """What helps where the folder itself is as it has to be."""
    return {
        os.strerror(errno.ENOSPC): f"Free space, or inodes (df -i), on the disk of {state_dir}",
        os.strerror(errno.EROFS): f"Mount the disk of {state_dir} for writing",
    }


def unusable(folder: Path) -> str:
    """Why no file can be made in the folder, or in the nearest one above it that is there; empty: it can."""
    try:
        _try_to_write(_nearest(folder))
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _nearest(path: Path) -> Path:
    """The path, or the first above it that is there. Raises: OSError for one that is out of reach."""
    while path != path.parent:
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            path = path.parent
        else:
            break
    return path


def _try_to_write(folder: Path) -> None:
    """Make a file without a name; with one where the file system knows no other. Raises: OSError."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL}:
            raise
        tempfile.TemporaryFile(dir=folder, prefix=".syncd-check-").close()


def check_account(
    account: Account, gateway: Gateway, records: Records, *, clock: Clock
) -> Iterator[CheckLine]:
    """Log-in, stations, partners, configured pairs, clock, and what is unread for long."""
    try:
        stations = tuple(gateway.stations())
    except (GatewayError, ConfigError) as error:
        yield _failed(account, "log-in", error)
        return
    yield _fine(account, "log-in", f"{account.url} lets us in")
    try:
        if gateway.capabilities.has_numbered_pairs:
            yield _numbers(account, stations)
        else:
            yield from _listed_pairs(account, gateway, stations)
        yield _clock(account, gateway)
        yield from _history(account, gateway, records, clock)
    except GatewayError as error:
        yield _failed(account, "partners", error)


def _numbers(account: Account, stations: tuple[Station, ...]) -> CheckLine:
    """Any two numbers are a pair, so a list that cannot be had is no fault."""
    if stations:
        return _fine(
            account, "stations", f"{len(stations)} IDs of our own: {_some(s.as2_id for s in stations)}"
        )
    what = "the gateway lists no IDs of our own to this login; any two numbers make a pair all the same"
    return _fine(account, "stations", what)


def _listed_pairs(account: Account, gateway: Gateway, stations: tuple[Station, ...]) -> Iterator[CheckLine]:
    yield _stations(account, stations)
    partners = tuple(gateway.partners())
    yield _fine(account, "partners", f"{len(partners)} partners: {_some(p.as2_id for p in partners)}")
    yield from _tables(account, stations, partners)
    yield from _pairs(account, stations, partners)


def check_retention(account: Account, gateway: Gateway, retention: Retention) -> Iterator[CheckLine]:
    """What `[retention]` says and this gateway cannot do."""
    if retention.at_gateway is not None and not gateway.capabilities.can_delete:
        what = f"{account.gateway} keeps what it has: retention.at_gateway does nothing for this account"
        yield CheckLine(account=account.name, name="retention", ok=None, what=what)


def _failed(account: Account, name: str, error: SyncdError) -> CheckLine:
    return CheckLine(account=account.name, name=name, ok=False, what=error.what, remedy=error.remedy)


def _fine(account: Account, name: str, what: str) -> CheckLine:
    return CheckLine(account=account.name, name=name, ok=True, what=what)


def _some(ids: Iterator[str]) -> str:
    names = sorted(ids)
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")  # a line's worth


def _stations(account: Account, stations: tuple[Station, ...]) -> CheckLine:
    if stations:
        return _fine(account, "stations", f"{len(stations)} stations: {_some(s.as2_id for s in stations)}")
    what = "the gateway lists no station, so nothing can be sent"
    remedy = "Make a station at the gateway, in this account."
    return CheckLine(account=account.name, name="stations", ok=False, what=what, remedy=remedy)


def _tables(
    account: Account, stations: tuple[Station, ...], partners: tuple[Partner, ...]
) -> Iterator[CheckLine]:
    """Every partners table names a station and a partner that the gateway knows."""
    known_stations = {station.as2_id for station in stations}
    known_partners = {partner.as2_id for partner in partners}
    for table in account.partners:
        if table.station not in known_stations | {"*"}:
            yield _unknown(account, "station", table.station, "`syncd stations` shows what it knows.")
        if table.partner not in known_partners | {"*"}:
            yield _unknown(account, "partner", table.partner, "`syncd partners` shows what it knows.")


def _unknown(account: Account, kind: str, name: str, remedy: str) -> CheckLine:
    what = f"the gateway knows no {kind} {name}, which a partners table names"
    return CheckLine(account=account.name, name=kind, ok=False, what=what, remedy=remedy)


def _pairs(
    account: Account, stations: tuple[Station, ...], partners: tuple[Partner, ...]
) -> Iterator[CheckLine]:
    count = len(stations) * len(partners)
    if account.make_folders == "all" and count > MOST_PAIRS:
        what = f"{count} pairs are too many to make folders for; only used ones get theirs"
        remedy = 'Make the others as you need them, or set make_folders = "used".'
        yield CheckLine(account=account.name, name="pairs", ok=None, what=what, remedy=remedy)


def _clock(account: Account, gateway: Gateway) -> CheckLine:
    offset = gateway.clock_offset()
    seconds = round(offset.total_seconds())
    if abs(offset) <= MOST_OFFSET:
        return _fine(account, "clock", f"within {abs(seconds)} s of the gateway's")
    what = f"this machine's clock is {abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} the gateway's"
    return CheckLine(
        account=account.name, name="clock", ok=False, what=what, remedy="timedatectl set-ntp true"
    )


def _history(account: Account, gateway: Gateway, records: Records, clock: Clock) -> Iterator[CheckLine]:
    """How many old unread messages a pull passes over, unless told to take them."""
    since = _since(account, records, clock.now() + gateway.clock_offset())
    if since is None:
        return
    times = [at for kind in account.partner_types for at in _older(gateway, kind, since)]
    if times:
        span = f"from {min(times):%Y-%m-%d} to {max(times):%Y-%m-%d}"
        what = (
            f"{len(times)} unread messages are older than {since:%Y-%m-%d %H:%M} UTC ({span}) and stay there"
        )
        remedy = f"To take them: {command(account.name, min(times), max(times))}"
        yield CheckLine(account=account.name, name="history", ok=None, what=what, remedy=remedy)


def _since(account: Account, records: Records, now: datetime) -> datetime | None:
    facts = records.facts(account.name)
    if account.pull_since is not None:
        return start(account.pull_since if isinstance(account.pull_since, datetime) else None, facts)
    stored = facts.get("pull_since")
    return start(datetime.fromisoformat(stored) if stored else now - timedelta(hours=24), facts)


def _older(gateway: Gateway, partner_type: PartnerType, since: datetime) -> list[datetime]:
    """Times of unread messages older than `since`, oldest first, as far as fifty pages show them."""
    times: list[datetime] = []
    for page in range(MOST_PAGES):
        listing = gateway.unread(partner_type, page=page)
        old = [r.persisted_at for r in listing.records if r.persisted_at and r.persisted_at < since]
        times.extend(old)
        if listing.is_last or (gateway.capabilities.has_ordered_lists and len(old) < len(listing.records)):
            break
    return times
