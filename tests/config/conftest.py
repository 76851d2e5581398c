"""Reading a text as if it were the file of `--config`."""

from pathlib import Path

import pytest

from syncd.config import Settings, load
from tests.config.reading import Load


@pytest.fixture
def read(tmp_path: Path) -> Load:
    """Load a text with the given environment and no other."""

    def read(text: str, **environ: str) -> Settings:
        path = tmp_path / "syncd.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, environ)

    return read
