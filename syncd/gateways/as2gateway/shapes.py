"""The entities of the document's data model (§3), as they come over the wire.

Tolerant on purpose: unknown fields are ignored, a field of a wrong kind counts as missing, and only what
nothing can be done without (an id, the records of a list) is asked for.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.alias_generators import to_camel

T = TypeVar("T")


def _or_none(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    try:
        return validate(value)
    except ValueError:
        return None


Soft = Annotated[T | None, WrapValidator(_or_none)]


class Shape(BaseModel):
    """A JSON object of the gateway."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


class TokenShape(Shape):
    """The answer to a log-in (§2)."""

    token: Annotated[str, Field(min_length=1)]
    expiry: Soft[float] = None


class MdnShape(Shape):
    """A receipt (§3.3)."""

    persisted_timestamp: Soft[int] = None
    mdn_error: Soft[bool] = None
    content: Soft[str] = None


class AttachmentShape(Shape):
    """An attachment within a list (§3.4)."""

    name: Soft[str] = None
    size: Soft[int] = None


class MessageShape(Shape):
    """A message in one of the four lists (§3.2)."""

    as2_message_id: Annotated[str, Field(alias="as2MessageId", min_length=1)]
    persisted_timestamp: Soft[int] = None
    compressed: Soft[bool] = None
    encrypted: Soft[bool] = None
    signed: Soft[bool] = None
    subject: Soft[str] = None
    receiver_id: Soft[str] = None
    sender_id: Soft[str] = None
    transport_status_received: Soft[int] = None
    delivery_status: Soft[str] = None
    mdn_status: Soft[str] = None
    partner_type: Soft[str] = None
    mdn_message: Soft[MdnShape] = None
    attachments: Soft[tuple[AttachmentShape, ...]] = None


class PageShape(Shape):
    """A page of a list (§3.7)."""

    total_records: int
    records: tuple[Soft[MessageShape], ...]


class CertificateShape(Shape):
    """A certificate, by its id (§3.5)."""

    id: Soft[int] = None


class HeaderShape(Shape):
    """A custom header of a partner (§3.5)."""

    header_key: Soft[str] = None
    header_value: Soft[str] = None


class PartnerShape(Shape):
    """A trading partner, with all that the gateway keeps of it (§3.5, §10)."""

    as2_identifier: Annotated[str, Field(alias="as2Identifier", min_length=1)]
    partner_id: Soft[int] = None
    name: Soft[str] = None
    description: Soft[str] = None
    uri: Soft[str] = None
    message_subject: Soft[str] = None
    encryption_algorithm: Soft[str] = None
    sign_digest_algorithm: Soft[str] = None
    sign_encrypt_algorithm: Soft[str] = None
    encrypt_cert: Soft[CertificateShape] = None
    sign_cert: Soft[CertificateShape] = None
    use_diff_cert_as_sign_cert: Soft[bool] = None
    https_cert: Soft[CertificateShape] = None
    encrypt_messages: Soft[bool] = None
    sign_message: Soft[bool] = None
    compress_after: Soft[bool] = None
    compress_before: Soft[bool] = None
    precompress_input_files: Soft[bool] = None
    request_async_mdn: Soft[bool] = None
    request_mdn: Soft[bool] = None
    request_signed_mdn: Soft[bool] = None
    request_https_mdn: Soft[bool] = None
    custom_headers: Soft[tuple[HeaderShape, ...]] = None
    use_as2_restart: Annotated[Soft[bool], Field(alias="useAs2Restart")] = None
    pause_incoming: Soft[bool] = None
    pause_outgoing: Soft[bool] = None
    send_timeout: Soft[int] = None
    flows: Soft[tuple[str, ...]] = None
    partner_type: Soft[str] = None
    is_global_partner: Soft[bool] = None
    pinned: Soft[bool] = None


class StationShape(Shape):
    """A trading station, with all that the gateway keeps of it (§3.6, §11)."""

    as2_identifier: Annotated[str, Field(alias="as2Identifier", min_length=1)]
    id: Soft[int] = None
    name: Soft[str] = None
    comments: Soft[str] = None
    email: Soft[str] = None
    certificate: Soft[CertificateShape] = None
    sftp_structure: Soft[int] = None
    email_notifications: Soft[bool] = None
    send_failure_emails: Soft[bool] = None
    send_mdn_failure_emails: Soft[bool] = None
    pinned: Soft[bool] = None
