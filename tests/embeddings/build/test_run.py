from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report
from embeddings.build.days import text_key
from embeddings.build.result import BuildResult
from embeddings.build.run import build_index
from embeddings.errors import (
    ArchiveDamagedError,
    ArchiveMissingError,
    BuildRunningError,
    IndexMissingError,
    InputError,
    ModelError,
    RemovalsRefusedError,
)
from embeddings.events import Event, event_id
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import CODES, FILES, STORY_FILES, TRAITS
from embeddings.model.tuning import Encoded
from tests.conftest import BuildArchives, few_examples
from tests.embeddings.archive.pages import entry, index, page, write
from tests.word_encoder import WordEncoder

DAY = dt.date(2015, 12, 3)
LONG = "The army enters the old city of Alpha after a siege of eight months"


def jsonl(path: Path, *records: str | dict[str, Any]) -> Path:
    """A JSONL archive; a record that is only a headline happens on DAY."""
    whole = [{"headline": record} if isinstance(record, str) else record for record in records]
    path.write_text("\n".join(json.dumps({"date": str(DAY), **record}) for record in whole))
    return path


def events_of(folder: IndexFolder) -> list[Event]:
    found = folder.open()
    try:
        return found.catalogue.events(range(found.catalogue.size))
    finally:
        found.close()


def ids_of(folder: IndexFolder) -> dict[str, str]:
    return {event.headline: event.id for event in events_of(folder)}


def stands_for(folder: IndexFolder, name: str) -> str | None:
    """The headline of the event that an id names."""
    found = folder.open()
    try:
        row = found.catalogue.row(name)
        return None if row is None else found.catalogue.events([row])[0].headline
    finally:
        found.close()


def counts(result: BuildResult) -> dict[str, int]:
    told = result.as_dict()
    return {name: value for name, value in told.items() if name != "seconds" and value}


# --- what one build makes of its archives ---


def test_events_of_several_archives_are_in_the_index_in_order_of_time(
    tmp_path: Path, folder: IndexFolder, build: BuildArchives
) -> None:
    pages = tmp_path / "pages"
    write(pages, "2015/12/3/it-rains.md", page("It rains."))
    others = ({"date": "2016-01-09", "headline": "It stops."}, {"date": "1999-12-31", "headline": "It begins."})
    lines = jsonl(tmp_path / "a.jsonl", *others)
    assert counts(build(pages, lines)) == {"events": 3, "new": 3}
    assert [event.headline for event in events_of(folder)] == ["It begins.", "It rains.", "It stops."]


def test_every_vector_is_that_of_its_events_topics_and_headline(
    tmp_path: Path, folder: IndexFolder, build: BuildArchives
) -> None:
    records = [{"date": f"2015-12-{n:02}", "headline": f"Event {n}", "topics": ["Rain"]} for n in range(1, 20)]
    build(jsonl(tmp_path / "a.jsonl", *records))
    found = folder.open()
    titles = [event.title for event in found.catalogue.events(range(19))]
    assert titles[0] == "Rain: Event 1"
    np.testing.assert_allclose(found.vectors.take(range(19)), WordEncoder().vectors(titles), atol=1e-6)
    found.close()


def test_an_index_of_many_events_has_codes_and_answers_as_one_without(
    tmp_path: Path, folder: IndexFolder, build: BuildArchives
) -> None:
    archive = jsonl(tmp_path / "a.jsonl", *(f"Storm {n} floods town {n % 7}" for n in range(40)))
    build(archive)
    assert CODES not in folder.manifest().files
    with closing(folder.open()) as exact:
        encoder = WordEncoder()
        query = encoder.vectors(["flood in town 3"])[0]
        expected = exact.vectors.search(query, 5)[1]
    assert build_index(folder, [archive], encoder, Report(), compressed_from=40).unchanged == 40
    assert CODES in folder.manifest().files
    assert list(folder.problems()) == []
    with closing(folder.open()) as compressed:
        np.testing.assert_allclose(compressed.vectors.search(query, 5)[1], expected, atol=1e-6)
    build_index(folder, [archive], encoder, Report(), compressed_from=41)
    assert CODES not in folder.manifest().files


