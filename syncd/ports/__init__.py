"""The doors to the world, in the words of the core: gateway, journal, records, folders, clock, secrets.

Flows and operations know these protocols only; every effect goes through one of them. Each has a suite
of its promises in `tests/contracts`, which every implementation and every fake passes.
"""

from __future__ import annotations

from syncd.ports.folders import Inbox, Outbox, Stage, StagedFiles, Tree
from syncd.ports.gateway import Content, Fetched, Gateway, Outgoing, Receipt, Wanted
from syncd.ports.store import Change, Draft, Journal, Outstanding, Records, Telling, Told, Untold
from syncd.ports.surroundings import Clock, Secrets
from syncd.ports.telling import Ended, HookRunner

__all__ = [
    "Change",
    "Clock",
    "Content",
    "Draft",
    "Ended",
    "Fetched",
    "Gateway",
    "HookRunner",
    "Inbox",
    "Journal",
    "Outbox",
    "Outgoing",
    "Outstanding",
    "Receipt",
    "Records",
    "Secrets",
    "Stage",
    "StagedFiles",
    "Telling",
    "Told",
    "Tree",
    "Untold",
    "Wanted",
]
