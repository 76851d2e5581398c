"""Alerts and dashboard: they ask for what there is, each alert fires when it should, and all can be read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.cli.app import commands
from tests.web.scraping import prometheus, samples

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = (DEPLOY / "alerts.yml").read_text(encoding="utf-8")
ALERTS_TEST = (DEPLOY / "alerts.test.yml").read_text(encoding="utf-8")
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
NAMES = re.findall(r"^ +- alert: (\w+)$", ALERTS, re.MULTILINE)
LABEL = "syncd_job"
OF_OURS = re.compile(r"\b(?:syncd|process)_[a-z_]+\b")
COLUMNS = 24

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="Debian's package prometheus has promtool"
)


def promtool(*words: str, folder: Path = DEPLOY) -> str:
    """What promtool has against it, or nothing."""
    told = subprocess.run(
        [shutil.which("promtool") or "", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    return "" if told.returncode == 0 else told.stdout + told.stderr


def expressions() -> Iterator[str]:
    """What the dashboard asks for, its variables filled in."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"].replace("$__rate_interval", "5m").replace("$account", ".*")


@pytest.mark.parametrize("text", [ALERTS, "\n".join(expressions())], ids=["alerts", "dashboard"])
def test_only_what_is_exported_is_asked_for(text: str) -> None:
    """A name that nobody exports never fires, and shows nothing."""
    exported = {sample.name for sample in samples(prometheus().get("/metrics").text)}
    asked = set(OF_OURS.findall(text)) - {LABEL}
    assert asked
    assert asked <= exported


def test_each_alert_says_what_is_wrong_and_what_to_type() -> None:
    """With commands that there are."""
    blocks = ALERTS.split("- alert: ")[1:]
    assert len(blocks) == len(NAMES) == len(set(NAMES))
    for block in blocks:
        assert re.search(r"labels: \{severity: (critical|warning|info)\}", block)
        assert "summary: " in block
        assert "remedy: " in block
    typed = set(re.findall(r"\bsyncd ([a-z]+) (?:--|ID|names|tells|remove)", ALERTS))
    assert typed
    assert typed <= set(commands())


def test_each_alert_is_shown_to_fire_and_to_be_quiet() -> None:
    """In the tests that promtool runs."""
    quiet = set(re.findall(r"alertname: (\w+), exp_alerts: \[\]", ALERTS_TEST))
    fired = set(re.findall(r"alertname: (\w+)\n +exp_alerts:\n", ALERTS_TEST))
    assert quiet == fired == set(NAMES)


@needs_promtool
def test_the_alerts_fire_when_they_should() -> None:
    """And none of them while all is well."""
    assert promtool("check", "rules", "alerts.yml") == ""
    assert promtool("test", "rules", "alerts.test.yml") == ""


@needs_promtool
def test_the_dashboards_expressions_can_be_read(tmp_path: Path) -> None:
    """As the rules of a file, which promtool reads."""
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions())]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert promtool("check", "rules", "rules.yml", folder=tmp_path) == ""


def test_the_dashboard_asks_the_chosen_data_source_for_the_chosen_account() -> None:
    """Both are variables: it can be imported anywhere."""
    assert [each["name"] for each in DASHBOARD["templating"]["list"]] == ["datasource", "account"]
    assert DASHBOARD["uid"] == "syncd"
    for panel in DASHBOARD["panels"]:
        for each in [panel, *panel.get("targets", [])]:
            assert panel["type"] == "row" or each["datasource"]["uid"] == "${datasource}"


def test_no_panel_lies_over_another() -> None:
    """Each has an id and a place of its own."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        for x in range(place["x"], place["x"] + place["w"]):
            cells = {(x, y) for y in range(place["y"], place["y"] + place["h"])}
            assert not cells & taken
            taken |= cells
