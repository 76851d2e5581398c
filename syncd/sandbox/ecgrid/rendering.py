"""Parcels, interchanges and ids as JSON, in the shapes of the profile that is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syncd.sandbox.ecgrid import words
from syncd.sandbox.ecgrid.edi import Header
from syncd.sandbox.ecgrid.mailbox import Inbound, Interchange, Outbound
from syncd.sandbox.ecgrid.switches import ECGridSwitches
from syncd.sandbox.ecgrid.world import ECGridId, ECGridLogin

Json = dict[str, Any]
_WRAPPER_BYTES = 37
"""How much longer than its content a parcel is with what it is wrapped in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Writes for one login, under one set of switches."""

    login: ECGridLogin
    switches: ECGridSwitches

    def moment(self, at: float) -> str:
        """Write a time as ISO 8601 UTC."""
        when = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
        if self.switches.dates == "fraction":
            return when.isoformat(timespec="microseconds") + "0Z"
        return when.isoformat(timespec="seconds") + ("Z" if self.switches.dates == "seconds" else "")

    def size(self, content: bytes) -> int:
        """Give the bytes of a content as they are listed."""
        return len(content) + (_WRAPPER_BYTES if self.switches.sizes == "wrapped" else 0)

    # Parcels.

    def row(self, parcel: Inbound | Outbound) -> Json:
        """Write a parcel as a row of a list."""
        match self.switches.profile:
            case "guide":
                return self._guide_row(parcel)
            case "backend":
                code, message = words.parcel_code(parcel, self.switches)
                status = {"statusCode": code, "statusMessage": message}
                return {**self._backend(parcel), **status, "statusDate": self.moment(parcel.modified)}
            case _:
                return self._reference_row(parcel)

    def parcel(self, parcel: Inbound | Outbound) -> Json:
        """Write a parcel by itself."""
        if self.switches.profile != "backend":
            return self.row(parcel)
        code, description = words.parcel_code(parcel, self.switches)
        status = {"code": code, "description": description, "statusDate": self.moment(parcel.modified)}
        listed = [self._listed(one) for one in parcel.interchanges]
        return {
            **self._backend(parcel),
            "status": status,
            "interchanges": listed,
            "interchangeCount": len(listed),
        }

    def _reference_row(self, parcel: Inbound | Outbound) -> Json:
        return {
            "parcelId": parcel.id,
            "mailboxId": self.login.mailbox_id,
            "networkId": self.login.network_id,
            "fileName": parcel.name,
            "bytes": self.size(parcel.content),
            "status": words.parcel_word(parcel, self.switches),
            **self._ids(parcel, "ecGridIdFrom", "ecGridIdTo"),
            "created": self.moment(parcel.created),
            "modified": self.moment(parcel.modified),
        }

    def _guide_row(self, parcel: Inbound | Outbound) -> Json:
        return {
            "parcelId": parcel.id,
            "fileName": parcel.name,
            **self._ids(parcel, "fromECGridId", "toECGridId"),
            "status": words.parcel_word(parcel, self.switches),
            "receivedDate": self.moment(parcel.created),
            "size": self.size(parcel.content),
        }

    def _ids(self, parcel: Inbound | Outbound, sender: str, receiver: str) -> Json:
        match self.switches.ids:
            case "absent":
                return {}
            case "zero":
                return {sender: 0, receiver: 0}
            case _:
                return {sender: parcel.sender or 0, receiver: parcel.receiver or 0}

    def _backend(self, parcel: Inbound | Outbound) -> Json:
        own = {"networkId": self.login.network_id, "mailboxId": self.login.mailbox_id}
        other = {"networkId": 0, "mailboxId": 0}
        sides = (other, own) if isinstance(parcel, Inbound) else (own, other)
        return {
            "parcelID": parcel.id,
            "parcelBytes": self.size(parcel.content),
            "actualBytes": len(parcel.content),
            "parcelDate": self.moment(parcel.created),
            "fileName": parcel.name,
            "mailbagControlId": parcel.mailbag,
            "direction": "InBox" if isinstance(parcel, Inbound) else "OutBox",
            "from": sides[0],
            "to": sides[1],
        }

    # Interchanges.

    def _listed(self, one: Interchange) -> Json:
        number, _, text, _ = words.INTERCHANGES[one.state]
        return {
            "interchangeId": one.id,
            "statusCode": f"E{number}",
            "statusDescription": text,
            "statusDate": self.moment(one.changed),
            "documentType": one.header.document_type,
        }

    def interchange(self, parcel: Inbound | Outbound, one: Interchange) -> Json:
        """Write an interchange."""
        header = one.header
        common = {
            "interchangeId": one.id,
            "sender": header.sender,
            "receiver": header.receiver,
            "standard": header.standard,
            "documentType": header.document_type,
        }
        if self.switches.profile != "backend":
            status = words.interchange_word(one, self.switches)
            return {
                **common,
                "parcelId": parcel.id,
                "status": status,
                "created": self.moment(parcel.created),
            }
        number, _, text, _ = words.INTERCHANGES[one.state]
        return {
            **common,
            "interchangeControlId": header.control,
            "bytes": len(parcel.content),
            "interchangeDateTime": self.moment(parcel.created),
            "processDate": self.moment(one.changed),
            "status": {"code": number, "description": text, "statusDate": self.moment(one.changed)},
            "parcelIds": [parcel.id],
            "parcelCount": 1,
        }

    def manifest(self, parcel: Inbound | Outbound) -> list[Json]:
        """Write the interchanges of a parcel; behind the API a manifest is a log of what was done."""
        if self.switches.profile == "backend":
            start = {"parcelID": parcel.id, "statusCode": "M1000", "statusMessage": "Uploaded"}
            return [start, *(self._listed(one) for one in parcel.interchanges)]
        return [
            {
                "interchangeId": one.id,
                "sender": one.header.sender,
                "receiver": one.header.receiver,
                "documentType": one.header.document_type,
                "count": sum(group.sets for group in one.header.groups) or 1,
            }
            for one in parcel.interchanges
        ]


def groups(header: Header) -> list[Json]:
    """Write the functional groups of an interchange."""
    return [
        {
            "functionalGroup": group.code,
            "transactionSetType": group.document_type,
            "transactionSetCount": group.sets,
            "groupControlNumber": group.control,
        }
        for group in header.groups
    ]


def ecgrid_id(one: ECGridId) -> Json:
    """Write an ECGrid id."""
    return {
        "ecGridId": one.ecgrid_id,
        "mailboxId": one.mailbox_id,
        "networkId": one.network_id,
        "qualifier": one.qualifier,
        "id": one.edi_id.ljust(15),
        "description": one.description,
        "status": "Active",
        "routingGroup": "ProductionA",
        "ediStandard": "X12",
    }
