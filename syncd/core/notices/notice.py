"""A notice: what is told in one go, as people read it and as programs do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from syncd.core.notices.concerns import KINDS, Concern, Kind, Status
from syncd.core.notices.times import Batch

NAMED = 5
"""Of one kind; of the others, there is the number."""
IN_JSON = 100
MOST_SUBJECT = 150
MOST_WORDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What goes out. `content` is the JSON that programs get; the id stays the same whatever happens."""

    id: str
    account: str
    subject: str
    body: str
    content: str


def compose(batch: Batch, *, host: str, now: datetime, zone: tzinfo) -> Notice:
    """One notice of all these, good news last."""
    account, is_urgent = batch.lane
    groups = list(_groups(batch.concerns))
    notice_id = _id(batch.concerns)
    subject = plain(f"syncd {account}: {', '.join(_headline(group) for group in groups)}", most=MOST_SUBJECT)
    parts = [f"From syncd on {plain(host)}, account {account}, {_clock(now, zone)}."]
    parts += [_paragraph(group, account, zone) for group in groups]
    body = "\n\n".join(parts) + "\n"
    content = {
        "version": 1,
        "id": notice_id,
        "account": account,
        "host": host,
        "at": _utc(now),
        "kind": _one_kind(batch.concerns),
        "kinds": {kind: len(list(found)) for kind, found in _by_kind(batch.concerns)},
        "urgent": is_urgent,
        "recovered": all(each.status is Status.OVER for each in batch.concerns),
        "since": _utc(min(each.since for each in batch.concerns)),
        "subject": subject,
        "text": body,
        "messages": [_row(each) for each in batch.concerns if each.message][:IN_JSON],
        "troubles": [_row(each) for each in batch.concerns if not each.message][:IN_JSON],
    }
    return Notice(
        id=notice_id, account=account, subject=subject, body=body, content=json.dumps(content) + "\n"
    )


def trial(*, host: str, now: datetime, zone: tzinfo) -> Notice:
    """A notice to try: of nothing."""
    notice_id = _hashed(f"trial {host} {now.isoformat()}")
    subject = plain(f"syncd on {host}: a notice to try", most=MOST_SUBJECT)
    body = f"From syncd on {plain(host)}, {_clock(now, zone)}: `syncd check --notify` sent it. All is well.\n"
    content = {
        "version": 1,
        "id": notice_id,
        "account": None,
        "host": host,
        "at": _utc(now),
        "kind": "trial",
        "kinds": {},
        "urgent": False,
        "recovered": False,
        "since": _utc(now),
        "subject": subject,
        "text": body,
        "messages": [],
        "troubles": [],
    }
    return Notice(id=notice_id, account="", subject=subject, body=body, content=json.dumps(content) + "\n")


def plain(text: str, *, most: int = MOST_WORDS) -> str:
    """The text in one line that can stand in a header or on a screen, whatever was in it."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _id(concerns: Sequence[Concern]) -> str:
    """Of what is told, so it is the same when the same is composed again."""
    return _hashed("\n".join(sorted(f"{e.key} {e.status} {e.changed.isoformat()}" for e in concerns)))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _groups(concerns: Sequence[Concern]) -> Iterator[list[Concern]]:
    """Those of one kind and status: what began before what is over."""
    for is_over in (False, True):
        for _, found in _by_kind([each for each in concerns if (each.status is Status.OVER) is is_over]):
            yield found


def _by_kind(concerns: Sequence[Concern]) -> Iterator[tuple[Kind, list[Concern]]]:
    for kind in KINDS:
        found = [each for each in concerns if each.kind is kind]
        if found:
            yield kind, sorted(found, key=lambda each: (each.since, each.file, each.key))


def _one_kind(concerns: Sequence[Concern]) -> str:
    kinds = {each.kind for each in concerns}
    return kinds.pop().value if len(kinds) == 1 else "several"


def _headline(group: Sequence[Concern]) -> str:
    words, is_over, n = KINDS[group[0].kind], group[0].status is Status.OVER, len(group)
    if is_over:
        return words.over if n == 1 else words.over_many.format(n=n)
    return words.one if n == 1 else words.many.format(n=n)


def _paragraph(group: Sequence[Concern], account: str, zone: tzinfo) -> str:
    lines = [f"{_headline(group)}:"]
    for each in group[:NAMED]:
        lines += _lines(each, zone)
    if len(group) > NAMED:
        lines.append(f"  … and {len(group) - NAMED} more: {_where(group[0], account)}")
    return "\n".join(lines)


def _lines(concern: Concern, zone: tzinfo) -> Iterator[str]:
    whose = concern.partner and f" {'from' if concern.is_inbound else 'to'} {plain(concern.partner)}"
    ours = concern.station and f" ({plain(concern.station)})"
    about = f"{plain(concern.file)}{whose}{ours}".strip()
    if about:
        about += ": "
    yield f"  - {about}{plain(concern.what)}, since {_clock(concern.since, zone)}"
    if concern.remedy and concern.status is not Status.OVER:
        yield f"    {plain(concern.remedy)}"


def _where(concern: Concern, account: str) -> str:
    if concern.message is None:
        return f"syncd status --account {account}"
    return f"syncd list --attention --account {account}"


def _row(concern: Concern) -> dict[str, object]:
    return {
        "kind": concern.kind.value,
        "recovered": concern.status is Status.OVER,
        "id": concern.message,
        "station": concern.station or None,
        "partner": concern.partner or None,
        "file": concern.file or None,
        "what": concern.what,
        "remedy": concern.remedy,
        "since": _utc(concern.since),
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
