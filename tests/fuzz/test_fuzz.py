"""Bytes that nobody would send, sent all the same: no reader of ours may fall over them."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, seeds
from tests.safety.figures import record_campaign

FUZZ_SECONDS = "FUZZ_SECONDS"
"""How long each target is fuzzed; 60 seconds unless this variable says otherwise."""


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_target_begins_with_breaks_nothing(target: str) -> None:
    """Nor does what is one byte away from it, or cut off."""
    for seed in seeds(target):
        for at in range(0, len(seed), 1 + len(seed) // 8):
            for given_ in (
                seed,
                seed[:at],
                seed[:at] + b"\xff" + seed[at + 1 :],
                seed[:at] + b"\0" + seed[at:],
            ):
                TARGETS[target](given_)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=50)
@given(given_=st.binary(max_size=200))
def test_any_bytes_break_nothing(target: str, given_: bytes) -> None:
    """However short."""
    TARGETS[target](given_)


@pytest.mark.torture
@pytest.mark.parametrize("target", TARGETS)
def test_bytes_that_go_everywhere_break_nothing(target: str, tmp_path: Path) -> None:
    """Guided by coverage, for a minute each, from all that the target is known to understand."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: it has wheels for CPython 3.11 to 3.13 on Linux")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(target)):
        (corpus / str(number)).write_bytes(seed)
    seconds = os.environ.get(FUZZ_SECONDS, "60")
    options = [f"-max_total_time={seconds}", "-max_len=1024", "-timeout=20", "-rss_limit_mb=1024"]
    argv = [sys.executable, "-m", "tests.fuzz.campaign", target, *options, f"-artifact_prefix={tmp_path}/"]

    ended = subprocess.run([*argv, str(corpus)], capture_output=True, text=True, check=False, env=_env())

    broken = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    record_campaign("inputs of the fuzzer", tried=_tried(ended.stderr), found=len(broken))
    assert (ended.returncode, broken) == (0, {}), ended.stdout[-3000:] + ended.stderr[-3000:]
    assert _tried(ended.stderr) > 1000, ended.stderr[-3000:]


def _env() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.getcwd()}  # noqa: PTH109 - where the tests run


def _tried(words: str) -> int:
    """How many inputs libFuzzer says it tried."""
    found = re.findall(r"^Done (\d+) runs", words, flags=re.MULTILINE)
    return int(found[-1]) if found else 0
