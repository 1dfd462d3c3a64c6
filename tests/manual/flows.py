"""The drawings of docs/design.md: boxes on a grid, and arrows between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.manual import svg

_COLUMN, _ROW = 190, 104  # from one box to the next
_WIDTH, _HEIGHT = 116, 44  # of a box
_EDGE = 24  # around the grid
_LINE = 14  # from a line of text to the next


@dataclass(frozen=True, slots=True)
class Flow:
    """A drawing.

    Attributes:
        title: what it shows.
        boxes: the lines of text in each box, by column and row.
        arrows: from a box, to a box, and the lines of text beside the arrow.
    """

    title: str
    boxes: Mapping[tuple[int, int], Sequence[str]]
    arrows: Sequence[tuple[tuple[int, int], tuple[int, int], Sequence[str]]]


QUESTION = Flow(
    "The way of a question",
    {
        (0, 1): ("/ask civilian", "deaths Russia 2015"),
        (1, 0): ("commands/ask",),
        (2, 0): ("search/questions",),
        (3, 0): ("dates",),
        (1, 1): ("desk: acknowledge,", "wait for a turn"),
        (2, 1): ("guide.ask",),
        (3, 1): ("engine: a thread",),
        (4, 0): ("model/export or", "model/encoder"),
        (4, 1): ("search/service",),
        (5, 0): ("index",),
        (5, 1): ("search/ranking",),
        (3, 2): ("store",),
        (2, 2): ("cards/pages",),
        (1, 2): ("cards/discord_face",),
    },
    (
        ((0, 1), (1, 0), ()),
        ((1, 0), (2, 0), ("understand()",)),
        ((2, 0), (3, 0), ("dates in it",)),
        ((1, 0), (1, 1), ()),
        ((1, 1), (2, 1), ()),
        ((2, 1), (3, 1), ()),
        ((3, 1), (4, 0), ("encode,", "batched")),
        ((3, 1), (4, 1), ()),
        ((4, 1), (5, 0), ("nearest vectors,", "stems, tokens")),
        ((4, 1), (5, 1), ("one order",)),
        ((2, 1), (3, 2), ("which events", "it showed")),
        ((2, 1), (2, 2), ()),
        ((2, 2), (1, 2), ()),
        ((1, 2), (0, 1), ()),
    ),
)
PAGE = Flow(
    "The way of a page",
    {
        (0, 0): ("archive/reading,", "records, portal"),
        (0, 1): ("wiki/client",),
        (1, 1): ("archive/fetched",),
        (1, 0): ("build/staging:", "sorted by day"),
        (2, 0): ("build/joining:", "what lists name"),
        (3, 0): ("build/days:", "merged, named"),
        (4, 0): ("index/", "catalogue_writer"),
        (4, 1): ("build/encoding",),
        (3, 1): ("index/vectors,", "tokens"),
        (3, 2): ("prominence/traits,", "measure"),
        (4, 2): ("index/folder.publish:", "one rename"),
    },
    (
        ((0, 0), (1, 0), ()),
        ((0, 1), (1, 1), ("build/update",)),
        ((1, 1), (1, 0), ()),
        ((1, 0), (2, 0), ()),
        ((2, 0), (3, 0), ()),
        ((3, 0), (4, 0), ()),
        ((4, 0), (4, 1), ()),
        ((4, 1), (3, 1), ()),
        ((3, 1), (3, 2), ()),
        ((3, 2), (4, 2), ()),
    ),
)


def drawn() -> dict[str, str]:
    """The drawings as SVG, by name."""
    return {"question": draw(QUESTION), "page": draw(PAGE)}


def draw(flow: Flow) -> str:
    """A drawing as SVG."""
    columns, rows = (1 + max(box[side] for box in flow.boxes) for side in (0, 1))
    width = 2 * _EDGE + (columns - 1) * _COLUMN + _WIDTH
    height = 2 * _EDGE + (rows - 1) * _ROW + _HEIGHT
    arrows = [part for start, end, words in flow.arrows for part in _arrow(start, end, words)]
    boxes = [part for place, words in flow.boxes.items() for part in _box(place, words)]
    return svg.document(width, height, flow.title, [_HEAD, *arrows, *boxes])


_HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    f'<path d="M0 0L8 4L0 8z" fill="{svg.SOFT}"/></marker></defs>'
)


def _middle(place: tuple[int, int]) -> tuple[float, float]:
    return _EDGE + _WIDTH / 2 + place[0] * _COLUMN, _EDGE + _HEIGHT / 2 + place[1] * _ROW


def _box(place: tuple[int, int], words: Sequence[str]) -> list[str]:
    x, y = _middle(place)
    box = svg.rect(x - _WIDTH / 2, y - _HEIGHT / 2, _WIDTH, _HEIGHT, "#eef3f8", edge=svg.BLUE, round_by=6)
    return [box, *_lines(x, y, words, 11, svg.INK)]


def _lines(x: float, y: float, words: Sequence[str], size: float, colour: str) -> list[str]:
    top = y + 4 - _LINE * (len(words) - 1) / 2
    return [
        svg.text(x, top + _LINE * number, line, size, fill=colour, anchor="middle") for number, line in enumerate(words)
    ]


def _arrow(start: tuple[int, int], end: tuple[int, int], words: Sequence[str]) -> list[str]:
    (x1, y1), (x2, y2) = _middle(start), _middle(end)
    from_x, from_y = _left(x1, y1, x2, y2)
    to_x, to_y = _left(x2, y2, x1, y1)
    arrow = svg.line(from_x, from_y, to_x, to_y, svg.SOFT, 1.3).replace("/>", ' marker-end="url(#head)"/>')
    x, y = (from_x + to_x) / 2, (from_y + to_y) / 2
    if start[1] == end[1]:  # above a level arrow; on a steep one, which the words interrupt
        return [arrow, *_lines(x, y - 10, words, 10, svg.SOFT)]
    paper = [svg.rect(x - 40, y - 8 * len(words), 80, 16 * len(words), svg.PAPER)] if words else []
    return [arrow, *paper, *_lines(x, y, words, 10, svg.SOFT)]


def _left(x: float, y: float, to_x: float, to_y: float) -> tuple[float, float]:
    """Where the way from a box's middle to another point leaves the box."""
    across, down = to_x - x, to_y - y
    part = min(_WIDTH / 2 / abs(across) if across else 1, _HEIGHT / 2 / abs(down) if down else 1)
    return x + across * part, y + down * part
