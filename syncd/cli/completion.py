"""The command that prints what a shell needs to complete our words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from syncd.cli.options import Given
from syncd.cli.render import Reply

Shell = Literal["bash", "zsh", "fish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The script of one shell."""

    shell: str
    script: str


def completion(
    shell: Annotated[Shell, Parameter(help="The shell that is to complete our words.")], /, *, call: Given
) -> Reply:
    """Print the script by which a shell completes commands and options.

    Example: syncd completion bash

    Send it into a file that the shell reads: /etc/bash_completion.d/syncd; for zsh, _syncd in a folder of
    $fpath; for fish, /etc/fish/completions/syncd.fish.
    """
    from rich.text import Text

    from syncd.cli.app import COMMANDS, build

    del call
    app = build()
    for name, _, _ in COMMANDS:
        _ = app[name]  # its options are known once it is imported
    script = app.generate_completion(shell=shell)
    return Reply(value=Completion(shell=shell, script=script), view=lambda: Text(script))
