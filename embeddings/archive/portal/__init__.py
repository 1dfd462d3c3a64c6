"""Wikipedia's Current Events portal: pages to events (`day`, `bullet`, `wikitext`), and dumps (`dump`)."""

from __future__ import annotations

from embeddings.archive.portal.day import read_day
from embeddings.archive.portal.titles import day_of_title, page_title

__all__ = ["day_of_title", "page_title", "read_day"]
