"""What has to fit together: roots, partners tables, passwords."""

from pathlib import Path

import pytest

from syncd.config import load, load_with_sources
from syncd.core.model import PartnerType
from syncd.errors import ConfigError
from tests.config.reading import ACME, Load, problems


@pytest.mark.parametrize(
    ("here", "there"), [("/srv/edi", "/srv/edi"), ("/srv/edi", "/srv/edi/b"), ("/srv/edi/a", "/srv/edi")]
)
def test_roots_keep_apart(read: Load, here: str, there: str) -> None:
    """Two accounts never share a folder."""
    other = ACME.replace("acme]", "b]").replace("/srv/edi/acme", there)
    assert list(problems(read, ACME.replace("/srv/edi/acme", here) + other)) == ["accounts.b.root"]


def test_roots_are_compared_behind_links(read: Load, tmp_path: Path) -> None:
    """A link to another account's root is that root."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    one = ACME.replace("/srv/edi/acme", str(tmp_path / "real"))
    two = ACME.replace("acme]", "b]").replace("/srv/edi/acme", str(tmp_path / "link"))
    assert list(problems(read, one + two)) == ["accounts.b.root"]


def test_partners_tables_become_rules(read: Load) -> None:
    """What is left out says nothing, and leaves a wider table its word."""
    table = """
        [[accounts.acme.partners]]
        subject = "{name}"
        [[accounts.acme.partners]]
        station = "ACME"
        partner = "WALMART"
        folder = "walmart"
        partner_type = "test"
        """
    [account] = read(ACME + table).accounts
    rules = account.rules(station="ACME", partner="WALMART")
    assert (rules.subject, rules.folder, rules.partner_type) == ("{name}", "walmart", PartnerType.TEST)


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ('[[P]]\npartner = "A"\n[[P]]\npartner = "A"', "partners[2]"),
        ('[[P]]\nfolder = "walmart"', "partners[1].folder"),
        ('[[P]]\nstation = "S"\nfolder = "walmart"', "partners[1].folder"),
        ('[[P]]\nstation = "S"\npartner = "P"\nfolder = "../up"', "partners[1].folder"),
        ('[[P]]\nstation = "S"\npartner = "P"\nfolder = "inbox"', "partners[1].folder"),
        ('[[P]]\nstation = "S"\npartner = "P"\nfolder = "s"', "partners[1].folder"),
        (
            (
                '[[P]]\nstation = "S"\npartner = "P"\nfolder = "w"\n'
                '[[P]]\nstation = "S"\npartner = "Q"\nfolder = "W"'
            ),
            "partners[2].folder",
        ),
        ('[[P]]\nsubject = "{nam}"', "partners[1].subject"),
        ('[[P]]\nsubject = "{name"', "partners[1].subject"),
        ('[[P]]\ncontent_type = "edi"', "partners[1].content_type"),
        ('[[P]]\ndone_marker = "/done"', "partners[1].done_marker"),
        ('[[P]]\npartner = ""', "partners[1].partner"),
        ('[[P]]\nmdn_within = "soon"', "partners[1].mdn_within"),
    ],
)
def test_partners_tables_that_cannot_be_followed(read: Load, tables: str, key: str) -> None:
    """Two tables equally narrow, folders that are not one pair's own, and wrong words."""
    assert list(problems(read, ACME + tables.replace("[[P]]", "[[accounts.acme.partners]]"))) == [
        f"accounts.acme.{key}"
    ]


def test_a_password_is_needed_to_act_but_not_to_look(tmp_path: Path) -> None:
    """The systemd credential is not there for a person on a terminal, who may look all the same."""
    path = tmp_path / "syncd.toml"
    path.write_text(ACME.replace('password = "hush"', ""), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"accounts\.acme\.password_file: is missing"):
        load(path, {})
    assert load(path, {}, passwords=False).accounts


def test_two_passwords_are_one_too_many(read: Load, tmp_path: Path) -> None:
    """Which of them counts is never guessed."""
    both = ACME + 'password_file = "/etc/syncd/acme.password"'
    assert "accounts.acme.password" in problems(read, both)
    (tmp_path / "acme.password").write_text("hush", encoding="utf-8")
    assert "accounts.acme.password" in problems(read, ACME, CREDENTIALS_DIRECTORY=str(tmp_path))


def test_the_password_comes_from_where_it_was_put(read: Load, tmp_path: Path) -> None:
    """The key itself, a file, or the systemd credential."""
    (tmp_path / "acme.password").write_text("from a credential\n", encoding="utf-8")
    bare = ACME.replace('password = "hush"', "")
    by_file = bare + f'password_file = "{tmp_path}/acme.password"'
    assert read(ACME).credentials["acme"].secrets().password() == "hush"
    assert read(by_file).credentials["acme"].secrets().password() == "from a credential"
    by_credential = read(bare, CREDENTIALS_DIRECTORY=str(tmp_path))
    assert by_credential.credentials["acme"].secrets().password() == "from a credential"


def test_secrets_are_never_shown(read: Load, tmp_path: Path) -> None:
    """Neither in repr, nor in what is in force."""
    settings = read(ACME)
    assert "hush" not in repr(settings)
    assert "hush" not in repr(settings.credentials)
    _, lines = load_with_sources(tmp_path / "syncd.toml", {"SYNCD_ACCOUNTS__ACME__PASSWORD": "whisper"})
    assert "whisper" not in repr(lines)
    assert "hush" not in repr(lines)
