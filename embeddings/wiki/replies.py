"""What MediaWiki's API answers to a query, as values: https://www.mediawiki.org/wiki/API:Query. Pure."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from embeddings.text import clean, shorten


@dataclass(frozen=True, slots=True)
class WikiPage:
    """The last revision of a page, with its wikitext."""

    title: str
    revision: int
    edited: dt.datetime
    text: str


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


class _PageRecord(BaseModel):
    title: str
    missing: bool = False
    invalid: bool = False
    lastrevid: int | None = Field(default=None, gt=0)
    revisions: list[_RevisionRecord] = []


class _PagesRecord(BaseModel):
    pages: list[_PageRecord] = []


class _ReplyRecord(BaseModel):
    error: Refusal | None = None
    query: _PagesRecord | None = None
    batchcomplete: bool = False
    continuation: dict[str, str | int] = Field(default={}, alias="continue")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to a query; a long one comes in several.

    Attributes:
        last_revisions: the revision ids by title, of the pages that exist, if they were asked for.
        pages: the pages whose text is in this answer; a wiki may hide texts.
        continuation: the parameters that the next request must add; empty if this is the last answer.
    """

    last_revisions: dict[str, int]
    pages: tuple[WikiPage, ...]
    continuation: dict[str, str]


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
    found = [page for page in (answer.query.pages if answer.query else []) if not (page.missing or page.invalid)]
    return Reply(
        last_revisions={page.title: page.lastrevid for page in found if page.lastrevid is not None},
        pages=tuple(
            WikiPage(page.title, revision.revid, revision.timestamp, main.content)
            for page in found
            for revision in page.revisions[:1]
            if (main := revision.slots.get("main", _SlotRecord())).content is not None
        ),
        continuation={name: str(value) for name, value in answer.continuation.items()},
    )
