"""The man page is what the commands say of themselves, and groff is content with it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from syncd.cli.app import COMMANDS, QUESTIONS, build
from syncd.cli.manual import manual, plain

PAGE = Path(__file__).parents[2] / "deploy" / "syncd.1"


def test_the_page_is_the_generated_one() -> None:
    """`python -m syncd.cli.manual > deploy/syncd.1` after each change of a command's help."""
    assert PAGE.read_text(encoding="utf-8") == manual()


def test_every_command_and_question_stands_in_it() -> None:
    """Also the options that all commands have."""
    page = manual()
    for name, _, _ in COMMANDS:
        assert f"\n.B syncd {name}" in page
    assert all(plain(words) in page for _, words in QUESTIONS)
    assert plain("--no-color") in page


@pytest.mark.parametrize("words", [words for _, words in QUESTIONS])
def test_each_question_is_answered_by_what_can_be_typed(words: str) -> None:
    """With the options that the command has."""
    program, *rest = words.split()
    assert program == "syncd"
    build().parse_args(rest, exit_on_error=False, print_error=False)


def test_groff_has_nothing_to_complain_about() -> None:
    """Neither of macros nor of what stands at the beginning of a line."""
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed: Debian package groff-base")
    words = ["groff", "-man", "-ww", "-K", "utf8", "-T", "utf8", "-z", str(PAGE)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr == ""
