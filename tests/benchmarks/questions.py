"""What questions cost over a million messages: `python tests/benchmarks/questions.py`.

`cold`: the first time, on a new connection, with the database thrown out of the memory of the kernel;
`warm`: the median of five more. The state is made once and kept in the folder for temporary files, under its
size and version; `--messages`, `--held` and `--in FOLDER` make another.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # shared test code is imported as tests.…

from syncd.core.looking import Search
from syncd.core.model import Direction, GatewayId, Pair, State
from syncd.operations.export import entries
from syncd.operations.status import SHOWN
from syncd.ports.store import Records
from syncd.store import open_store, schema
from syncd.store.opening import FILE_NAME
from tests.benchmarks.million import ACCOUNTS, LAST_YEAR_SILENT, NOW, ORDERS, PARTNERS, Wanted, fill

Question = Callable[[Records], object]

YEAR_AGO = NOW - timedelta(days=365)
DAY_AGO = NOW - timedelta(days=1)
BUDGET_MS = 100


def _list(**wanted: Any) -> Question:  # noqa: ANN401 - Search's own
    return lambda records: records.search(Search(**wanted))


def _find(text: str, account: str | None = None) -> Question:
    return lambda records: records.find(text, account=account)


def _an_id(records: Records) -> object:
    return records.find(records.part(ACCOUNTS[0], after=None, limit=1)[0].id)


def _status(records: Records) -> object:
    for account in ACCOUNTS:
        records.counts(account)
        records.search(Search(account=account, attention=True, limit=SHOWN))
    return ()


def _export(records: Records) -> object:
    return list(entries(records, ACCOUNTS, since=NOW - timedelta(hours=1)))


OF_A_PERSON: dict[str, Question] = {
    "list": _list(),
    "list --account": _list(account="van"),
    "list --account nobody": _list(account="nobody"),
    "list --direction inbound": _list(direction=Direction.INBOUND),
    "list --station ACME_DE": _list(station="ACME_DE"),
    "list --station nobody": _list(station="NOBODY"),
    "list --partner, common": _list(partner=ORDERS),
    "list --partner": _list(partner=PARTNERS[17]),
    "list --partner, silent, --since": _list(partner=LAST_YEAR_SILENT, since=YEAR_AGO),
    "list --partner --account of another": _list(partner=ORDERS, account=ACCOUNTS[1]),
    "list --partner --station nobody": _list(partner=ORDERS, station="NOBODY"),
    "list --partner --state arriving": _list(partner=ORDERS, states=(State.ARRIVING,)),
    "list --partner --state held": _list(partner=ORDERS, states=(State.HELD,)),
    "list --state held": _list(states=(State.HELD,)),
    "list --state withdrawn": _list(states=(State.WITHDRAWN,)),
    "list --state sent --direction inbound": _list(states=(State.SENT,), direction=Direction.INBOUND),
    "list --state failed --account": _list(states=(State.FAILED,), account=ACCOUNTS[0]),
    "list --attention": _list(attention=True),
    "list --attention --account": _list(attention=True, account=ACCOUNTS[0]),
    "list --attention --partner, common": _list(attention=True, partner=ORDERS),
    "list --since, a day": _list(since=DAY_AGO),
    "list --until, a year ago": _list(until=YEAR_AGO),
    "list --until --account --station": _list(until=YEAR_AGO, account=ACCOUNTS[0], station="ACME_DE"),
    "list --name '*4711*'": _list(name="*4711*"),
    "list --name 'PO-*'": _list(name="PO-*"),
    "list --name '*.edi'": _list(name="*.edi"),
    "list --name 'orders.edi'": _list(name="orders.edi"),
    "list --name '*no such*'": _list(name="*no such*"),
    "list --name '*4711*' --partner": _list(name="*4711*", partner=PARTNERS[17]),
    "list --name 'orders*' --partner of another": _list(name="orders*", partner=PARTNERS[17]),
    "list --name '*4711*' --since": _list(name="*4711*", since=DAY_AGO),
    "find, a name": _find("PO-4711.edi"),
    "find, a common name": _find("orders.edi"),
    "find, a common name, --account of another": _find("orders.edi", ACCOUNTS[1]),
    "find, the start of a name": _find("PO-4711"),
    "find, the middle": _find("4711"),
    "find, common": _find(".edi"),
    "find, one letter": _find("x"),
    "find, two letters, none": _find("zq"),
    "find, none": _find("no such name"),
    "find, gateway's id": _find("0000000007d0@as2.example"),
    "find, our id": _an_id,
    "status, counts and attention": _status,
    "export --since, an hour": _export,
}
OF_A_PASS: dict[str, Question] = {
    "unfinished, inbound": lambda r: r.unfinished(ACCOUNTS[0], Direction.INBOUND),
    "unfinished, outbound": lambda r: r.unfinished(ACCOUNTS[0], Direction.OUTBOUND),
    "moving": lambda r: r.moving(ACCOUNTS[0]),
    "by_gateway_ids, 100": lambda r: r.by_gateway_ids(
        ACCOUNTS[0], [GatewayId(f"{n:012x}@as2.example") for n in range(0, 1_000_000, 10_000)]
    ),
    "outbound_ids, 100": lambda r: r.outbound_ids(
        ACCOUNTS[0], [GatewayId(f"{n:012x}@out.example") for n in range(0, 1_000_000, 10_000)]
    ),
    "alike_failed": lambda r: r.alike_failed(ACCOUNTS[0], Pair(station="ACME", partner=ORDERS), "orders.edi"),
    "failed_since, two days": lambda r: r.failed_since(ACCOUNTS[0], NOW - timedelta(days=2)),
    "failed that need a person": _list(
        account=ACCOUNTS[0], states=(State.FAILED,), attention=True, limit=1_000
    ),
    "pairs_used": lambda r: r.pairs_used(ACCOUNTS[0]),
    "counts": lambda r: r.counts(ACCOUNTS[0]),
    "facts": lambda r: r.facts(ACCOUNTS[0]),
    "untold": lambda r: r.untold("notice", now=NOW),
}


def _timed(folder: Path, question: Question) -> tuple[float, float]:
    """Milliseconds, cold and warm."""
    _throw_out(folder / FILE_NAME)
    with closing(open_store(folder, read_only=True)) as store:
        cold = _milliseconds(store.records, question)
        warm = median(_milliseconds(store.records, question) for _ in range(5))
    return cold, warm


def _milliseconds(records: Records, question: Question) -> float:
    began = time.perf_counter()
    question(records)
    return (time.perf_counter() - began) * 1_000


def _throw_out(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _made(wanted: Wanted, folder: Path) -> Path:
    """The folder with the state, which is made when it is not there yet."""
    path = folder / f"syncd-bench-{schema.VERSION}-{wanted.messages}-{wanted.held}"
    if not path.is_dir():
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=folder) as unfinished:
            fill(Path(unfinished), wanted)
            path.mkdir()
            (Path(unfinished) / FILE_NAME).rename(path / FILE_NAME)
        print(f"made in {time.perf_counter() - began:.0f} seconds: {path}")
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the state if need be, and print the tables."""
    parser = argparse.ArgumentParser(description="What questions cost over many messages.")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--held", type=int, default=5)
    parser.add_argument("--in", dest="folder", type=Path, default=Path(tempfile.gettempdir()))
    asked = parser.parse_args(arguments)
    folder = _made(Wanted(messages=asked.messages, held=asked.held), asked.folder)
    size = (folder / FILE_NAME).stat().st_size / 1e6
    print(f"\n{asked.messages:,} messages, {asked.held:,} held, {size:,.0f} MB, never analyzed")
    for title, questions in (("what a person asks", OF_A_PERSON), ("what a pass asks", OF_A_PASS)):
        print(f"\n{title:45} {'cold ms':>8} {'warm ms':>8}")
        for name, question in questions.items():
            cold, warm = _timed(folder, question)
            print(f"{name:45} {cold:8.1f} {warm:8.1f}{'  over' if warm > BUDGET_MS else ''}", flush=True)


if __name__ == "__main__":
    main()
