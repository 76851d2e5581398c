"""Finds mailboxes and parcels for the hands of a test: what is lost or not there yet included."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.sandbox.ecgrid.mailbox import Inbound, Mailbox, Outbound

Mailboxes = Mapping[str, Mailbox]


def owner(mailboxes: Mailboxes, station: int | None, login: str | None) -> Mailbox:
    """Find whose an ECGrid id is; without one the login's mailbox, by default the first.

    Raises: LookupError.
    """
    for username, mailbox in mailboxes.items():
        if login in {None, username} and (station is None or mailbox.has_id(station)):
            return mailbox
    raise LookupError(f"No login {login or ''} has the ECGrid ID {station}.")


def inbound(mailboxes: Mailboxes, parcel_id: str) -> tuple[Mailbox, Inbound]:
    """Find an inbound parcel, and where it lies.

    Raises: LookupError.
    """
    for mailbox in mailboxes.values():
        for parcel in mailbox.inbound:
            if str(parcel.id) == parcel_id:
                return mailbox, parcel
    raise LookupError(f"There is no inbound parcel {parcel_id}.")


def outbound(mailboxes: Mailboxes, parcel_id: str) -> tuple[Mailbox, Outbound]:
    """Find an outbound parcel, and who uploaded it.

    Raises: LookupError.
    """
    for mailbox in mailboxes.values():
        for parcel in mailbox.outbound:
            if str(parcel.id) == parcel_id:
                return mailbox, parcel
    raise LookupError(f"Nothing was sent with the ID {parcel_id}.")


def demand_free(mailboxes: Mailboxes, parcel_id: int) -> None:
    """Raises: ValueError when there is a parcel of that id."""
    for mailbox in mailboxes.values():
        if any(one.id == parcel_id for one in (*mailbox.inbound, *mailbox.outbound)):
            raise ValueError(f"There is a parcel {parcel_id} already.")
