"""What MediaWiki's API answers to a query, as values: https://www.mediawiki.org/wiki/API:Query. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, Field, ValidationError

from embeddings.text import clean, shorten


@dataclass(frozen=True, slots=True)
class WikiPage:
    """The last revision of a page, with its wikitext."""

    title: str
    revision: int
    edited: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class PageState:
    """What a wiki says of a title.

    Attributes:
        title: that the page has there: normalised, and at the end of redirects.
        namespace: its number; 0 too where the wiki does not know the title's namespace.
        revision: the last one; None: there is no such page.
        redirected: whether a redirect leads to it.
        section: whether one leads to a part of it.
    """

    title: str
    namespace: int | None
    revision: int | None
    redirected: bool = False
    section: bool = False


class Refusal(BaseModel):
    """The error that the API gives instead of an answer; `code` is meant for programs."""

    code: str
    info: str = ""

    def __str__(self) -> str:
        return f"{shorten(clean(self.code), 40)}: {shorten(clean(self.info), 150)}"  # below 200 in all


class _SlotRecord(BaseModel):
    content: str | None = None


class _RevisionRecord(BaseModel):
    revid: int = Field(gt=0)
    timestamp: dt.datetime
    slots: dict[str, _SlotRecord] = {}


class _RenamedRecord(BaseModel):
    asked: str = Field(alias="from")
    to: str
    fromencoded: bool = False
    tofragment: str = ""

    @property
    def title(self) -> str:
        """What was asked for; one that is not in Unicode's normal form comes percent-encoded."""
        return unquote(self.asked) if self.fromencoded else self.asked


class _PageRecord(BaseModel):
    title: str
    ns: int | None = None
    missing: bool = False
    invalid: bool = False
    lastrevid: int | None = Field(default=None, gt=0)
    revisions: list[_RevisionRecord] = []


class _PagesRecord(BaseModel):
    pages: list[_PageRecord] = []
    normalized: list[_RenamedRecord] = []
    converted: list[_RenamedRecord] = []
    redirects: list[_RenamedRecord] = []


class _ReplyRecord(BaseModel):
    error: Refusal | None = None
    query: _PagesRecord | None = None
    batchcomplete: bool = False
    continuation: dict[str, str | int] = Field(default={}, alias="continue")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to a query; a long one comes in several.

    Attributes:
        states: by the titles that the wiki has, of the pages that it tells of; a title that it does not take, or that
            leads to another wiki, is not among them.
        pages: the pages whose text is in this answer; a wiki may hide texts.
        renamed: titles as they were asked for, each with the one that the wiki normalises it to.
        redirects: titles of redirects, each with the one that it leads to and whether that is a part of its page.
        continuation: the parameters that the next request must add; empty if this is the last answer.
    """

    states: dict[str, PageState]
    pages: tuple[WikiPage, ...]
    renamed: dict[str, str]
    redirects: dict[str, tuple[str, bool]]
    continuation: dict[str, str]


def destination(
    title: str, renamed: Mapping[str, str], redirects: Mapping[str, tuple[str, bool]]
) -> tuple[str, bool, bool]:
    """Where a title that was asked for leads to: the page's own, whether redirects do, and whether one to a part of it.

    Redirects that lead round in a circle end where it closes.
    """
    title = renamed.get(title, title)
    seen = {title}
    section = False
    while title in redirects:
        title, is_part = redirects[title]
        section |= is_part
        if title in seen:
            break
        seen.add(title)
    return title, len(seen) > 1, section


def read_reply(data: bytes) -> Reply | Refusal:
    """Read an answer in MediaWiki's second format.

    Raises:
        ValueError: the message says what is wrong with the answer, and continues a sentence that begins with "its
            answer ".
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not valid UTF-8 at byte {error.start:,}") from error
    try:
        body: Any = json.loads(text)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    except ValueError as error:
        raise ValueError(f"of {len(data):,} bytes is not JSON, or is cut short") from error
    try:
        answer = _ReplyRecord.model_validate(body)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = shorten(clean(".".join(map(str, problem["loc"]))), 60) or "the whole of it"
        raise ValueError(f"is not one to a query ({place}: {shorten(problem['msg'], 100)})") from error
    if answer.error is not None:
        return answer.error
    if answer.query is None and not answer.batchcomplete:
        raise ValueError("has neither pages nor an error in it")
    query = answer.query or _PagesRecord()
    found = [page for page in query.pages if not (page.missing or page.invalid)]
    return Reply(
        states={
            page.title: PageState(page.title, page.ns, None if page.missing else page.lastrevid)
            for page in query.pages
            if not page.invalid and (page.missing or page.lastrevid is not None)
        },
        pages=tuple(
            WikiPage(page.title, revision.revid, revision.timestamp, main.content)
            for page in found
            for revision in page.revisions[:1]
            if (main := revision.slots.get("main", _SlotRecord())).content is not None
        ),
        renamed={each.title: each.to for each in (*query.normalized, *query.converted)},
        redirects={each.title: (each.to, bool(each.tofragment)) for each in query.redirects},
        continuation={name: str(value) for name, value in answer.continuation.items()},
    )
