"""`/healthz` and `/readyz`: what a supervisor of processes, and whoever wakes people, is told."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from syncd.core.freshness import JobHealth
from syncd.errors import StateBroken
from syncd.web.app import Part
from syncd.web.health import health
from tests.web.parts import Site

FRESH = JobHealth(account="acme", job="pull", age=timedelta(seconds=3), within=timedelta(seconds=180))
STALE = JobHealth(
    account="other",
    job="pull",
    is_fresh=False,
    age=timedelta(seconds=1000.04),
    within=timedelta(seconds=180),
    trouble="the gateway's host name cannot be resolved",
    remedy="Check the account's url",
)


@dataclass
class Patient:
    """A daemon that is as it is told."""

    alive: bool = True
    found: Sequence[JobHealth] = field(default_factory=lambda: [FRESH])
    is_broken: bool = False

    def is_alive(self) -> bool:
        return self.alive

    def jobs(self) -> Sequence[JobHealth]:
        if self.is_broken:
            raise StateBroken("the database cannot be read")
        return self.found


def asking(patient: Patient, *, password_file: Path | None = None) -> FlaskClient:
    """Somebody without a password."""
    site = Site(password_file=password_file)
    part = health(patient, ("acme", "other"), gate=site.gate)
    site.more = [Part(blueprint=part, is_open=True)]
    return site.browser()


@pytest.mark.parametrize(("alive", "status"), [(True, 200), (False, 503)])
def test_health_is_the_life_of_the_process(alive: bool, status: int) -> None:
    """However the gateways are."""
    answer = asking(Patient(alive=alive, found=[STALE])).get("/healthz")
    assert (answer.status_code, answer.get_json()) == (status, {"alive": alive})


def test_all_is_ready_when_each_job_is() -> None:
    """And every part beats."""
    answer = asking(Patient()).get("/readyz")
    assert (answer.status_code, answer.get_json()["ready"]) == (200, True)
    assert asking(Patient(alive=False)).get("/readyz").status_code == 503
    assert asking(Patient(is_broken=True)).get("/readyz").status_code == 503


def test_what_is_not_ready_is_named_with_its_remedy() -> None:
    """So that who is woken knows what to do."""
    answer = asking(Patient(found=[FRESH, STALE])).get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["jobs"][1] == {
        "account": "other",
        "job": "pull",
        "ready": False,
        "paused": False,
        "age_seconds": 1000.0,
        "allowed_seconds": 180.0,
        "trouble": "the gateway's host name cannot be resolved",
        "remedy": "Check the account's url",
    }


def test_one_account_is_asked_for_by_its_name() -> None:
    """A name that is none is an error, and not ready by no jobs at all."""
    browser = asking(Patient(found=[FRESH, STALE]))
    assert browser.get("/readyz?account=acme").status_code == 200
    assert browser.get("/readyz?account=other").status_code == 503
    assert browser.get("/readyz?account=acne").status_code == 404


def test_details_are_for_those_who_know_the_password(tmp_path: Path) -> None:
    """Where one is set; the answer itself is for all."""
    secret = tmp_path / "password"
    secret.write_text("hush", encoding="utf-8")
    browser = asking(Patient(found=[STALE]), password_file=secret)
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"ready": False})
    assert browser.get("/healthz").status_code == 200
    for password, told in (("hush", True), ("wrong", False)):
        basic = "Basic " + b64encode(f"prometheus:{password}".encode()).decode()
        answer = browser.get("/readyz", headers={"Authorization": basic})
        assert answer.status_code == 503
        assert ("jobs" in answer.get_json()) is told
