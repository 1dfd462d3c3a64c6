"""What somebody who has just made an index asks first."""

from __future__ import annotations

import datetime as dt
from contextlib import closing

import pytest

from embeddings.index.folder import IndexFolder
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.service import Search

LANDING = dt.date(1969, 7, 20)
TODAY = dt.date(2026, 11, 28)


def test_the_day_of_the_moon_landing_shows_it(sample_search: Search) -> None:
    assert LANDING in [event.date for event in sample_search.on_this_day(7, 20)]


@pytest.mark.model
def test_the_moon_landing_is_found_first_and_shown_on_its_day(
    model: SentenceEncoder, model_folder: IndexFolder
) -> None:
    with closing(model_folder.open()) as index:
        search = Search(index, model)
        assert search.ask("moon landing", TODAY).hits[0].event.date == LANDING
        assert LANDING in [event.date for event in search.on_this_day(7, 20)]
