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

Load = Callable[..., Settings]


def problems(read: Load, text: str, **environ: str) -> dict[str, str]:
    """What is wrong, by key."""
    with pytest.raises(ConfigError) as caught:
        read(text, **environ)
    return {problem.key: f"{problem.what}. {problem.remedy}" for problem in caught.value.problems}
