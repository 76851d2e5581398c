"""Passwords, API keys and tokens: in no log, file, answer or error of ours; and with nobody else."""

from __future__ import annotations

import io
import json
import sqlite3
import ssl
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from syncd import logs
from syncd.config import load
from syncd.errors import ConfigError, GatewayError, SyncdError
from syncd.gateways.as2gateway import As2LogIn
from syncd.gateways.wire import Reply
from syncd.sandbox import ECGridSandbox, ECGridWorld, Sandbox, World
from syncd.wiring import run_check
from tests.e2e.daemon.harness import Bridge
from tests.e2e.daemon.test_process import asked, started
from tests.e2e.harness import ACCOUNT, AnyBox, Ground, Process
from tests.gateways.scripted import Scripted, reply, scripted

SECRET = "correct-horse-battery-staple"
USER = "your.user@example.com"
PEM = Path(__file__).parents[1] / "gateways" / "loopback.pem"
KINDS = ("as2gateway", "ecgrid by key", "ecgrid by password")


@contextmanager
def opened(kind: str) -> Iterator[tuple[AnyBox, dict[str, str]]]:
    """A sandbox with a secret that is found wherever it stands, and the keys of an account there."""
    if kind == "as2gateway":
        world = World.default().timed(rate_requests=5000)
        accounts = tuple(replace(account, password=SECRET) for account in world.accounts)
        with Sandbox(world=replace(world, accounts=accounts)) as box:
            yield box, {"username": "email@domain.com", "password": SECRET}
        return
    default = ECGridWorld.default()
    logins = tuple(replace(login, api_key=SECRET, password=SECRET) for login in default.logins)
    with ECGridSandbox(world=replace(default, logins=logins)) as ecgrid:
        yield ecgrid, {"api_key": SECRET} if kind.endswith("key") else {"username": USER, "password": SECRET}


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest, memory: Path) -> Iterator[Ground]:
    """An account of each kind of login."""
    with opened(request.param) as (box, keys):
        yield Ground(box, memory, keys=dict(keys))


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that is logged, debug too."""
    before, stream = structlog.get_config(), io.StringIO()
    logs.set_up(form="json", level="debug", stream=stream)
    yield stream
    structlog.configure(**before)


def tokens_of(process: Process) -> set[str]:
    """The tokens that the bridge has in hand."""
    token = process.bridge.gateway._session._tokens.in_hand  # type: ignore[attr-defined]  # behind the door
    return {text for text in (token.secret, token.refresh) if text} if token else set()


def issued(box: AnyBox) -> set[str]:
    """Every token that a sandbox of AS2 Gateway gave out."""
    return set(box._gateway._logins._tokens)  # type: ignore[union-attr]  # behind the door


def leaks(secrets: set[str], **places: bytes | str) -> list[str]:
    """Where a secret stands."""
    texts = {name: place.encode() if isinstance(place, str) else place for name, place in places.items()}
    return [
        f"{name}: {secret[:12]}…"
        for name, text in texts.items()
        for secret in secrets
        if secret.encode() in text
    ]


def files_below(*folders: Path) -> dict[str, bytes]:
    """Every file, raw: the database with its log of changes, status files, what is staged."""
    return {str(path): path.read_bytes() for top in folders for path in top.rglob("*") if path.is_file()}


def table_texts(state: Path) -> str:
    """All that the database tells, row by row."""
    with closing(sqlite3.connect(f"file:{state / 'state.db'}?mode=ro", uri=True)) as connection:
        return "\n".join(connection.iterdump())


def told(error: BaseException) -> str:
    """All that an error could tell, with what it was raised from."""
    return "\n".join([*traceback.format_exception(error), repr(error), repr(vars(error)), repr(error.args)])


def a_life_of_trouble(ground: Ground, process: Process) -> tuple[set[str], str]:
    """Everything goes wrong once, and the gateway repeats secrets; returns all tokens, and what was told."""
    tokens: set[str] = set()
    words: list[str] = []
    for number in range(4):
        ground.drop(f"{number}.edi", f"UNA {number}".encode())
        ground.box.deliver(files={f"in-{number}.edi": f"UNA in {number}".encode()})
    for trouble in TROUBLES:
        for echoed in ("", *sorted(tokens_of(process))):
            tokens |= tokens_of(process)
            text = json.dumps({"message": f"no: {echoed}"}) if trouble["do"] == "shape" else f"no: {echoed}"
            for operation in LOG_INS:  # the only requests that tell the password
                ground.box.trouble(**{**trouble, "text": f"no: {SECRET}", "operation": operation})
            ground.box.trouble(**{"text": text, **trouble})
            words.append(repr(process.run()) + _asked(process))
            ground.box.calm()
            ground.later(minutes=2)
    return tokens | tokens_of(process) | {SECRET}, "\n".join(words)


LOG_INS = ("authorize", "login")
TROUBLES: tuple[dict[str, Any], ...] = (
    {"do": "expire_tokens", "times": 1},
    {"do": "status", "status": 401, "times": 3},
    {"do": "status", "status": 403, "times": 3},
    {"do": "status", "status": 400, "times": 1, "operation": "send"},
    {"do": "status", "status": 400, "times": 1, "operation": "upload"},
    {"do": "status", "status": 500, "times": 5},
    {"do": "shape", "times": 5},
)


def _asked(process: Process) -> str:
    """What a question to the gateway raises."""
    try:
        process.bridge.gateway.stations()
    except SyncdError as error:
        return told(error)
    return ""


def test_no_secret_is_told_or_kept(ground: Ground, lines: io.StringIO) -> None:
    """Not in a debug log, a trouble, an error, the database, a status file: while it runs, and after."""
    with ground.process() as process:
        secrets, words = a_life_of_trouble(ground, process)
        described = repr(
            [process, vars(process), ground.settings, process.bridge, vars(process.bridge.gateway)]
        )
        kept = files_below(ground.state, ground.root)
        rows = repr(ground.rows()) + table_texts(ground.state)
    shut = files_below(ground.state, ground.root)

    assert any(name.endswith("-wal") for name in kept)
    assert len(secrets) > (1 if "username" in ground.keys else 0)
    assert leaks(secrets, log=lines.getvalue(), words=words, described=described, rows=rows) == []
    assert leaks(secrets, **kept) == []
    assert leaks(secrets, **shut) == []


def test_a_check_tells_no_secret(ground: Ground, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither when it goes well nor when the gateway repeats what it was sent."""
    told_when_well = repr(run_check(ground.settings, [ACCOUNT]))
    ground.box.trouble("status", status=401, times=9, text=f"{SECRET} is wrong")
    told_when_not = repr(run_check(ground.settings, [ACCOUNT]))

    assert leaks({SECRET}, well=told_when_well, trouble=told_when_not, log=lines.getvalue()) == []


