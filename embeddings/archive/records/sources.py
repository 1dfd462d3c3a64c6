"""Sources as programs write them: names, addresses, objects, one text with several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from embeddings.archive.layout import MAX_SOURCES
from embeddings.archive.records.names import bare
from embeddings.text import is_web_address

LIST_OF_ONE = "a text counts as a list of one"
ADDRESS = "an address counts as a source"

_MARKDOWN = re.compile(r"\[([^\[\]\n]{1,300})\]\((https?://[^\s()]++(?:\([^\s()]*+\)[^\s()]*+)*)\)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"|]++", re.IGNORECASE)
_AROUND = " \t\n,;|-–—:()<>[]\"'"
_NAME_KEYS = ("name", "title", "text", "label", "publisher", "outlet", "source")
_URL_KEYS = ("url", "href", "link", "uri", "address")

Source = dict[str, Any]


def sources_of(value: object, notes: set[str]) -> Iterator[object]:
    """What a value says of sources, each as name and url; what cannot be understood is given as it is."""
    if isinstance(value, str):
        found = list(_of_text(value))
        if any(not source["name"] for source in found):
            notes.add(ADDRESS)
        yield from found
    elif isinstance(value, list):
        for each in value:
            if each is not None:
                yield from sources_of(each, notes) if isinstance(each, str | dict) else (each,)
    elif isinstance(value, dict):
        yield _of_object(value)
    elif value is not None:
        yield value


def addresses_of(value: object) -> Iterator[Source]:
    """The sources that a field of addresses holds: what is none is passed over."""
    for source in sources_of(value, set()):
        if isinstance(source, dict) and isinstance(url := source.get("url"), str) and is_web_address(url):
            yield source


def joined(named: Sequence[object], addressed: Sequence[Source]) -> list[object]:
    """Sources of which some fields have the names and others the addresses.

    One name and one address are one source. Else each stands for itself.
    """
    if len(named) + len(addressed) > MAX_SOURCES:
        return [*named, *addressed]  # too many, as is to be reported
    kept: list[object] = []
    for source in named:
        if source not in kept:
            kept.append(source)
    urls = {source.get("url") for source in kept if isinstance(source, dict)}
    more: list[Source] = []
    for source in addressed:
        if source["url"] not in urls:
            urls.add(source["url"])
            more.append(source)
    if len(kept) == 1 and more:
        [only] = kept
        if isinstance(only, dict) and only.get("name") and not only.get("url") and not more[0]["name"]:
            return [{**only, "url": more[0]["url"]}, *more[1:]]
    return [*kept, *more]


def _of_text(text: str) -> Iterator[Source]:
    text = text.strip()
    if not text:
        return
    if links := list(_MARKDOWN.finditer(text)):
        yield from ({"name": link[1].strip(_AROUND), "url": link[2]} for link in links)
        return
    addresses = list(_ADDRESS.finditer(text))
    if not addresses:
        yield {"name": text, "url": None}
        return
    # Words stand before each address, or after each.
    is_before = bool(text[: addresses[0].start()].strip(_AROUND))
    ends = [0, *(found.end() for found in addresses)]
    starts = [*(found.start() for found in addresses), len(text)]
    for number, found in enumerate(addresses):
        at = number if is_before else number + 1
        yield {"name": text[ends[at] : starts[at]].strip(_AROUND), "url": _address(found[0])}


def _address(text: str) -> str:
    """An address without what closes the sentence or the brackets around it."""
    text = text.rstrip(",;.")
    return text[:-1] if text.endswith(")") and "(" not in text else text


def _of_object(value: dict[str, Any]) -> Source:
    """Name and url of an object in which they may be called otherwise; its own names come first."""
    is_own = "name" in value or "url" in value
    fields = value if is_own else {bare(name): each for name, each in value.items()}
    name = next((fields[key] for key in _NAME_KEYS if fields.get(key) is not None), "")
    url = next((fields[key] for key in _URL_KEYS if fields.get(key) is not None), None)
    return {"name": name, "url": url}
