"""The configuration for the two sandboxes, as the package has it, with other places and addresses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files as package_files
from pathlib import Path

PLACE = "~/syncd-sandbox"
URLS = {"as2": "http://127.0.0.1:8480/v1", "grid": "http://127.0.0.1:8481/v2"}


def sandbox_config(folder: Path, urls: Mapping[str, str]) -> str:
    """The text with everything in this folder, and the accounts at these base paths."""
    text = (package_files("syncd.demo") / "sandbox.toml").read_text()
    text = text.replace(f'"{PLACE}/', f'"{json.dumps(str(folder))[1:-1]}/')  # TOML escapes as JSON does
    for account, url in urls.items():
        text = text.replace(f'"{URLS[account]}"', f'"{url}"')
    return text