@pytest.mark.parametrize(
    "body",
    [
        {"accessToken": "hush-hush-hush", "expiry": 1},
        {"token": ["hush-hush-hush"]},
        {"token": {"value": "hush-hush-hush"}},
        "hush-hush-hush",
        {"token": "hush-hush-hush\n"},
    ],
)
def test_a_token_in_an_odd_answer_is_not_told(body: object) -> None:
    """An answer to a log-in that cannot be read holds a token all the same."""
    answer = Reply(status=200, headers={}, body=json.dumps(body).encode())

    with pytest.raises(GatewayError) as caught:
        As2LogIn(username="u", clock=_NO_CLOCK).begin("pw", lambda _: answer)

    assert leaks({"hush-hush-hush"}, error=told(caught.value)) == []


class _NoClock:
    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AssertionError(f"{name} is not asked for")


_NO_CLOCK: Any = _NoClock()


@pytest.mark.parametrize(
    "written",
    [
        'password = ["correct-horse-battery-staple"]',
        'password = { text = "correct-horse-battery-staple" }',
        'password = "correct-horse-battery-staple"\npassword_file = "/etc/hostname"',
        'pasword = "correct-horse-battery-staple"',
        'password = "correct-horse-battery-staple\\u0000"\nunknown = 1',
        'password = "correct-horse-battery-staple',
    ],
)
def test_a_mistake_beside_a_password_does_not_tell_it(memory: Path, written: str) -> None:
    """What is wrong is told by its key, and what stands there is not."""
    config = memory / "syncd.toml"
    start = f'[accounts.acme]\ngateway = "as2gateway"\nusername = "u"\nroot = "{memory}"\n'
    config.write_text(start + written + "\n")

    with pytest.raises(ConfigError) as caught:
        load(config, {})

    assert leaks({SECRET}, error=told(caught.value)) == []


# With whom secrets travel --------------------------------------------------------------------------


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 307), ("localhost", 308)])
def test_a_redirect_takes_nothing_to_another_host(ground: Ground, host: str, status: int) -> None:
    """Neither to another port nor to another name of the same machine, at a log-in or later."""
    with ground.process() as process, scripted(lambda _, c: c.sendall(reply(b"{}"))) as other:
        ground.drop("out.edi", b"UNA out")
        ground.box.deliver(files={"in.edi": b"UNA in"})
        elsewhere = other.url.replace("127.0.0.1", host)
        same_port = ground.box.url.replace("127.0.0.1", "localhost")
        for location in (f"{elsewhere}/authorize", f"{elsewhere}/login", f"{same_port}/stolen"):
            ground.box.trouble("redirect", status=status, location=location, times=None)
            process.run()
            ground.box.calm()
            process.run()
            ground.later(minutes=30)

        assert other.requests == []
        assert not [request for request in ground.box.ledger.requests if "stolen" in request.path]
        assert ground.box.ledger.sent


