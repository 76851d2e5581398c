"""A real command under its guard: what it gets, how it ends, and that nothing of it is left."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.core.hooks import Command
from syncd.notify import GuardedRunner
from syncd.notify.hook import MOST_OUTPUT
from syncd.ports import Ended

SECRETS = {"SYNCD_ACCOUNTS__ACME__PASSWORD": "s3cret", "CREDENTIALS_DIRECTORY": "/run/c", "LANG": "C.UTF-8"}


def runner() -> GuardedRunner:
    return GuardedRunner({**SECRETS, "PATH": os.environ["PATH"]}, grace=timedelta(seconds=0.1))


def shell(script: str, *arguments: str, content: bytes = b"", timeout_s: float = 30) -> Command:
    return Command(
        argv=("/bin/sh", "-c", script, "sh", *arguments),
        variables={"SYNCD_HOOK": "on_received"},
        content=content,
        timeout=timedelta(seconds=timeout_s),
    )


def ended(script: str, *arguments: str, content: bytes = b"", timeout_s: float = 30) -> Ended:
    return runner().run(shell(script, *arguments, content=content, timeout_s=timeout_s))


def until(look: Callable[[], bool]) -> None:
    pause, deadline = threading.Event(), time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline
        pause.wait(0.01)


def is_gone(pid: int) -> bool:
    """Whether the process has ended; who waits for it may be slow."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_hook_gets_its_arguments_and_its_standard_input() -> None:
    """As they are, whatever is in them; more on standard input than a pipe holds need not be read."""
    hostile = ["--help", "$(id)", "a b", "'\"", "\udcff", "*", ""]
    assert ended('printf "[%s]" "$@"', *hostile, content=b"x" * 200_000).output == (
        "[--help][$(id)][a b]['\"][\ufffd][*][]"
    )
    assert ended("wc -c", content=b"x" * 200_000) == Ended(output="200000\n")


def test_what_no_argument_can_be_is_replaced() -> None:
    """Half a character, a NUL."""
    assert ended('printf %s "$1"', "a\0b\ud800").output == "a\ufffdb?"


def test_the_environment_is_small_and_has_no_secrets() -> None:
    """What syncd itself was started with stays with syncd."""
    names = {line.partition("=")[0] for line in ended("env").output.splitlines()}
    assert names - {"PWD", "_", "SHLVL", "OLDPWD", "LC_CTYPE"} == {"PATH", "LANG", "SYNCD_HOOK"}


@pytest.fixture
def many_open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    with ExitStack() as opened:
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(1100):
            opened.callback(os.close, os.open("/dev/null", os.O_RDONLY))
        yield


@pytest.mark.usefixtures("many_open_files")
def test_a_hook_runs_beside_a_thousand_open_files() -> None:
    """The lifeline keeps its number in the guard, and select(2) takes no number above 1023."""
    assert ended("echo here") == Ended(output="here\n")


def test_a_hook_has_no_descriptors_of_ours() -> None:
    """Neither the guard's nor the database's."""
    assert ended("ls /proc/self/fd | wc -l").output.strip() == "4"  # its own three, and the folder


@pytest.mark.parametrize(
    ("script", "problem"),
    [("exit 3", "ended with exit code 3"), ("kill -9 $$", "was killed by signal 9"), ("exit 0", "")],
)
def test_how_a_hook_ended(script: str, problem: str) -> None:
    """Only exit code 0 is done."""
    assert ended(f"echo said; echo it >&2; {script}") == Ended(problem=problem, output="said\nit\n")


@pytest.mark.parametrize("program", ["/nowhere/import", "/etc/passwd", "/"])
def test_a_program_that_cannot_be_run_says_why(program: str) -> None:
    """And nothing is raised."""
    command = Command(argv=(program,), variables={}, content=b"", timeout=timedelta(seconds=9))
    assert runner().run(command).problem.startswith("could not be started: ")


def test_arguments_that_are_too_many_say_so() -> None:
    """The kernel refuses them before anything runs."""
    assert "too long" in ended("true", *["x" * 100_000] * 40).problem


def test_a_hook_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    """Also one that will not listen: asked to end, then killed, and the whole group with it."""
    script = f"trap '' TERM; sleep 30 & echo $! > {tmp_path}/child; echo hangs; wait; wait"
    told = ended(script, timeout_s=0.3)
    assert told == Ended(problem="was killed: it took longer than 0.3 s", output="hangs\n")
    until(lambda: is_gone(int((tmp_path / "child").read_text())))


def test_a_flood_is_read_and_dropped() -> None:
    """It neither blocks the hook nor fills the memory: the beginning is kept."""
    told = ended("head -c 20000000 /dev/zero | tr '\\0' x; exit 4")
    assert told == Ended(problem="ended with exit code 4", output="x" * MOST_OUTPUT)


def test_a_child_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    """The hook is done when it has ended; what it left running goes on."""
    told = ended(f"sleep 30 & echo $! > {tmp_path}/child; echo done")
    child = int((tmp_path / "child").read_text())
    assert told == Ended(output="done\n")
    assert not is_gone(child)
    os.kill(child, signal.SIGKILL)


def test_what_is_cut_is_killed_and_no_failure(tmp_path: Path) -> None:
    """The program ends: at once, and nothing is run after it."""
    running = runner()
    found: list[Ended] = []
    command = shell(f"echo $$ > {tmp_path}/pid; exec sleep 30")
    thread = threading.Thread(target=lambda: found.append(running.run(command)))
    thread.start()
    until(lambda: (tmp_path / "pid").exists() and bool((tmp_path / "pid").read_text()))
    running.cut()
    thread.join(10)
    assert [each.was_cut for each in found] == [True]
    until(lambda: is_gone(int((tmp_path / "pid").read_text())))
    assert running.run(shell("exit 0")).was_cut


ALONE = """
import sys
from datetime import timedelta
from syncd.core.hooks import Command
from syncd.notify import GuardedRunner
argv = ("/bin/sh", "-c", f"trap '' TERM; echo $$ > {sys.argv[1]}; sleep 30; sleep 30")
GuardedRunner({}).run(Command(argv=argv, variables={}, content=b"", timeout=timedelta(minutes=1)))
"""


def test_no_hook_outlives_who_was_killed(tmp_path: Path) -> None:
    """With kill -9 of the daemon: else it would run once more beside itself."""
    pid = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", ALONE, str(pid)], cwd=Path(__file__).parents[2]) as daemon:
        until(lambda: pid.exists() and bool(pid.read_text()))
        daemon.kill()
    until(lambda: is_gone(int(pid.read_text())))
