"""Each account gets the gateway of its kind, with the log-in that its configuration names."""

from pathlib import Path

import pytest

from syncd.config import Settings, load
from syncd.errors import AccountRefused
from syncd.sandbox import ECGridSandbox, Sandbox
from syncd.system.clock import SystemClock
from syncd.wiring.doors import Doors

AS2 = 'gateway = "as2gateway"\nusername = "email@domain.com"\npassword = "pazzword"\n'
BY_KEY = 'gateway = "ecgrid"\napi_key_file = "{folder}/key"\n'
BY_PASSWORD = 'gateway = "ecgrid"\nusername = "your.user@example.com"\npassword = "YOUR_PASSWORD"\n'


def settings(folder: Path, url: str, *logins: str) -> Settings:
    (folder / "key").write_text("YOUR_API_KEY\n", encoding="utf-8")
    tables = [
        f'[accounts.a{number}]\nurl = "{url}"\nroot = "{folder}/{number}"\n' + login.format(folder=folder)
        for number, login in enumerate(logins)
    ]
    path = folder / "syncd.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    return load(path, {})


def doors(folder: Path, url: str, *logins: str) -> Doors:
    return Doors(settings(folder, url, *logins), store=None, clock=SystemClock())


def test_as2_gateway_logs_in_with_a_password(tmp_path: Path) -> None:
    """And has no session to end."""
    with Sandbox() as box:
        opened = doors(tmp_path, box.url, AS2)
        with opened.gateway(opened.account("a0")) as gateway:
            assert gateway.capabilities.kind == "as2gateway"
            assert gateway.stations()
        assert box.ledger.operations() == {"authorize": 1, "stations": 1}


@pytest.mark.parametrize(
    ("login", "asked"),
    [(BY_KEY, ["me", "list_ids"]), (BY_PASSWORD, ["login", "me", "list_ids", "logout"])],
    ids=["key", "password"],
)
def test_ecgrid_takes_a_key_or_a_password(tmp_path: Path, login: str, asked: list[str]) -> None:
    """A session that was begun is ended with the block."""
    with ECGridSandbox() as box:
        opened = doors(tmp_path, box.url, login)
        with opened.gateway(opened.account("a0")) as gateway:
            assert gateway.capabilities.kind == "ecgrid"
            assert {station.as2_id for station in gateway.stations()} == {"112233", "112244"}
        assert [request.operation for request in box.ledger.requests] == asked


def test_a_refused_key_names_itself(tmp_path: Path) -> None:
    """In ECGrid's own words, with their trace, and heals with its file."""
    with ECGridSandbox() as box:
        opened = doors(tmp_path, box.url, BY_KEY)
        (tmp_path / "key").write_text("SOMETHING_ELSE", encoding="utf-8")
        with opened.gateway(opened.account("a0")) as gateway:
            with pytest.raises(AccountRefused, match="trace") as caught:
                gateway.stations()
            assert "API key" in caught.value.remedy
            (tmp_path / "key").write_text("YOUR_API_KEY", encoding="utf-8")
            assert gateway.stations()


def test_accounts_of_one_address_share_what_needs_no_log_in(tmp_path: Path) -> None:
    """Each login has its own window besides, two accounts of one login the same."""
    with ECGridSandbox() as box:
        opened = doors(tmp_path, box.url, BY_KEY, BY_PASSWORD, BY_PASSWORD)
        for name in ("a0", "a1", "a2"):
            with opened.gateway(opened.account(name)):
                pass
        assert len(opened._windows._limiters) == 3  # the key's, the user's, the address's
