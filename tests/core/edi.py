"""What an EDI file holds, written down shortly for tests."""

from syncd.core.documents import Acknowledgement, Document, Group, Interchange, Reading


def group(kind: str, control: str, *documents: str) -> Group:
    """An X12 group; each document is `kind control`."""
    return Group(
        kind=kind,
        control=control,
        sender="ACME",
        receiver="WALMART",
        version="004010",
        documents=tuple(Document(kind=each.split()[0], control=each.split()[1]) for each in documents),
    )


def interchange(
    control: str,
    *groups: Group,
    sender: str = "ACME",
    receiver: str = "WALMART",
    standard: str = "x12",
    says: tuple[Acknowledgement, ...] = (),
) -> Interchange:
    """An interchange from us to the partner, unless told otherwise."""
    return Interchange(
        standard=standard,
        control=control,
        sender_qualifier="ZZ",
        sender=sender,
        receiver_qualifier="ZZ",
        receiver=receiver,
        is_test=False,
        groups=groups,
        acknowledgements=says,
        faults=(),
    )


def reading(*interchanges: Interchange) -> Reading:
    """One file."""
    return Reading(interchanges=interchanges, is_cut=False)


ORDERS = interchange("000000123", group("PO", "17", "850 0001", "850 0002"), group("PC", "18", "860 0001"))
"""Two orders and a change."""
