"""The example file is what the keys say of themselves."""

from pathlib import Path

from syncd.config import load
from syncd.config.example import example
from syncd.config.tables import AccountTable, File, PartnerTable

EXAMPLE = Path(__file__).parents[2] / "config" / "syncd.example.toml"


def test_the_example_is_the_generated_one() -> None:
    """`python -m syncd.config.example > config/syncd.example.toml` after each change of a key."""
    assert EXAMPLE.read_bytes() == example().encode()


def test_the_example_can_be_loaded(tmp_path: Path) -> None:
    """As it stands, and with every single line that is commented out taken in."""
    assert load(EXAMPLE, {}).accounts[0].name == "acme"
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("#password ="):
            continue
        taken = [
            *lines[:number],
            line.removeprefix("#") if line[:2] not in {"# ", "#"} else line,
            *lines[number + 1 :],
        ]
        path = tmp_path / "one.toml"
        path.write_text("\n".join(taken), encoding="utf-8")
        assert load(path, {}).accounts


def test_every_key_is_described() -> None:
    """A key without a word on what it does is none."""
    for table in (File, AccountTable, PartnerTable):
        assert all(field.description for field in table.model_fields.values())
