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
