"""What a bot's metrics say again and again, and what the rules make of it: by promtool, or the plain ones here."""

from __future__ import annotations

import json
import math
import operator
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from prometheus_client.parser import text_string_to_metric_families

from embeddings.program import ROOT

RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
STEP_S = 15
"""Between two scrapes, as the rules are told; a rehearsal has them come faster than that."""

_INSTANCE = {"job": "dateline", "instance": "rehearsal"}
_NAME = re.compile(r"\b(?:dateline_[a-z0-9_]+|up)\b")
_PLAIN = re.compile(r'(\w+)(?:\{(\w+)="(\w+)"\})? ([<>=]+) ([0-9* ]+)')
_COMPARED = {"<": operator.lt, ">": operator.gt, "==": operator.eq}

Series = dict[str, float]
"""Values by series, each as Prometheus writes it, such as `dateline_posts_due{job="dateline"}`."""


def rules() -> list[dict[str, Any]]:
    """The alert rules that ship."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def written(name: str, labels: dict[str, str]) -> str:
    """A series with its labels, in order."""
    return f"{name}{{{', '.join(f'{key}={json.dumps(value)}' for key, value in sorted(labels.items()))}}}"


async def scrape(port: int) -> Series:
    """What a bot on this machine says now, of what the rules read; `up` alone is 0 where it says nothing."""
    try:
        found = await scrape_all(port, *{name for rule in rules() for name in _NAME.findall(rule["expr"])})
    except (aiohttp.ClientError, TimeoutError):
        return {written("up", _INSTANCE): 0}
    return {written("up", _INSTANCE): 1, **found}


async def scrape_all(port: int, *beginnings: str) -> Series:
    """All series whose names begin so."""
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
        session.get(f"http://127.0.0.1:{port}/metrics", headers={"Accept": "text/plain"}) as response,
    ):
        text = await response.text()
    samples = (each for family in text_string_to_metric_families(text) for each in family.samples)
    return {
        written(each.name, each.labels | _INSTANCE): each.value for each in samples if each.name.startswith(beginnings)
    }


def value(series: Series, name: str, **labels: str) -> float:
    """A series' value; NaN where it is not there."""
    return series.get(written(name, labels | _INSTANCE), math.nan)


def holds(alert: str, series: Series) -> bool:
    """Whether a plain expression (one series beside one bound) is true of a scrape, without promtool."""
    [expression] = [rule["expr"] for rule in rules() if rule["alert"] == alert]
    found = _PLAIN.fullmatch(expression)
    assert found is not None, f"{expression} is not plain"
    name, label, of, compared, bound = found.groups()
    product = math.prod(float(each) for each in bound.split("*"))
    return bool(_COMPARED[compared](value(series, name, **({label: of} if label else {})), product))


@dataclass
class Timeline:
    """Scrapes one after another, and which alerts have to fire at some of them."""

    scrapes: list[Series] = field(default_factory=list)
    expected: dict[int, frozenset[str]] = field(default_factory=dict)

    def note(self, series: Series) -> None:
        """Add a scrape."""
        self.scrapes.append(series)

    def expect(self, *alerts: str) -> int:
        """After the latest scrape these alerts fire, and no others; returns its number."""
        self.expected[len(self.scrapes) - 1] = frozenset(alerts)
        return len(self.scrapes) - 1

    def judged(self, promtool: str) -> dict[int, str]:
        """What promtool says of each expectation that does not hold, by the number of its scrape."""
        names = sorted({name for series in self.scrapes for name in series})
        series = [
            {"series": name, "values": " ".join(_number(each.get(name)) for each in self.scrapes)} for name in names
        ]
        tests = [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": f"{number * STEP_S}s",
                "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(alerts)],
            }
            for number, alerts in self.expected.items()
        ]
        step = f"{STEP_S}s"
        told = {"rule_files": [str(RULES)], "evaluation_interval": step}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rehearsal.yml"
            case = {"interval": step, "input_series": series, "promql_expr_test": tests}
            file.write_text(json.dumps({**told, "tests": [case]}))  # which is YAML, too
            done = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if done.returncode and "time: " not in said:
            raise RuntimeError(said[:2_000])
        found = re.findall(r"time: ([0-9hms]+),\s*exp:(.*?)\n\s*got:(.*?)\n", said + "\n", re.DOTALL)
        return {_seconds(at) // STEP_S: f"expected {wanted.strip()}, got {got.strip()}" for at, wanted, got in found}


def _number(number: float | None) -> str:
    return "_" if number is None else "NaN" if math.isnan(number) else repr(number)


def _seconds(text: str) -> int:
    """Of a duration as Prometheus writes it: 1h2m15s."""
    units = {"h": 3_600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([hms])", text))
