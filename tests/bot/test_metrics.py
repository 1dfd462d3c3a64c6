from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from bot import metrics
from tests.conftest import few_examples


@pytest.fixture
def registry() -> Iterator[CollectorRegistry]:
    yield metrics.switch_on()
    metrics.switch_off()


def use(each: metrics.Metric, label: str) -> None:
    match each:
        case metrics.Counter():
            each.add(label)
        case metrics.Gauge():
            each.set(2.0, label)
        case metrics.Histogram():
            each.observe(0.3, label)


def test_what_is_counted_is_shown_under_its_name(registry: CollectorRegistry) -> None:
    for each in metrics.ALL:
        use(each, "some")
    shown = generate_latest(registry).decode()
    for each in metrics.ALL:
        name = f"{each.name}_count" if isinstance(each, metrics.Histogram) else each.name
        assert f"\n{name}{{{each.label}" in shown if each.label else f"\n{name} " in shown


def test_until_metrics_are_switched_on_a_call_does_nothing() -> None:
    for each in metrics.ALL:
        use(each, "some")
    shown = generate_latest(metrics.switch_on()).decode()
    metrics.switch_off()
    assert 'dateline_errors_total{kind="some"}' not in shown
    assert "dateline_archive_age_seconds 2.0" not in shown


def test_measuring_begins_from_nothing_each_time() -> None:
    for _ in range(2):
        shown = metrics.switch_on()
        metrics.POST_TRIES.add()
        assert "dateline_post_retries_total 1.0" in generate_latest(shown).decode()
    metrics.switch_off()


def test_what_nobody_knows_is_no_number(registry: CollectorRegistry) -> None:
    metrics.POSTS_DUE.set(None)
    assert "dateline_posts_due NaN" in generate_latest(registry).decode()


@given(st.lists(st.text(), min_size=metrics.MOST_VALUES + 1, max_size=3 * metrics.MOST_VALUES, unique=True))
@few_examples()
def test_whatever_a_label_is_told_its_series_stay_few(values: list[str]) -> None:
    registry = metrics.switch_on()
    for value in values:
        metrics.ERRORS.add(value)
    [of] = [each for each in registry.collect() if each.name == "dateline_errors"]
    samples = [each for each in of.samples if each.name.endswith("_total")]
    metrics.switch_off()
    assert len(samples) <= metrics.MOST_VALUES + 1
    assert sum(each.value for each in samples) == len(values)


def test_names_are_those_of_prometheus() -> None:
    assert len({each.name for each in metrics.ALL}) == len(metrics.ALL)
    for each in metrics.ALL:
        assert each.name.startswith("dateline_")
        assert each.name.endswith("_total") == isinstance(each, metrics.Counter)
        assert each.help_text.endswith(".")
        assert not {"guild", "user", "channel"} & {each.label}


def test_prometheus_is_loaded_by_nothing_but_switching_on() -> None:
    """`tests/test_loaded` sees what a bot without an address loads; this, that nothing here does."""
    assert "prometheus_client" not in vars(metrics)
    assert sys.modules["bot.metrics"] is metrics
