"""Days and months in other languages: `23 décembre 2015`, `diciembre de 2015`."""

from __future__ import annotations

import re

from embeddings.dates.ranges import DateRange, months_of, one_day

# Perhaps the number of a day, the name of a month and a year of four figures, nothing else.
_SHAPE = re.compile(
    r"\s*(?:([0-9]{1,2})\.?\s+(?:(?:de|di|del)\s+)?)?([^\W\d_]{3,20})\.?\s+(?:(?:de|del)\s+)?([0-9]{4})\s*"
)
# dateparser tries every language it knows otherwise, which takes a second.
_LANGUAGES = [
    "fr", "de", "es", "it", "pt", "nl", "pl", "ru", "uk", "tr", "sv", "da", "nb", "fi", "cs", "hu", "ro",
    "el", "id", "vi", "ar", "he", "fa", "hi",
]  # fmt: skip


def days_in_another_language(text: str) -> DateRange | None:
    """The day or month, or None where the text has another shape or names no month."""
    shape = _SHAPE.fullmatch(text.casefold())
    if shape is None:
        return None
    import dateparser  # 100 ms, and few texts need it

    day, year = int(shape[1] or 1), int(shape[3])
    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}  # a whole date, nothing guessed
    try:
        found = dateparser.parse(f"{day} {shape[2]} {shape[3]}", languages=_LANGUAGES, settings=settings)
    except Exception:  # noqa: BLE001  # whatever it stumbles over, the text is not a date
        return None
    if found is None or (found.day, found.year) != (day, year):
        return None
    return one_day(found.date()) if shape[1] else months_of(year, found.month)
