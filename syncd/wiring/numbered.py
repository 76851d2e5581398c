"""What is known of an account's gateway before it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncd.core.account import Account


def has_numbered_pairs(account: Account) -> bool:
    """Whether the IDs of the account's gateway are numbers."""
    return account.gateway == "ecgrid"
