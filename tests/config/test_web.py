"""`[web]`: where the status page listens, and who is let in."""

from pathlib import Path

import pytest

from syncd.config import load_with_sources
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


PING = "https://hc-ping.example/sesame-open"


def test_the_ping_needs_no_page_and_is_never_shown(tmp_path: Path) -> None:
    """Neither by `syncd config` nor by a value's own words."""
    path = tmp_path / "syncd.toml"
    path.write_text(f'{ACME}[web]\nping_url = "{PING}"\n')
    settings, lines = load_with_sources(path, {})
    assert settings.web is None
    assert settings.ping_url is not None
    assert settings.ping_url.get_secret_value() == PING
    assert {line.key: line.value for line in lines}["web.ping_url"] == "https://********"
    assert "sesame" not in repr((settings, lines))


@pytest.mark.parametrize(
    "written", ["http://hc-ping.example/sesame", "hc-ping.example/sesame", "ftp://sesame"]
)
def test_a_ping_that_cannot_be_is_a_mistake(read: Load, written: str) -> None:
    """Named by its key, with the remedy and without the value."""
    [(key, told)] = problems(read, f'{ACME}[web]\nping_url = "{written}"\n').items()
    assert key == "web.ping_url"
    assert "https://" in told
    assert "sesame" not in told
