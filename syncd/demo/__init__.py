"""The whole bridge against a gateway on this machine: a story that proves what it tells."""

from syncd.demo.compare import Line
from syncd.demo.story import Outcome, Story, environment, opened
from syncd.demo.telling import Teller

__all__ = ["Line", "Outcome", "Story", "Teller", "environment", "opened"]
