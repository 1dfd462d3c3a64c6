"""June 2021 as it never was: a month of the portal, in its three layouts by thirds."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path

DAYS = tuple(dt.date(2021, 6, number) for number in range(1, 31))

_MONTHS = "January February March April May June July August September October November December".split()
_ABOVE, _BELOW = "<!-- All news items below this line -->", "<!-- All news items above this line -->"


def title_of(day: dt.date) -> str:
    """The title of a day's page."""
    return f"Portal:Current events/{day.year} {_MONTHS[day.month - 1]} {day.day}"


@cache
def _items() -> dict[int, str]:
    text = Path(__file__).with_name("month.wiki").read_text(encoding="utf-8")
    parts = re.split(r"^== (\d+) ==$\n", text, flags=re.MULTILINE)[1:]
    return {int(number): items.strip() for number, items in zip(parts[::2], parts[1::2], strict=True)}


def day_items(day: dt.date) -> str:
    """The categories and bullets of a day of the month."""
    return _items()[day.day]


def page_text(day: dt.date, items: str) -> str:
    """A whole page: the layout depends on the day."""
    if day.day <= 10:
        head, foot = f"{{{{Current events header|{day.year}|{day:%m}|{day.day}}}}}\n", ""
    elif day.day <= 20:
        head, foot = f"{{{{Current events|year={day.year}|month={day:%m}|day={day.day}|content=\n", "\n}}"
    else:
        values = f"{{{{Current events|year={day.year}|month={day:%m}|day={day.day}"
        head, foot = f"{values}|top=yes}}}}\n", f"\n{values}|bottom=yes}}}}"
    return f"{head}\n{_ABOVE}\n{items}\n{_BELOW}\n{foot}"


def month() -> dict[dt.date, str]:
    """The text of each day's page."""
    return {day: page_text(day, day_items(day)) for day in DAYS}
