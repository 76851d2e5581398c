"""The commands' names and panels, and the way from words to an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated

from cyclopts import App, Group, Parameter
from cyclopts.exceptions import CycloptsError

from syncd.cli.options import Call, Options, Wiring, installed
from syncd.cli.render import Pieces, Reply, refuse_deaf_output, render, render_error, render_pieces
from syncd.errors import CannotAct, NotFound, SyncdError, UsageError

_RUN = Group("Run", sort_key=1)
_LOOK = Group("Look", sort_key=2)
_ACT = Group("Act", sort_key=3)
_KEEP = Group("Keep", sort_key=4)
_TRY = Group("Try", sort_key=5)

COMMANDS = (
    ("run", "syncd.cli.service:run", _RUN),
    ("once", "syncd.cli.run:once", _RUN),
    ("check", "syncd.cli.run:check", _RUN),
    ("reload", "syncd.cli.service:reload", _RUN),
    ("init", "syncd.cli.init:init", _RUN),
    ("config", "syncd.cli.run:config", _RUN),
    ("completion", "syncd.cli.completion:completion", _RUN),
    ("status", "syncd.cli.status:status", _LOOK),
    ("list", "syncd.cli.look:list_", _LOOK),
    ("find", "syncd.cli.look:find", _LOOK),
    ("show", "syncd.cli.look:show", _LOOK),
    ("partners", "syncd.cli.look:partners", _LOOK),
    ("stations", "syncd.cli.look:stations", _LOOK),
    ("resolve", "syncd.cli.act:resolve", _ACT),
    ("stop", "syncd.cli.act:stop", _ACT),
    ("retry", "syncd.cli.act:retry", _ACT),
    ("resend", "syncd.cli.act:resend", _ACT),
    ("refetch", "syncd.cli.refetch:refetch", _ACT),
    ("delete", "syncd.cli.delete:delete", _ACT),
    ("pause", "syncd.cli.act:pause", _ACT),
    ("resume", "syncd.cli.act:resume", _ACT),
    ("verify", "syncd.cli.keep:verify", _KEEP),
    ("prune", "syncd.cli.prune:prune", _KEEP),
    ("export", "syncd.cli.export:export", _KEEP),
    ("sandbox", "syncd.cli.sandbox:sandbox", _TRY),
    ("demo", "syncd.cli.demo:demo", _TRY),
)
"""Name, where it is (imported when it is called, or when help is asked for), and its panel."""

QUESTIONS = (
    ("Is all well?", "syncd status"),
    ("What needs me?", "syncd list --attention"),
    ("Why is PO-4713.edi not sent?", "syncd show PO-4713.edi"),
    ("What became of it?", "syncd find PO-4711.edi"),
    ("How to send it again?", "syncd resend ID"),
    ("How to fetch one once more?", "syncd refetch ID"),
    ("Orders not acknowledged?", "syncd list --document 850 --acknowledged waiting"),
    ("Do both sides agree?", "syncd verify"),
)
"""What people ask, and what to type."""


def run(argv: Sequence[str] | None = None, *, reach: Callable[[], Wiring] = installed) -> int:
    """Run one command and print what it returns; the exit code says what came of it.

    0 done, and nothing needs a person; 1 done, but something failed, is held, or was not found; 2 wrong
    use or configuration; 3 could not ask or act. `reach` gives the wiring.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no such letter is no fault
    try:
        return _run(words, reach)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # What reads our output has seen enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE


def _run(words: list[str], reach: Callable[[], Wiring]) -> int:
    as_json = "--json" in words
    try:
        app = build(reach)
        if "--version" not in words and not commands().intersection(words):
            _import_all(app)
        code = app.meta(words, exit_on_error=False, print_error=False, result_action="return_value")
    except SyncdError as error:
        render_error(error, as_json=as_json)
        return exit_code(error)
    except CycloptsError as error:
        remedy = "`syncd --help` shows how, and `--help` after a command's name what it takes."
        render_error(UsageError(" ".join(str(error).split()).removesuffix("."), remedy), as_json=as_json)
        return 2
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours, and nobody else is left to tell of it
        return _fault(error, as_json=as_json)
    return code if isinstance(code, int) else 0


def _fault(error: Exception, *, as_json: bool) -> int:
    """Show where it was, unless it was nothing but an output that cannot be written."""
    try:
        if isinstance(error, OSError):
            refuse_deaf_output()
    except CannotAct as deaf:
        render_error(deaf, as_json=as_json)
        return 3
    traceback.print_exception(error)
    render_error(SyncdError("this is a fault in syncd itself", "Please report it."), as_json=as_json)
    return 3


def commands() -> frozenset[str]:
    """The names of all commands."""
    return frozenset(name for name, _, _ in COMMANDS)


def _questions() -> str:
    """What stands below the overview."""
    width = max(len(question) for question, _ in QUESTIONS)
    return "\n".join(f"{question:<{width}}  {words}" for question, words in QUESTIONS)


def _import_all(app: App) -> None:
    """The overview shows the first line of each command's own help."""
    for name in commands():
        _ = app[name]


def exit_code(error: SyncdError) -> int:
    """What a failure means to a script."""
    if isinstance(error, UsageError):
        return 2
    return 1 if isinstance(error, NotFound) else 3


def build(reach: Callable[[], Wiring] = installed) -> App:
    """The program's commands."""
    import syncd

    app = App(
        name="syncd",
        help=syncd.__doc__,
        version=lambda: syncd.__version__,
        default_parameter=Parameter(negative=()),
        help_format="plaintext",
        help_epilogue=_questions(),
    )
    app.meta.suppress_keyboard_interrupt = False  # it would end the process itself
    for name, path, panel in COMMANDS:
        app.command(path, name=name, group=panel, help_epilogue="")

    @app.meta.default
    def launch(
        *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        options: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008 - frozen
    ) -> int:
        command, bound, ours = app.parse_args(words, exit_on_error=False, print_error=False)
        call = Call(options=options, reach=reach)
        reply = command(*bound.args, **bound.kwargs, **dict.fromkeys(ours, call))
        if isinstance(reply, Pieces):
            render_pieces(reply, options)
            return 0
        if not isinstance(reply, Reply):
            return reply if isinstance(reply, int) else 0
        render(reply, options)
        return reply.exit_code

    return app
