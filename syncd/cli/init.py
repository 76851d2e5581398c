"""The command that writes a first configuration."""

from __future__ import annotations

import getpass
import json
import os
import re
import shlex
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from syncd.cli.options import Call, Given
from syncd.cli.render import Reply, safe
from syncd.errors import CannotAct, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written, and what to type next."""

    config: Path
    root: Path
    password_file: Path | None
    password_written: bool
    api_key_file: Path | None
    """Exactly one of the two files is named."""
    api_key_written: bool
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """Whose root was taken over."""

    account: str
    root: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a first configuration says."""

    name: str
    gateway: str
    url: str | None
    username: str | None
    """None: by API key."""
    secret_file: str
    root: str

    @property
    def by_password(self) -> bool:
        """A user name and a password log in, or else an API key."""
        return self.username is not None

    def text(self) -> str:
        """The file. JSON's texts are TOML's too."""
        keys = {
            "gateway": self.gateway,
            "url": self.url,
            "username": self.username,
            "password_file" if self.by_password else "api_key_file": self.secret_file,
            "root": self.root,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items() if value]
        return "\n".join(
            ["# `syncd config` shows every key there is.", f"[accounts.{_key(self.name)}]", *lines, ""]
        )


def _key(name: str) -> str:
    """In quotes where TOML wants them, so that a name that is none is read, and refused as such."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def init(
    *,
    name: Annotated[
        str | None,
        Parameter(help="The account's name, yours to choose; main, unless given here or as --account."),
    ] = None,
    gateway: Annotated[Literal["as2gateway", "ecgrid"], Parameter(help="The hosted service.")] = "as2gateway",
    url: Annotated[str | None, Parameter(help="Its address, unless it is the usual one.")] = None,
    username: Annotated[
        str | None, Parameter(help="The login there; ecgrid: in place of an API key, with a password.")
    ] = None,
    password_file: Annotated[
        Path | None, Parameter(help="A file with the password; made when it is not there.")
    ] = None,
    api_key_file: Annotated[
        Path | None, Parameter(help="ecgrid: a file with the API key; made when it is not there.")
    ] = None,
    root: Annotated[Path | None, Parameter(help="The folder of the account's tree.")] = None,
    adopt: Annotated[
        str | None,
        Parameter(help="Write nothing; take the root of this account over for this state instead."),
    ] = None,
    call: Given,
) -> Reply:
    """Write a first configuration; asks only for what is missing, and never over an existing file.

    Example: syncd init --username edi@acme.example --root /srv/edi/acme

    With an API key: syncd init --gateway ecgrid --root /srv/edi/acme

    A root that belongs to a lost state is taken over with --adopt: nothing in its queued/ is sent by itself.
    """
    if adopt is not None:
        return _adopt(call, adopt)
    path = _path(call, os.environ)
    if os.path.lexists(path):
        raise CannotAct(f"{path} is there already", "Edit it, or name another file with --config.")
    name = _name(name, call.options.account)
    by_password = _by_password(gateway, username, password_file, api_key_file)
    given = {"--username": username} if by_password else {}
    asked = _ask_for(given | {"--root": str(root) if root else None})
    kind = "password" if by_password else "api_key"
    file = (password_file or api_key_file or path.with_name(f"{name}.{kind}")).expanduser().absolute()
    answers = Answers(
        name=name,
        gateway=gateway,
        url=url,
        username=asked.get("--username"),
        secret_file=str(file),
        root=str(Path(asked["--root"]).expanduser().absolute()),
    )
    _prove(answers, path)
    secret_written = _write_secret(file, answers)
    _write(path, answers.text(), mode=0o640)
    written = _written(path, answers, secret_written=secret_written, call=call)
    return Reply(value=written, view=lambda: _view(written))


def _adopt(call: Call, name: str) -> Reply:
    from rich.text import Text

    settings = call.settings()
    root = settings.roots.get(name)
    if root is None:
        raise UsageError(
            f"there is no account {name}", f"The configuration has: {', '.join(settings.roots)}."
        )
    call.wiring.adopt(settings, name)
    adopted = Adopted(account=name, root=root)
    return Reply(
        value=adopted, view=lambda: Text(safe(f"{root} belongs to this state now; next: syncd once"))
    )


def _name(name: str | None, account: str | None) -> str:
    """The account's name: --account says it as well as --name. Raises: UsageError for two."""
    if name is not None and account is not None and name != account:
        raise UsageError(f"--name {name} and --account {account} are two names", "Leave one of them out.")
    return name or account or "main"


