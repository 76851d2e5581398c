"""Telling others of messages: the user's commands.

A hook runs under a guard, a small process of its own, which ends it when it takes too long, and when the
daemon is gone, however that went: no hook outlives it, and none is run twice at a time.
"""

from syncd.notify.hook import GuardedRunner

__all__ = ["GuardedRunner"]
