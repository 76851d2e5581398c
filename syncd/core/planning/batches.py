"""Which messages go together in one request: to be fetched, and to be confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.model import File, Message
from syncd.core.shown import Capabilities

CONFIRM_BYTES_PER_REQUEST = 1_000_000
CONFIRM_TOGETHER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Messages to fetch in one request; `by_index`: one message, attachment by attachment."""

    rows: tuple[Message, ...]
    by_index: bool = False


def archive_can_carry(files: Sequence[File]) -> bool:
    """Whether the listed names can stand in a zip archive, each once."""
    names = [file.name for file in files]
    plain = all(_is_plain(name) for name in names)
    return plain and len({name.casefold() for name in names}) == len(names)


def _is_plain(name: str) -> bool:
    return bool(name) and name not in (".", "..", ".error") and not any(c in name for c in "/\\\0")


def plan_batches(rows: Sequence[Message], capabilities: Capabilities) -> tuple[Batch, ...]:
    """Batches in listing order: as many together as the gateway allows, under its size limit."""
    batches: list[Batch] = []
    company: list[Message] = []
    size = 0
    for row in rows:
        alone = _goes_alone(row, capabilities)
        full = len(company) == capabilities.batch_messages or size + row.size >= capabilities.batch_bytes
        if alone or full:
            batches.extend(_closed(company))
            company, size = [], 0
        if alone:
            batches.append(Batch(rows=(row,), by_index=True))
            continue
        company.append(row)
        size += row.size
    batches.extend(_closed(company))
    return tuple(batches)


def in_groups(batches: Sequence[Batch], *, most: int) -> Iterator[list[Batch]]:
    """Neighbours, as many as have so many messages together, or one that has more by itself."""
    group: list[Batch] = []
    count = 0
    for batch in batches:
        if group and count + len(batch.rows) > most:
            yield group
            group, count = [], 0
        group.append(batch)
        count += len(batch.rows)
    if group:
        yield group


def _closed(company: Sequence[Message]) -> list[Batch]:
    return [Batch(rows=tuple(company))] if company else []


def _goes_alone(row: Message, capabilities: Capabilities) -> bool:
    return (
        row.progress.by_index
        or row.progress.tries > 0  # it may be what spoilt its company
        or row.size >= capabilities.batch_bytes
        or capabilities.batch_messages < 2  # one message is no batch
        or not archive_can_carry(row.files)
    )


def plan_confirmations(
    rows: Sequence[Message], capabilities: Capabilities
) -> tuple[tuple[Message, ...], ...]:
    """Groups to confirm: several go by the batch call, one by itself.

    The batch call downloads once more what it confirms, so it is taken only where the bytes come to less
    than 1 MB per request saved.
    """
    if not capabilities.has_batch_confirm:
        return tuple((row,) for row in rows)
    groups: list[tuple[Message, ...]] = []
    for batch in plan_batches(rows, capabilities):
        saved = len(batch.rows) - 1
        size = sum(row.size for row in batch.rows)
        if len(batch.rows) >= CONFIRM_TOGETHER and size < saved * CONFIRM_BYTES_PER_REQUEST:
            groups.append(batch.rows)
        else:
            groups.extend((row,) for row in batch.rows)
    return tuple(groups)
