"""Whose secrets a file keeps is told by its mode, and by the folders above it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.operations.checking_secrets import SecretFile, check_secrets
from tests.safety.conftest import memory

__all__ = ["memory"]


@pytest.fixture
def file(memory: Path) -> Iterator[SecretFile]:
    """In a folder that every user can enter."""
    folder = memory / "etc"
    folder.mkdir(mode=0o755)
    memory.chmod(0o755)
    path = folder / "acme.password"
    path.write_text("hush")
    yield SecretFile(account="acme", path=path, holds="the password")
    memory.chmod(0o700)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o440, 0o660])
def test_a_file_of_owner_and_group_is_fine(file: SecretFile, mode: int) -> None:
    """As `install -m 0640 -g syncd` makes it."""
    file.path.chmod(mode)

    (line,) = check_secrets([file])

    assert line.ok
    assert (line.account, line.remedy) == ("acme", "")


@pytest.mark.parametrize(
    ("mode", "rights"), [(0o644, "may read it"), (0o602, "may change it"), (0o666, "may read and change it")]
)
def test_a_file_of_everybody_is_a_finding(file: SecretFile, mode: int, rights: str) -> None:
    """With what to type, and that the secret may be known by now."""
    file.path.chmod(mode)

    (line,) = check_secrets([file])

    assert line.ok is False
    assert line.what.endswith(rights)
    assert f"chmod o= {file.path}" in line.remedy
    assert "hush" not in line.what + line.remedy


def test_a_folder_that_nobody_enters_keeps_what_is_in_it(file: SecretFile) -> None:
    """As /etc/syncd does with mode 0750."""
    file.path.chmod(0o644)
    file.path.parent.chmod(0o750)

    assert [line.ok for line in check_secrets([file])] == [True]


def test_a_link_is_looked_at_where_it_leads(file: SecretFile) -> None:
    """The mode of a link says nothing."""
    file.path.chmod(0o600)
    link = file.path.with_name("link")
    link.symlink_to(file.path)

    assert [line.ok for line in check_secrets([SecretFile(account="a", path=link, holds="it")])] == [True]


def test_a_file_that_is_not_there_is_left_to_the_log_in(file: SecretFile) -> None:
    """Which says what is the matter."""
    file.path.unlink()

    assert list(check_secrets([file])) == []