def _by_password(
    gateway: str, username: str | None, password_file: Path | None, api_key_file: Path | None
) -> bool:
    """Whether a user name and a password log in, or an API key. Raises: UsageError."""
    from syncd.config.gateways import GATEWAYS

    lacks = GATEWAYS[gateway].lacks
    if "api_key" not in lacks and not username and not password_file:
        return False
    if api_key_file and "api_key" in lacks:
        raise UsageError(f"--api-key-file does nothing: {lacks['api_key']}", "Leave it out.")
    if api_key_file:
        other = "--username" if username else "--password-file"
        raise UsageError(f"--api-key-file stands beside {other}", "Leave one of them out.")
    return True


def _path(call: Call, environ: Mapping[str, str]) -> Path:
    """Where the other commands will look for it: the system's place for root, else the user's."""
    from syncd.config.sources import SYSTEM_FILE, user_file

    named = call.options.config or environ.get("SYNCD_CONFIG")
    if named:
        return Path(named).absolute()
    return SYSTEM_FILE if os.geteuid() == 0 else user_file(environ)


def _ask_for(given: Mapping[str, str | None]) -> dict[str, str]:
    """Every answer: as given, else from the terminal. Raises: UsageError where there is none."""
    missing = [option for option, answer in given.items() if not answer]
    if missing and not sys.stdin.isatty():
        raise UsageError(f"{', '.join(missing)} is missing", "There is no terminal to ask on: add it.")
    questions = {"--username": "Login at the gateway: ", "--root": "Folder for the messages: "}
    return {option: answer or _ask(questions[option], input) for option, answer in given.items()}


def _ask(question: str, read: Callable[[str], str]) -> str:
    try:
        answer = read(question).strip("\r\n")
    except EOFError:
        answer = ""
    if not answer:
        raise UsageError("there was no answer", "Run `syncd init` again; nothing was written.")
    return answer


def _prove(answers: Answers, path: Path) -> None:
    """Refuse what the other commands would refuse, before anything is written. Raises: UsageError."""
    from syncd.config import check

    try:
        tables = tomllib.loads(answers.text())
    except tomllib.TOMLDecodeError as error:
        what = f"an answer has letters that no configuration can hold: {error}"
        raise UsageError(what, "Leave them out.") from error
    check(tables, path=path)


def _write_secret(path: Path, answers: Answers) -> bool:
    """Ask for the password or the API key and keep it, where there is a terminal and no file yet."""
    if path.exists() or not sys.stdin.isatty():
        return False
    secret = _ask_api_key(answers.name) if answers.username is None else _ask_password(answers.username)
    _write(path, secret + "\n", mode=0o600)
    return True


def _ask_password(username: str) -> str:
    return _ask(f"Password of {safe(username)}: ", getpass.getpass)


def _ask_api_key(name: str) -> str:
    from syncd.system.secrets import can_be_api_key

    api_key = _ask(f"API key of {name}: ", getpass.getpass).strip()  # spaces come along with what is pasted
    if not can_be_api_key(api_key):
        raise UsageError("that is not an API key", "Run `syncd init` again; nothing was written.")
    return api_key


def _write(path: Path, text: str, *, mode: int) -> None:
    """Make a new file, never over another; what was half written is taken away again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        path.unlink()
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> CannotAct:
    return CannotAct(f"{path} cannot be written: {error.strerror}", "Name another place with --config.")


def _written(path: Path, answers: Answers, *, secret_written: bool, call: Call) -> Written:
    file = Path(answers.secret_file)
    return Written(
        config=path,
        root=Path(answers.root),
        password_file=file if answers.by_password else None,
        password_written=secret_written and answers.by_password,
        api_key_file=None if answers.by_password else file,
        api_key_written=secret_written and not answers.by_password,
        next=_next(path, answers, call),
    )


def _next(path: Path, answers: Answers, call: Call) -> tuple[str, ...]:
    """What is still to do, the rest as commands to type. The root is made by a person, and once."""
    secret, root = Path(answers.secret_file), Path(answers.root)
    option = f" --config {shlex.quote(str(path))}" if call.options.config else ""
    steps = [f"syncd check{option}", f"syncd once{option}"]
    if not root.exists():
        steps.insert(0, f"install -d -m 2770 {shlex.quote(str(root))}")
    if not secret.exists():
        noun = "password" if answers.by_password else "API key"
        steps.insert(0, f"put the {noun} into {secret}, readable for syncd alone")
    return tuple(steps)


def _view(written: Written) -> RenderableType:
    from rich.text import Text

    lines = [f"wrote {written.config}", f"the root is {written.root}"]
    if written.password_written or written.api_key_written:
        lines.append(f"wrote {written.password_file or written.api_key_file}")
    return Text(_safe_lines([*lines, "next:", *(f"  {each}" for each in written.next)]))


def _safe_lines(lines: list[str]) -> str:
    """The lines, each without what would steer a terminal."""
    return "\n".join(safe(line) for line in lines)
