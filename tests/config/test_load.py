"""A configuration is read from the first file and the environment, and checked whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.config import load, load_with_sources
from syncd.core.model import PartnerType
from syncd.errors import CannotAct, ConfigError
from tests.config.reading import ACME, Load, problems


def test_the_defaults_of_an_account(read: Load) -> None:
    """Four keys and a password are enough."""
    [account] = read(ACME).accounts
    assert account.url == "https://api.as2gateway.com/v1"
    assert account.settle == timedelta(seconds=2)
    assert (account.pull_every, account.track_every) == (timedelta(seconds=30), timedelta(seconds=20))
    assert account.scan_every == timedelta(seconds=30)
    assert (account.rate_requests, account.rate_window) == (50, timedelta(seconds=10))
    assert account.min_free_bytes == 200_000_000
    assert (account.file_mode, account.dir_mode) == (0o660, 0o770)
    assert account.partner_types == (PartnerType.PRODUCTION, PartnerType.TEST)
    assert account.pull_since is None


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ('settle = "500s"', "settle", timedelta(seconds=500)),
        ("settle = 1.5", "settle", timedelta(seconds=1.5)),
        ('settle = "5m"', "settle", timedelta(minutes=5)),
        ('pull_every = "5m"', "pull_every", timedelta(minutes=5)),
        ("pull_every = 30", "pull_every", timedelta(seconds=30)),
        ('pull_every = "*/5  6-20 * * mon-fri"', "pull_every", "*/5 6-20 * * mon-fri"),
        ('track_every = "0 8 29 2 *"', "track_every", "0 8 29 2 *"),
        ('scan_every = "10s"', "scan_every", timedelta(seconds=10)),
        ('mdn_give_up = "2d"', "mdn_give_up", timedelta(days=2)),
        ('in_doubt_wait = "2h"', "in_doubt_wait", timedelta(hours=2)),
        ('min_free = "2MB"', "min_free_bytes", 2_000_000),
        ('min_free = "1.5 MiB"', "min_free_bytes", 1_572_864),
        ("min_free = 0", "min_free_bytes", 0),
        ('rate_limit = "180/60s"', "rate_window", timedelta(seconds=60)),
        ('file_mode = "0640"', "file_mode", 0o640),
        ('pull_since = "all"', "pull_since", "all"),
        ("pull_since = 2026-01-31T00:00:00+01:00", "pull_since", datetime(2026, 1, 30, 23, tzinfo=UTC)),
        ('pull_since = "2026-01-31T12:00:00Z"', "pull_since", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ('url = "http://127.0.0.1:8480/v1/"', "url", "http://127.0.0.1:8480/v1"),
        ('ignore = ["*.bak"]', "ignore", ("*.bak",)),
        ('partner_types = ["test"]', "partner_types", (PartnerType.TEST,)),
    ],
)
def test_values_are_written_as_people_write_them(read: Load, written: str, name: str, value: object) -> None:
    """Durations, sizes, rates, modes, times and lists become values with their unit."""
    [account] = read(ACME + written).accounts
    assert getattr(account, name) == value


def test_a_time_without_offset_is_in_the_configured_zone(read: Load) -> None:
    """`pull_since` of a bare date is midnight there."""
    [account] = read('timezone = "Europe/Berlin"\n' + ACME + "pull_since = 2026-01-31").accounts
    assert account.pull_since == datetime(2026, 1, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        'settle = "soon"',
        "settle = 0",
        "settle = true",
        'settle = "-2s"',
        'min_free = "many"',
        'min_free = "-1"',
        'rate_limit = "0/10s"',
        'rate_limit = "fast"',
        "file_mode = 660",
        'file_mode = "0060"',
        'dir_mode = "0660"',
        'file_mode = "4660"',
        "parallel_sends = 0",
        'layout = "flat"',
        'inbox_status_files = "perhaps"',
        "partner_types = []",
        'partner_types = ["both"]',
        'ignore = ["a/b"]',
        'pull_since = "yesterday"',
        "pull_since = 0001-01-01",
        "pull_since = 08:00:00",
        'url = "http://api.example.com"',
        'url = "https://user:hush@api.example.com"',
        'url = "ftp://api.example.com"',
        'url = "https://"',
        'ca_file = "ca.pem"',
    ],
)
def test_a_wrong_value_is_named_by_its_key(read: Load, written: str) -> None:
    """What cannot be right is refused at once, with a remedy, and without repeating the value."""
    name = written.split(" = ", maxsplit=1)[0]
    found = problems(read, ACME + written)
    [(key, what)] = found.items()
    assert key.split("[")[0] == f"accounts.acme.{name}"
    assert what.rpartition(". ")[2]
    assert "hush" not in str(found)


def test_all_mistakes_are_reported_at_once(read: Load) -> None:
    """A mistake in one key hides none in another, nor one between accounts."""
    found = problems(
        read,
        """
        log_levl = "info"
        [accounts.acme]
        gateway = "ecgird"
        settle = "soon"
        root = "/srv/edi"
        [accounts.B]
        gateway = "as2gateway"
        username = "b"
        root = "/srv/edi/b"
        """,
        SYNCD_LOG_LEVELS="x",
        SYNCD_LOG_FORMAT="tape",
        SYNCD_ACCOUNTS__ACME__IGNORE="*.bak, a/b",
    )
    assert set(found) == {
        "log_levl",
        "accounts.acme.gateway",
        "accounts.acme.settle",
        "accounts.acme.api_key_file",
        "accounts.B",
        "accounts.B.root",
        "accounts.B.password_file",
        "SYNCD_LOG_LEVELS",
        "SYNCD_LOG_FORMAT",
        "SYNCD_ACCOUNTS__ACME__IGNORE",
    }
    assert found["accounts.acme.gateway"].endswith("Write 'as2gateway' or 'ecgrid'")
    assert found["log_levl"].endswith("Did you mean log_level?")
    assert found["SYNCD_LOG_LEVELS"].endswith("Did you mean SYNCD_LOG_LEVEL?")


@pytest.mark.parametrize("name", ["Acme", "1acme", "a__b", "acme_", "a-b", "a" * 33])
def test_an_account_name_is_narrow(read: Load, name: str) -> None:
    """It has to fit into a variable's name, whatever else it is used for."""
    assert f"accounts.{name}" in problems(read, ACME.replace("acme]", f"{name}]"))


