"""Writes small Markdown archives, letter for letter as a test wants them."""

from __future__ import annotations

from pathlib import Path


def write(root: Path, name: str, text: str | bytes) -> Path:
    """Write one file, such as `2015/12/3/index.md`, below `root/news`."""
    path = root / "news" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(text, encoding="utf-8", newline="")
    return path


def page(headline: str, day: str = "2015-12-03", *, summary: str = "", sources: str = "", related: str = "") -> str:
    """The text of an event page."""
    text = f"### [{day}](/news/2015/12/3/index.md)\n\n# {headline}\n\n{summary}\n\n\n"
    if sources:
        text += f"### Source:\n\n{sources}\n\n"
    if related:
        text += f"### Related:\n\n{related}\n"
    return text


def entry(headline: str, slug: str, *, topic: str = "", below: str = "", day: str = "2015/12/3") -> str:
    """An entry of a day index; `below` is its summary or context line."""
    return (f"##### {topic}\n" if topic else "") + f"### [{headline} ](/news/{day}/{slug}.md)\n{below}\n\n"


def index(*entries: str, day: str = "2015-12-03") -> str:
    """The text of a day index."""
    return (
        "\nFormats: [HTML](2015/12/03/index.html)  [JSON](2015/12/03/index.json)\n\n"
        f"## [{day}](/news/2015/12/3/index.md)\n\n{''.join(entries)}## [Previous Day...](/news/2015/12/2/index.md)\n\n"
    )
