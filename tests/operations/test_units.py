"""Whether a unit leaves syncd what it needs; what is said, and the drop-in to type."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.errors import CannotAct
from syncd.operations.checks import CheckLine
from syncd.operations.unit_files import parse_unit, read_unit
from syncd.operations.units import Needs, check_unit, judge, why_blocked

SHIPPED = Path(__file__).parents[2] / "systemd" / "syncd.service"
ROOT = Path("/srv/edi/acme")


def needs(
    *roots: Path, state_dir: Path | None = None, passwords: Mapping[str, Path | None] | None = None
) -> Needs:
    """Of a configuration with an account for each root."""
    return Needs(
        roots={f"a{number}": root for number, root in enumerate(roots)},
        state_dir=state_dir,
        passwords=passwords or {},
    )


def judged(*texts: str, wanted: Needs | None = None) -> list[CheckLine]:
    """The lines that are not fine, for the shipped unit with drop-ins."""
    unit = parse_unit(SHIPPED.read_text(encoding="utf-8"), *(f"[Service]\n{text}\n" for text in texts))
    return [line for line in judge(unit, wanted or needs(ROOT)) if not line.ok]


def test_the_shipped_unit_fits_its_own_places() -> None:
    """State and roots where the unit's comments put them."""
    assert judged(wanted=needs(ROOT, Path("/srv/edi"), state_dir=Path("/var/lib/syncd"))) == []


@pytest.mark.parametrize(
    ("root", "directive", "lines"),
    [
        ("/data/edi", "ProtectSystem=strict", ["ReadWritePaths=/data/edi"]),
        ("/srv/edinburgh", "ProtectSystem=strict", ["ReadWritePaths=/srv/edinburgh"]),
        ("/data/50% edi", "ProtectSystem=strict", ['ReadWritePaths="/data/50%% edi"']),
        ("/home/erp/edi", "ProtectHome=yes", ["ProtectHome=tmpfs", "BindPaths=/home/erp/edi"]),
        ("/tmp/edi", "PrivateTmp=yes", ["PrivateTmp=no", "ReadWritePaths=/tmp/edi"]),
    ],
)
def test_a_root_elsewhere_names_the_setting_and_a_drop_in_that_mends_it(
    root: str, directive: str, lines: list[str]
) -> None:
    """The very lines; with them nothing is wrong any more."""
    wanted = needs(Path(root))
    [line] = judged(wanted=wanted)
    assert (line.account, line.name, line.ok) == ("a0", "unit", False)
    assert directive in line.what
    assert root in line.what
    assert all(f"`{each}`" in line.remedy for each in ["[Service]", *lines])
    assert judged(*lines, wanted=wanted) == []


@pytest.mark.parametrize(
    "setting",
    [
        "InaccessiblePaths=/srv",
        "TemporaryFileSystem=/srv/edi:ro",
        "ReadOnlyPaths=-/srv/edi",
        "ReadOnlyPaths=/srv/edi/acme",
        "BindReadOnlyPaths=/mnt/disk:/srv/edi/acme:rbind",
        "ReadWritePaths=",
    ],
)
def test_other_settings_in_the_way_are_named_too(setting: str) -> None:
    """A later drop-in counts, as does a list that is emptied."""
    [line] = judged(setting)
    named = "ProtectSystem" if setting == "ReadWritePaths=" else setting.partition("=")[0]
    assert line.what.startswith(named)
    assert line.remedy


@pytest.mark.parametrize(
    "setting",
    [
        "ReadOnlyPaths=/srv\nReadWritePaths=/srv/edi/acme",
        "BindPaths=/mnt/disk:/srv/edi/acme",
        "TemporaryFileSystem=/srv\nBindPaths=/srv/edi",
        "ProtectSystem=full\nReadWritePaths=",
        "InaccessiblePaths=/srv\nInaccessiblePaths=",
        "StateDirectory=syncd other \\\n# a comment in between\n more",
    ],
)
def test_the_deeper_setting_counts(setting: str) -> None:
    """And what is bound into an empty folder is there."""
    assert judged(setting) == []


def test_nothing_opens_below_what_is_inaccessible() -> None:
    """systemd drops such lines: a drop-in with them would not help."""
    [line] = judged("InaccessiblePaths=/srv\nBindPaths=/srv/edi/acme\nReadWritePaths=/srv/edi/acme")
    assert "InaccessiblePaths=" in line.what
    assert "take /srv out of InaccessiblePaths=" in line.remedy


def test_a_state_elsewhere_has_to_be_opened_too() -> None:
    """It belongs to no account."""
    [line] = judged(wanted=needs(ROOT, state_dir=Path("/opt/state")))
    assert (line.account, line.ok) == (None, False)
    assert "`ReadWritePaths=/opt/state`" in line.remedy


def test_a_unit_without_a_folder_for_the_state() -> None:
    """When the configuration names none either."""
    [line] = judged("StateDirectory=")
    assert "`StateDirectory=syncd`" in line.remedy


def test_a_user_namespace_is_wrong() -> None:
    """It takes leases and the ERP's group away."""
    [line] = judged("PrivateUsers=yes")
    assert line.ok is False
    assert "`PrivateUsers=no`" in line.remedy


