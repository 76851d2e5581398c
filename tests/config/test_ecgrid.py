"""An account of ECGrid: its defaults, its login, and what has no place there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.config import load, load_with_sources
from syncd.core.model import PartnerType
from syncd.errors import ConfigError
from tests.config.reading import ACME, GRID, Load, problems

BARE = GRID.replace('api_key = "1f4b-hush"', "")
PAIR = '[[accounts.grid.partners]]\nstation = "112233"\npartner = "445566"\n'


def test_the_defaults_are_ecgrid_s(read: Load) -> None:
    """Its address and limit; what is pending was taken by nobody; and there are no test partners."""
    [account] = read(GRID).accounts
    assert account.gateway == "ecgrid"
    assert account.url == "https://rest.ecgrid.io/v2"
    assert (account.rate_requests, account.rate_window) == (180, timedelta(seconds=60))
    assert account.pull_since == "all"
    assert account.partner_types == (PartnerType.PRODUCTION,)
    assert account.settle == timedelta(seconds=2)


def test_the_defaults_can_be_overridden(read: Load) -> None:
    """In the file and by a variable."""
    written = 'url = "http://127.0.0.1:8481/v2"\npull_since = "2026-01-31T00:00:00Z"\nmdn_give_up = "2d"'
    [account] = read(GRID + written, SYNCD_ACCOUNTS__GRID__RATE_LIMIT="20/60s").accounts
    assert account.url == "http://127.0.0.1:8481/v2"
    assert account.pull_since == datetime(2026, 1, 31, tzinfo=UTC)
    assert account.mdn_give_up == timedelta(days=2)
    assert account.rate_requests == 20


def test_both_gateways_in_one_configuration(read: Load) -> None:
    """Each has its own defaults."""
    acme, grid = read(ACME + GRID).accounts
    assert (acme.rate_requests, grid.rate_requests) == (50, 180)
    assert (acme.pull_since, grid.pull_since) == (None, "all")
    assert acme.partner_types == (PartnerType.PRODUCTION, PartnerType.TEST)


def test_what_is_in_force_shows_the_gateway_s_defaults(tmp_path: Path) -> None:
    """With no line for what the gateway lacks; the API key is masked."""
    path = tmp_path / "syncd.toml"
    path.write_text(ACME + GRID, encoding="utf-8")
    _, lines = load_with_sources(path, {})
    found = {line.key: (line.value, line.source) for line in lines}
    assert found["accounts.grid.url"] == ("https://rest.ecgrid.io/v2", "default")
    assert found["accounts.grid.rate_limit"] == ("180/60s", "default")
    assert found["accounts.grid.pull_since"] == ("all", "default")
    assert found["accounts.grid.api_key"] == ("********", str(path))
    assert found["accounts.acme.url"] == ("https://api.as2gateway.com/v1", "default")
    assert found["accounts.acme.rate_limit"] == ("50/10s", "default")
    assert found["accounts.acme.pull_since"] == (None, "default")
    lacking = {"accounts.grid.partner_types", "accounts.grid.failed_grace"}
    assert not (lacking | {"accounts.acme.api_key", "accounts.acme.api_key_file"}) & found.keys()


# Logging in -----------------------------------------------------------------------------------------


def test_the_api_key_comes_from_where_it_was_put(read: Load, tmp_path: Path) -> None:
    """The key itself, a file, or the systemd credential."""
    path = tmp_path / "grid.api_key"
    path.write_text("from-a-file\n", encoding="utf-8")
    by_file = read(BARE + f'api_key_file = "{path}"').credentials["grid"]
    by_credential = read(BARE, CREDENTIALS_DIRECTORY=str(tmp_path)).credentials["grid"]
    assert read(GRID).credentials["grid"].secrets().password() == "1f4b-hush"
    assert by_file.secrets().password() == "from-a-file"
    assert by_credential.secrets().password() == "from-a-file"
    assert (by_file.username, by_file.kind, by_file.password_file) == (None, "api_key", path)


def test_a_user_name_and_a_password_will_do(read: Load, tmp_path: Path) -> None:
    """From the same three places."""
    path = tmp_path / "grid.password"
    path.write_text("from a file\n", encoding="utf-8")
    start = BARE + 'username = "edi@acme.example"\n'
    by_key = read(start + 'password = "hush"').credentials["grid"]
    by_file = read(start + f'password_file = "{path}"').credentials["grid"]
    by_credential = read(start, CREDENTIALS_DIRECTORY=str(tmp_path)).credentials["grid"]
    assert (by_key.username, by_key.kind) == ("edi@acme.example", "password")
    assert by_key.secrets().password() == "hush"
    assert by_file.secrets().password() == by_credential.secrets().password() == "from a file"


@pytest.mark.parametrize(
    ("written", "wrong", "words"),
    [
        ("", "api_key_file", ("api_key", "grid.api_key", "username")),
        ('api_key = "k"\napi_key_file = "/k"', "api_key", ("beside accounts.grid.api_key_file",)),
        ('api_key = "k"\nusername = "u"', "api_key", ("beside accounts.grid.username", "one API key, or")),
        ('api_key_file = "/k"\npassword = "p"', "api_key_file", ("beside accounts.grid.password",)),
        (
            'api_key = "k"\nusername = "u"\npassword_file = "/p"',
            "api_key",
            ("accounts.grid.username and accounts.grid.password_file",),
        ),
        ('username = "u"', "password_file", ("password and the credential grid.password",)),
        ('password = "p"', "username", ("username = ", "api_key_file")),
        ('username = "u"\npassword = "p"\npassword_file = "/p"', "password", ("Keep one of them",)),
        ('api_key = ""', "api_key", ("is not an API key",)),
        ('api_key = "two words"', "api_key", ("is not an API key",)),
        ('api_key = "sch\u00f6n"', "api_key", ("is not an API key",)),
        ("api_key = 7", "api_key", ("is not an API key",)),
    ],
)
def test_a_login_that_cannot_be(read: Load, written: str, wrong: str, words: tuple[str, ...]) -> None:
    """One key or one name with one password: what is missing or too much is named, once."""
    [(key, said)] = problems(read, BARE + written).items()
    assert key == f"accounts.grid.{wrong}"
    assert all(word in said for word in words), said


def test_a_credential_counts_like_a_key(read: Load, tmp_path: Path) -> None:
    """Beside another way to log in it is one too many; a variable is named as it was written."""
    (tmp_path / "grid.api_key").write_text("k", encoding="utf-8")
    found = problems(read, BARE, CREDENTIALS_DIRECTORY=str(tmp_path), SYNCD_ACCOUNTS__GRID__API_KEY_FILE="/k")
    assert found["SYNCD_ACCOUNTS__GRID__API_KEY_FILE"].startswith("stands beside the credential grid.api_key")
    (tmp_path / "grid.password").write_text("p", encoding="utf-8")
    found = problems(read, BARE, CREDENTIALS_DIRECTORY=str(tmp_path))
    assert found["the credential grid.api_key"].startswith("stands beside the credential grid.password")


def test_the_credential_is_in_force(read: Load, tmp_path: Path) -> None:
    """Shown in the place of the file."""
    (tmp_path / "grid.api_key").write_text("k", encoding="utf-8")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    read(BARE, **environ)
    _, lines = load_with_sources(tmp_path / "syncd.toml", environ)
    found = {line.key: (line.value, line.source) for line in lines}
    assert found["accounts.grid.api_key_file"] == (str(tmp_path / "grid.api_key"), "CREDENTIALS_DIRECTORY")
    assert found["accounts.grid.password_file"] == (None, "default")


def test_as2_gateway_has_no_api_keys(read: Load, tmp_path: Path) -> None:
    """Neither in place of the password nor beside it."""
    bare = ACME.replace('password = "hush"', "").replace('username = "edi@acme.example"', "")
    found = problems(read, bare + 'api_key = "k"\napi_key_file = "k"')
    assert set(found) == {
        f"accounts.acme.{key}" for key in ("username", "password_file", "api_key", "api_key_file")
    }
    assert found["accounts.acme.api_key"].startswith("does nothing: AS2 Gateway has no API keys")
    (tmp_path / "acme.api_key").write_text("k", encoding="utf-8")
    assert list(problems(read, ACME, CREDENTIALS_DIRECTORY=str(tmp_path))) == ["the credential acme.api_key"]


def test_an_api_key_is_needed_to_act_but_not_to_look(tmp_path: Path) -> None:
    """The systemd credential is not there for a person on a terminal, who may look all the same."""
    path = tmp_path / "syncd.toml"
    path.write_text(BARE, encoding="utf-8")
    credentials = load(path, {}, passwords=False).credentials["grid"]
    with pytest.raises(ConfigError, match=r"accounts\.grid\.api_key_file: is missing\. name .* the API key"):
        credentials.secrets().password()


def test_accounts_of_one_login_are_told_by_it(read: Load, tmp_path: Path) -> None:
    """An API key by its fingerprint, wherever it stands; what cannot be read by its place."""
    path = tmp_path / "key"
    path.write_text("1f4b-hush\n", encoding="utf-8")
    by_key = read(GRID).credentials["grid"].login
    by_file = read(BARE + f'api_key_file = "{path}"').credentials["grid"]
    assert by_key == by_file.login == "api key 3d21b93aef9a"
    path.write_text("another", encoding="utf-8")
    assert by_file.login not in {by_key, "another"}
    path.unlink()
    assert by_file.login == f"api key in {path}"
    assert read(ACME).credentials["acme"].login == "edi@acme.example"


def test_an_api_key_is_never_shown(read: Load, tmp_path: Path) -> None:
    """Neither in repr, nor in what is in force, nor in an error."""
    settings = read(GRID)
    assert "hush" not in repr(settings) + repr(settings.credentials) + settings.credentials["grid"].login
    _, lines = load_with_sources(tmp_path / "syncd.toml", {"SYNCD_ACCOUNTS__GRID__API_KEY": "whisper"})
    assert "whisper" not in repr(lines)
    assert "hush" not in repr(lines)
    assert "hush" not in str(problems(read, GRID.replace("1f4b-hush", "hush hush")))


# What has no place there ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written", ['partner_types = ["production"]', 'partner_types = "nonsense"', 'failed_grace = "3m"']
)
def test_a_key_that_does_nothing_is_a_mistake(read: Load, written: str) -> None:
    """Whatever its value: it is named once, with ECGrid as the reason."""
    [(key, said)] = problems(read, GRID + written).items()
    assert key == f"accounts.grid.{written.partition(' = ')[0]}"
    assert said.startswith("does nothing: ECGrid")


def test_a_variable_that_does_nothing_is_a_mistake(read: Load) -> None:
    """Named as it was written."""
    assert list(problems(read, GRID, SYNCD_ACCOUNTS__GRID__FAILED_GRACE="3m")) == [
        "SYNCD_ACCOUNTS__GRID__FAILED_GRACE"
    ]


@pytest.mark.parametrize(
    "written",
    ['subject = "{name}"', 'content_type = "edi"', 'profile = "fast-lane"', 'partner_type = "production"'],
)
def test_a_pair_s_key_that_does_nothing_is_a_mistake(read: Load, written: str) -> None:
    """The same in a partners table."""
    [(key, said)] = problems(read, GRID + PAIR + written).items()
    assert key == f"accounts.grid.partners[1].{written.partition(' = ')[0]}"
    assert said.startswith("does nothing: ECGrid has")


def test_what_a_pair_may_say(read: Load) -> None:
    """A folder and a done marker; "*" stands for every ID."""
    wide = '[[accounts.grid.partners]]\ndone_marker = ".done"\n'
    [account] = read(GRID + wide + PAIR + 'folder = "walmart2"').accounts
    rules = account.rules(station="112233", partner="445566")
    assert (rules.folder, rules.done_marker) == ("walmart2", ".done")


@pytest.mark.parametrize("written", ["", "ACME", "0", "0112233", "-1", "1.5", " 112233", "\u0661", "auto"])
@pytest.mark.parametrize("name", ["station", "partner"])
def test_ids_are_numbers(read: Load, name: str, written: str) -> None:
    """Without a leading zero, and 0 is none; what a file's own header routes has no table."""
    found = problems(read, GRID + f'[[accounts.grid.partners]]\n{name} = "{written}"')
    assert list(found) == [f"accounts.grid.partners[1].{name}"]


