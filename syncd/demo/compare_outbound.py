"""The lines about what was dropped: accepted once, sent, rejected, refused, and found again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from syncd.demo.disk import DiskMessage
from syncd.demo.evidence import Evidence, MessageKey, bare, contents, key_here, key_there
from syncd.demo.ledger import LedgerSent
from syncd.demo.line import Line


def outbound(seen: Evidence) -> tuple[Line, ...]:
    """All of them."""
    return (
        _dropped(seen),
        _accepted(seen),
        _sent(seen),
        _rejected(seen),
        _refused(seen),
        _found_again(seen),
    )


def _dropped(seen: Evidence) -> Line:
    wanted = seen.fated_here("sent", "rejected", "refused")
    there = Counter((folder, tuple(name for name, _ in files)) for folder, files in wanted.elements())
    rows = [row for row in seen.rows if row.direction == "outbound"]
    here = Counter((row.pair_folder, tuple(sorted(row.names))) for row in rows)
    return Line(what="dropped", there=there.total(), here=here.total(), agrees=there == here)


def _accepted(seen: Evidence) -> Line:
    there = Counter(message.id for message in seen.ledger.sent)
    rows = [row for row in seen.rows if row.direction == "outbound" and row.message_id]
    here = Counter(bare(row.message_id) for row in rows)
    wanted = seen.fated_there("sent", "rejected")
    agrees = there == here and Counter(map(key_there, seen.ledger.sent)) == wanted
    return Line(what="accepted", there=there.total(), here=here.total(), agrees=agrees)


def _sent(seen: Evidence) -> Line:
    there, stands = seen.delivered(), seen.folders.of("sent")
    good = ("sent", "ok") if seen.plan.has_mdn else ("sent", None)
    here = [each for each in stands if (each.state, each.mdn_status) == good]
    wanted = seen.fated_there("sent"), seen.fated_here("sent")
    agrees = _same(there, here, wanted=wanted) and len(here) == len(stands)
    return Line(what="sent", there=len(there), here=len(here), agrees=agrees)


def _rejected(seen: Evidence) -> Line:
    there = seen.turned_down()
    here = [each for each in seen.folders.of("failed") if each.message_id]
    wanted = seen.fated_there("rejected"), seen.fated_here("rejected")
    return Line(
        what="failed: rejected",
        there=len(there),
        here=len(here),
        agrees=_same(there, here, wanted=wanted) and _have_reasons(here),
        notes=_reasons(here),
    )


def _refused(seen: Evidence) -> Line:
    """Refused before anything was asked: there it is what never reached the gateway."""
    dropped = seen.fated_there("sent", "rejected", "refused")
    there = dropped - Counter(map(key_there, seen.ledger.sent))
    here = [each for each in seen.folders.of("failed") if not each.message_id]
    is_so = there == seen.fated_there("refused")
    stands = Counter(map(key_here, here)) == seen.fated_here("refused")
    return Line(
        what="failed: refused here",
        there=there.total(),
        here=len(here),
        agrees=is_so and stands and _have_reasons(here),
        notes=_reasons(here),
    )


def _found_again(seen: Evidence) -> Line:
    """Sends whose reply was lost: each was in doubt here, and ended as sent."""
    there = seen.ledger.unanswered
    here = sum("in_doubt" in each.attempts for each in seen.folders.of("sent"))
    return Line(what="reply lost, found", there=there, here=here, agrees=here == there > 0)


def _same(
    there: Sequence[LedgerSent],
    here: Sequence[DiskMessage],
    *,
    wanted: tuple[Counter[MessageKey], Counter[MessageKey]],
) -> bool:
    """The same ids with the same contents, and on each side what was to be there."""
    ids_there = Counter((each.id, contents(each.files)) for each in there)
    ids_here = Counter((bare(each.message_id), contents(each.files)) for each in here)
    keys = Counter(map(key_there, there)), Counter(map(key_here, here))
    return ids_there == ids_here and keys == wanted


def _have_reasons(messages: Iterable[DiskMessage]) -> bool:
    return all(message.state == "failed" and message.reason for message in messages)


def _reasons(messages: Iterable[DiskMessage]) -> tuple[str, ...]:
    return tuple(f"{message.name}: {message.reason or 'no reason'}" for message in messages)
