"""What one look at the outboxes tells without a daemon, a gateway or the lock: what is not going to be taken.

Nothing is written. What only time would tell, or the lists of the gateway, is left out.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.core.layout import parent
from syncd.errors import SyncdError
from syncd.folders.outbox import Outbox
from syncd.folders.scan import PAIRS_UNKNOWN
from syncd.folders.tree import Tree
from syncd.operations.reports import Left
from syncd.system.clock import SystemClock
from syncd.wiring.numbered import has_numbered_pairs

if TYPE_CHECKING:
    from syncd.core.account import Account
    from syncd.core.model import Place
    from syncd.core.shown import Outlook

_MANY_FILES = 10


def glance(account: Account, state_dir: Path) -> tuple[Left, ...]:
    """What stands in the outboxes of an account and stays there, as far as this user can tell.

    Another user than the one whose state it is may read and move other files: then nothing is said.
    """
    if not _is_own(state_dir):
        return ()
    numbered = has_numbered_pairs(account)
    tree = Tree(replace(account, settle=timedelta()), state_id="", known=False, numbered=numbered)
    outbox = Outbox(
        tree,
        clock=SystemClock(),
        zone=UTC,
        files_per_message=1 if numbered else _MANY_FILES,
        bytes_per_message=sys.maxsize,
    )
    with suppress(SyncdError):
        return tuple(_left(tree, outbox.scan()))
    return ()


def _is_own(state_dir: Path) -> bool:
    try:
        return state_dir.stat().st_uid == os.geteuid()
    except OSError:
        return True  # whoever begins owns it


def _left(tree: Tree, outlook: Outlook) -> list[Left]:
    left: list[Left] = []
    for each in outlook.not_taken:
        path = tree.account.root / each.place
        if each.reason != PAIRS_UNKNOWN:
            left.append(Left(path=path, reason=each.reason, needs_person=each.needs_person))
        elif reason := _standing(tree, each.place) or _objection(path):
            left.append(Left(path=path, reason=reason, needs_person=True))
    for drop in outlook.ready:
        path = tree.account.root / drop.place
        if reason := drop.refusal or _objection(path):
            left.append(Left(path=path, reason=reason, needs_person=True))
    return left


def _standing(tree: Tree, place: Place) -> str | None:
    """Why it stands under no pair at all; which pairs there are is the gateway's to tell."""
    standing = tree.layout.read(parent(place), friendly=tree.book.friendly)
    pair_folder = standing.pair_folder if standing else ""
    if "/" in pair_folder or pair_folder in tree.book.friendly:
        return None
    return tree.book.lookup(pair_folder).reason


def _objection(path: Path) -> str | None:
    """What else would keep it from being taken, or sent."""
    if not os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True):
        return f"syncd may not take it out of {path.parent}: `chmod g+rwx` that folder"
    with suppress(OSError):
        if path.is_file() and path.stat().st_size == 0:
            return "it is empty, and an empty file is refused"
    return None
