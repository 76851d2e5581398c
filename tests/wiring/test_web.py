"""The status page of a daemon: what a reload sees before it lets go of the old one."""

from pathlib import Path

import pytest

from syncd.config import Settings, load
from syncd.errors import ConfigError
from syncd.web.server import bound
from syncd.wiring.daemon import _check

ACCOUNT = """
[accounts.acme]
gateway = "as2gateway"
username = "u"
password = "p"
root = "/srv/edi/acme"
"""


def settings(path: Path, port: int, more: str = "") -> Settings:
    path.write_text(f'{ACCOUNT}[web]\nlisten = "127.0.0.1:{port}"\n{more}')
    return load(path, {})


def test_a_reload_to_a_page_that_cannot_be_changes_nothing(tmp_path: Path) -> None:
    """A port that somebody has, a password that is not there; our own port is ours."""
    config = tmp_path / "syncd.toml"
    with bound("127.0.0.1", 0) as ours, bound("127.0.0.1", 0) as taken:
        now = settings(config, ours.getsockname()[1])
        _check(config, now)
        settings(config, ours.getsockname()[1], 'password_file = "/nowhere/password"')
        with pytest.raises(ConfigError, match=r"web\.password_file"):
            _check(config, now)
        settings(config, taken.getsockname()[1])
        with pytest.raises(ConfigError, match=r"web\.listen: .* is taken"):
            _check(config, now)
    _check(config, now)
