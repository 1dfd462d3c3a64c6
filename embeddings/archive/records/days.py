"""The days that programs write: dates, date-times and seconds since 1970."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from embeddings.calendar_names import MONTHS

DATE_TIME = "a date-time counts as its day, as it is written and in whatever time zone"
SINCE_1970 = "a number of seconds since 1970 (or of thousandths and so on) counts as its day in UTC"
OTHER_FORM = "a date in another form than 2015-12-23 is understood where it begins with the year"

_MONTHS = {month[:3].casefold(): number for number, month in enumerate(MONTHS, 1)}
_ZONE = r"(?:z|[a-z]{2,5}|(?:utc|gmt)?[+-][0-9]{2}(?::?[0-9]{2}){0,2})"
_TIME = (
    r"(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.,][0-9]{1,12})?)?)?"
    rf"(?:\s?[ap]m)?(?:\s?{_ZONE})?(?:\[[\w/+-]+\])?"
)
_COMPACT_TIME = rf"[0-9]{{2}}(?:[0-9]{{2}}){{1,2}}(?:[.,][0-9]{{1,12}})?(?:{_ZONE})?"
_ISO = re.compile(
    rf"(?P<year>[0-9]{{4}})(?P<between>[-/.])(?P<month>[0-9]{{1,2}})(?P=between)(?P<day>[0-9]{{1,2}})"
    rf"(?P<time>(?:t|,?\s{{1,3}})(?:{_TIME}|{_COMPACT_TIME}))?",
    re.ASCII | re.IGNORECASE,
)
_COMPACT = re.compile(
    rf"(?P<year>[0-9]{{4}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})(?P<time>[t\s](?:{_COMPACT_TIME}|{_TIME})|[0-9]{{6}})?",
    re.ASCII | re.IGNORECASE,
)
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})"
_MAIL = re.compile(  # RFC 5322, which feeds have
    rf"(?:[a-z]{{3}},?\s)?\s?(?P<day>[0-9]{{1,2}})[\s-]{_MONTH}[\s-](?P<year>[0-9]{{4}})(?P<time>\s{_TIME})",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(  # C's asctime
    rf"[a-z]{{3}}\s{_MONTH}\s{{1,2}}(?P<day>[0-9]{{1,2}})(?P<time>\s{_TIME})\s(?P<year>[0-9]{{4}})",
    re.ASCII | re.IGNORECASE,
)
_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECONDS = re.compile(r"(?P<whole>[0-9]{9,19})(?:\.[0-9]{1,12})?")
_PER_SECOND = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}  # by digits: 1973 to 2286


class Written(NamedTuple):
    """A day, and what is to be said of the form in which it was written; None: nothing."""

    day: str
    note: str | None = None


def day_of(value: object) -> Written | None:
    """The day that a value means, as YYYY-MM-DD, and it may be one that does not exist; None: it is no day.

    What begins with the day or the month in figures is none, for 02/03/2015 may be two.
    """
    if isinstance(value, dict) and len(value) == 1:  # as MongoDB exports it
        [(name, inner)] = value.items()
        return day_of(inner) if name in ("$date", "$numberLong") else None
    if isinstance(value, float) and 0 <= value < 1e19:  # neither infinite nor NaN
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int) and not 0 <= value < 10**20:
        return None
    text = str(value).strip()
    if _PLAIN.fullmatch(text):
        return Written(text)
    if len(text) > 100:
        return None
    for form in (_ISO, _COMPACT, _MAIL, _CLOCK):
        if found := form.fullmatch(text):
            parts = found.groupdict()
            month = _MONTHS[parts["name"].casefold()] if "name" in parts else int(parts["month"])
            note = DATE_TIME if parts["time"] else OTHER_FORM
            return Written(f"{parts['year']}-{month:02}-{int(parts['day']):02}", note)
    if (found := _SECONDS.fullmatch(text)) and (per_second := _PER_SECOND.get(len(found["whole"]))):
        day = dt.date(1970, 1, 1) + dt.timedelta(seconds=int(found["whole"]) // per_second)
        return Written(day.isoformat(), SINCE_1970)
    return None


def day_of_parts(year: object, month: object, day: object) -> Written | None:
    """The day whose year, month and day stand apart, the month as a number or an English name."""
    texts = [str(part).strip() for part in (year, month, day)]
    if number := _MONTHS.get(texts[1][:3].casefold()):
        texts[1] = str(number)
    if not all(re.fullmatch(r"[0-9]{1,4}", text) for text in texts) or len(texts[0]) > 4:
        return None
    return Written("{:04}-{:02}-{:02}".format(*map(int, texts)))
