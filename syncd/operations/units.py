"""`syncd check --unit`: whether systemd's sandbox leaves syncd what its configuration names.

A root that the unit hides looks like an unmounted disk from inside, so here the setting is named, with the
drop-in that mends it.
"""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from syncd.operations.checks import CheckLine
from syncd.operations.sight import HOMES, TEMPORARY, Access, Sight, look
from syncd.operations.unit_files import UNIT, UNIT_FOLDERS, Unit, read_unit

UMASK = 0o007
_SYSTEMD_UMASK = "0022"
_LEASE = "CAP_LEASE"
_CREDENTIALS = (
    "LoadCredential",
    "LoadCredentialEncrypted",
    "SetCredential",
    "SetCredentialEncrypted",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the configuration wants from the unit."""

    roots: Mapping[str, Path]
    """By the account's name."""
    state_dir: Path | None
    """None: the configuration leaves it to systemd."""
    passwords: Mapping[str, Path | None]
    """The file that an account's password or API key is read from; None: systemd's credential."""
    api_keys: Collection[str] = ()
    """Those of them that are an API key."""


def check_unit(needs: Needs, *, folders: Sequence[Path] = UNIT_FOLDERS) -> tuple[CheckLine, ...]:
    """Read the unit and its drop-ins, and judge them. Raises: CannotAct."""
    unit = read_unit(folders)
    if unit is None:
        what = f"there is no {UNIT} in {', '.join(map(str, folders))}"
        remedy = "Copy systemd/syncd.service to /etc/systemd/system/, if systemd is to run syncd."
        return (_line(None, what, remedy=remedy, ok=None),)
    return judge(unit, needs)


def judge(unit: Unit, needs: Needs) -> tuple[CheckLine, ...]:
    """One line for each thing that the unit has to leave open."""
    return (
        _state(unit, needs.state_dir),
        *(_folder(unit, root, account=name) for name, root in needs.roots.items()),
        *(
            _secret(unit, name, "api_key" if name in needs.api_keys else "password", file)
            for name, file in needs.passwords.items()
        ),
        *_users(unit),
        *_lease(unit),
        *_umask(unit),
    )


def why_blocked(path: Path, error: OSError) -> str:
    """Which setting of the unit is in the way, with the drop-in that mends it; "" when none comes to mind.

    For syncd inside its sandbox: what is hidden there cannot be seen, so the kind of the error has to tell.
    """
    if error.errno == errno.EROFS:
        what = f"ProtectSystem= of the unit makes {path} read-only, unless the disk itself is"
        return f"{what}: {_drop_in(f'ReadWritePaths={_written(path)}')}"
    if error.errno not in {errno.EACCES, errno.ENOENT}:
        return ""
    if _is_below(path, HOMES):
        sight = Sight(path=path, access=Access.CLOSED, directive="ProtectHome=")
    elif error.errno == errno.ENOENT and _is_below(path, TEMPORARY):
        sight = Sight(path=path, access=Access.COVERED, directive="PrivateTmp=")
    else:
        return ""
    return f"{sight.directive} of the unit may hide {path}: {_opening(sight, path)}"


# Folders ----------------------------------------------------------------------------------------


def _state(unit: Unit, state_dir: Path | None) -> CheckLine:
    if state_dir is not None:
        return _folder(unit, state_dir, account=None)
    if unit.words("StateDirectory"):
        return _line(None, "the unit has a folder for the state")
    remedy = _drop_in("StateDirectory=syncd", "StateDirectoryMode=0700")
    return _line(None, "the unit has no StateDirectory=, and state_dir is not set", remedy=remedy, ok=False)


def _folder(unit: Unit, path: Path, *, account: str | None) -> CheckLine:
    sight = look(unit, path)
    if sight.is_writable:
        return _line(account, f"the unit can write in {path}")
    how = "hides" if sight.is_hidden else "makes read-only"
    remedy = _opening(sight, path)
    return _line(account, f"{sight.directive} of the unit {how} {path}", remedy=remedy, ok=False)


def _opening(sight: Sight, path: Path) -> str:
    """What opens a folder that is hidden or read-only."""
    name = sight.directive.partition("=")[0]
    match name:
        case "ProtectHome" if sight.is_hidden:
            return _drop_in("ProtectHome=tmpfs", f"BindPaths={_written(path)}")
        case "PrivateTmp":
            return _drop_in("PrivateTmp=no", f"ReadWritePaths={_written(path)}")
        case "TemporaryFileSystem":
            return _drop_in(f"BindPaths={_written(path)}")
        case "InaccessiblePaths" | "ReadOnlyPaths" | "BindReadOnlyPaths" if _is_named(sight, path):
            return f"`systemctl edit --full syncd`, and take {sight.path} out of {sight.directive}"
        case _:
            return _drop_in(f"ReadWritePaths={_written(path)}")


def _is_named(sight: Sight, path: Path) -> bool:
    """Whether a further line for the path could not win over the one that is there."""
    return sight.access is Access.CLOSED or sight.path == path.resolve()


def _is_below(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


# Passwords --------------------------------------------------------------------------------------


def _secret(unit: Unit, account: str, kind: str, file: Path | None) -> CheckLine:
    name = f"{account}.{kind}"
    load = _drop_in(f"LoadCredential={name}:/etc/syncd/{name}")
    if file is not None:
        sight = look(unit, file)
        if sight.is_hidden:
            remedy = f"Set no {kind}_file, and {_drop_in(f'LoadCredential={name}:{_written(file)}')}"
            return _line(account, f"{sight.directive} of the unit hides {file}", remedy=remedy, ok=False)
        return _line(account, f"the unit does not hide {file}")
    given = {word.partition(":")[0] for key in _CREDENTIALS for word in unit.words(key)}
    if name in given:
        return _line(account, f"the unit passes the credential {name}")
    return _line(
        account, f"no {kind} is set, and the unit passes no credential {name}", remedy=load, ok=False
    )


# Rights -----------------------------------------------------------------------------------------


def _users(unit: Unit) -> Iterator[CheckLine]:
    if unit.one("PrivateUsers", "no").lower() not in {"no", "false", "off", "0", "n", "f"}:
        what = (
            "PrivateUsers= puts syncd among users of its own: the group that it shares with the ERP does not "
            "exist there, and who has a file open cannot be asked"
        )
        yield _line(None, what, remedy=_drop_in("PrivateUsers=no"), ok=False)


def _lease(unit: Unit) -> Iterator[CheckLine]:
    bounding = _has(unit, "CapabilityBoundingSet", _LEASE, unset=True)
    as_root = unit.one("User", "root") in {"root", "0"} and not unit.is_on("DynamicUser")
    ambient = as_root or _has(unit, "AmbientCapabilities", _LEASE, unset=False)
    if bounding and ambient:
        yield _line(None, "syncd may ask who has a dropped file open")
        return
    missing = [] if bounding else [f"CapabilityBoundingSet={_LEASE}"]
    missing += [] if ambient else [f"AmbientCapabilities={_LEASE}"]
    what = f"without {_LEASE} nobody can tell whether the ERP still writes: `settle` counts twice"
    yield _line(None, what, remedy=_drop_in(*missing), ok=None)


def _has(unit: Unit, key: str, capability: str, *, unset: bool) -> bool:
    """Whether a set of capabilities has this one; `~` takes out, and in front of all others means all but."""
    if key not in unit.values:
        return unset
    has, is_first = False, True
    for value in unit.values[key]:
        takes_out = value.startswith("~")
        names = value.removeprefix("~").upper().split()
        if capability in names:
            has = not takes_out
        elif is_first:
            has = takes_out
        is_first = False
    return has


def _umask(unit: Unit) -> Iterator[CheckLine]:
    written = unit.one("UMask", _SYSTEMD_UMASK)
    try:
        umask = int(written, 8)
    except ValueError:
        return  # systemd ignores it, and says so itself
    if umask != UMASK:
        what = f"UMask={written} is not the 0007 that fits files shared with one group"
        yield _line(None, what, remedy=_drop_in("UMask=0007"), ok=None)


# Words ------------------------------------------------------------------------------------------


def _line(account: str | None, what: str, *, remedy: str = "", ok: bool | None = True) -> CheckLine:
    return CheckLine(account=account, name="unit", ok=ok, what=what, remedy=remedy)


def _drop_in(*lines: str) -> str:
    shown = ", ".join(f"`{line}`" for line in ("[Service]", *lines))
    return f"`systemctl edit syncd` with the lines {shown}; then `systemctl restart syncd`"


def _written(path: Path) -> str:
    """The path as it stands in a unit."""
    text = str(path).replace("%", "%%")
    return f'"{text}"' if " " in text else text
