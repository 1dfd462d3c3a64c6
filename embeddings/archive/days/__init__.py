"""Wikipedia's days of the year: `October 21`, and what the main page shows on it, to events of full dates."""

from __future__ import annotations

from embeddings.archive.days.article import Choice, read_day_of_year
from embeddings.archive.days.sections import LIVES
from embeddings.archive.days.titles import DAYS_OF_YEAR, SELECTED, DayOfYear, article_title, day_of_year, selected_title

__all__ = [
    "DAYS_OF_YEAR",
    "LIVES",
    "SELECTED",
    "Choice",
    "DayOfYear",
    "article_title",
    "day_of_year",
    "read_day_of_year",
    "selected_title",
]
