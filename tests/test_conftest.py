"""The rules of the suite hold themselves."""

import socket
import subprocess

import pytest

from tests.two_users import TwoUsers


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_connection_that_leaves_the_machine_is_refused(method: str) -> None:
    """The suite runs offline: 192.0.2.0/24 is nobody's (RFC 5737)."""
    with socket.socket() as sock, pytest.raises(Exception, match="the sandbox on 127"):
        getattr(sock, method)(("192.0.2.1", 80))


def test_a_name_is_not_looked_up_to_be_connected_to() -> None:
    """Only addresses and localhost are known to be here."""
    with socket.socket() as sock, pytest.raises(Exception, match="the sandbox on 127"):
        sock.connect(("gateway.invalid", 443))


def test_loopback_is_reached() -> None:
    """The sandbox listens there."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as sock:
        sock.connect(server.getsockname())


def test_the_two_users_share_a_group_and_nothing_else(two_users: TwoUsers) -> None:
    """Each is itself, in its own group, and in the shared one."""
    assert _ids(two_users.as_bridge("id")) == "7001 7001 7001 7100"
    assert _ids(two_users.as_erp("id")) == "7002 7002 7002 7100"


def _ids(argv: list[str]) -> str:
    said = [subprocess.check_output([*argv, option], text=True).strip() for option in ("-u", "-g", "-G")]
    return " ".join(said)
