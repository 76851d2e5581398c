"""The real program, killed for real with SIGKILL; what it leaves is healed by the next start."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.safety.campaign import AS2GATEWAY, Life, Tale, ecgrid
from tests.safety.dying import Death
from tests.safety.figures import record_campaign

LOOK_EVERY_S = 0.001
FIRST_PASS = 12
"""Requests that the first pass of a life makes, about: one that is quick may be over before its kill."""
TALES = {"as2gateway": AS2GATEWAY, "ecgrid": ecgrid()}


def kill_after(life: Life, requests: int) -> bool:
    """Run `syncd once`, and kill it when the gateway has seen so many more requests; True: it was alive."""
    argv = [sys.executable, "-m", "syncd", "once", "--quiet", "--config", str(life.ground.config)]
    until = len(life.box.ledger.requests) + requests
    with subprocess.Popen(
        argv,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"SYNCD_LOG_LEVEL": "error"},
    ) as program:
        while program.poll() is None and len(life.box.ledger.requests) < until:
            try:
                program.wait(LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                continue
        was_alive = program.poll() is None
        program.kill()
    return was_alive


def broken_after(tale: Tale, folder: Path, *kills: int) -> list[str]:
    """Live, killed at these numbers of requests, then live to the end in this process."""
    with tale.open() as box:
        life = Life(tale, box, folder, settle=0.05)
        killed = [kill_after(life, requests) for requests in kills]
        assert any(killed)
        life.run(Death())
        return life.verdict()


@pytest.mark.parametrize(("gateway", "seed"), [("as2gateway", 0), ("ecgrid", 2)])
def test_sigkill_at_a_random_moment_loses_and_doubles_nothing(memory: Path, gateway: str, seed: int) -> None:
    """Killed in its first pass: every promise holds after the next."""
    assert broken_after(TALES[gateway], memory, random.Random(seed).randint(4, FIRST_PASS)) == []


@pytest.mark.torture
@pytest.mark.parametrize("gateway", TALES)
@pytest.mark.parametrize("seed", range(100, 160))
def test_sigkill_again_and_again_loses_and_doubles_nothing(memory: Path, gateway: str, seed: int) -> None:
    """Killed five times on its way: every promise holds in the end."""
    dice = random.Random(seed)
    later = [dice.randint(1, 24) for _ in range(4)]

    found = broken_after(TALES[gateway], memory, dice.randint(1, FIRST_PASS), *later)

    record_campaign("random kills, five in a row", tried=1, found=bool(found))
    assert found == []
