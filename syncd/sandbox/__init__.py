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

Other processes use HTTP, with a JSON object for each: `GET /_sandbox/ledger`, and `POST /_sandbox/` deliver,
trouble, calm, behave, pause, resume, advance, switch, mark_read, mark_unread, restore, revive and reset.

The rooms: `wire` carries requests and replies, `trouble` harms them, both for any gateway; `as2gateway` is
the one gateway so far.
"""

from syncd.sandbox.as2gateway.sandbox import PartnerHand, Sandbox
from syncd.sandbox.as2gateway.switches import Switches
from syncd.sandbox.as2gateway.world import Account, Behaviour, Partner, Station, Timing, World
from syncd.sandbox.ledger import FileRecord, InboundRecord, Ledger, Mark, RequestRecord, SentRecord
from syncd.sandbox.serve import serve
from syncd.sandbox.trouble.rules import Trouble

__all__ = [
    "Account",
    "Behaviour",
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