def test_the_result_as_json_has_the_keys_that_users_rely_on(tmp_path: Path, build: BuildArchives) -> None:
    told = build(jsonl(tmp_path / "a.jsonl", "It rains.")).as_dict()
    assert set(told) == {"events", "new", "changed", "unchanged", "removed", "merged", "rejected", "seconds"}
    assert json.loads(json.dumps(told))["events"] == 1


def test_rejected_lines_are_counted_and_the_rest_is_built(
    tmp_path: Path, folder: IndexFolder, build: BuildArchives
) -> None:
    path = jsonl(tmp_path / "a.jsonl", "It rains.", {"headline": ""}, "It pours.", {"headline": 7})
    report = Report()
    assert counts(build(path, report=report)) == {"events": 2, "new": 2, "rejected": 2}
    assert [rejection.line for rejection in report.first] == [2, 4]


class TestOneEventOfSeveral:
    def test_a_page_under_two_addresses_is_one_event_that_keeps_both(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        write(tmp_path, "2015/12/3/a.md", page("It rains.", sources="1. [Radio](https://r.example)"))
        write(tmp_path, "2015/12/3/b.md", page("It rains!"))
        assert counts(build(tmp_path)) == {"events": 1, "new": 1, "merged": 1}
        [event] = events_of(folder)
        assert event.paths == ("/news/2015/12/3/a.md", "/news/2015/12/3/b.md")

    def test_an_index_entry_and_its_renamed_page_are_one(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        write(tmp_path, "2015/12/3/index.md", index(entry(f"{LONG}.", "old", topic="Siege of Alpha")))
        write(tmp_path, "2015/12/3/new.md", page(f"{LONG.replace('siege', 'blockade')}.", summary="People cheer."))
        assert counts(build(tmp_path)) == {"events": 1, "new": 1, "merged": 1}
        [event] = events_of(folder)
        assert set(event.paths) == {"/news/2015/12/3/old.md", "/news/2015/12/3/new.md"}
        assert (event.topics, event.summary) == (("Siege of Alpha",), "People cheer.")

    def test_an_index_entry_and_its_page_are_not_counted_as_merged(self, tmp_path: Path, build: BuildArchives) -> None:
        write(tmp_path, "2015/12/3/index.md", index(entry("It rains.", "a")))
        write(tmp_path, "2015/12/3/a.md", page("It rains."))
        assert counts(build(tmp_path)) == {"events": 1, "new": 1}

    def test_every_id_of_what_was_merged_stays_a_valid_name(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        pages, lines = tmp_path / "pages", tmp_path / "a.jsonl"
        write(pages, "2015/12/3/a.md", page(f"{LONG}."))
        write(pages, "2015/12/3/b.md", page(f"{LONG} today."))
        jsonl(lines, {"headline": f"{LONG}!", "id": "mine"}, {"headline": f"{LONG} today", "id": "yours"})
        build(pages, lines)
        [event] = events_of(folder)
        for name in ("mine", "yours", event_id(DAY, LONG), event_id(DAY, f"{LONG} today")):
            assert stands_for(folder, name) == event.headline

    def test_the_same_archive_named_twice_changes_nothing(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        path = jsonl(tmp_path / "a.jsonl", "It rains.", "It pours.")
        build(path)
        before = events_of(folder)
        assert counts(build(path, path)) == {"events": 2, "unchanged": 2}
        assert events_of(folder) == before

    def test_links_between_archives_are_resolved(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        pages, lines = tmp_path / "pages", tmp_path / "a.jsonl"
        links = "\n".join(
            (
                "1. [Weather: It stops. ](/news/2016/01/9/gone.md) _Context: Rain_",
                "2. [Whatever. ](/news/2016/01/9/sun.md)",
                "3. [Nothing of the kind. ](/news/2016/01/9/nothing.md)",
            )
        )
        write(pages, "2015/12/3/a.md", page("It rains.", related=links))
        write(pages, "2016/01/9/sun.md", page("The sun shines.", day="2016-01-9"))
        jsonl(lines, {"date": "2016-01-09", "headline": "It stops.", "id": "stop"})
        build(lines, pages)
        [event] = [event for event in events_of(folder) if event.headline == "It rains."]
        assert [link.id for link in event.related] == ["stop", ids_of(folder)["The sun shines."], None]


# --- ids ---


class TestIds:
    def test_an_id_is_made_from_date_and_headline_and_an_own_one_is_kept(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        build(jsonl(tmp_path / "a.jsonl", "It rains.", {"headline": "It pours.", "id": "mine"}))
        assert ids_of(folder) == {"It rains.": event_id(DAY, "It rains."), "It pours.": "mine"}

    def test_a_reworded_page_keeps_its_id_over_many_builds(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        wordings = ("It rains.", "Rain falls on the town.", "A flood comes.")
        for wording in wordings:
            write(tmp_path, "2015/12/3/a.md", page(wording))
            build(tmp_path)
        assert ids_of(folder) == {"A flood comes.": event_id(DAY, "It rains.")}
        for wording in wordings:
            assert stands_for(folder, event_id(DAY, wording)) == "A flood comes."

    def test_a_renamed_page_keeps_its_id(self, tmp_path: Path, folder: IndexFolder, build: BuildArchives) -> None:
        old = write(tmp_path, "2015/12/3/a.md", page("It rains."))
        build(tmp_path)
        old.unlink()
        write(tmp_path, "2015/12/3/b.md", page("It rains!"))
        assert counts(build(tmp_path)) == {"events": 1, "changed": 1}
        assert ids_of(folder) == {"It rains!": event_id(DAY, "It rains.")}

    def test_a_page_that_was_renamed_and_reworded_a_little_keeps_its_id(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        old = write(tmp_path, "2015/12/3/a.md", page(f"{LONG}."))
        build(tmp_path)
        old.unlink()
        write(tmp_path, "2015/12/3/b.md", page(f"{LONG} today."))
        assert counts(build(tmp_path)) == {"events": 1, "changed": 1}
        assert ids_of(folder) == {f"{LONG} today.": event_id(DAY, LONG)}

    def test_an_event_with_an_own_id_may_be_reworded(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        path = tmp_path / "a.jsonl"
        build(jsonl(path, {"headline": "It rains.", "id": "mine"}))
        assert counts(build(jsonl(path, {"headline": "A flood.", "id": "mine"}))) == {"events": 1, "changed": 1}
        assert ids_of(folder) == {"A flood.": "mine"}

    def test_two_events_that_turn_out_to_be_one_keep_the_ids_of_both(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        write(tmp_path, "2015/12/3/a.md", page("It rains."))
        write(tmp_path, "2015/12/3/b.md", page("A flood comes."))
        assert counts(build(tmp_path)) == {"events": 2, "new": 2}
        write(tmp_path, "2015/12/3/b.md", page("It rains."))
        assert counts(build(tmp_path)) == {"events": 1, "changed": 1, "merged": 1}
        for name in ("It rains.", "A flood comes."):
            assert stands_for(folder, event_id(DAY, name)) == "It rains."
        build(tmp_path)
        assert stands_for(folder, event_id(DAY, "A flood comes.")) == "It rains."

    def test_an_own_id_given_to_events_of_two_days_is_reported(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        report = Report()
        first = {"headline": "It rains.", "id": "mine"}
        result = build(
            jsonl(tmp_path / "a.jsonl", first, {"date": "2016-01-09", "headline": "It stops.", "id": "mine"}),
            report=report,
        )
        assert counts(result) == {"events": 1, "new": 1, "rejected": 1}
        assert "the id mine is given to an event of 2015-12-03 and to one of 2016-01-09" in report.first[0].why
        assert ids_of(folder) == {"It rains.": "mine"}

    def test_which_of_two_days_keeps_an_id_does_not_depend_on_the_order(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        a = jsonl(tmp_path / "a.jsonl", {"headline": "It rains.", "id": "mine"})
        b = jsonl(tmp_path / "b.jsonl", {"date": "2015-12-04", "headline": "It stops.", "id": "mine"})
        build(b, a)
        other = IndexFolder(tmp_path / "other")
        build_index(other, [a, b], WordEncoder(), Report())
        assert ids_of(other) == ids_of(folder) == {"It rains.": "mine"}

    def test_an_exported_event_whose_date_was_corrected_builds_beside_the_original(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        made = event_id(DAY, "It rains.")
        exported = jsonl(tmp_path / "a.jsonl", {"date": "2015-12-04", "headline": "It rains.", "id": made})
        original = jsonl(tmp_path / "b.jsonl", {"headline": "It rains."})
        build(exported, original)
        index = folder.open()
        found = {str(event.date): event.id for event in index.catalogue.events(range(index.catalogue.size))}
        index.close()
        assert found["2015-12-04"] == made
        assert found["2015-12-03"] != made

    def test_an_own_id_may_move_to_another_day_while_its_old_headline_stays(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        path, other = tmp_path / "a.jsonl", jsonl(tmp_path / "b.jsonl", {"headline": "It rains."})
        build(jsonl(path, {"headline": "It rains.", "id": "mine"}))
        build(jsonl(path, {"date": "2015-12-04", "headline": "It stops.", "id": "mine"}), other)
        assert ids_of(folder)["It stops."] == "mine"
        assert ids_of(folder)["It rains."] != "mine"

    def test_an_event_with_an_own_id_that_moves_to_another_day_is_changed_not_removed(
        self, tmp_path: Path, build: BuildArchives
    ) -> None:
        path = tmp_path / "a.jsonl"
        build(jsonl(path, {"headline": "It rains.", "id": "mine"}))
        moved = build(jsonl(path, {"date": "2015-12-04", "headline": "It rains.", "id": "mine"}))
        assert counts(moved) == {"events": 1, "changed": 1}

    def test_two_headlines_whose_ids_collide_stay_two_events(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        headline, other = "Event 148172", "Event 48466"  # the first that collide as one counts
        assert event_id(DAY, headline) == event_id(DAY, other)
        first = jsonl(tmp_path / "a.jsonl", {"headline": other})
        second = jsonl(tmp_path / "b.jsonl", {"headline": headline})
        assert counts(build(first, second)) == {"events": 2, "new": 2}
        ids = ids_of(folder)
        assert counts(build(second, first)) == {"events": 2, "unchanged": 2}
        assert ids_of(folder) == ids

    def test_an_old_wordings_id_is_no_second_event(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        exported = jsonl(tmp_path / "a.jsonl", {"headline": "A flood.", "id": event_id(DAY, "It rains.")})
        older = jsonl(tmp_path / "b.jsonl", "It rains.")
        for archives in ((exported, older), (older, exported)):
            build(*archives)
            assert [event.id for event in events_of(folder)] == [event_id(DAY, "It rains.")]


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "date": st.sampled_from(["2015-12-03", "2015-12-04"]),
            "headline": st.sampled_from(["It rains.", "it rains", "It pours.", f"{LONG}.", f"{LONG} today."]),
        },
        optional={
            "path": st.sampled_from(["/news/2015/12/3/a.md", "/news/2015/12/3/b.md"]),
            "sources": st.sampled_from([[{"name": "Radio"}], [{"name": "Daily", "url": "https://d.example/1"}]]),
            "topics": st.sampled_from([["Weather"], ["Weather", "Rain"]]),
        },
    ),
    min_size=1,
    max_size=4,
)


@few_examples()
@given(archives=st.lists(RECORDS, min_size=2, max_size=3), given_ids=st.booleans())
def test_ids_and_events_do_not_depend_on_the_order_in_which_archives_are_named(
    archives: list[list[dict[str, Any]]], given_ids: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("order")
    paths = []
    for number, records in enumerate(archives):
        own = [
            {**r, "id": f"own-{r['date']}-{number}-{n}"} if given_ids and n % 2 else r for n, r in enumerate(records)
        ]
        paths.append(jsonl(tmp_path / f"{number}.jsonl", *own))
    folder = IndexFolder(tmp_path / "index")
    build_index(folder, paths, WordEncoder(), Report())
    other = IndexFolder(tmp_path / "other")
    build_index(other, paths[::-1], WordEncoder(), Report())
    assert set(events_of(other)) == set(events_of(folder))
    again = build_index(folder, paths[::-1], WordEncoder(), Report())
    assert (again.unchanged, again.new, again.changed, again.removed) == (again.events, 0, 0, 0)


# --- what a second build does ---


class TestAgain:
    def test_a_days_events_are_in_the_order_of_the_archive_whatever_the_index_held_before(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        build(jsonl(tmp_path / "a.jsonl", "It rains.", "It pours.", "It stops."))
        build(jsonl(tmp_path / "b.jsonl", "It snows.", "It stops.", "It thaws.", "It rains."))
        headlines = [event.headline for event in events_of(folder)]
        assert headlines == ["It snows.", "It stops.", "It thaws.", "It rains."]

    def test_counts_new_changed_unchanged_and_removed_events(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        path = tmp_path / "a.jsonl"
        build(jsonl(path, "It rains.", "It pours.", "It stops.", {"date": "1999-12-31", "headline": "It begins."}))
        again = jsonl(path, "It rains.", {"headline": "It pours.", "summary": "All day."}, "It snows.")
        result = build(again, accept_removals=True)
        assert counts(result) == {"events": 3, "new": 1, "changed": 1, "unchanged": 1, "removed": 2}
        assert stands_for(folder, event_id(DAY, "It stops.")) is None

    def test_unchanged_texts_are_not_encoded_again(
        self, tmp_path: Path, build: BuildArchives, encoder: WordEncoder
    ) -> None:
        path = tmp_path / "a.jsonl"
        build(jsonl(path, "It rains.", "It pours."))
        assert sorted(encoder.encoded) == ["It pours.", "It rains."]
        encoder.encoded.clear()
        build(jsonl(path, {"headline": "It rains.", "summary": "All day."}, "It snows.", "It pours."))
        assert encoder.encoded == ["It snows."]

    def test_one_text_of_two_days_is_encoded_once(
        self, tmp_path: Path, build: BuildArchives, encoder: WordEncoder
    ) -> None:
        path = tmp_path / "a.jsonl"
        build(jsonl(path, "It rains.", {"date": "2016-01-09", "headline": "It rains."}))
        assert encoder.encoded == ["It rains."]

    def test_a_text_that_moved_to_another_day_is_not_encoded_again(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives, encoder: WordEncoder
    ) -> None:
        path = tmp_path / "a.jsonl"
        build(jsonl(path, "It rains.", "It pours."))
        encoder.encoded.clear()
        moved = {"date": "2001-01-01", "headline": "It pours."}
        build(jsonl(path, moved, "It rains."), accept_removals=True)
        assert encoder.encoded == []
        found = folder.open()
        np.testing.assert_allclose(found.vectors.take([0]), WordEncoder().vectors(["It pours."]), atol=1e-6)
        found.close()

    def test_a_new_topic_is_part_of_the_text(self, tmp_path: Path, build: BuildArchives, encoder: WordEncoder) -> None:
        path = tmp_path / "a.jsonl"
        build(jsonl(path, "It rains."))
        build(jsonl(path, {"headline": "It rains.", "topics": ["Weather"]}))
        assert encoder.encoded == ["It rains.", "Weather: It rains."]

    @pytest.mark.parametrize("other", [WordEncoder("others"), WordEncoder(dimension=64)], ids=["name", "dimension"])
    def test_another_model_encodes_everything_again(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives, other: WordEncoder
    ) -> None:
        path = jsonl(tmp_path / "a.jsonl", "It rains.", "It pours.")
        build(path)
        other.encoded.clear()
        result = build_index(folder, [path], other, Report())
        assert sorted(other.encoded) == ["It pours.", "It rains."]
        assert counts(result) == {"events": 2, "unchanged": 2}
        model = folder.manifest().model
        assert (model.name, model.fingerprint, model.dimension) == (other.name, other.fingerprint, other.dimension)

    def test_the_sample_is_unchanged_and_encodes_nothing(
        self, sample_part: Path, sample_part_folder: IndexFolder, folder: IndexFolder, encoder: WordEncoder
    ) -> None:
        shutil.copytree(sample_part_folder.root, folder.root)
        events = folder.manifest().events
        again = build_index(folder, [sample_part], encoder, Report())
        assert events > 50
        assert (again.unchanged, again.new, again.changed, again.removed) == (events, 0, 0, 0)
        assert encoder.encoded == []

    def test_a_damaged_index_is_built_anew_without_believing_it(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives
    ) -> None:
        path = jsonl(tmp_path / "a.jsonl", "It rains.")
        build(path)
        [vectors] = folder.root.glob("generations/*/vectors.faiss")
        data = vectors.read_bytes()
        vectors.write_bytes(data[:-1] + bytes([data[-1] ^ 0xFF]))
        build(path)
        assert list(folder.problems()) == []

    def test_texts_have_one_key_where_topics_and_headline_are_the_same(self) -> None:
        one = Event(id="a", date=DAY, headline="It rains.", topics=("Weather",))
        other = Event(id="b", date=dt.date(1999, 1, 1), headline="It rains.", topics=("Weather",), summary="All day.")
        assert text_key(one) == text_key(other) != text_key(Event(id="a", date=DAY, headline="It rains."))


# --- what stops a build ---


class TestStops:
    @pytest.fixture(autouse=True)
    def _built(self, tmp_path: Path, build: BuildArchives) -> None:
        build(jsonl(tmp_path / "before.jsonl", "It rains.", "It pours."))

    @pytest.fixture
    def before(self, folder: IndexFolder) -> list[Event]:
        return events_of(folder)

    def test_a_missing_archive_changes_nothing(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives, before: list[Event]
    ) -> None:
        manifest = folder.manifest()
        with pytest.raises(ArchiveMissingError, match="nothing"):
            build(jsonl(tmp_path / "a.jsonl", "It snows."), tmp_path / "nothing")
        assert folder.manifest() == manifest
        assert events_of(folder) == before

    def test_a_compressed_archive_that_breaks_off_leaves_the_old_index(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives, before: list[Event]
    ) -> None:
        whole = gzip.compress(jsonl(tmp_path / "a.jsonl", *(f"Event {n}" for n in range(100))).read_bytes())
        broken = tmp_path / "a.jsonl.gz"
        broken.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ArchiveDamagedError, match=r"breaks off after line \d+: .*the index was not changed"):
            build(broken)
        assert events_of(folder) == before
        broken.write_bytes(whole)
        assert counts(build(broken)) == {"events": 100, "new": 100, "removed": 2}

    def test_archives_without_an_event_leave_the_old_index_and_say_why(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives, before: list[Event]
    ) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text("{\n")
        with pytest.raises(InputError, match=r"no events in .*a\.jsonl; the index was not changed\. 1 .*line 1: Inval"):
            build(path)
        path.write_text("")
        with pytest.raises(InputError, match=r"no events in .*a\.jsonl; the index was not changed$"):
            build(path)
        assert events_of(folder) == before

    def test_two_builds_at_once_are_one_too_many(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives, before: list[Event]
    ) -> None:
        with folder.build_lock(), pytest.raises(BuildRunningError, match="wait for it to end, then try again"):
            build(jsonl(tmp_path / "a.jsonl", "It snows."))
        assert events_of(folder) == before
        assert build(jsonl(tmp_path / "a.jsonl", "It snows.")).events == 1

    def test_a_failed_first_build_makes_no_index(self, tmp_path: Path) -> None:
        folder = IndexFolder(tmp_path / "first")
        with pytest.raises(ModelError):
            build_index(folder, [jsonl(tmp_path / "a.jsonl", "It snows.")], FailingEncoder(0), Report())
        with pytest.raises(IndexMissingError):
            folder.open()


class FailingEncoder(WordEncoder):
    """Breaks down after so many texts."""

    def __init__(self, texts: int) -> None:
        super().__init__()
        self._left = texts

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self._left -= len(texts)
        if self._left < 0:
            raise ModelError("the weights are gone")
        return super().encode(texts)


class TestResuming:
    @pytest.fixture(autouse=True)
    def _small_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("embeddings.build.encoding.CHUNK", 2)

    @pytest.fixture
    def archive(self, tmp_path: Path) -> Path:
        return jsonl(tmp_path / "many.jsonl", *(f"Event number {n}" for n in range(10)))

    def test_a_failing_encoder_leaves_the_old_index_and_the_next_build_goes_on_from_there(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives, archive: Path
    ) -> None:
        build(jsonl(tmp_path / "before.jsonl", "It rains."))
        failing = FailingEncoder(6)
        with pytest.raises(ModelError):
            build_index(folder, [archive], failing, Report())
        assert list(ids_of(folder)) == ["It rains."]
        assert list(folder.problems()) == []
        encoder = WordEncoder()
        assert build_index(folder, [archive], encoder, Report()).events == 10
        assert len(failing.encoded) == 6
        assert sorted(failing.encoded + encoder.encoded) == sorted(f"Event number {n}" for n in range(10))
        found = folder.open()
        titles = [event.title for event in found.catalogue.events(range(10))]
        np.testing.assert_allclose(found.vectors.take(range(10)), WordEncoder().vectors(titles), atol=1e-6)
        found.close()

    def test_build_after_build_may_fail_and_all_work_counts(self, folder: IndexFolder, archive: Path) -> None:
        encoded: list[str] = []
        for _ in range(4):
            failing = FailingEncoder(3)
            with pytest.raises(ModelError):
                build_index(folder, [archive], failing, Report())
            encoded += failing.encoded
        last = WordEncoder()
        build_index(folder, [archive], last, Report())
        assert sorted(encoded + last.encoded) == sorted(f"Event number {n}" for n in range(10))

    def test_another_model_does_not_use_what_was_left(self, folder: IndexFolder, archive: Path) -> None:
        with pytest.raises(ModelError):
            build_index(folder, [archive], FailingEncoder(6), Report())
        other = WordEncoder("others", 64)
        build_index(folder, [archive], other, Report())
        assert len(other.encoded) == 10
        assert folder.manifest().model.dimension == 64

    @pytest.mark.parametrize("data", [b"", b"no database" * 500])
    def test_leftovers_that_cannot_be_read_cost_the_work_only(
        self, folder: IndexFolder, archive: Path, data: bytes
    ) -> None:
        with pytest.raises(ModelError):
            build_index(folder, [archive], FailingEncoder(6), Report())
        (folder.root / "encoded.sqlite").write_bytes(data)
        for name in ("encoded.sqlite-wal", "encoded.sqlite-shm"):
            (folder.root / name).unlink(missing_ok=True)
        assert build_index(folder, [archive], WordEncoder(), Report()).events == 10

    def test_nothing_is_left_behind_by_a_build_that_ends(self, folder: IndexFolder, archive: Path) -> None:
        with pytest.raises(ModelError):
            build_index(folder, [archive], FailingEncoder(6), Report())
        build_index(folder, [archive], WordEncoder(), Report())
        assert {path.name for path in folder.root.iterdir()} <= {"manifest.json", "generations", "build.lock"}
        [generation] = (folder.root / "generations").iterdir()
        assert {path.name for path in generation.iterdir()} == {*FILES, TRAITS, *STORY_FILES, "in_use.lock"}


class TestRemovals:
    RAINS = tuple(f"It rains for the {number} time." for number in range(20))

    @pytest.mark.parametrize(("kept", "refused"), [(19, False), (18, False), (17, True), (1, True)])
    def test_more_than_a_tenth_from_the_same_archive_are_not_removed_without_a_word(
        self, tmp_path: Path, folder: IndexFolder, build: BuildArchives, kept: int, refused: bool
    ) -> None:
        path = jsonl(tmp_path / "a.jsonl", *self.RAINS)
        build(path)
        before = folder.manifest()
        jsonl(path, *self.RAINS[:kept])
        if refused:
            with pytest.raises(RemovalsRefusedError) as caught:
                build(path)
            said = (
                f"{20 - kept} of the 20 events that it holds from archives are no longer in {path}, more than a tenth"
            )
            assert said in str(caught.value)
            assert str(caught.value).endswith("run `build` again with --accept-removals")
            assert folder.manifest() == before
            assert not list(folder.problems())
            assert [child.name for child in (folder.root / "generations").iterdir()] == [before.generation]
        result = build(path, accept_removals=refused)
        assert (result.events, result.removed) == (kept, 20 - kept)
        assert counts(build(path)) == {"events": kept, "unchanged": kept}

    def test_other_archives_than_last_time_may_hold_what_they_like(self, tmp_path: Path, build: BuildArchives) -> None:
        a, b = jsonl(tmp_path / "a.jsonl", *self.RAINS), jsonl(tmp_path / "b.jsonl", "It snows.")
        build(a)
        assert build(b).removed == 20
        assert build(a, b).removed == 0
        assert build(b).removed == 20

    def test_archives_are_the_same_in_any_order_and_by_any_path(
        self, tmp_path: Path, build: BuildArchives, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a, b = jsonl(tmp_path / "a.jsonl", *self.RAINS), jsonl(tmp_path / "b.jsonl", "It snows.")
        build(a, b)
        (tmp_path / "link.jsonl").symlink_to(a)
        jsonl(a, "It rains.")
        monkeypatch.chdir(tmp_path)
        for named in ((b, a), (Path("a.jsonl"), b), (a, b, b), (b, tmp_path / "link.jsonl"), (tmp_path / "." / a, b)):
            with pytest.raises(RemovalsRefusedError):
                build(*named)

    def test_what_was_merged_is_not_removed(self, tmp_path: Path, build: BuildArchives) -> None:
        path = jsonl(tmp_path / "a.jsonl", *self.RAINS)
        build(path)
        texts: list[str | dict[str, Any]] = [
            *self.RAINS,
            *({"headline": text, "id": f"r{place}"} for place, text in enumerate(self.RAINS)),
        ]
        assert build(jsonl(path, *texts)).removed == 0


def test_progress_tells_each_step_to_its_end(
    tmp_path: Path, folder: IndexFolder, encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.build.encoding.can_be_tried", lambda _: True)
    told: dict[str, tuple[int, int | None]] = {}

    def progress(step: str, done: int, total: int | None) -> None:
        assert done >= told.get(step, (0, None))[0]
        told[step] = (done, total)

    path = jsonl(tmp_path / "a.jsonl", "It rains.", "It pours.", "It stops.")
    build_index(folder, [path], encoder, Report(), progress=progress, compressed_from=1)
    assert list(told) == [
        "reading pages and lines",
        "putting days together",
        "writing words and look-ups",
        "trying how the model runs fastest",
        "encoding events",
        "weighing events",
        "comparing events",
        "looking for what lists name",
        "looking for stories",
        "joining events to stories",
        "compressing vectors",
    ]
    assert told.pop("reading pages and lines")[0] == 3
    assert told["encoding events"] == (3, 3)
    assert all(done == total for done, total in told.values())


def test_the_real_archive_is_read_whole_and_its_second_build_changes_nothing(
    real_archives: Path, both_real_folder: IndexFolder, tmp_path: Path
) -> None:
    folder = IndexFolder(shutil.copytree(both_real_folder.root, tmp_path / "index"))
    first = folder.manifest()
    assert first.events == 447
    again = build_index(folder, [real_archives / "archive", real_archives / "pages"], WordEncoder(), Report())
    assert (again.unchanged, again.removed) == (first.events, 0)
