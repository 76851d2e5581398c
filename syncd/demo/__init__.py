"""The whole bridge against two gateways on this machine: a story that proves what it tells."""

from syncd.demo.line import Line
from syncd.demo.side import Shown
from syncd.demo.story import Outcome, Story, opened
from syncd.demo.telling import Teller

__all__ = ["Line", "Outcome", "Shown", "Story", "Teller", "opened"]
