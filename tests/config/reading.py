"""A configuration that is right, and the words for what is wrong with another."""

from collections.abc import Callable

import pytest

from syncd.config import Settings
from syncd.errors import ConfigError

ACME = """
[accounts.acme]
gateway = "as2gateway"
username = "edi@acme.example"
password = "hush"
root = "/srv/edi/acme"
"""

GRID = """
[accounts.grid]
gateway = "ecgrid"
api_key = "1f4b-hush"
root = "/srv/edi/grid"
"""

Load = Callable[..., Settings]


def problems(read: Load, text: str, **environ: str) -> dict[str, str]:
    """What is wrong, by key; each is told once."""
    with pytest.raises(ConfigError) as caught:
        read(text, **environ)
    found = {problem.key: f"{problem.what}. {problem.remedy}" for problem in caught.value.problems}
    assert len(found) == len(caught.value.problems)
    return found
