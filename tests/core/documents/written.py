"""Interchanges as the world writes them, made here: small, of companies that do not exist."""

from __future__ import annotations


def isa(control: int = 905, *, terminator: str = "~", element: str = "*", usage: str = "P") -> str:
    """A header of the fixed lengths."""
    fields = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{'NORTHWIND':15}", "12", f"{'4165550123':15}"]
    fields += ["261122", "0915", "U", "00401", f"{control:09}", "0", usage, ">"]
    return element.join(fields) + terminator


def x12(code: str, kind: str, *body: str, control: int = 905, terminator: str = "~", eol: str = "") -> bytes:
    """One transaction set in its envelopes."""
    lines = [
        f"GS*{code}*NORTHWIND*4165550123*20261122*0915*77*X*004010",
        f"ST*{kind}*0001",
        *body,
        f"SE*{len(body) + 2}*0001",
        "GE*1*77",
        f"IEA*1*{control:09}",
    ]
    whole = isa(control, terminator=terminator) + eol + "".join(line + terminator + eol for line in lines)
    return whole.encode("latin-1")


def edifact(kind: str, *body: str, una: str = "", syntax: str = "UNOC:3", eol: str = "") -> bytes:
    """One message in its envelope."""
    lines = [
        f"UNB+{syntax}+4012345000009:14+4098765000004:14+261122:0915+REF4711",
        f"UNH+ME01+{kind}",
        *body,
        f"UNT+{len(body) + 2}+ME01",
        "UNZ+1+REF4711",
    ]
    return (una + eol * bool(una) + "".join(line + "'" + eol for line in lines)).encode("latin-1")


X12 = {
    "850": x12("PO", "850", "BEG*00*SA*P-100**20261122", "N1*ST*Dock 7", "PO1*1*12*EA*4.5**VP*LAMP", "CTT*1"),
    "855": x12("PR", "855", "BAK*00*AD*P-100*20261122", "PO1*1*12*EA*4.5", "ACK*IA*12*EA", eol="\r\n"),
    "856": x12("SH", "856", "BSN*00*S-9*20261122*0915", "HL*1**S", "TD1*CTN*3", "HL*2*1*O", "PRF*P-100"),
    "810": x12(
        "IN", "810", "BIG*20261122*I-5*20261101*P-100", "IT1*1*12*EA*4.5", "TDS*5400", terminator="\n"
    ),
    "820": x12("RA", "820", "BPR*C*54*C*ACH", "TRN*1*T-3", "RMR*IV*I-5**54", terminator="\x1c"),
    "832": x12("SC", "832", "BCT*SC*2026", "LIN*1*VP*LAMP", "CTP*RS*CAT*4.5", eol="\n"),
    "846": x12("IB", "846", "BIA*00*SI*2026*20261122", "LIN**VP*LAMP", "QTY*33*40", terminator="'"),
    "860": x12("PC", "860", "BCH*04*SA*P-100**1*20261101", "POC*1*QD*10*2*EA", terminator="\r", eol="\n"),
    "940": x12("OW", "940", "W05*N*P-100", "N1*ST*Dock 7", "LX*1", "W01*12*EA**VP*LAMP"),
    "837": x12("HC", "837", "BHT*0019*00*1*20261122*0915*CH", "HL*1**20*1", "CLM*A1*90***11>B>1*Y"),
    "835": x12("HP", "835", "BPR*I*90*C*CHK", "TRN*1*99", "LX*1", "CLP*A1*1*100*90", terminator="\x85"),
}
CONTRL = "UCI+SENT9+4098765000004:14+4012345000009:14"
EDIFACT = {
    "ORDERS": edifact("ORDERS:D:96A:UN:EAN008", "BGM+220+P100+9", "DTM+137:20261122:102", "UNS+S"),
    "ORDRSP": edifact("ORDRSP:D:01B:UN:EAN010", "BGM+231+R1+29", "FTX+AAI+++it?'s on its way?: 1?+1 ??"),
    "DESADV": edifact("DESADV:D:96A:UN", "BGM+351+S9+9", "CPS+1", "PAC+3", una="UNA:+.? '", eol="\r\n"),
    "INVOIC": edifact("INVOIC:D:01B:UN", "BGM+380+I5+9", "NAD+SE+++M\xfcller", syntax="UNOY:4", eol="\n"),
    "APERAK": edifact("APERAK:D:96A:UN", "BGM+305+A1", "ERC+42", una="UNA:+,? '"),
    "CONTRL": edifact("CONTRL:D:3:UN", CONTRL + "+7"),
}
EVERY = {**X12, **EDIFACT}