@pytest.mark.parametrize(
    ("setting", "missing"),
    [
        ("AmbientCapabilities=", ["AmbientCapabilities=CAP_LEASE"]),
        ("CapabilityBoundingSet=", ["CapabilityBoundingSet=CAP_LEASE"]),
        ("CapabilityBoundingSet=~CAP_LEASE", ["CapabilityBoundingSet=CAP_LEASE"]),
        ("AmbientCapabilities=~CAP_LEASE", ["AmbientCapabilities=CAP_LEASE"]),
    ],
)
def test_missing_leases_are_worth_a_note(setting: str, missing: list[str]) -> None:
    """All works without them, only later."""
    [line] = judged(setting)
    assert line.ok is None
    assert all(f"`{each}`" in line.remedy for each in missing)
    assert judged(setting, *missing) == []


@pytest.mark.parametrize("umask", ["0022", "0077", ""])
def test_another_umask_is_worth_a_note(umask: str) -> None:
    """Nothing set is systemd's 0022."""
    [line] = judged(f"UMask={umask}")
    assert line.ok is None
    assert "`UMask=0007`" in line.remedy


def test_a_password_from_nowhere_is_wrong() -> None:
    """An account without a file needs its credential, under its own name."""
    wanted = needs(passwords={"acme": None})
    [line] = judged("LoadCredential=globex.password:/etc/syncd/globex.password", wanted=wanted)
    drop_in = "LoadCredential=acme.password:/etc/syncd/acme.password"
    assert (line.account, line.ok) == ("acme", False)
    assert f"`{drop_in}`" in line.remedy
    assert judged(drop_in, wanted=wanted) == []


def test_an_api_key_is_a_credential_of_its_own_name() -> None:
    """Its name says what it is, in the remedy too."""
    wanted = replace(needs(passwords={"grid": None}), api_keys={"grid"})
    [line] = judged("LoadCredential=grid.password:/etc/syncd/grid.password", wanted=wanted)
    assert "`LoadCredential=grid.api_key:/etc/syncd/grid.api_key`" in line.remedy
    assert judged("LoadCredential=grid.api_key:/etc/syncd/grid.api_key", wanted=wanted) == []


def test_a_password_file_that_the_unit_hides_is_wrong() -> None:
    """One in /etc is read, though nothing is written there."""
    wanted = needs(passwords={"acme": Path("/home/erp/acme.password"), "globex": Path("/etc/syncd/globex")})
    [line] = judged(wanted=wanted)
    assert line.account == "acme"
    assert "ProtectHome=yes" in line.what


def test_drop_ins_count_in_the_order_of_their_names(tmp_path: Path) -> None:
    """A file in /etc hides one of the same name in /usr, and only .conf counts."""
    etc, usr = tmp_path / "etc", tmp_path / "usr"
    for folder in (etc, usr):
        (folder / "syncd.service.d").mkdir(parents=True)
    (usr / "syncd.service").write_text("[Unit]\nUMask=1\n[Service]\nUMask=2\nUser = syncd\n")
    (usr / "syncd.service.d" / "20.conf").write_text("[Service]\nUMask=3\n")
    (usr / "syncd.service.d" / "30.conf").write_text("[Service]\nUMask=4\n")
    (etc / "syncd.service.d" / "10.conf").write_text("[Service]\nUMask=5\n")
    (etc / "syncd.service.d" / "30.conf").write_text("[Service]\nUMask=6\n")
    (etc / "syncd.service.d" / "40.conf~").write_text("[Service]\nUMask=7\n")
    unit = read_unit((etc, usr))
    assert unit is not None
    assert unit.values["UMask"] == ("2", "5", "3", "6")
    assert unit.one("User") == "syncd"


def test_no_unit_is_only_worth_knowing(tmp_path: Path) -> None:
    """Not everybody runs syncd under systemd."""
    [line] = check_unit(needs(ROOT), folders=(tmp_path,))
    assert line.ok is None
    assert str(tmp_path) in line.what


def test_the_shipped_unit_is_found_where_it_stands() -> None:
    """All lines are fine."""
    assert all(line.ok for line in check_unit(needs(ROOT), folders=(SHIPPED.parent,)))


def test_a_unit_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """With what to do."""
    (tmp_path / "syncd.service").mkdir()
    with pytest.raises(CannotAct, match=r"syncd\.service cannot be read"):
        read_unit((tmp_path,))


@pytest.mark.parametrize(
    ("path", "number", "said"),
    [
        ("/data/edi", errno.EROFS, ["ProtectSystem=", "`ReadWritePaths=/data/edi`"]),
        ("/home/erp/edi", errno.EACCES, ["ProtectHome=", "`BindPaths=/home/erp/edi`"]),
        ("/home/erp/edi", errno.ENOENT, ["ProtectHome=", "`ProtectHome=tmpfs`"]),
        ("/tmp/edi", errno.ENOENT, ["PrivateTmp=", "`PrivateTmp=no`"]),
    ],
)
def test_inside_the_sandbox_the_error_tells_the_setting(path: str, number: int, said: list[str]) -> None:
    """With the drop-in, as `check --unit` says it."""
    blocked = why_blocked(Path(path), OSError(number, "no"))
    assert all(each in blocked for each in said)


@pytest.mark.parametrize(
    ("path", "number"), [("/data/edi", errno.EACCES), ("/data/edi", errno.ENOENT), ("/tmp/edi", errno.EACCES)]
)
def test_an_ordinary_error_is_not_blamed_on_the_unit(path: str, number: int) -> None:
    """A folder that is not there, or another user's."""
    assert why_blocked(Path(path), OSError(number, "no")) == ""
