"""What stands in the documents: blocks, the commands in them, code inside sentences, links and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<body>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_MARKDOWN_LINK = re.compile(r"\]\(<?([^)>\s]+)")
_HTML_LINK = re.compile(r"\b(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the word behind its fence, and its text."""

    kind: str
    body: str


def pages() -> list[Path]:
    """The documents, those of the repository's top first."""
    top = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "PRIVACY.md", "SECURITY.md")
    return [ROOT / name for name in top] + sorted(ROOT.glob("docs/**/*.md"))


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [
        Block(found["kind"], re.sub(rf"^{found['indent']}", "", found["body"], flags=re.MULTILINE))
        for found in _FENCE.finditer(text)
    ]


def commands(text: str) -> list[str]:
    """The commands in a page's `sh` blocks, each in one line and without its comment, in order."""
    lines = [
        line for block in blocks(text) if block.kind == "sh" for line in re.sub(r"\\\n\s*", "", block.body).splitlines()
    ]
    return [command for line in lines if (command := re.sub(r"(^|\s+)#\s.*", "", line).strip())]


def code(text: str) -> Iterator[str]:
    """The code inside a page's sentences and tables, each in one line."""
    for found in _CODE.findall(_FENCE.sub("", text)):
        yield " ".join(found.split())


def links(text: str) -> Iterator[str]:
    """Where a page's links and pictures lead, but for those to the web."""
    prose = _FENCE.sub("", text)
    for pattern in (_MARKDOWN_LINK, _HTML_LINK):
        for address in pattern.findall(_CODE.sub("", prose) if pattern is _HTML_LINK else prose):
            if not re.match(r"[a-z]+:", address):
                yield address


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        shown = re.sub(r"[`*]|\]\([^)]*\)", "", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).strip().replace(" ", "-")
        number = 0
        while (anchor := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(anchor)
    return found
