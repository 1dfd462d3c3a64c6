"""Records as programs write them, to the fields of an event: other names, other forms of a value. Pure."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isnan
from typing import Any

from embeddings.archive.layout import MAX_SUMMARY
from embeddings.archive.records.days import Written, day_of, day_of_parts
from embeddings.archive.records.names import (
    ALL_OF,
    COMMA_LISTS,
    FIELD_OF,
    FIRST_OF,
    PARTS_OF_DAY,
    SOURCES,
    bare,
)
from embeddings.archive.records.sources import ADDRESS, LIST_OF_ONE, addresses_of, joined, sources_of
from embeddings.text import is_web_address, shorten

HEADLINE_OF_SUMMARY = "a description without a headline is read as the headline"
FIRST_CATEGORY = "the first of several categories is the event's, the others are contexts"
NUMBER_AS_ID = "a number as the id is kept as text"
ADDRESS_AS_ID = "an address as the id is passed over; the event's id is made from its day and headline"
_WITHOUT_NUMBERS = "numbers in {} are passed over: they are no names"
_NO_LINK = "what is no date with a headline in {} is passed over"
_CUT = f"a description of over {MAX_SUMMARY:,} characters is cut"

_PARTED = re.compile(r"[;|\n]")
_PARTED_BY_COMMA = re.compile(r"[;|,\n]")
_TEXT_KEYS = ("name", "rendered", "value", "text", "label", "title", "term", "en")
# A list as Python writes it, of nothing but texts; so it is safe to evaluate.
_PYTHON_LIST = re.compile(r"""\[(?:\s*+(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+"),?)*+\s*+\]""")


@dataclass(slots=True)
class Understood:
    """What a record says of an event.

    Attributes:
        record: the values by the names of an event's fields; a value that cannot be one is left as it was.
        read_as: names of the record that are not an event's, with the field that each is read as.
        unknown: names that are passed over.
        notes: what else was understood.
    """

    record: dict[str, Any] = field(default_factory=dict)
    read_as: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)


Fields = dict[str, list[tuple[str, Any]]]  # by the plain name: each name as it is written, with its value


def understand(pairs: Iterable[tuple[str, Any]], *, of_table: bool = False) -> Understood:
    """Read names and values as an event's.

    Args:
        of_table: a cell may hold several texts: parted by semicolons or bars, or as a list in JSON or Python.
    """
    told = Understood()
    fields: Fields = defaultdict(list)
    for name, value in pairs:
        plain = bare(name)
        if plain in FIELD_OF or plain in PARTS_OF_DAY:
            if value is not None and not (isinstance(value, float) and isnan(value)):  # both are no value
                fields[plain].append((name, _listed(value) if of_table else value))
            elif name in ("date", "headline"):
                told.record[name] = value
        elif name.strip():
            told.unknown.append(name)
    _take_day(fields, told)
    for of in ("headline", "summary", "id", "path", "attribution"):
        _take_first(of, fields, told)
    if _is_blank(told.record.get("headline")) and "summary" in told.record:
        told.record["headline"] = told.record.pop("summary")
        told.notes.add(HEADLINE_OF_SUMMARY)
    _take_id(told)
    for of, names in ALL_OF.items():
        _take_names(of, names, fields, told, of_table=of_table)
    _take_category(told)
    _take_sources(fields, told, of_table=of_table)
    for name, value in fields.get("related", ())[:1]:
        links = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
        told.record["related"] = links
        if not links or len(links) < len(value):
            told.notes.add(_NO_LINK.format(f'"{name}"'))
    return told


def _take_day(fields: Fields, told: Understood) -> None:
    """The first name whose value is a day; where none is, the first that has a value."""
    held = [(name, value) for plain in FIRST_OF["date"] for name, value in fields.get(plain, ())]
    if all(part in fields for part in PARTS_OF_DAY):
        parts = [fields[part][0] for part in PARTS_OF_DAY]
        if (written := day_of_parts(*(value for _, value in parts))) is not None:
            held = [(name, value) for name, value in held if bare(name) != "day"]
            if not any(day_of(value) for _, value in held):
                _take_written("date", written, told)
                told.read_as.update((name, "part of date") for name, _ in parts)
                told.unknown += [name for name, _ in held]
                return
    told.unknown += [name for part in ("year", "month") for name, _ in fields.get(part, ())]
    read = next(((name, value) for name, value in held if day_of(value) is not None), held[0] if held else None)
    if read is None:
        return
    name, value = read
    _take_written(name, day_of(value) or Written(value), told)
    told.unknown += [other for other, _ in held if other != name]


def _take_written(name: str, written: Written, told: Understood) -> None:
    told.record["date"] = written.day
    if name != "date":
        told.read_as[name] = "date"
    if written.note is not None:
        told.notes.add(written.note)


def _take_first(of: str, fields: Fields, told: Understood) -> None:
    """The first name that holds something."""
    held = [(name, _text(value)) for plain in FIRST_OF[of] for name, value in fields.get(plain, ())]
    read = next(((name, value) for name, value in held if not _is_blank(value)), held[0] if held else None)
    if read is None:
        return
    name, value = read
    if name != of:
        told.read_as[name] = of
        if of == "summary" and isinstance(value, str) and len(value) > MAX_SUMMARY:
            value = shorten(value, MAX_SUMMARY)
            told.notes.add(_CUT)
    told.record[of] = value
    told.unknown += [other for other, text in held if other != name and text != value]


def _take_id(told: Understood) -> None:
    value = told.record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        told.record["id"] = str(value)
        told.notes.add(NUMBER_AS_ID)
    elif isinstance(value, str) and is_web_address(value):
        del told.record["id"]
        told.notes.add(ADDRESS_AS_ID)


def _take_names(of: str, names: Iterable[str], fields: Fields, told: Understood, *, of_table: bool) -> None:
    """The texts of all names that are read as this field."""
    held = [(plain, name, value) for plain in sorted(names, key=of.__ne__) for name, value in fields.get(plain, ())]
    if not held:
        return
    taken: list[Any] = []
    for plain, name, value in held:
        if name != of:
            told.read_as[name] = of
        if isinstance(value, str):
            parted = _PARTED_BY_COMMA if plain in COMMA_LISTS else _PARTED if of_table else None
            if of != "category" and not of_table:
                told.notes.add(LIST_OF_ONE)
            taken += [text.strip() for text in parted.split(value)] if parted else [value]
            continue
        texts = [_text(each) for each in (value if isinstance(value, list) else [value]) if each is not None]
        if name != of and any(not isinstance(text, str) for text in texts):
            told.notes.add(_WITHOUT_NUMBERS.format(f'"{name}"'))
            texts = [text for text in texts if isinstance(text, str)]
        taken += texts
    told.record[of] = [text for text in taken if not _is_blank(text)]


def _take_category(told: Understood) -> None:
    """An event has one category; what a record has beside it are contexts."""
    names = told.record.pop("category", [])
    if names:
        told.record["category"] = names[0]
    if names[1:]:
        told.record["contexts"] = [*told.record.get("contexts", []), *names[1:]]
        told.notes.add(FIRST_CATEGORY)


def _take_sources(fields: Fields, told: Understood, *, of_table: bool) -> None:
    named: list[object] = []
    addressed: list[dict[str, Any]] = []
    other_addressed: list[dict[str, Any]] = []
    for plain, role in SOURCES.items():
        for name, value in fields.get(plain, ()):
            if role == "source":
                parts = _PARTED.split(value) if of_table and isinstance(value, str) else value
                if isinstance(parts, str) and plain == "sources":
                    told.notes.add(LIST_OF_ONE)
                named += sources_of(parts, told.notes)
            elif found := list(addresses_of(value)):
                (addressed if role == "address" else other_addressed).extend(found)
                told.notes.add(ADDRESS)
            else:
                told.unknown.append(name)
                continue
            if name != "sources":
                told.read_as[name] = "sources"
    if sources := joined(named, [*addressed, *other_addressed]):
        told.record["sources"] = sources


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(value: Any) -> Any:
    """The text of a value that wraps one: an object with a name, a list of one; another value as it is."""
    for _ in range(3):
        if isinstance(value, dict):
            value = next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), value)
        elif isinstance(value, list) and len(value) == 1:
            [value] = value
        else:
            break
    return value


def _listed(cell: str) -> Any:
    """A cell that holds a list or an object, as JSON or as Python writes it, as that; another as it is."""
    if cell[0] in "[{" and cell[-1] in "]}":
        try:
            found = ast.literal_eval(cell) if _PYTHON_LIST.fullmatch(cell) else json.loads(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return cell
        if isinstance(found, dict) or (isinstance(found, list) and all(isinstance(e, str | dict) for e in found)):
            return found
    return cell
