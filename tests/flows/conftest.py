"""The same grounds as end to end."""

from tests.e2e.conftest import box, ground, quiet_logs, world

__all__ = ["box", "ground", "quiet_logs", "world"]
