"""Which operation is done by what."""

from __future__ import annotations

from collections.abc import Callable

from syncd.sandbox.ecgrid import directory, parcels, tracking, uploading
from syncd.sandbox.ecgrid.answers import Payload
from syncd.sandbox.ecgrid.calls import Call

OPERATIONS: dict[str, Callable[[Call], Payload]] = {
    "logout": directory.logout,
    "session": directory.session,
    "me": directory.me,
    "list_pending": parcels.list_pending,
    "list_inbox": parcels.list_inbox,
    "list_outbox": parcels.list_outbox,
    "get_parcel": parcels.get_parcel,
    "download": parcels.download,
    "confirm": parcels.confirm,
    "reset": parcels.reset,
    "update": parcels.update,
    "cancel": parcels.cancel,
    "set_mailbag": parcels.set_mailbag,
    "find_mailbag": parcels.find_mailbag,
    "note": parcels.note,
    "manifest": parcels.manifest,
    "upload": uploading.upload,
    "send_test": uploading.send_test,
    "get_interchange": tracking.get_interchange,
    "interchange_manifest": tracking.interchange_manifest,
    "interchanges_inbox": tracking.interchanges_inbox,
    "interchanges_outbox": tracking.interchanges_outbox,
    "cancel_interchange": tracking.cancel_interchange,
    "resend_interchange": tracking.resend_interchange,
    "list_ids": directory.list_ids,
    "find_ids": directory.find_ids,
    "mailbox": directory.mailbox,
    "status_lists": directory.status_lists,
}
