"""`syncd check` tells apart what a person would have to do."""

import os
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from socket import create_server

import pytest

from syncd.operations.checks import CheckLine
from syncd.sandbox import Sandbox
from syncd.store import open_store
from syncd.wiring import run_check
from tests.e2e.harness import ACCOUNT, Ground
from tests.two_users import TwoUsers

PEM = Path(__file__).parents[1] / "gateways/loopback.pem"


@pytest.fixture(autouse=True)
def same_umask() -> Iterator[None]:
    """The check sets the umask of its process, which is the tests' own here."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def self_signed() -> Iterator[str]:
    """The address of a server whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        thread = threading.Thread(target=greet)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/v1"
        thread.join(5)


def failing(ground: Ground) -> dict[str, CheckLine]:
    """The lines of the check that are not fine, by name."""
    return {line.name: line for line in run_check(ground.settings, [ACCOUNT]) if line.ok is False}


def test_a_set_up_that_works_has_nothing_to_complain_of(ground: Ground) -> None:
    """Every line is fine, and names what it tried."""
    ground.root.chmod(0o2770)

    assert failing(ground) == {}
    assert {line.name for line in run_check(ground.settings, [ACCOUNT])} >= {"state", "log-in", "folders"}


def test_a_wrong_password_is_called_that(ground: Ground) -> None:
    """The log-in fails with the gateway's 401, and the remedy names username and password."""
    ground.configure(password="wrong")

    line = failing(ground)["log-in"]
    assert "401" in line.what
    assert "password" in line.remedy
    assert "wrong" not in line.what


def test_an_unreachable_host_is_called_that(ground: Ground) -> None:
    """Nobody listens there: the network, host and port are to be checked."""
    ground.configure(url="http://127.0.0.1:9/v1")

    line = failing(ground)["log-in"]
    assert "no connection" in line.what
    assert "host and port" in line.remedy


def test_a_host_name_that_does_not_exist_is_called_that(ground: Ground) -> None:
    """The name cannot be resolved: address and DNS are to be checked."""
    ground.configure(url="https://no-such-host.invalid/v1")

    assert "DNS" in failing(ground)["log-in"].remedy


def test_a_port_that_speaks_no_tls_is_called_that(ground: Ground, box: Sandbox) -> None:
    """The handshake fails: the port is not the gateway's."""
    ground.configure(url=box.url.replace("http://", "https://"))

    line = failing(ground)["log-in"]
    assert "TLS" in line.what
    assert "port" in line.remedy


def test_a_certificate_that_nobody_vouches_for_is_called_that(ground: Ground, self_signed: str) -> None:
    """It is not trusted: a private authority needs ca_file."""
    ground.configure(url=self_signed)

    line = failing(ground)["log-in"]
    assert "not trusted" in line.what
    assert "ca_file" in line.remedy


def test_a_missing_group_bit_is_told_with_what_to_type(ground: Ground) -> None:
    """Without it, what the bridge makes is not the ERP's."""
    ground.root.chmod(0o770)

    assert f"chmod g+s {ground.root}" in failing(ground)["folders"].remedy


def test_a_root_that_is_not_there_is_told(ground: Ground) -> None:
    """It is never made by itself: a disk may not be mounted."""
    ground.root.rmdir()

    assert str(ground.root) in failing(ground)["folders"].what


def test_a_station_and_a_partner_that_nobody_knows_are_named(ground: Ground) -> None:
    """A partners table with a typing mistake would never match anything."""
    ground.partners.append({"station": "RJ_Statoin", "partner": "RJ_Prtner", "subject": "{name}"})
    ground.configure()

    found = failing(ground)
    assert "RJ_Statoin" in found["station"].what
    assert "RJ_Prtner" in found["partner"].what


def test_a_root_that_lost_its_marker_is_told(ground: Ground) -> None:
    """As a pass would: the state knows the root, so its disk may not be mounted."""
    ground.run()
    (ground.root / ".syncd/root.json").unlink()

    assert "no marker" in failing(ground)["folders"].what


def test_a_root_that_is_gone_is_to_be_mounted_first(ground: Ground) -> None:
    """It was there before: to make a folder in its place would hide the disk."""
    ground.run()
    ground.root.rename(ground.folder / "elsewhere")

    assert failing(ground)["folders"].remedy.startswith("Mount it")


@pytest.mark.parametrize("has_state", [True, False])
def test_a_root_of_another_state_is_told(ground: Ground, *, has_state: bool) -> None:
    """Also where there is no state yet: the next pass makes one, and that is another."""
    ground.run()
    (ground.state / "state.db").rename(ground.folder / "old.db")
    if has_state:
        open_store(ground.state).close()

    assert "belongs to another syncd state" in failing(ground)["folders"].what


def test_a_root_of_this_state_is_fine(ground: Ground) -> None:
    """After the first pass as before it."""
    ground.root.chmod(0o2770)
    ground.run()

    assert failing(ground) == {}


def test_whose_the_root_is_is_left_open_where_the_state_cannot_be_read(ground: Ground) -> None:
    """To take the root over would be wrong advice: most likely it is ours."""
    ground.root.chmod(0o2770)
    ground.run()
    (ground.state / "state.db").write_bytes(b"no database" * 1000)

    assert set(failing(ground)) == {"state"}


@pytest.mark.parametrize("state_dir", ["/proc/nope", "/proc/nope/x", "/etc/hostname/x"])
def test_a_state_directory_that_cannot_be_is_told(ground: Ground, state_dir: str) -> None:
    """It is really tried: not even root can make anything there. The other checks are made all the same."""
    settings = replace(ground.settings, state_dir=Path(state_dir))

    lines = run_check(settings, [ACCOUNT])
    assert [line.ok for line in lines if line.name == "state"] == [False]
    assert {line.name for line in lines} >= {"log-in", "folders"}


def test_another_user_is_told_what_is_out_of_reach(ground: Ground, two_users: TwoUsers) -> None:
    """A line, and no traceback."""
    run_check(ground.settings, [ACCOUNT])  # what it imports may be out of that user's reach too
    os.seteuid(two_users.bridge_uid)
    try:
        found = failing(ground)
    finally:
        os.seteuid(0)
    assert "Permission denied" in found["state"].what
    assert "Permission denied" in found["folders"].what
