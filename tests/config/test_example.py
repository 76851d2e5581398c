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
        if line.startswith(("#password =", "#api_key =", "#api_key_file =", "#to =")):
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


def test_a_key_of_one_gateway_says_so() -> None:
    """And a default that is not the same for both is told for both."""
    said = _remarks()
    for name in ("api_key", "api_key_file"):
        assert said[name].endswith("(ecgrid only)")
    for name in ("partner_types", "failed_grace", "subject", "content_type", "profile", "partner_type"):
        assert said[name].endswith("(as2gateway only)")
    assert said["url"].endswith('(ecgrid: "https://rest.ecgrid.io/v2")')
    assert said["rate_limit"].endswith('(ecgrid: "180/60s")')
    assert said["pull_since"].endswith('(ecgrid: "all")')
    assert "only)" not in said["settle"]


def test_the_example_says_what_ecgrid_takes(tmp_path: Path) -> None:
    """Each line that is not of the other gateway can be taken in for an account of ECGrid."""
    said = _remarks()
    others = {"gateway", "username", "password", "password_file", "api_key_file", "station", "partner"}
    text = EXAMPLE.read_text(encoding="utf-8").partition("[accounts.acme]")[2]
    head = '[accounts.acme]\ngateway = "ecgrid"\n'
    for line in text.splitlines():
        name = line.removeprefix("#").partition(" = ")[0]
        if name not in said or name in others or said[name].endswith("(as2gateway only)"):
            continue
        path = tmp_path / "one.toml"
        in_pair = name in PartnerTable.model_fields
        ids = '[[accounts.acme.partners]]\nstation = "1"\npartner = "2"\n' if in_pair else ""
        login = "" if name == "api_key" else 'api_key = "secret"\n'
        root = "" if name == "root" else 'root = "/srv/edi/acme"\n'
        path.write_text(head + login + root + ids + line.removeprefix("#"), encoding="utf-8")
        assert load(path, {}).accounts, line


def _remarks() -> dict[str, str]:
    """What the example says of each key, on one line."""
    remarks: dict[str, str] = {}
    words: list[str] = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            words.append(line.removeprefix("# "))
            continue
        name = line.removeprefix("#").partition(" = ")[0]
        if " = " in line:
            remarks[name] = " ".join(words)
        words = []
    return remarks
