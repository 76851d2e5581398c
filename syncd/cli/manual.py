"""The man page, generated from what the commands say of themselves: `python -m syncd.cli.manual`.

In the words of man(7), for `man syncd`; a test compares it with deploy/syncd.1.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from cyclopts import App
from cyclopts.argument import Argument

from syncd.cli.app import COMMANDS, QUESTIONS, build
from syncd.cli.options import Options

_HEAD = """\
.\\" Generated: python -m syncd.cli.manual > deploy/syncd.1
.TH SYNCD 1 "" "syncd" "EDI gateways and folders"
.SH NAME
syncd \\- a bridge between hosted EDI gateways and folders
.SH SYNOPSIS
.B syncd
.I COMMAND
.RI [ OPTION .\\|.\\|.]
.SH DESCRIPTION
Whatever arrives at the gateway appears, whole, in an inbox folder; whatever is dropped into an outbox folder
is sent once, and what became of it can be seen.
Nothing is lost, nothing is doubled, nothing fails silently.
.PP
Drop a file into
.IR root /outbox/ station / partner /
and pick up what arrives in
.IR root /inbox/ station / partner / .
What was dropped moves on to
.BR queued/ ,
.BR sent/ ,
.B failed/
or
.BR held/ ;
in the last three a file NAME.syncd.json beside it tells its story.
.SH QUESTIONS
"""

_TAIL = """\
.SH EXIT STATUS
.TP
.B 0
done, and nothing needs a person
.TP
.B 1
done, but something failed, is held, or was not found
.TP
.B 2
wrong use or configuration
.TP
.B 3
could not ask or act: the lock is held, no permission, the gateway cannot be reached
.TP
.B 78
from
.BR run :
only a person can help; systemd does not start it again
.SH ENVIRONMENT
.TP
.B SYNCD_CONFIG
the configuration file
.TP
.BI SYNCD_ KEY
overrides that key of the file, in capitals, levels joined by two underscores: SYNCD_ACCOUNTS__ACME__URL
.TP
.BR STATE_DIRECTORY ", " RUNTIME_DIRECTORY ", " CREDENTIALS_DIRECTORY
as systemd hands them over: the state, the control socket, the secrets
.SH FILES
.TP
.I /etc/syncd/syncd.toml
the configuration, unless
.IR ~/.config/syncd/syncd.toml ,
.B SYNCD_CONFIG
or
.B \\-\\-config
comes first;
.B syncd config
shows what is in force
.TP
.I /var/lib/syncd/
the state of the packaged service: one SQLite database
.TP
.IR root /.syncd/
what is on its way in; nobody else touches it
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1)
"""


def manual() -> str:
    """The text of deploy/syncd.1."""
    app = build()
    lines = [_HEAD.rstrip("\n"), *_questions(), ".SH COMMANDS"]
    panel = ""
    for name, _, group in COMMANDS:
        if group.name != panel:
            panel = group.name
            lines.append(f".SS {panel}")
        lines += _command(app[name], name)
    lines += [".SH OPTIONS OF EVERY COMMAND", *_shared_options(app), _TAIL.rstrip("\n")]
    return "\n".join(lines) + "\n"


def _questions() -> Iterator[str]:
    for question, words in QUESTIONS:
        yield from (".TP", plain(question), f".B {plain(words)}")


def _command(command: App, name: str) -> Iterator[str]:
    arguments = [each for each in command.assemble_argument_collection() if each.show]
    named = [each for each in arguments if each.name.startswith("-")]
    placed = [each for each in arguments if not each.name.startswith("-")]
    words = " ".join(map(_placed, placed))
    yield ".TP"
    yield f".B {plain(f'syncd {name} {words}'.strip())}"
    for paragraph in inspect.cleandoc(str(command.help)).split("\n\n"):
        if paragraph.startswith("Example: "):
            yield from (".RS", ".PP", "Example:", f".B {plain(paragraph.removeprefix('Example: '))}", ".RE")
        else:
            yield from (".RS", ".PP", plain(" ".join(paragraph.split())), ".RE")
    yield ".RS"
    yield from _arguments([*placed, *named])
    yield ".RE"


def _placed(argument: Argument) -> str:
    """How an argument without a name is written: in brackets when it may be left out."""
    several = " ..." if argument.field_info.kind is inspect.Parameter.VAR_POSITIONAL else ""
    return f"{argument.name}{several}" if argument.required else f"[{argument.name}{several}]"


def _arguments(arguments: Iterable[Argument]) -> Iterator[str]:
    for each in arguments:
        choices = each.get_choices()
        value = "" if each.is_flag() or not each.name.startswith("-") else "VALUE"
        said = (each.parameter.help or "").strip()
        if choices:
            said = f"{said} One of: {', '.join(choices)}."
        yield from (".TP", f'.BI {plain(each.name)} " {value}"' if value else f".B {plain(each.name)}")
        yield plain(said) or "\\&"


def _shared_options(app: App) -> Iterator[str]:
    meta = app.meta.assemble_argument_collection()
    shared = {f"--{name.replace('_', '-')}" for name in Options.__dataclass_fields__}
    yield from _arguments(each for each in meta if each.name in shared)


def plain(text: str) -> str:
    """The text, with nothing in it that means something to roff."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


if __name__ == "__main__":
    print(manual(), end="")
