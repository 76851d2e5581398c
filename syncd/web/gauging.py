"""The numbers of this moment as families of metrics."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric

from syncd import __version__
from syncd.core.freshness import JobHealth, are_ready
from syncd.operations.gauges import AccountGauges, Gauges
from syncd.web.counting import STATES

Sample = tuple[Sequence[str], float]


def families(gauges: Gauges) -> Iterator[Metric]:
    """Everything that goes up and down."""
    yield _gauge(
        "syncd_build_info",
        "Which syncd this is, on which Python.",
        ("version", "python"),
        [((__version__, platform.python_version()), 1)],
    )
    ready = gauges.is_alive and are_ready(gauges.jobs)
    yield _gauge("syncd_ready", "1 when each job that is not paused has succeeded lately.", (), [((), ready)])
    yield from _of_jobs(gauges.jobs)
    yield from _of_messages(gauges.accounts)
    yield from _of_outboxes(gauges.accounts)
    yield from _of_disks(gauges)


def _of_jobs(jobs: Sequence[JobHealth]) -> Iterator[Metric]:
    """Prometheus has a label `job` of its own, for what it asks."""
    labels = ("account", "syncd_job")
    yield _gauge(
        "syncd_last_success_timestamp_seconds",
        "When the job last did its work; left out while it has not since the start.",
        labels,
        [((job.account, job.job), job.last_success.timestamp()) for job in jobs if job.last_success],
    )
    yield _gauge(
        "syncd_job_ready",
        "1 when the job has succeeded lately for its pace, or is paused.",
        labels,
        [((job.account, job.job), job.is_ready) for job in jobs],
    )
    yield _gauge(
        "syncd_job_paused",
        "1 when a person has paused the job.",
        labels,
        [((job.account, job.job), job.is_paused) for job in jobs],
    )
    yield _gauge(
        "syncd_job_running_seconds",
        "How long the run under way takes already; 0 when there is none.",
        labels,
        [((job.account, job.job), job.running_for.total_seconds() if job.running_for else 0) for job in jobs],
    )
    refused = {job.account: any(j.is_refused for j in jobs if j.account == job.account) for job in jobs}
    yield _gauge(
        "syncd_login_refused",
        "1 while the gateway refuses the account: its password, key or rights.",
        ("account",),
        [((account,), is_refused) for account, is_refused in refused.items()],
    )


def _of_messages(accounts: Sequence[AccountGauges]) -> Iterator[Metric]:
    yield _gauge(
        "syncd_messages",
        "Messages in each state.",
        ("account", "direction", "state"),
        [
            ((each.account, direction.value, state.value), each.messages.get((direction, state), 0))
            for each in accounts
            for direction in STATES
            for state in STATES[direction]
        ],
    )
    kinds = ("account", "direction", "state", "phase")
    yield _gauge(
        "syncd_unfinished_messages", "Messages that are not settled, by phase.", kinds, _unfinished(accounts)
    )
    yield _gauge(
        "syncd_oldest_unfinished_timestamp_seconds",
        "When the oldest of the messages in that phase came here.",
        kinds,
        _oldest(accounts),
    )
    yield _gauge(
        "syncd_attention_messages",
        "Messages that are held or failed and wait for a person; 1000 are as many as are counted.",
        ("account",),
        [((each.account,), each.attention) for each in accounts],
    )


def _unfinished(accounts: Sequence[AccountGauges]) -> Iterator[Sample]:
    for each in accounts:
        for some in each.outstanding:
            yield (each.account, some.direction.value, some.state.value, some.phase or ""), some.messages


def _oldest(accounts: Sequence[AccountGauges]) -> Iterator[Sample]:
    for each in accounts:
        for some in each.outstanding:
            labels = (each.account, some.direction.value, some.state.value, some.phase or "")
            yield labels, some.oldest.timestamp()


def _of_outboxes(accounts: Sequence[AccountGauges]) -> Iterator[Metric]:
    labels = ("account", "needs_person")
    yield _gauge(
        "syncd_not_taken_files",
        "What stands in the outbox and is not taken.",
        labels,
        [((each.account, word), each.not_taken.get(is_so, 0)) for each in accounts for is_so, word in _WORDS],
    )
    yield _gauge(
        "syncd_open_troubles",
        "What keeps jobs from their work; a cause that is in the way of two jobs counts twice.",
        labels,
        [((each.account, word), each.troubles.get(is_so, 0)) for each in accounts for is_so, word in _WORDS],
    )


_WORDS = ((True, "true"), (False, "false"))


def _of_disks(gauges: Gauges) -> Iterator[Metric]:
    account = ("account",)
    yield _gauge(
        "syncd_root_free_bytes",
        "Free bytes of the root's filesystem; left out while the root cannot be used.",
        account,
        [
            ((each.account,), each.root_free_bytes)
            for each in gauges.accounts
            if each.root_free_bytes is not None
        ],
    )
    yield _gauge(
        "syncd_min_free_bytes",
        "Below so many free bytes pulling pauses.",
        account,
        [((each.account,), each.min_free_bytes) for each in gauges.accounts],
    )
    yield _gauge(
        "syncd_state_free_bytes",
        "Free bytes of the state's filesystem.",
        (),
        [((), gauges.state_free_bytes)],
    )


def _gauge(name: str, what: str, labels: Sequence[str], samples: Iterable[Sample]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=labels)
    for each, value in samples:
        family.add_metric(each, float(value))
    return family
