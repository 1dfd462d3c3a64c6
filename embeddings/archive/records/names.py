"""What programs call the fields of a record, and which field of an event each is read as."""

from __future__ import annotations

import re
from typing import Literal

_BETWEEN = re.compile(r"[\W_]+")


def bare(name: str) -> str:
    """A field's name for comparing: `publishedAt`, `Published At` and `published_at` are one."""
    return _BETWEEN.sub("", name.casefold())


Role = Literal["source", "address", "addresses"]


def _ranked(names: str) -> dict[str, int]:
    return {name: rank for rank, name in enumerate(names.split())}


# Of several that a record has, the first that holds something is read.
FIRST_OF: dict[str, dict[str, int]] = {
    "date": _ranked(
        "date datetime eventdate published publishedat publisheddate datepublished publicationdate publishdate "
        "publishedon pubdate issued isodate timestamp day startdate seendate time created createdat"
    ),
    "headline": _ranked("headline title heading eventname eventtitle event name text"),
    "summary": _ranked("summary description abstract excerpt snippet lead lede standfirst teaser subtitle details"),
    "id": _ranked("id"),
    "path": _ranked("path"),
    "attribution": _ranked("attribution"),
    "related": _ranked("related"),
}
# Of several that a record has, all are read.
ALL_OF: dict[str, frozenset[str]] = {
    "topics": frozenset({"topics", "topic"}),
    "category": frozenset({"category", "categories", "section"}),
    "contexts": frozenset({"contexts", "context", "tags", "tag", "keywords", "keyword", "labels"}),
}
COMMA_LISTS = frozenset({"tags", "tag", "keywords", "keyword", "labels"})
"""Those that programs write as one text with commas."""

SOURCES: dict[str, Role] = {
    **dict.fromkeys(
        "sources source sourcename publisher publishername outlet newspaper provider domain".split(), "source"
    ),
    **dict.fromkeys(
        "url link href weburl sourceurl articleurl newsurl sourcelink permalink canonicalurl uri".split(), "address"
    ),
    **dict.fromkeys("urls links references refs sourceurls".split(), "addresses"),
}

PARTS_OF_DAY = ("year", "month", "day")

FIELD_OF: dict[str, str] = {
    **{name: field for field, names in FIRST_OF.items() for name in names},
    **{name: field for field, names in ALL_OF.items() for name in names},
    **dict.fromkeys(SOURCES, "sources"),
}
"""Each name with the field of an event that it is read as."""
