"""Where the document can be read in more than one way, each way is a switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from syncd.sandbox.readings import changed, readings_of, turned


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One reading of AS2 Gateway REST v1; the default of each switch is the first reading named here.

    sender_on_received     §3.2: on a received message senderId is our `station` (the words), or the `partner`
    expiry_unit            §2: `ms` or `s` since 1970
    error_body             §3.1: an error has a `message`, or an `empty` body
    listed_ids             §3.7: as2MessageId stands in `brackets`, or `bare`
    page_offset            §5: pageOffset counts a `page`, or a `record`
    total_records          §3.7: totalRecords counts the `filtered`, or `all` of the list and partner type
    subject_filter         §5: subject `contains` the string, or is `exact`ly it
    queued_attachments     §6.4: attachments of queued entries are `present`, or `absent`
    outbound_status        §3.2: deliveryStatus and transportStatusReceived on `sent`, or `sent_and_failed`
    not_requested_delivery §3.2: without an MDN deliveryStatus is `delivered`, or `no_status`
    pending_mdn            §3.2: mdnMessage without an MDN is `absent`, or `null`
    link_id                §4.5.1: the id in Link is `raw`, or percent-`encoded`
    name_header            §4.4.1: Name is read as `utf8`, `percent`-encoded, or `rfc2047`
    unknown_profile        §4.3: is `ignored`, or answered `400`
    empty_file             §4.4: is `accepted`, or answered `400`
    oversize               §4.4: too many bytes are answered `400`, or `413`
    megabyte               §4.4, §7.3: 10 MB are 10,000,000 (`decimal`), or 10 x 1,048,576 (`binary`) bytes
    content_disposition    §7: the filename is `quoted`, `unquoted`, or by `rfc5987`
    single_mark            §7: markAsRead with one attachment is `honoured`, or `ignored`
    single_zip             §7.3: the archive of one message is `flat`, or has a `folder`
    single_zip_limit       §7.3: the 10 MB of an archive hold for `batch` only, or for `both`
    zip_folder             §7.3: folders are named with `brackets`, or `bare`
    zip_layout             sizes `before` each entry, or behind it (`streamed`)
    zip_twins              two attachments of one name are two entries (`kept`), or the second is `numbered`
    batch_unknown_id       §7.3: gives an `error_entry`, or a `404` for all
    batch_first_oversize   §7.3: a first attachment over 10 MB: `empty` archive and (0,-1), or comes `whole`
    delete_path            §9: `both` /v1/message/<type>/... and /v1/<type>/..., or one: `message`, `short`
    over_limit             §1: 429 has `seconds` or a `date` in Retry-After, or `nothing`
    https_redirect         §1: plain HTTP is `served`, or answered `307`; not among every_reading, since
                           a gateway that only redirects serves nobody on loopback
    """

    sender_on_received: Literal["station", "partner"] = "station"
    expiry_unit: Literal["ms", "s"] = "ms"
    error_body: Literal["message", "empty"] = "message"
    listed_ids: Literal["brackets", "bare"] = "brackets"
    page_offset: Literal["page", "record"] = "page"
    total_records: Literal["filtered", "all"] = "filtered"
    subject_filter: Literal["contains", "exact"] = "contains"
    queued_attachments: Literal["present", "absent"] = "present"
    outbound_status: Literal["sent", "sent_and_failed"] = "sent"
    not_requested_delivery: Literal["delivered", "no_status"] = "delivered"
    pending_mdn: Literal["absent", "null"] = "absent"
    link_id: Literal["raw", "encoded"] = "raw"
    name_header: Literal["utf8", "percent", "rfc2047"] = "utf8"
    unknown_profile: Literal["ignored", "400"] = "ignored"
    empty_file: Literal["accepted", "400"] = "accepted"
    oversize: Literal["400", "413"] = "400"
    megabyte: Literal["decimal", "binary"] = "decimal"
    content_disposition: Literal["quoted", "unquoted", "rfc5987"] = "quoted"
    single_mark: Literal["honoured", "ignored"] = "honoured"
    single_zip: Literal["flat", "folder"] = "flat"
    single_zip_limit: Literal["batch", "both"] = "batch"
    zip_folder: Literal["brackets", "bare"] = "brackets"
    zip_layout: Literal["before", "streamed"] = "before"
    zip_twins: Literal["kept", "numbered"] = "kept"
    batch_unknown_id: Literal["error_entry", "404"] = "error_entry"
    batch_first_oversize: Literal["empty", "whole"] = "empty"
    delete_path: Literal["both", "message", "short"] = "both"
    over_limit: Literal["seconds", "date", "nothing"] = "seconds"
    https_redirect: Literal["served", "307"] = "served"

    @property
    def limit_bytes(self) -> int:
        """Say how many bytes 10 MB are."""
        return 10 * (1_000_000 if self.megabyte == "decimal" else 1_048_576)

    @classmethod
    def readings(cls) -> dict[str, tuple[str, ...]]:
        """Give the readings of each switch, the default first."""
        return readings_of(cls)

    @classmethod
    def every_reading(cls) -> tuple[Self, ...]:
        """Give one set of switches for each reading that is not a default."""
        turned: list[Self] = []
        for name, readings in cls.readings().items():
            if name != "https_redirect":
                turned += [cls().changed(**{name: reading}) for reading in readings[1:]]
        return tuple(turned)

    def changed(self, **readings: str) -> Self:
        """Give the switches with some turned.

        Raises: ValueError for a switch or a reading that does not exist.
        """
        return changed(self, readings)

    @property
    def turned(self) -> str:
        """Name what differs from the default, for the id of a test."""
        return turned(self)
