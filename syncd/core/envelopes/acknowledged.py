"""What a 997, 999 or TA1 says about what was sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from syncd.core.documents import Acknowledgement, Verdict
from syncd.core.envelopes.words import field, text

VERDICTS = {
    b"A": Verdict.ACCEPTED,
    b"E": Verdict.ACCEPTED,
    b"P": Verdict.PARTLY,
    b"R": Verdict.REJECTED,
    b"M": Verdict.REJECTED,
    b"W": Verdict.REJECTED,
    b"X": Verdict.REJECTED,
}
"""X12 data elements 715 and 717; I17 has A, E and R of them."""

_WORDS = {
    b"E": "errors were noted",
    b"M": "its message authentication failed",
    b"W": "its assurance failed",
    b"X": "it could not be decrypted",
}
_DOCUMENT_ERRORS = {
    b"1": "the transaction set is not supported",
    b"2": "its trailer is missing",
    b"3": "the control numbers of header and trailer differ",
    b"4": "the number of segments does not match",
    b"5": "segments have errors",
    b"6": "its identifier is missing or invalid",
    b"7": "its control number is missing or invalid",
    b"23": "its control number is not unique",
}
"""X12 data element 718."""
_GROUP_ERRORS = {
    b"1": "the group is not supported",
    b"2": "the version is not supported",
    b"3": "its trailer is missing",
    b"4": "the control numbers of header and trailer differ",
    b"5": "the number of transaction sets does not match",
    b"6": "its control number is invalid",
}
"""X12 data element 716."""
MOST_PLACES = 5
"""Segments with errors that are named."""


class FunctionalAcknowledgement:
    """One 997 or 999, segment by segment; each verdict goes to `say`."""

    def __init__(self, say: Callable[[Acknowledgement], None]) -> None:
        self._say = say
        self._group = (b"", b"")
        self._document = (b"", b"")
        self._places: list[str] = []

    def hear(self, fields: Sequence[bytes]) -> None:
        """One segment of it; others than AK1 to AK9 and the IK ones say nothing."""
        match fields[0]:
            case b"AK1":
                self._group, self._document = (field(fields, 1), field(fields, 2)), (b"", b"")
            case b"AK2":
                self._document, self._places = (field(fields, 1), field(fields, 2)), []
            case b"AK3" | b"IK3":
                self._note(fields)
            case b"AK5" | b"IK5":
                self._conclude(fields, _DOCUMENT_ERRORS, self._document)
                self._places = []
            case b"AK9":
                self._conclude_group(fields)
            case _:
                pass

    def _note(self, fields: Sequence[bytes]) -> None:
        """AK301 and AK302: the segment in error, and which one of the transaction set it is."""
        if len(self._places) < MOST_PLACES:
            self._places.append(f"{text(field(fields, 1))} at {text(field(fields, 2))}")

    def _conclude(
        self, fields: Sequence[bytes], errors: dict[bytes, str], document: tuple[bytes, bytes]
    ) -> None:
        places = [f"segment {', '.join(self._places)}"] if self._places else []
        self._conclude_with(fields[1:2], [*_codes(fields[2:7], errors), *places], document)

    def _conclude_group(self, fields: Sequence[bytes]) -> None:
        code = field(fields, 1)
        counts = f"{text(field(fields, 4))} of {text(field(fields, 2))} accepted"
        told = [counts] if code != b"A" and field(fields, 4) else []
        self._conclude_with([code], [*told, *_codes(fields[5:10], _GROUP_ERRORS)], (b"", b""))

    def _conclude_with(
        self, codes: Sequence[bytes], notes: Sequence[str], document: tuple[bytes, bytes]
    ) -> None:
        code = field(codes, 0).strip()
        verdict = VERDICTS.get(code)
        if verdict is None:
            return
        first = [_WORDS[code]] if code in _WORDS else []
        self._say(
            Acknowledgement(
                standard="x12",
                interchange_control="",
                group_kind=text(self._group[0]),
                group_control=text(self._group[1]),
                document_kind=text(document[0]),
                document_control=text(document[1]),
                verdict=verdict,
                note="; ".join([*first, *notes]),
            )
        )


def _codes(fields: Sequence[bytes], known: dict[bytes, str]) -> list[str]:
    return [known.get(code, f"error {text(code)}") for code in fields if code.strip()]


def of_interchange(ta1: Sequence[bytes]) -> Acknowledgement | None:
    """A TA1: the whole interchange, by its control number (TA101), verdict (TA104) and note code (TA105)."""
    code = field(ta1, 4).strip()
    verdict = VERDICTS.get(code)
    if verdict is None:
        return None
    number = field(ta1, 5).strip()
    notes = [_WORDS[code]] if code in _WORDS else []
    notes += [f"note code {text(number)}"] if number.strip(b"0") else []
    return Acknowledgement(
        standard="x12",
        interchange_control=text(field(ta1, 1)),
        group_kind="",
        group_control="",
        document_kind="",
        document_control="",
        verdict=verdict,
        note="; ".join(notes),
    )
