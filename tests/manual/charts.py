"""The charts of the documents, from the figures in `docs/figures.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.manual import svg

_WIDTH = 680
_LEFT, _RIGHT = 20, 92  # beside the labels; for the value behind a bar
_TOP, _BAR, _GAP = 72, 16, 12  # above the first row; a bar's height; between two rows
_LETTER = 6.9  # the mean width of a letter, 13 pixels high, of the widest of the fonts
_COLOURS = (svg.BLUE, svg.ORANGE, svg.GREY)


@dataclass(frozen=True, slots=True)
class Row:
    """A label with a bar a series; `margins` are half the widths of their intervals, as far as they have one."""

    label: str
    values: tuple[float, ...]
    margins: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, one below another.

    Attributes:
        title: what is shown.
        unit: stands behind each value.
        most: the value of the longest bar that fits.
        command: gives the figures.
        when: the month of the measurement.
        series: what the bars of a row are, where a row has several.
        digits: behind the point.
    """

    title: str
    unit: str
    most: float
    command: str
    when: str
    rows: tuple[Row, ...]
    series: tuple[str, ...] = ("",)
    digits: int = 0


def read(path: Path) -> dict[str, Chart]:
    """The charts in a file, by name.

    Raises:
        ValueError: if a row has another number of values than there are series, or one that does not fit.
    """
    found: dict[str, Chart] = {}
    for name, given in tomllib.loads(path.read_text(encoding="utf-8")).items():
        rows = tuple(
            Row(row["label"], tuple(row["values"]), tuple(row.get("margins", ()))) for row in given.pop("rows")
        )
        series = tuple(given.pop("series", ("",)))
        chart = Chart(**given, rows=rows, series=series)
        for row in rows:
            if len(row.values) != len(series) or not all(0 <= value <= chart.most for value in row.values):
                expected = f"expected {len(series)} values from 0 to {chart.most}"
                raise ValueError(f"{path}: {name}: {row.label}: {expected}, got {row.values}")
        found[name] = chart
    return found


def drawn(path: Path) -> dict[str, str]:
    """The charts in a file as SVG, by name."""
    return {name: draw(chart) for name, chart in read(path).items()}


def draw(chart: Chart) -> str:
    """A chart as SVG."""
    start = _LEFT + 12 + _LETTER * max(len(row.label) for row in chart.rows)
    scale = (_WIDTH - start - _RIGHT) / chart.most
    parts = [svg.text(_LEFT, 32, chart.title, 16, bold=True), *_legend(chart.series)]
    y: float = _TOP if len(chart.series) > 1 else _TOP - 20
    top = y
    for row in chart.rows:
        height = _BAR * len(row.values)
        parts.append(svg.text(start - 12, y + height / 2 + 5, row.label, anchor="end"))
        for number, value in enumerate(row.values):
            margin = row.margins[number] if number < len(row.margins) else 0
            parts += _bar(chart, start, y + number * _BAR, scale, (value, margin, number))
        y += height + _GAP
    parts.append(svg.line(start, top - 6, start, y - 6, svg.SOFT))
    parts.append(svg.text(_LEFT, y + 16, f"{chart.command}  ({chart.when})", 11, fill=svg.SOFT, code=True))
    return svg.document(_WIDTH, y + 32, chart.title, parts)


def _legend(series: Sequence[str]) -> list[str]:
    if len(series) == 1:
        return []
    starts = [_LEFT]
    for name in series:
        starts.append(starts[-1] + round(30 + _LETTER * len(name)))
    return [
        part
        for name, colour, (x, _) in zip(series, _COLOURS, pairwise(starts), strict=False)
        for part in (svg.rect(x, 46, 10, 10, colour, round_by=2), svg.text(x + 15, 55, name, 12, fill=svg.SOFT))
    ]


def _bar(chart: Chart, start: float, y: float, scale: float, drawn_value: tuple[float, float, int]) -> list[str]:
    value, margin, number = drawn_value
    end = start + value * scale
    shown = f"{value:,.{chart.digits}f}{f' ± {margin:g}' if margin else ''}{chart.unit}"
    parts = [svg.rect(start, y + 1, max(value * scale, 1), _BAR - 2, _COLOURS[number], round_by=2)]
    if margin:
        low, high, middle = start + (value - margin) * scale, start + (value + margin) * scale, y + _BAR / 2
        parts += [svg.line(low, middle, high, middle, svg.INK), svg.line(low, middle - 3, low, middle + 3, svg.INK)]
        parts.append(svg.line(high, middle - 3, high, middle + 3, svg.INK))
        end = high
    parts.append(svg.text(end + 6, y + _BAR - 4, shown, 12))
    return parts
