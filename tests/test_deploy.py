"""What `deploy/` has for those who watch a bot: it names metrics that there are, and each alert says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from bot import metrics
from embeddings.program import ROOT

RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
TESTS = RULES.with_name("alerts.test.yml")
DASHBOARD = ROOT / "deploy" / "grafana" / "dateline.json"
PROMTOOL = shutil.which("promtool")

_NAME = re.compile(r"\bdateline_[a-z0-9_]+")
_OF_LABEL = re.compile(r'(dateline_[a-z0-9_]+)\{[^}]*?\b(\w+)=~?"([^"]*)"')


def series() -> set[str]:
    """The names of all series that a bot shows."""
    found = set()
    for each in metrics.ALL:
        parts = ("_bucket", "_count", "_sum") if isinstance(each, metrics.Histogram) else ("",)
        found |= {each.name + part for part in parts}
    return found


def alerts() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    board = json.loads(DASHBOARD.read_text())
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


def test_every_metric_that_is_named_is_there() -> None:
    named = [*(rule["expr"] for rule in alerts()), *expressions()]
    assert {name for each in named for name in _NAME.findall(each)} <= series()


def test_every_metric_is_on_the_dashboard() -> None:
    shown = " ".join(expressions())
    assert [each.name for each in metrics.ALL if each.name not in shown] == []


def test_labels_and_their_values_are_those_of_the_metrics() -> None:
    labels = {each.name: (each.label, each.values) for each in metrics.ALL}
    for expression in [*(rule["expr"] for rule in alerts()), *expressions()]:
        for name, label, value in _OF_LABEL.findall(expression):
            if label in ("job", "instance"):
                continue
            of = re.sub("_(bucket|count|sum)$", "", name)
            assert label == labels[of][0], expression
            assert not labels[of][1] or set(value.split("|")) <= set(labels[of][1]), expression


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_each_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["summary"]
    page, _, heading = rule["annotations"]["runbook"].partition("#")
    assert heading == rule["alert"].lower()
    assert f"\n## {rule['alert']}\n" in (ROOT / page).read_text()


def test_there_is_nothing_to_do_on_alerts_that_are_not_there() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "alerts.md").read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in alerts()]


def test_each_alert_is_tried_by_the_rule_tests() -> None:
    tried = TESTS.read_text()
    yaml.safe_load(tried)
    for rule in alerts():
        assert f'alertname="{rule["alert"]}"' in tried


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
@pytest.mark.parametrize(("how", "file"), [("check", RULES), ("test", TESTS)])
def test_promtool_finds_the_rules_right(how: str, file: Any) -> None:
    done = subprocess.run([str(PROMTOOL), how, "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
