"""What Prometheus reads: names, values and labels, by its conventions, at little cost."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from syncd.core.model import Direction, State
from syncd.web.counting import STATES, Counts
from tests.contracts.stores import outbound
from tests.web.parts import Site, Ticks
from tests.web.scraping import NOON, Bridge, busy, prometheus, samples, values


def scraped(bridge: Bridge | None = None, counts: Counts | None = None) -> str:
    answer = prometheus(bridge, counts).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return answer.text


ACME = ("acme",)
EXPECTED: dict[str, dict[tuple[str, ...], float]] = {
    "syncd_requests_total": {("acme", "list", "200"): 2, ("acme", "list", "unanswered"): 1},
    "syncd_request_duration_seconds_count": {("acme", "list"): 3},
    "syncd_sent_bytes_total": {ACME: 30},
    "syncd_received_bytes_total": {ACME: 300},
    "syncd_rate_limit_waits_total": {ACME: 1},
    "syncd_rate_limit_wait_seconds_total": {ACME: 1.5},
    "syncd_ready": {(): 0},
    "syncd_last_success_timestamp_seconds": {("acme", "pull"): NOON.timestamp()},
    "syncd_job_ready": {("acme", "pull"): 1, ("acme", "send"): 1, ("acme", "track"): 0},
    "syncd_job_paused": {("acme", "pull"): 0, ("acme", "send"): 1, ("acme", "track"): 0},
    "syncd_job_running_seconds": {("acme", "pull"): 5, ("acme", "send"): 0, ("acme", "track"): 0},
    "syncd_login_refused": {ACME: 1},
    "syncd_unfinished_messages": {
        ("acme", "outbound", "in_doubt", "queued"): 3,
        ("acme", "inbound", "", "held"): 1,
    },
    "syncd_oldest_unfinished_timestamp_seconds": {
        ("acme", "outbound", "in_doubt", "queued"): NOON.timestamp(),
        ("acme", "inbound", "", "held"): NOON.timestamp(),
    },
    "syncd_attention_messages": {ACME: 2},
    "syncd_not_taken_files": {("acme", "true"): 1, ("acme", "false"): 0},
    "syncd_open_troubles": {("acme", "true"): 0, ("acme", "false"): 1},
    "syncd_root_free_bytes": {ACME: 1e9},
    "syncd_min_free_bytes": {ACME: 2e8},
    "syncd_state_free_bytes": {(): 5e9},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_metric_has_the_value_of_its_thing(name: str) -> None:
    """By account, and by what tells its kinds apart."""
    assert values(scraped(), name) == EXPECTED[name]


def test_each_state_is_shown_from_the_start() -> None:
    """Also one without a message: the first one is seen as a change."""
    text = scraped(counts=Counts(["acme"]))
    now, entered = values(text, "syncd_messages"), values(text, "syncd_messages_entered_total")
    assert (
        now.keys()
        == entered.keys()
        == {("acme", direction, state) for direction in STATES for state in STATES[direction]}
    )
    assert now["acme", "outbound", "queued"] == 3
    assert now["acme", "inbound", "held"] == 0
    assert set(entered.values()) == {0}
    after = values(scraped(), "syncd_messages_entered_total")
    assert after["acme", "outbound", "sent"] == 1


def test_durations_fall_into_buckets_that_add_up() -> None:
    """A bucket holds all that took no longer."""
    buckets = values(scraped(), "syncd_request_duration_seconds_bucket")
    by_bound = {bound: value for (_, bound, _), value in buckets.items()}
    assert [by_bound[bound] for bound in ("0.05", "0.25", "0.5", "60.0", "+Inf")] == [1, 1, 2, 2, 3]


def test_a_root_that_cannot_be_used_has_no_size() -> None:
    """And is not shown as full."""
    bridge = Bridge()
    bridge.lose_root()
    assert values(scraped(bridge), "syncd_root_free_bytes") == {}


def test_the_database_is_asked_once_a_second() -> None:
    """However many ask."""
    bridge, site = Bridge(), Site()
    browser = prometheus(bridge, site=site)
    for _ in range(3):
        browser.get("/metrics")
    assert bridge.times == 1
    assert isinstance(site.ticks, Ticks)
    site.ticks.seconds += 1.1
    browser.get("/metrics")
    assert bridge.times == 2


def test_the_password_is_needed_where_one_is_set(tmp_path: Path) -> None:
    """Prometheus sends it as any other visitor."""
    secret = tmp_path / "password"
    secret.write_text("hush", encoding="utf-8")
    browser = prometheus(site=Site(password_file=secret))
    assert browser.get("/metrics").status_code == 401
    basic = {"Authorization": "Basic " + b64encode(b"prometheus:hush").decode()}
    assert browser.get("/metrics", headers=basic).status_code == 200


def test_labels_never_name_a_partner_a_file_or_an_id() -> None:
    """Their values are few, whatever partners send."""
    counts = busy()
    for number in range(50):
        more: dict[str, Any] = {"message_id": f"<{number}@partner>", "subject": f"subject {number}"}
        counts.entered(outbound(f"order-{number}.edi", state=State.SENT, phase=None, **more))
    told = list(samples(scraped(counts=counts)))
    assert {label for sample in told for label in sample.labels} == {
        *("account", "direction", "le", "needs_person", "operation", "phase"),
        *("python", "state", "status", "syncd_job", "version"),
    }
    assert sum(sample.name == "syncd_messages_entered_total" for sample in told) == sum(
        len(STATES[direction]) for direction in Direction
    )


@pytest.mark.skipif(not shutil.which("promtool"), reason="Debian's package prometheus has promtool")
def test_names_and_units_are_by_the_conventions_of_prometheus() -> None:
    """As its own tool judges them."""
    promtool = shutil.which("promtool") or ""
    judged = subprocess.run(
        [promtool, "check", "metrics"],
        input=scraped(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (judged.returncode, judged.stdout + judged.stderr) == (0, "")