@contextmanager
def tls_server() -> Iterator[Scripted]:
    """A server whose certificate vouches for 127.0.0.1, and for itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with scripted(lambda _, c: c.sendall(reply(b"[]")), tls=context) as server:
        yield server


@pytest.mark.parametrize(
    ("keys", "host", "speaks"),
    [
        ({}, "127.0.0.1", False),
        ({"ca_file": str(PEM)}, "localhost", False),
        ({"ca_file": str(PEM)}, "127.0.0.1", True),
    ],
    ids=("nobody vouches for it", "it is another's certificate", "trusted"),
)
def test_a_secret_is_told_to_a_proven_host_only(
    memory: Path, keys: dict[str, str], host: str, speaks: bool
) -> None:
    """Before the certificate is proven, not a byte of a request leaves."""
    with tls_server() as server, opened("as2gateway") as (box, login):
        url = server.url.replace("127.0.0.1", host)
        ground = Ground(box, memory, keys={**login, **keys, "url": url})
        lines = {line.name: line for line in run_check(ground.settings, [ACCOUNT])}

        assert lines["log-in"].ok is speaks
        assert bool(server.requests) is speaks


# Files that others can read ------------------------------------------------------------------------


def test_a_check_finds_secrets_that_every_user_can_read(memory: Path) -> None:
    """A password in the configuration, or in a file of its own."""
    memory.chmod(0o755)
    with opened("as2gateway") as (box, login):
        ground = Ground(box, memory, keys=dict(login))
        ground.config.chmod(0o644)
        inline = _secret_lines(ground)
        ground.config.chmod(0o640)
        private = _secret_lines(ground)
        file = memory / "acme.password"
        file.write_text(SECRET)
        file.chmod(0o644)
        ground.keys.pop("password")
        ground.configure(password_file=str(file))
        separate = _secret_lines(ground)

    assert inline == {str(ground.config): False}
    assert private == {str(ground.config): True}
    assert separate == {str(file): False}


def _secret_lines(ground: Ground) -> dict[str, bool | None]:
    lines = run_check(ground.settings, [ACCOUNT])
    return {line.what.split()[0].rstrip(","): line.ok for line in lines if line.name == "secrets"}


def test_a_secret_of_the_environment_makes_no_finding_of_the_file(memory: Path) -> None:
    """The file does not hold it."""
    memory.chmod(0o755)
    with opened("as2gateway") as (box, login):
        ground = Ground(box, memory, keys={"username": login["username"], "password": "another"})
        ground.config.chmod(0o644)
        ground.settings = load(ground.config, {"SYNCD_ACCOUNTS__ACME__PASSWORD": SECRET})

        assert _secret_lines(ground) == {}


# The real process ----------------------------------------------------------------------------------


def test_a_daemon_shows_its_secrets_to_nobody(memory: Path) -> None:
    """Not in its arguments, environment, log or answers; and what it makes is no other user's to read."""
    with opened("as2gateway") as (box, login):
        bridge = Bridge(memory, {"acme": box}, keys=dict(login))
        bridge.drop("out.edi", b"UNA out")
        box.deliver(files={"in.edi": b"UNA in"})
        open_mask = ("sh", "-c", 'umask 0; exec "$@"', "sh")
        with started(bridge, within=open_mask, SYNCD_LOG_LEVEL="debug") as process:
            code, answer = asked(bridge, "status", "--json")
            proc = Path("/proc") / str(process.popen.pid)
            shown = {name: (proc / name).read_bytes() for name in ("cmdline", "environ", "comm", "status")}
            tokens = issued(box)
            kept = files_below(bridge.state, bridge.root(), memory / "log")
            modes = {path: path.lstat().st_mode & 0o777 for path in bridge.state.rglob("*")}
            private = (bridge.root() / ".syncd").stat().st_mode & 0o777
            state = bridge.state.stat().st_mode & 0o777

    assert code == 0
    assert tokens
    assert leaks({SECRET, *tokens}, answer=answer, **shown, **kept) == []
    assert (state, private) == (0o700, 0o700)
    assert modes[bridge.state / "control.sock"] == 0o660
    assert {path.name: oct(mode) for path, mode in modes.items() if mode & 0o007} == {}
