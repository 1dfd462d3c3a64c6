"""The short form of `tests.proofs.languages`, and that what it goes by notices words and dates of another language."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.languages import judge, prove
from tests.proofs.tables import Table


async def test_an_answer_is_in_the_language_of_its_reader_or_whole_in_english(tmp_path: Path) -> None:
    table = Table("a language with texts, and one without")
    await prove(table, tmp_path, ("de", "hi"), short=True)
    assert table.failures == []
    assert all(tried for _, tried in table.counts.values())


@pytest.mark.parametrize(
    ("locale", "text", "is_noticed"),
    [
        ("de", "## Am 20. Juli\n-# 12 Ereignisse", False),
        ("de", "## On 20. Juli", True),
        ("de", "## Am 20 July", True),
        ("ja", "7月20日 · Sources", True),
        ("ja", "7月20日 · Europe/Berlin · 2015-12-23-f8d3682f", False),
        ("fr", "**Βροχή** · 3 mai 2015", False),
        ("fr", "**Βροχή** · 3 May 2015", True),
        ("hi", "12 events · July 20", False),
        ("hi", "12 events · 20 जुलाई", True),
    ],
)
def test_a_word_or_date_of_another_language_is_noticed(locale: str, text: str, is_noticed: bool) -> None:
    table = Table("one text")
    judge(table, locale, [("somewhere", text)], [("somewhere", "12 events · July 20")])
    assert bool(table.failures) == is_noticed
