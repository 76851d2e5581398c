"""Downloads: many messages as one archive, or one message attachment by attachment (§7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from os import SEEK_END
from pathlib import Path

from syncd.core.model import File, GatewayId
from syncd.core.shown import Box
from syncd.errors import NotThere
from syncd.gateways.as2gateway import requests
from syncd.gateways.as2gateway.archive import Archive, truncation
from syncd.gateways.as2gateway.names import better_name
from syncd.gateways.session import Session
from syncd.gateways.spool import FileContent, spool
from syncd.gateways.wire import MEGABYTE
from syncd.ports.gateway import Fetched, Wanted

_LIMIT = 10 * MEGABYTE  # of one archive, by the larger reading of "10 MB" (§7.3)


class Downloads:
    """The three ways to get attachments. `telling_apart` judges the 404s of requests about messages."""

    def __init__(
        self, session: Session, *, telling_apart: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._session = session
        self._telling_apart = telling_apart

    @contextmanager
    def batch(self, wanted: Sequence[Wanted], *, scratch: Path) -> Iterator[Iterator[Fetched]]:
        """The archive of many messages, without marking them.

        A 404 for the whole says that one of them is not there, and not which: of several, each is to be
        asked for again in a smaller company.
        """
        with ExitStack() as stack:
            try:
                archive, whole = self._archive(stack, wanted, scratch=scratch, mark_as_read=False)
            except NotThere as mishap:
                yield _nothing(wanted, mishap)
                return
            yield archive.fetched(whole=whole)

    def confirm(self, wanted: Sequence[Wanted]) -> frozenset[GatewayId]:
        """The same with the read mark; returns the messages that are marked for certain, drops the bytes."""
        with ExitStack() as stack:
            try:
                archive, whole = self._archive(stack, wanted, scratch=None, mark_as_read=True)
            except NotThere:
                return frozenset()
            return archive.carried() & {one.message_id for one in wanted[:whole]}

    @contextmanager
    def by_index(self, wanted: Wanted, *, box: Box, scratch: Path) -> Iterator[Fetched]:
        """One message, one request for each attachment (§7.1, §7.2)."""
        with ExitStack() as stack:
            contents = tuple(
                stack.enter_context(self._one(wanted.message_id, index, file, box=box, scratch=scratch))
                for index, file in enumerate(wanted.files)
            )
            if contents:
                yield Fetched(message_id=wanted.message_id, contents=contents)
            else:
                yield Fetched(message_id=wanted.message_id, error="the message has no attachments")

    def _archive(
        self, stack: ExitStack, wanted: Sequence[Wanted], *, scratch: Path | None, mark_as_read: bool
    ) -> tuple[Archive, int]:
        """The archive, and how many messages from the first on are whole in it."""
        ids = [one.message_id for one in wanted]
        request = requests.batch(ids, mark_as_read=mark_as_read, most_bytes=_most_bytes(wanted))
        with self._telling_apart(), self._session.stream(request) as answer:
            file = stack.enter_context(spool(answer, scratch))
            is_cut = answer.status == 206
            whole = truncation(answer.headers.get("x-batch-truncation-index")) if is_cut else len(wanted)
        return Archive(file, wanted, request=request.name), whole

    @contextmanager
    def _one(
        self, message_id: GatewayId, index: int, listed: File, *, box: Box, scratch: Path
    ) -> Iterator[FileContent]:
        most = max(4 * listed.size, 32 * MEGABYTE)
        request = requests.attachment(box, message_id, index, most_bytes=most)
        with ExitStack() as stack:
            with self._telling_apart(), self._session.stream(request) as answer:
                file = stack.enter_context(spool(answer, scratch))
                name = better_name(answer.headers.get("content-disposition"), listed.name)
            size = file.seek(0, SEEK_END)
            file.seek(0)
            yield FileContent(file, name=name, size=size)


def _nothing(wanted: Sequence[Wanted], mishap: NotThere) -> Iterator[Fetched]:
    for one in wanted:
        if len(wanted) == 1:
            yield Fetched(message_id=one.message_id, error=mishap.detail or mishap.what)
        else:
            yield Fetched(message_id=one.message_id, truncated=True)


def _most_bytes(wanted: Sequence[Wanted]) -> int:
    """Twice what is listed or allowed, and something for the archive's own headers."""
    sizes = [file.size for one in wanted for file in one.files]
    largest = max(sizes, default=0)  # the first one may come whole, however large
    return 2 * max(min(sum(sizes), _LIMIT), largest) + 4096 * (len(sizes) + len(wanted)) + MEGABYTE
