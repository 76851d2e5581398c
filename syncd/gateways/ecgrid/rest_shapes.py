"""What the rest of the API tells, as values. Pure; what was not told is None or empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.gateways.ecgrid import names
from syncd.gateways.ecgrid.envelope import Told
from syncd.gateways.ecgrid.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class EdiId:
    """An ECGrid ID: the number of a qualifier and an EDI id."""

    ecgrid_id: int
    mailbox: int | None
    network: int | None
    qualifier: str
    edi_id: str
    description: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A functional group of an interchange."""

    name: str
    document_type: str
    count: int | None
    control_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMeaning:
    """A row of the status catalogue: a word or a code, what it means, and how bad it is."""

    code: str
    meaning: str
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mailbox. `deletes_on_download`: a download takes a parcel away, before anything is confirmed."""

    mailbox_id: int | None
    network: int | None
    name: str
    status: str
    deletes_on_download: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """A session as it stands."""

    login: str
    mailbox: int | None
    network: int | None
    auth_level: str
    expires_at: datetime | None


def edi_ids(told: Told) -> tuple[EdiId, ...]:
    """ECGrid IDs; the id of a qualifier comes padded with spaces. Raises: BadReply."""
    return tuple(
        EdiId(
            ecgrid_id=number,
            mailbox=row.identity(*names.MAILBOXES),
            network=row.identity(*names.NETWORKS),
            qualifier=_text(row, *names.QUALIFIERS),
            edi_id=_text(row, *names.IDS),
            description=_text(row, *names.DESCRIPTIONS),
            status=_text(row, *names.STATUSES),
        )
        for row in told.rows
        if (number := row.identity(*names.ECGRID_IDS)) is not None
    )


def groups(told: Told) -> tuple[Group, ...]:
    """The functional groups of an interchange. Raises: BadReply."""
    return tuple(
        Group(
            name=_text(row, "functionalGroup"),
            document_type=_text(row, "transactionSetType"),
            count=row.whole("transactionSetCount"),
            control_number=_text(row, "groupControlNumber"),
        )
        for row in told.rows
    )


def status_meanings(told: Told) -> tuple[StatusMeaning, ...]:
    """The catalogue: two lists of words, or one of numbers, each with the letter of its kind.

    Raises: BadReply.
    """
    fields = told.fields
    rows = (*fields.rows("parcelStatuses"), *fields.rows("interchangeStatuses"), *fields.rows("codes"))
    return tuple(
        StatusMeaning(
            code=_text(row, "qualifier") + _text(row, *names.STATUS_CODES),
            meaning=_text(row, *names.STATUS_WORDS),
            level=_text(row, "level"),
        )
        for row in rows
    )


def mailbox(told: Told) -> Mailbox:
    """A mailbox. Raises: BadReply."""
    fields = told.fields
    deletes = fields.get("deleteOnDownload")
    return Mailbox(
        mailbox_id=fields.identity(*names.MAILBOXES),
        network=fields.identity(*names.NETWORKS),
        name=_text(fields, "companyName", "mailboxName", "name"),
        status=_text(fields, *names.STATUSES),
        deletes_on_download=deletes if isinstance(deletes, bool) else None,
    )


def session(told: Told) -> SessionState:
    """A session. Raises: BadReply."""
    fields = told.fields
    return SessionState(
        login=_text(fields, *names.LOGINS),
        mailbox=fields.identity(*names.MAILBOXES),
        network=fields.identity(*names.NETWORKS),
        auth_level=_text(fields, "authLevel"),
        expires_at=fields.moment(*names.EXPIRIES),
    )


def version(told: Told) -> str:
    """The version, a text or in an object. Raises: BadReply."""
    if isinstance(told.payload, str):
        return told.payload
    return _text(told.fields, "version")


def _text(fields: Fields, *known: str) -> str:
    return (fields.text(*known) or "").strip()
