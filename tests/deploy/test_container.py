"""What can be told of the container without an engine: that it names what there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.cli.app import commands

TOP = Path(__file__).parents[2]
CONTAINERFILE = (TOP / "deploy" / "Containerfile").read_text(encoding="utf-8")
COMPOSE = (TOP / "deploy" / "compose.yaml").read_text(encoding="utf-8")
README = (TOP / "deploy" / "README.md").read_text(encoding="utf-8")


def _copied() -> Iterator[str]:
    """What is copied from the checkout."""
    for line in re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.MULTILINE):
        yield from line.split()[:-1]


def _called() -> set[str]:
    """The commands of syncd that the image, the compose file and the README call."""
    checks = re.findall(r'\["CMD", "syncd", "([a-z]+)"', COMPOSE)
    checks += re.findall(r'^HEALTHCHECK .* CMD \["syncd", "([a-z]+)"', CONTAINERFILE, re.MULTILINE)
    start = json.loads(re.findall(r"^CMD (.+)$", CONTAINERFILE, re.MULTILINE)[-1])
    return {*checks, start[0], *re.findall(r" syncd (?:syncd )?([a-z]+)", README.partition("```sh")[2])} - {
        "in"
    }


def test_what_is_copied_is_enough_for_the_wheel(tmp_path: Path) -> None:
    """All files are there, and the build asks for no other."""
    for name in _copied():
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path)
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert len(list((tmp_path / "dist").glob("syncd-*.whl"))) == 1


def test_user_and_folders_are_the_same_in_both_files() -> None:
    """What compose makes writable is what the image gives to the user."""
    uid = re.findall(r"useradd --uid (\d+)", CONTAINERFILE)[0]
    gid = re.findall(r"^ARG EDI_GID=(\d+)$", CONTAINERFILE, re.MULTILINE)[0]
    assert f'user: "{uid}:{gid}"' in COMPOSE
    assert f'EDI_GID: "{gid}"' in COMPOSE
    assert f"- /run/syncd:uid={uid},gid={gid}," in COMPOSE
    for folder in json.loads(re.findall(r"^VOLUME (.+)$", CONTAINERFILE, re.MULTILINE)[0]):
        assert f":{folder}\n" in COMPOSE


def test_nothing_is_allowed_that_need_not_be() -> None:
    """A read-only root, no capability, no way to more rights, never root."""
    for line in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert f"\n    {line}\n" in COMPOSE
    assert re.findall(r"^USER (.+)$", CONTAINERFILE, re.MULTILINE) == ["syncd"]


@pytest.mark.xfail(
    not {"run", "status"} <= commands(), reason="the daemon's own commands are not there yet", strict=True
)
def test_each_command_that_is_called_exists() -> None:
    """A typing error here would show in production only."""
    assert _called() == {"run", "status", "check"}
    assert _called() <= commands()