def test_the_environment_reaches_every_key(read: Load) -> None:
    """Texts, numbers, truths and lists; also of an account that only the environment knows."""
    settings = read(
        ACME,
        SYNCD_LOG_LEVEL="debug",
        SYNCD_ACCOUNTS__ACME__USERNAME="other",
        SYNCD_ACCOUNTS__ACME__PARALLEL_SENDS="2",
        SYNCD_ACCOUNTS__ACME__INBOX_STATUS_FILES="yes",
        SYNCD_ACCOUNTS__ACME__IGNORE="*.bak, *.old",
        SYNCD_ACCOUNTS__ACME__PARTNER_TYPES='["test"]',
        SYNCD_ACCOUNTS__B_2__GATEWAY="as2gateway",
        SYNCD_ACCOUNTS__B_2__USERNAME="b",
        SYNCD_ACCOUNTS__B_2__PASSWORD="hush",
        SYNCD_ACCOUNTS__B_2__ROOT="/srv/b",
        SYNCD_CONFIG="ignored: --config stands above it",
        SYNCD_HOOK_MESSAGE="a hook's own",
        HOME="/root",
    )
    acme, other = settings.accounts
    assert settings.log_level == "debug"
    assert settings.credentials["acme"].username == "other"
    assert (acme.parallel_sends, acme.inbox_status_files) == (2, True)
    assert acme.ignore == ("*.bak", "*.old")
    assert acme.partner_types == (PartnerType.TEST,)
    assert other.name == "b_2"


@pytest.mark.parametrize(
    "name",
    [
        "SYNCD_STATEDIR",
        "SYNCD_ACCOUNTS",
        "SYNCD_ACCOUNTS__ACME",
        "SYNCD_ACCOUNTS__ACME__PARTNERS",
        "SYNCD_ACCOUNTS__ACME__SETTEL",
        "SYNCD_ACCOUNTS__ACME__URL__HOST",
        "SYNCD_log_level",
    ],
)
def test_a_variable_that_names_no_setting_is_a_mistake(read: Load, name: str) -> None:
    """A misspelt variable would be a setting that nobody notices is not in force."""
    assert list(problems(read, ACME, **{name: "x"})) == [name]


def test_what_is_in_force_names_its_source(tmp_path: Path) -> None:
    """Default, the file, or the variable."""
    path = tmp_path / "syncd.toml"
    path.write_text(ACME + '[[accounts.acme.partners]]\nsubject = "{name}"', encoding="utf-8")
    _, lines = load_with_sources(path, {"SYNCD_LOG_LEVEL": "debug"})
    found = {line.key: (line.value, line.source) for line in lines}
    assert found["log_level"] == ("debug", "SYNCD_LOG_LEVEL")
    assert found["accounts.acme.username"] == ("edi@acme.example", str(path))
    assert found["accounts.acme.settle"] == ("2s", "default")
    assert found["accounts.acme.password"] == ("********", str(path))
    assert found["accounts.acme.partners[1].subject"] == ("{name}", str(path))


