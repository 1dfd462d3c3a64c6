"""A chart to a PNG, with matplotlib: imported by the process that draws, and never by the bot.

The picture has a ground of its own, for Discord tells nobody which theme a reader has: it is as legible on the light
one as on the dark. Sizes are in pixels; a phone shows all 800 of them on some 270 of its own, so that no text is
smaller than 24.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from embeddings.picture.chart import Bar, Chart, Label, Mark, spread
from embeddings.picture.fonts import families_for, font, showable

WIDTH = 800
_DPI = 72  # then points are pixels
_MARGIN = 32
_LEFT = 92  # where the bars begin, right of the number of the most events, at least
_BESIDE = 14  # from that number to the bars
_RIGHT = WIDTH - _MARGIN
_ARROW = 34  # of a story that goes on: the room for its arrow
_BAR_HEIGHT = 180
_LOWEST = 4  # of a bar that is not empty
_RADIUS = 22  # of a number's disc
_APART = 48  # the middles of two numbers, at least
_STEM = 40  # from the numbers to the highest bar, for the lines that lead to their days
_LINE = 38  # from one line of dates to the next

_TITLE, _TITLE_LEAST, _SMALL, _SMALL_LEAST, _NUMBER, _TWO_DIGITS = 40, 34, 32, 28, 28, 24  # sizes of texts

_GROUND, _TEXT, _QUIET, _FAINT = "#1f2229", "#eceef2", "#a9b0bd", "#434956"
_BAR, _ASKED = "#6ea3dc", "#f2c14e"


def png(chart: Chart) -> bytes:
    """The picture as a PNG of some 50 KB."""
    return _Drawing(chart).png()


class _Drawing:
    """One picture while it is made, from the bottom up: dates, bars, numbers, texts."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._most = chart.highest.count
        title_font = families_for(chart.title) if chart.title else None
        self._has_title = title_font is not None
        dates = max((label.words.count("\n") for label in (tick.label for tick in chart.ticks)), default=0) + 1
        self._base = _MARGIN - 8 + _LINE * dates + 12
        self._top = self._base + _BAR_HEIGHT
        self._discs = self._top + _STEM + _RADIUS
        height = self._discs + _RADIUS + 26 + _SMALL + (_TITLE + 20 if self._has_title else 0) + _MARGIN
        self._figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=_GROUND)
        self._canvas = FigureCanvasAgg(self._figure)
        self._renderer: RendererAgg = self._canvas.get_renderer()
        self._height = height
        self._to_pixels = IdentityTransform()
        first, end = chart.bars[0].start, chart.bars[-1].end
        self._left = max(_LEFT, _MARGIN / 2 + self._width(f"{self._most:,}", _SMALL) + _BESIDE)
        self._per_day = (_RIGHT - self._left - (_ARROW if chart.open_ended else 0)) / (end - first)
        self._first = first

    def _scale(self, day: float) -> float:
        """Where a day begins."""
        return self._left + (day - self._first) * self._per_day

    def png(self) -> bytes:
        self._dates()
        self._bars()
        self._numbers()
        self._heading()
        out = io.BytesIO()
        self._figure.savefig(out, format="png", dpi=_DPI, facecolor=_GROUND, pil_kwargs={"compress_level": 3})
        return out.getvalue()

    def _bars(self) -> None:
        shapes = []
        for bar in self._chart.bars:
            left, right, top = self._sides(bar)
            shapes.append([(left, self._base), (left, top), (right, top), (right, self._base)])
        self._figure.add_artist(PolyCollection(shapes, facecolors=_BAR, transform=self._to_pixels))
        self._lines([[(self._left, self._top), (_RIGHT, self._top)]], _FAINT, 1.5, under=True)
        self._lines([[(self._left, self._base), (_RIGHT, self._base)]], _QUIET, 2)
        if self._chart.open_ended:
            tip = (_RIGHT, self._base)
            self._lines([[(tip[0] - 14, tip[1] + 9), tip, (tip[0] - 14, tip[1] - 9)]], _QUIET, 2)
        self._write(f"{self._most:,}", self._left - _BESIDE, self._top, _SMALL, _QUIET, ha="right", va="center")

    def _dates(self) -> None:
        ends = 0.0
        ticks = []
        for tick in self._chart.ticks:
            at = self._scale(tick.day)
            text = self._words(tick.label)
            wide = max(self._width(line, _SMALL) for line in text.split("\n"))
            left = at + 8
            if left < ends or left + wide > WIDTH - 8:
                continue
            ticks.append([(at, self._base), (at, self._base - 16)])
            for number, line in enumerate(text.split("\n")):
                self._write(line, left, self._base - 12 - number * _LINE, _SMALL, _QUIET, va="top")
            ends = left + wide + 16
        self._lines(ticks, _QUIET, 2)

    def _numbers(self) -> None:
        marks = sorted(self._chart.marks, key=lambda mark: (mark.day, mark.number))
        feet = [self._foot(mark) for mark in marks]
        low, high = _MARGIN + _RADIUS, WIDTH - _MARGIN - _RADIUS
        places = spread([min(max(day, low), high) for day, _ in feet], _APART, low, high)
        self._lines(
            [
                [(place, self._discs), (day, self._top + 4), (day, top)]
                for place, (day, top) in zip(places, feet, strict=True)
            ],
            _QUIET,
            1.5,
            under=True,
        )
        for place, mark in zip(places, marks, strict=True):
            colour = _ASKED if mark.asked else _TEXT
            disc = Circle((place, self._discs), _RADIUS, facecolor=colour, edgecolor=_GROUND, linewidth=3)
            disc.set_transform(self._to_pixels)
            self._figure.add_artist(disc)
            size = _NUMBER if mark.number < 10 else _TWO_DIGITS
            self._write(
                str(mark.number), place, self._discs - 1, size, _GROUND, bold=True, ha="center", va="center_baseline"
            )

    def _sides(self, bar: Bar) -> tuple[float, float, float]:
        """Where a bar is: left, right and top."""
        left, right = self._scale(bar.start), self._scale(bar.end)
        height = max(_LOWEST, _BAR_HEIGHT * bar.count / self._most) if bar.count else 0.0
        return left, right - min(6.0, (right - left) / 5), self._base + height

    def _foot(self, mark: Mark) -> tuple[float, float]:
        """Where the line from a number ends: at its day, on the bar that holds it."""
        at = self._scale(mark.day + 0.5)
        for bar in self._chart.bars:
            if bar.start <= mark.day < bar.end:
                left, right, top = self._sides(bar)
                return min(max(at, left + 1), right - 1), top
        return at, self._base

    def _heading(self) -> None:
        at = self._height - _MARGIN
        if self._has_title:
            title, size = self._fitted(showable(self._chart.title), _TITLE, _TITLE_LEAST, bold=True)
            self._write(title, _MARGIN, at, size, _TEXT, bold=True, va="top")
            at -= _TITLE + 20
        span, size = self._fitted(self._words(self._chart.span), _SMALL, _SMALL_LEAST)
        self._write(span, _MARGIN, at, size, _QUIET, va="top")

    def _fitted(self, text: str, most: int, least: int, *, bold: bool = False) -> tuple[str, int]:
        """A text on one line, and its size: smaller where it is long, and then cut."""
        room = WIDTH - 2 * _MARGIN
        for size in range(most, least - 1, -2):
            if self._width(text, size, bold=bold) <= room:
                return text, size
        low, high = 0, len(text)
        while low < high:  # characters that fit
            middle = (low + high + 1) // 2
            fits = self._width(text[:middle].rstrip() + "…", least, bold=bold) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + "…", least

    def _words(self, label: Label) -> str:
        return label.words if families_for(label.words) is not None else label.digits

    def _width(self, text: str, size: int, *, bold: bool = False) -> float:
        width, _, _ = self._renderer.get_text_width_height_descent(text, font(text, size, bold=bold), ismath=False)
        return float(width)

    def _write(
        self, text: str, x: float, y: float, size: int, colour: str, *, bold: bool = False, **align: Any
    ) -> None:
        # Texts are strangers': without parse_math a dollar sign begins a formula.
        artist = Text(
            x, y, text, color=colour, fontproperties=font(text, size, bold=bold), parse_math=False,
            horizontalalignment=align.get("ha", "left"), verticalalignment=align.get("va", "baseline"),
            transform=self._to_pixels,
        )  # fmt: skip
        self._figure.add_artist(artist)

    def _lines(
        self, lines: Sequence[Sequence[tuple[float, float]]], colour: str, width: float, *, under: bool = False
    ) -> None:
        collection = LineCollection(lines, colors=colour, linewidths=width, transform=self._to_pixels)
        collection.set_zorder(0 if under else 1.5)
        self._figure.add_artist(collection)