def test_ids_are_written_in_quotes(read: Load) -> None:
    """Like all IDs; said once."""
    found = problems(read, GRID + "[[accounts.grid.partners]]\nstation = 112233")
    assert "quotes" in found["accounts.grid.partners[1].station"]


@pytest.mark.parametrize("folder", ["auto", "Unknown", "778899", "007"])
def test_a_folder_is_neither_a_number_nor_a_word_of_syncd(read: Load, folder: str) -> None:
    """It could not be told from an ECGrid ID, or from a folder that syncd itself makes."""
    found = problems(read, GRID + PAIR + f'folder = "{folder}"')
    assert list(found) == ["accounts.grid.partners[1].folder"]


def test_a_folder_of_digits_is_fine_elsewhere(read: Load) -> None:
    """AS2 IDs are names."""
    pair = '[[accounts.acme.partners]]\nstation = "S"\npartner = "P"\nfolder = "778899"'
    assert read(ACME + pair).accounts


def test_all_mistakes_of_an_account_are_told_at_once(read: Load) -> None:
    """Those of its login, its keys, its pairs and its types."""
    written = 'settle = "soon"\npartner_types = ["test"]\n[[accounts.grid.partners]]\nstation = "ACME"\n'
    found = problems(read, BARE + written + 'subject = "{nam}"')
    assert set(found) == {
        "accounts.grid.api_key_file",
        "accounts.grid.settle",
        "accounts.grid.partner_types",
        "accounts.grid.partners[1].station",
        "accounts.grid.partners[1].subject",
    }
