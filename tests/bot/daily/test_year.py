"""The short form of `python -m tests.proofs.daily_year`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from embeddings.index.folder import IndexFolder
from tests.proofs.daily_year import simulate

SUBSCRIPTIONS = (("02:30", "Europe/Berlin"), ("02:15", "Australia/Lord_Howe"), ("09:00", "Asia/Kathmandu"))


async def test_a_week_of_three_zones_in_which_clocks_change_posts_each_day_once(
    sample_folder: IndexFolder, tmp_path: Path
) -> None:
    for number, first in enumerate([dt.date(2016, 3, 24), dt.date(2016, 9, 29)]):
        work = tmp_path / str(number)
        work.mkdir()
        counts = await simulate(SUBSCRIPTIONS, first, 5, sample_folder, work)
        assert counts.sound, counts
        assert counts.expected >= 14
        assert counts.skipped_times == 1


async def test_the_day_that_samoa_skipped_has_no_post(sample_folder: IndexFolder, tmp_path: Path) -> None:
    counts = await simulate((("09:00", "Pacific/Apia"),), dt.date(2011, 12, 28), 4, sample_folder, tmp_path)
    assert counts.sound, counts
    assert counts.skipped_days == 1
