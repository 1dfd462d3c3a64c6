"""Which of the events that an archive links to is named beneath an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.events import Event, Related
from embeddings.index.folder import IndexFolder
from embeddings.search.browsing import closest
from embeddings.search.related import close
from embeddings.search.service import Search
from tests.word_encoder import WordEncoder

MAYOR, VOTERS, VOLCANO = "Mayor Ann Lee resigns.", "Voters choose Ann Lee as mayor.", "A volcano erupts in Peru."

Linking = Callable[..., tuple[Search, Event]]


@pytest.fixture
def linking(tmp_path: Path) -> Iterator[Linking]:
    """Opens an archive in which the first event links to some headlines, and finds that event."""
    with ExitStack() as opened:

        def make(*linked: str) -> tuple[Search, Event]:
            dates = {MAYOR: "2015-12-03", VOTERS: "2015-12-09", VOLCANO: "2015-12-09"}
            links = [{"date": dates.get(headline, "2015-12-24"), "headline": headline} for headline in linked]
            fillers = [{"date": "2001-01-01", "headline": f"Nothing {n} of note."} for n in range(60)]
            records: list[dict[str, Any]] = [{"date": date, "headline": told} for told, date in dates.items()]
            records[0]["related"] = links
            archive = tmp_path / "events.jsonl"
            archive.write_text("\n".join(map(json.dumps, [*records, *fillers])))
            folder = IndexFolder(tmp_path / "index")
            build_index(folder, [archive], WordEncoder(), Report())
            search = Search(opened.enter_context(closing(folder.open())), WordEncoder())
            [event] = [event for event in search.starting("mayor ann", 5) if event.headline == MAYOR]
            return search, event

        yield make


def headline(other: Related | None) -> str | None:
    return None if other is None else other.headline


class TestClosest:
    @pytest.mark.parametrize(
        ("linked", "named"),
        [
            ([], None),
            ([VOLCANO], None),
            ([VOTERS], VOTERS),
            ([VOLCANO, VOTERS], VOTERS),
            (["What no archive tells of Ann Lee as mayor.", VOTERS], VOTERS),
            (["What no archive tells of Ann Lee as mayor."], None),
            ([MAYOR, VOTERS], VOTERS),
        ],
    )
    def test_is_the_first_link_to_an_event_that_is_close(
        self, linking: Linking, linked: list[str], named: str | None
    ) -> None:
        search, event = linking(*linked)
        assert headline(closest(search, event)) == named

    def test_an_event_that_the_archive_has_no_longer_links_to_none(self, linking: Linking) -> None:
        search, event = linking(VOTERS)
        assert closest(search, replace(event, id="2015-12-03-00000000")) is None

    def test_of_the_sample_some_links_are_named_and_each_is_close(self, sample_search: Search) -> None:
        catalogue = sample_search.index.catalogue
        named = 0
        for row in range(0, catalogue.size, 15):
            [event] = catalogue.events([row])
            found = closest(sample_search, event)
            if found is None:
                continue
            named += 1
            other = catalogue.row(str(found.id))
            assert found in event.related
            assert other is not None
            assert list(close(sample_search.index, row, event, [other])) == [other]
        assert 0 < named < catalogue.size / 15
