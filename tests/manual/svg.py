"""The little of SVG that the charts and pictures need. Lengths are in CSS pixels."""

from __future__ import annotations

from html import escape

FONT = "system-ui, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"
CODE_FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
INK, SOFT, PAPER, EDGE = "#1f2328", "#59636e", "#ffffff", "#d1d9e0"
BLUE, ORANGE, GREY = "#3b6ea5", "#c0673f", "#9aa4ae"  # the blue is that of the bot's cards


def rect(x: float, y: float, width: float, height: float, fill: str, *, edge: str = "none", round_by: float = 0) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_by:g}" fill="{fill}" '
        f'stroke="{edge}"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}" stroke-width="{width:g}"/>'


def text(
    x: float,
    y: float,
    words: str,
    size: float = 13,
    *,
    fill: str = INK,
    anchor: str = "start",
    bold: bool = False,
    code: bool = False,
) -> str:
    """Words whose base line begins (or, by `anchor`, ends or has its middle) at a point."""
    weight = ' font-weight="600"' if bold else ""
    font = f' font-family="{CODE_FONT}"' if code else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}" text-anchor="{anchor}"{weight}{font}>'
        f"{escape(words, quote=False)}</text>"
    )


def document(width: float, height: float, title: str, parts: list[str]) -> str:
    """A drawing on paper of its own, so that it can be read on a dark page, too."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" role="img" font-family="{FONT}">',
            f"<title>{escape(title, quote=False)}</title>",
            rect(0.5, 0.5, width - 1, height - 1, PAPER, edge=EDGE, round_by=8),
            *parts,
            "</svg>\n",
        ]
    )
