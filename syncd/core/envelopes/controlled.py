"""What a CONTRL says about an interchange that was sent: UCI, UCF and UCM, by their action codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from syncd.core.documents import Acknowledgement, Verdict
from syncd.core.envelopes.envelope import MOST_ACKNOWLEDGEMENTS
from syncd.core.envelopes.words import field, text

ACTIONS = {
    b"1": (Verdict.ACCEPTED, ""),
    b"2": (Verdict.ACCEPTED, "errors were noted"),
    b"3": (Verdict.PARTLY, ""),
    b"4": (Verdict.REJECTED, ""),
    b"5": (Verdict.ACCEPTED, "its envelope only"),
    b"6": (Verdict.REJECTED, "its envelope"),
    b"7": (Verdict.ACCEPTED, ""),
    b"8": (Verdict.ACCEPTED, "received, not checked yet"),
}
"""Data element 0083; 1, 2, 3, 5 and 6 are of the years before 2001."""

_ERRORS = {
    b"2": "the syntax version or level is not supported",
    b"7": "the recipient is not the real one",
    b"12": "a value is invalid",
    b"13": "something is missing",
    b"14": "a value is not supported in this position",
    b"15": "something is not supported in this position",
    b"16": "there are too many constituents",
    b"17": "there is no agreement",
    b"18": "an error that is not specified",
    b"20": "a service character is invalid",
    b"21": "a character is invalid",
    b"23": "the sender is unknown",
    b"25": "the test indicator is not supported",
    b"26": "a duplicate was detected",
    b"28": "the references do not match",
    b"29": "the control count does not match",
    b"35": "there are too many repetitions",
    b"39": "a data element is too long",
    b"40": "a data element is too short",
}
"""Data element 0085, the more common ones."""

Segment = Sequence[Sequence[bytes]]


@dataclass(slots=True)
class _Said:
    """One segment's verdict, and how many below it were rejected."""

    acknowledgement: Acknowledgement
    rejected: int = 0

    def concluded(self) -> Acknowledgement:
        """What is accepted but for some below it is accepted in part."""
        if not self.rejected or self.acknowledgement.verdict is not Verdict.ACCEPTED:
            return self.acknowledgement
        return replace(self.acknowledgement, verdict=Verdict.PARTLY)


class SyntaxReport:
    """One CONTRL, segment by segment."""

    def __init__(self) -> None:
        self._said: list[_Said] = []
        self._interchange: _Said | None = None
        self._group: _Said | None = None
        self._control = ""

    def hear(self, segment: Segment) -> None:
        """One segment of it, in elements and components; UCS and UCD say where, which is not kept."""
        match _at(segment, 0):
            case b"UCI":
                self._control, self._group = text(_at(segment, 1)), None
                self._interchange = self._say(segment, action=4)
            case b"UCF":
                self._group = self._say(segment, action=4, group=_at(segment, 1))
                _blame((self._interchange,), self._group)
            case b"UCM":
                group = self._group.acknowledgement.group_control.encode() if self._group else b""
                message = self._say(
                    segment, action=3, group=group, control=_at(segment, 1), kind=_at(segment, 2)
                )
                _blame((self._interchange, self._group), message)
            case _:
                pass

    def end(self, say: Callable[[Acknowledgement], None]) -> None:
        """Give out all verdicts, once it is known what was rejected below each."""
        for said in self._said:
            say(said.concluded())

    def _say(
        self, segment: Segment, *, action: int, group: bytes = b"", control: bytes = b"", kind: bytes = b""
    ) -> _Said | None:
        known = ACTIONS.get(_at(segment, action))
        if known is None or len(self._said) > MOST_ACKNOWLEDGEMENTS:
            return None
        verdict, words = known
        code = _at(segment, action + 1)
        error = _ERRORS.get(code, f"error {text(code)}") if code else ""
        acknowledgement = Acknowledgement(
            standard="edifact",
            interchange_control=self._control,
            group_kind="",
            group_control=text(group),
            document_kind=text(kind),
            document_control=text(control),
            verdict=verdict,
            note="; ".join(part for part in (words, error) if part),
        )
        said = _Said(acknowledgement)
        self._said.append(said)
        return said


def _blame(above: Sequence[_Said | None], said: _Said | None) -> None:
    if said is None or said.acknowledgement.verdict is Verdict.ACCEPTED:
        return
    for one in above:
        if one is not None:
            one.rejected += 1


def _at(segment: Segment, element: int) -> bytes:
    return field(segment[element], 0).strip() if element < len(segment) else b""
