"""The other side of the wire: hosted gateways, played on loopback from their published documents alone.

It shares no code with the clients in the rest of this project, so that a misreading cannot hide in both.

    with Sandbox(world=World.default(), switches=Switches()) as box:
        box.url                                  # http://127.0.0.1:PORT/v1
        box.deliver(files={"a.edi": b"UNA"})     # a message arrives; gives its id, without brackets
        box.partner("RJ_Partner").behave(delivery="permanent", files="*.bad")
        box.trouble("reset", operation="send", when="after")
        box.switch(page_offset="record")
        box.advance(3600)                        # states are worked out when somebody looks
        box.ledger.peak_requests(window_s=10)

`Trouble`, `Switches`, `Behaviour` and `Timing` say what can be asked for.

Operations, as rules and ledger name them: authorize, stations, partners, send, list_received, list_sent,
list_failed, list_queued, get_received (and so on), mark_unread, attachment_received, attachment_sent,
all_received, all_sent, batch, mdn_received, mdn_sent, stop, retry, delete, delete_many, unknown.

`ECGridSandbox` is the same for ECGrid, with `ECGridWorld`, `ECGridSwitches`, `ECGridBehaviour` and
`ECGridTiming`. Its stations and partners are ECGrid ids, as strings, and a message is a parcel of one file:

    with ECGridSandbox() as box:
        box.url                                  # http://127.0.0.1:PORT/v2
        box.deliver(station="112233", partner="445566", files={"a.edi": b"UNA"})
        box.partner("445566").behave(delivery="failed", files="*.bad")
        box.regenerate_key(), box.revoke_refresh(), box.expire_tokens()
        box.ledger.peak_requests(window_s=60)

Its operations: login, refresh, logout, session, version, me, list_pending, list_inbox, list_outbox,
get_parcel, download, confirm, reset, upload, cancel, manifest, update, set_mailbag, find_mailbag, note,
send_test, get_interchange, interchange_manifest, interchanges_inbox, interchanges_outbox,
cancel_interchange, resend_interchange, list_ids, find_ids, status_lists, mailbox, unknown.

Other processes use HTTP, with a JSON object for each: `GET /_sandbox/ledger`, and `POST /_sandbox/` deliver,
trouble, calm, behave, pause, resume, advance, switch, mark_read, mark_unread, restore, revive and reset
(ECGrid's: `syncd.sandbox.ecgrid.commands`).

The rooms: `wire` carries requests and replies, `trouble` harms them, both for any gateway; `as2gateway` and
`ecgrid` are the gateways.
"""

from syncd.sandbox.as2gateway.sandbox import PartnerHand, Sandbox
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.as2gateway.world import Account, Behaviour, Partner, Station, Timing, World
from syncd.sandbox.ecgrid.sandbox import ECGridPartnerHand, ECGridSandbox
from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.ecgrid.world import ECGridBehaviour, ECGridId, ECGridLogin, ECGridTiming, ECGridWorld
from syncd.sandbox.ledger import FileRecord, InboundRecord, Ledger, Mark, RequestRecord, SentRecord
from syncd.sandbox.serve import serve
from syncd.sandbox.trouble.rules import Trouble

__all__ = [
    "Account",
    "Behaviour",
    "ECGridBehaviour",
    "ECGridId",
    "ECGridLogin",
    "ECGridPartnerHand",
    "ECGridSandbox",
    "ECGridSwitches",
    "ECGridTiming",
    "ECGridWorld",
    "FileRecord",
    "InboundRecord",
    "Ledger",
    "Mark",
    "Partner",
    "PartnerHand",
    "RequestRecord",
    "Sandbox",
    "SentRecord",
    "Station",
    "Switches",
    "Timing",
    "Trouble",
    "World",
    "serve",
]
