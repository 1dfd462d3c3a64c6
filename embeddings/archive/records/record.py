"""Records to events: fields in the form that `event_as_dict` gives, or in others that programs write."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from embeddings.archive.layout import MAX_HEADLINE, MAX_RELATED, MAX_SOURCES, day_address
from embeddings.archive.plain import tame
from embeddings.archive.records.fields import understand
from embeddings.archive.records.understanding import Place
from embeddings.events import PORTAL_ATTRIBUTION, Event, Related, Source, event_id
from embeddings.text import clean, is_web_address, normalise, shorten

_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,39}", re.ASCII)

_ADDRESS = re.compile(r"(/news/[0-9]{4}/[0-9]{2}/[0-9]{1,2}/)[^/\\\x00-\x1f\x7f]+\.md")


def _day(value: object) -> dt.date:
    """YYYY-MM-DD and nothing else: pydantic takes numbers too, as seconds since 1970."""
    if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        text = value if isinstance(value, str) else ""
        is_ancient = re.match("-[0-9]{4}", text)
        may_be_two = re.match("[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}", text)
        hint = ", in the year 1 or later" if is_ancient else ", the year first" if may_be_two else ""
        raise ValueError(f"expected a day such as 2015-12-23{hint}")
    return dt.date.fromisoformat(value)


_Day = Annotated[dt.date, BeforeValidator(_day)]
_Text = Annotated[str, Field(max_length=20_000), AfterValidator(tame)]


class _SourceRecord(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")  # other names than these are understood before
    name: _Text = ""
    url: _Text | None = None


class _RelatedRecord(BaseModel):
    date: _Day
    headline: _Text
    contexts: list[_Text] = Field(default=[], max_length=100)
    path: _Text | None = None


class _Record(BaseModel):
    model_config = ConfigDict(extra="allow")  # and looked at: another name may be one of these
    date: _Day
    headline: _Text
    id: str | None = None
    topics: list[_Text] = Field(default=[], max_length=20)
    category: _Text | None = None
    summary: _Text | None = None
    contexts: list[_Text] = Field(default=[], max_length=500)
    sources: list[_SourceRecord] = Field(default=[], max_length=MAX_SOURCES)
    related: list[_RelatedRecord] = Field(default=[], max_length=MAX_RELATED)
    path: _Text | None = None
    attribution: _Text | None = None


def event_of_json(data: bytes, place: Place) -> Event | None:
    """The event that a JSON object tells of; None: it is reported why there is none."""
    try:
        record = _Record.model_validate_json(data)
    except ValidationError as error:
        try:
            value = from_json(data)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            place.reject(_first_problem(error))
            return None
    else:
        if not record.__pydantic_extra__ and record.headline.strip() and _ID.fullmatch(record.id or "x"):
            return _event(record, place)
        value = from_json(data)
    return event_of_fields(value.items(), place)


def event_of_fields(pairs: Iterable[tuple[str, Any]], place: Place, *, of_table: bool = False) -> Event | None:
    """The event that fields and their values tell of; None: it is reported why there is none."""
    told = understand(pairs, of_table=of_table)
    place.understanding.add(told)
    try:
        record = _Record.model_validate(told.record)
    except ValidationError as error:
        place.reject(_first_problem(error))
        return None
    return _event(record, place)


def _event(record: _Record, place: Place) -> Event | None:
    headline = clean(record.headline)
    if not normalise(headline):
        place.reject("headline: expected words, got none")
        return None
    if len(headline) > MAX_HEADLINE:
        place.reject(f"headline: {len(headline):,} characters, expected at most {MAX_HEADLINE:,}")
        return None
    if record.id is not None and not _ID.fullmatch(record.id):
        got = shorten(clean(record.id[:100]), 60)
        place.reject(f'id: expected up to 40 letters, digits, dots and dashes, got "{got}"')
        return None
    sources: list[Source] = []
    for source in record.sources:
        url = source.url
        if url is not None and not is_web_address(url):
            place.remark(f"sources.url is not http or https: {shorten(clean(url), 80)}; the name is kept")
            url = None
        if name := clean(source.name) or url:
            sources.append(Source(name, url))
    for address, day in ((record.path, record.date), *((other.path, other.date) for other in record.related)):
        if address and not _address(address, day):
            place.remark(
                f"path is not a page of {day}, such as {day_address(day)}slug.md: {shorten(clean(address), 80)}; "
                "the event is kept without it",
            )
    own = _address(record.path, record.date)
    return Event(
        id=record.id or event_id(record.date, headline),
        date=record.date,
        headline=headline,
        topics=_names(record.topics),
        category=clean(record.category or "") or None,
        summary=clean(record.summary or "") or None,
        contexts=_names(record.contexts),
        sources=tuple(sources),
        related=tuple(
            Related(other.date, clean(other.headline), _names(other.contexts), _address(other.path, other.date))
            for other in record.related
            if clean(other.headline)
        ),
        paths=() if own is None else (own,),
        attribution=clean(record.attribution or "") or PORTAL_ATTRIBUTION,
    )


def _address(path: str | None, day: dt.date) -> str | None:
    """An address if it is that of a page of `day`, else None: an export writes events to their addresses."""
    match = _ADDRESS.fullmatch(path or "")
    return path if match is not None and match[1] == day_address(day) else None


def _names(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in texts if (name := clean(text))))


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, problem["loc"]))
    got = shorten(clean(repr(problem["input"])[:100]), 60)
    return f"{where + ': ' if where else ''}{problem['msg'].removeprefix('Value error, ')}, got {got}"
