"""X12 and EDIFACT files as an ERP or a partner would write them."""

from __future__ import annotations


def x12(
    control: int,
    *groups: bytes,
    sender: str = "ACME",
    receiver: str = "WALMART",
) -> bytes:
    """An interchange of these groups; its fields end in `*`, its segments in `~`."""
    ids = f"ZZ*{sender:<15}*ZZ*{receiver:<15}"
    isa = f"ISA*00*{'':10}*00*{'':10}*{ids}*261121*1200*U*00401*{control:09}*0*P*>~"
    return isa.encode() + b"".join(groups) + f"IEA*{len(groups)}*{control:09}~".encode()


def group(kind: str, control: int, *documents: bytes) -> bytes:
    """A group of these documents."""
    head = f"GS*{kind}*ACME*WALMART*20261121*1200*{control}*X*004010~".encode()
    return head + b"".join(documents) + f"GE*{len(documents)}*{control}~".encode()


def document(kind: str, control: int, *segments: str) -> bytes:
    """One document with these segments in it."""
    inside = "".join(f"{segment}~" for segment in segments)
    return f"ST*{kind}*{control:04}~{inside}SE*{len(segments) + 2}*{control:04}~".encode()


def orders(control: int, *, count: int = 1, of_group: int = 17) -> bytes:
    """An interchange with a group of purchase orders."""
    parts = [document("850", number, f"BEG*00*SA*PO-{number}**20261121") for number in range(1, count + 1)]
    return x12(control, group("PO", of_group, *parts))


def answered(kind: str, control: int, code: str, **documents: str) -> bytes:
    """A 997 for one group: the code of each document by its number (`d1="A"`), and that of the group."""
    segments = [f"AK1*{kind}*{control}"]
    for name, own in documents.items():
        segments += [f"AK2*850*{int(name[1:]):04}", f"AK5*{own}{'*5' if own == 'R' else ''}"]
    good = sum(own == "A" for own in documents.values())
    segments.append(f"AK9*{code}*{len(documents)}*{len(documents)}*{good}")
    return document("997", control, *segments)


def acknowledgement(*parts: bytes, control: int = 500) -> bytes:
    """An interchange from the partner with these 997s."""
    return x12(control, group("FA", control, *parts), sender="WALMART", receiver="ACME")


def edifact_orders(control: str) -> bytes:
    """An EDIFACT interchange with one order."""
    return (
        f"UNB+UNOA:3+ACME:14+SHOP:14+261121:1200+{control}'UNH+M1+ORDERS:D:96A:UN'BGM+220+PO1+9'"
        f"UNT+3+M1'UNZ+1+{control}'"
    ).encode()


def contrl(control: str, action: int) -> bytes:
    """What the shop's translator says of that interchange: 7 accepted, 4 rejected."""
    return (
        f"UNB+UNOA:3+SHOP:14+ACME:14+261121:1300+900'UNH+1+CONTRL:2:2:UN'"
        f"UCI+{control}+ACME:14+SHOP:14+{action}'UNT+3+1'UNZ+1+900'"
    ).encode()
