"""`[web]`: where the status page listens, and who is let in."""

from pathlib import Path

import pytest

from syncd.config.web import Listen
from tests.config.reading import ACME, Load, problems


def test_there_is_no_page_unless_it_is_asked_for(read: Load) -> None:
    """A password alone opens nothing."""
    assert read(ACME).web is None
    assert read(ACME + '[web]\npassword_file = "/etc/web"').web is None


@pytest.mark.parametrize(
    ("written", "address", "port"),
    [
        ("127.0.0.1:8475", "127.0.0.1", 8475),
        ("127.9.9.9:1", "127.9.9.9", 1),
        ("[::1]:65535", "::1", 65535),
        ("[0:0:0:0:0:0:0:1]:80", "::1", 80),
    ],
)
def test_loopback_needs_no_password(read: Load, written: str, address: str, port: int) -> None:
    """Nobody but this machine reaches it."""
    web = read(ACME, SYNCD_WEB__LISTEN=written).web
    assert web
    assert (web.listen, web.password_file, web.hosts) == (Listen(address, port), None, ())


@pytest.mark.parametrize("listen", ["0.0.0.0:8475", "192.168.0.7:8475", "[::]:8475", "[2001:db8::7]:8475"])
def test_any_other_address_needs_a_password(read: Load, listen: str) -> None:
    """The page acts."""
    text = f'{ACME}[web]\nlisten = "{listen}"\n'
    found = problems(read, text)
    assert list(found) == ["web.password_file"]
    assert "password_file = " in found["web.password_file"]
    web = read(text + 'password_file = "/etc/web"\nhosts = ["EDI.acme.example"]').web
    assert web
    assert (web.password_file, web.hosts) == (Path("/etc/web"), ("edi.acme.example",))


@pytest.mark.parametrize(
    ("table", "key", "remedy"),
    [
        ('listen = "8475"', "web.listen", "127.0.0.1:8475"),
        ("listen = 8475", "web.listen", "127.0.0.1:8475"),
        ('listen = "localhost:8475"', "web.listen", "127.0.0.1:8475"),
        ('listen = "::1:8475"', "web.listen", "[::1]:8475"),
        ('listen = "[127.0.0.1]:8475"', "web.listen", "127.0.0.1:8475"),
        ('listen = "127.0.0.1:0"', "web.listen", "port"),
        ('listen = "127.0.0.1:65536"', "web.listen", "port"),
        ('listen = "127.0.0.256:8475"', "web.listen", "127.0.0.1:8475"),
        ('lisden = "127.0.0.1:8475"', "web.lisden", "Did you mean listen?"),
        ('password_file = "web"', "web.password_file", "starting with /"),
        ('hosts = ["https://edi"]', "web.hosts[1]", "edi.acme.example"),
        ('hosts = ["edi:443"]', "web.hosts[1]", "edi.acme.example"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(read: Load, table: str, key: str, remedy: str) -> None:
    """Each by itself."""
    found = problems(read, f"{ACME}[web]\n{table}")
    assert list(found) == [key]
    assert remedy in found[key]
