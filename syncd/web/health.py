"""`/healthz` and `/readyz`: for those who start a daemon again, and for those who wake a person.

Both are answered without the password; who has it, or where none is set, is told the details.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from syncd.core.freshness import JobHealth, are_ready
from syncd.errors import StateError
from syncd.operations.health import Vitals
from syncd.web.gate import Gate

UNWELL = 503


def health(vitals: Vitals, accounts: Sequence[str], *, gate: Gate) -> Blueprint:
    """The two answers; the gate says who may read the details."""
    part = Blueprint("health", __name__)

    @part.get("/healthz")
    def healthz() -> tuple[Response, int]:
        """Every part of the process beats, whatever the gateways do."""
        is_alive = vitals.is_alive()
        return jsonify(alive=is_alive), 200 if is_alive else UNWELL

    @part.get("/readyz")
    def readyz() -> tuple[Response, int]:
        """Each job that is not paused has succeeded not long ago."""
        wanted = request.args.get("account")
        if wanted is not None and wanted not in accounts:
            return jsonify(error="there is no such account", remedy="Leave ?account= away for all."), 404
        try:
            jobs = [job for job in vitals.jobs() if wanted in {None, job.account}]
        except StateError:
            return jsonify(ready=False), UNWELL
        is_ready = vitals.is_alive() and are_ready(jobs)
        known = {"jobs": list(map(_told, jobs))} if gate.knows(request) else {}
        return jsonify(ready=is_ready, **known), 200 if is_ready else UNWELL

    return part


def _told(job: JobHealth) -> dict[str, Any]:
    return {
        "account": job.account,
        "job": job.job,
        "ready": job.is_ready,
        "paused": job.is_paused,
        "age_seconds": _seconds(job.age),
        "allowed_seconds": _seconds(job.within),
        "trouble": job.trouble,
        "remedy": job.remedy,
    }


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 1)
