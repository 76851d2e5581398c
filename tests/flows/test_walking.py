"""What a walk says of what it passes over."""

import json

import pytest
from structlog.testing import capture_logs

from syncd.flows.walking import tell_of_old


@pytest.fixture(autouse=True)
def quiet_logs() -> None:
    """Not quiet here."""


def test_what_the_first_walk_passes_over_is_told_with_what_brings_it() -> None:
    """How many, from when to when, and what to type."""
    old = {"count": 7, "oldest": "2026-01-01T08:00:30+00:00", "newest": "2026-01-02T08:00:30+00:00"}
    with capture_logs() as lines:
        tell_of_old("acme", json.dumps(old))
    [line] = lines
    typed = "syncd refetch --since 2026-01-01T08:00Z --until 2026-01-02T08:01Z --account acme"
    assert (line["log_level"], line["count"]) == ("warning", 7)
    assert line["remedy"] == f"To have them: {typed}"