def test_what_the_machine_decides_names_its_source_too(tmp_path: Path) -> None:
    """Systemd's variables, and the credential in place of a password."""
    path = tmp_path / "syncd.toml"
    path.write_text(ACME.replace('password = "hush"', ""), encoding="utf-8")
    (tmp_path / "acme.password").write_text("hush", encoding="utf-8")
    environ = {"STATE_DIRECTORY": "/var/lib/x", "TZ": "Asia/Tokyo", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    _, lines = load_with_sources(path, environ)
    found = {line.key: (line.value, line.source) for line in lines}
    assert found["state_dir"] == ("/var/lib/x", "STATE_DIRECTORY")
    assert found["timezone"] == ("Asia/Tokyo", "TZ")
    assert found["accounts.acme.password_file"] == (str(tmp_path / "acme.password"), "CREDENTIALS_DIRECTORY")


def test_the_first_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--config`, then `$SYNCD_CONFIG`, then the user's own; the current folder never."""
    paths = [
        tmp_path / name for name in ("option.toml", "variable.toml", "xdg/syncd/syncd.toml", "syncd.toml")
    ]
    paths[2].parent.mkdir(parents=True)
    for path in paths:
        path.write_text(f'log_level = "info" # {path}\n' + ACME, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    option, variable, xdg, _ = paths
    environ = {"SYNCD_CONFIG": str(variable), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert load(option, environ).path == option
    assert load(None, environ).path == variable
    del environ["SYNCD_CONFIG"]
    assert load(None, environ).path == xdg
    with pytest.raises(ConfigError, match="no configuration file"):
        load(None, {"XDG_CONFIG_HOME": str(tmp_path / "empty")})


def test_a_named_file_has_to_be_there(tmp_path: Path) -> None:
    """Nothing else is read in its place."""
    with pytest.raises(ConfigError, match=r"--config: .*does not exist"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match=r"SYNCD_CONFIG: .*does not exist"):
        load(None, {"SYNCD_CONFIG": str(tmp_path / "none.toml")})


def test_a_file_that_is_no_toml(read: Load) -> None:
    """The line is named."""
    [what] = problems(read, "state_dir = \n").values()
    assert "line 1" in what


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """That is no mistake of the configuration: the person may be the wrong one."""
    loop = tmp_path / "syncd.toml"
    loop.symlink_to(loop)
    with pytest.raises(CannotAct, match="cannot be read"):
        load(loop, {})


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    """The file in it was meant."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {})
    assert caught.value.problems[0].remedy == f"Name the file in it: {tmp_path / 'syncd.toml'}"


def test_a_mark_at_the_beginning_is_passed_over(tmp_path: Path) -> None:
    """Some editors write one before UTF-8."""
    path = tmp_path / "syncd.toml"
    path.write_text(ACME, encoding="utf-8-sig")
    assert load(path, {}).accounts[0].name == "acme"


def test_sections_that_are_no_tables(read: Load) -> None:
    """Wrong shapes are named like wrong values."""
    assert "accounts" in problems(read, "accounts = 3")
    assert "accounts.acme" in problems(read, "[accounts]\nacme = 3")
    assert "accounts.acme.partners" in problems(read, ACME + "partners = 3")


def test_the_state_stands_where_systemd_says(read: Load) -> None:
    """`state_dir`, else `$STATE_DIRECTORY`, else the user's own state folder."""
    assert read(ACME, STATE_DIRECTORY="/var/lib/a:/var/lib/b").state_dir == Path("/var/lib/a")
    assert read('state_dir = "/state"\n' + ACME, STATE_DIRECTORY="/var/lib/a").state_dir == Path("/state")
    assert read(ACME).state_dir.name == "syncd"


def test_the_time_zone_of_the_machine(read: Load) -> None:
    """`timezone`, else `$TZ`, else the machine's."""
    assert read('timezone = "Europe/Berlin"\n' + ACME).timezone.key == "Europe/Berlin"
    assert read(ACME, TZ="Asia/Tokyo").timezone.key == "Asia/Tokyo"
    assert read(ACME, TZ="no/where").timezone.key == "UTC"


def test_the_environment_is_the_process_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless one is given."""
    path = tmp_path / "syncd.toml"
    path.write_text(ACME, encoding="utf-8")
    monkeypatch.setenv("SYNCD_CONFIG", str(path))
    for name in ("HOME", "LOG_LEVEL"):
        monkeypatch.setenv(f"SYNCD_HOOK_{name}", "x")
    assert load().path == path
