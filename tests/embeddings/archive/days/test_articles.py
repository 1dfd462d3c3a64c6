from __future__ import annotations

import datetime as dt
import itertools
import time
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report, read_archive
from embeddings.archive.days import DAYS_OF_YEAR, Choice, article_title, day_of_year, read_day_of_year, selected_title
from embeddings.archive.days.years import split_year
from embeddings.archive.report import PageReport
from embeddings.archive.shipped import shipped_events
from embeddings.errors import ArchiveMissingError
from embeddings.events import PORTAL_ATTRIBUTION, Event, Source, event_id
from tests.conftest import few_examples
from tests.embeddings.archive.days.layouts import LAYOUTS, Told, article, write_dump

PAGES = Path(__file__).parent / "pages"


def read(wikitext: str, title: str = "March 3", *, births_and_deaths: bool = False) -> tuple[list[Event], list[str]]:
    """The events of a page, and what its report says."""
    of = day_of_year(title)
    assert of is not None
    report = Report()
    events = read_day_of_year(wikitext, of, PageReport("page", report), Choice(births_and_deaths))
    return events, [str(rejection) for rejection in report.first]


def only(wikitext: str, title: str = "March 3") -> Event:
    [event], notes = read(wikitext, title)
    assert notes == []
    return event


def of_file(name: str, *, births_and_deaths: bool = False) -> tuple[list[Event], list[str]]:
    report = Report()
    events = list(read_archive(PAGES / name, report, births_and_deaths=births_and_deaths))
    return events, [f"{r.line}: {r.why}" for r in (*report.first, *report.notes)]


class TestArticles:
    def test_a_bullet_becomes_an_event_of_its_full_date(self) -> None:
        event = of_file("March_3.wiki")[0][5]
        assert event == Event(
            id=event_id(dt.date(1913, 3, 3), "A mine burns near Dell, killing 29 people."),
            date=dt.date(1913, 3, 3),
            headline="A mine burns near Dell, killing 29 people.",
            contexts=("Dell, Ardun",),
            sources=(Source("The Dell Courier", "https://courier.example/1913?a=1&b=2"), Source("Orm Press")),
            attribution=PORTAL_ATTRIBUTION,
            lists=(DAYS_OF_YEAR,),
        )

    @pytest.mark.parametrize(
        ("name", "years", "notes"),
        [
            ("March_3.wiki", [79, 1204, 1204, 1776, 1845, 1913, 1966, 1966, 2011], {9: "is of 44 BC, before the year"}),
            ("June_9.wiki", [68, 1534, 1732, 1732, 1885, 1934, 1946, 1959], {8: "is of 53 BC, before the year 1"}),
            (
                "September_30.wiki",
                [1399, 1399, 1791, 1791, 1938, 1938, 1938, 1954, 1967, 1968, 1990, 1130],
                {
                    17: "10001-09-30 is not a day of the calendar",
                    18: "names no year",
                    19: "tells nothing",
                    20: "shows no text: File:Squid.jpg",
                    21: "its year is said to be uncertain",
                },
            ),
            ("February_29.wiki", [1504, 1712, 1960], {3: "1700-02-29 is not a day of the calendar"}),
            (
                "December_31.wiki",
                [406, 535, 1225, 1600, 1907, 1907, 1999, 2019],
                {23: 'stands in the section "sport"'},
            ),
            ("Wikipedia:Selected_anniversaries%2FJune_9.wiki", [68, 1885, 1946], {}),
            ("Selected_anniversaries_December_31.wiki", [406, 1907], {}),
        ],
    )
    def test_every_bullet_is_an_event_or_is_named_in_the_report(
        self, name: str, years: list[int], notes: dict[int, str]
    ) -> None:
        events, found = of_file(name)
        assert [event.date.year for event in events] == years
        *named, left_out = found
        assert left_out.startswith("None: left out, of the days of the year: ")
        assert len(named) == len(notes)
        for text, (line, why) in zip(named, notes.items(), strict=True):
            assert text.startswith(f"{line}: ")
            assert why in text

    def test_births_and_deaths_are_kinds_of_their_own_and_left_out_unless_wanted(self) -> None:
        assert all(event.category is None for event in of_file("March_3.wiki")[0])
        events, notes = of_file("March_3.wiki", births_and_deaths=True)
        others = [(event.date.year, event.category, event.headline) for event in events if event.category]
        assert others == [
            (1501, "Births", "Anna of Dell, queen of Ardun (d. 1560)"),
            (1930, "Births", "Jon Miller, Cestrian painter (d. 1999)"),
            (1930, "Births", "Ida Hale, Ardunian singer"),
            (301, "Deaths", "Orm the Old, chieftain"),
            (1999, "Deaths", "Bo Falk, runner (b. 1920)"),
        ]
        assert notes[-1] == "None: left out, of the days of the year: 3 observances"
        assert of_file("March_3.wiki")[1][-1] == (
            "None: left out, of the days of the year: 3 births, 2 deaths, 3 observances"
        )

    def test_people_on_the_main_page_are_births_and_deaths(self) -> None:
        events, _ = of_file("Wikipedia:Selected_anniversaries%2FJune_9.wiki", births_and_deaths=True)
        assert [(e.date.year, e.category, e.headline) for e in events if e.category] == [
            (1672, "Births", "Pavel (b. 1672)"),
            (1870, "Deaths", "Karl Dick (d. 1870)"),
        ]
        events, _ = of_file("Selected_anniversaries_December_31.wiki", births_and_deaths=True)
        assert [(e.date.year, e.category) for e in events if e.category] == [(1491, "Births"), (1602, "Deaths")]

    def test_what_the_main_page_does_not_show_is_counted(self) -> None:
        _, notes = of_file("Wikipedia:Selected_anniversaries%2FJune_9.wiki")
        assert notes == [
            "None: left out, of the days of the year: 1 births, 3 bullets that the main page does not show, 1 deaths, "
            "1 observances"
        ]

    def test_a_footnote_that_is_named_only_is_a_source(self) -> None:
        events, _ = of_file("March_3.wiki")
        springs = (Source("Institute of Springs", "https://springs.example/79"),)
        assert [event.sources for event in events if event.date.year in (79, 1204)] == [springs, (), springs]

    def test_links_to_years_and_days_are_no_contexts(self) -> None:
        event = only("*[[1990]] – Since [[1980]], or [[May 4]] [[1981]], [[Ardun]] waits.")
        assert event.contexts == ("Ardun",)

    def test_a_subject_above_other_bullets_is_their_topic(self) -> None:
        events, _ = of_file("September_30.wiki")
        assert [event.topics for event in events[:4]] == [(), (), ("Revolt of Dell",), ("Revolt of Dell",)]

    @pytest.mark.parametrize(
        ("wikitext", "why"),
        [
            ("", "is empty"),
            ("#REDIRECT [[March 4]]", "is a redirect"),
            ("x" * 3_000_000, "is too large"),
            ("It rains.", "holds no bullet that begins with a year"),
        ],
    )
    def test_a_page_that_is_none_is_reported(self, wikitext: str, why: str) -> None:
        events, [note] = read(wikitext)
        assert events == []
        assert why in note


NAMES = {
    1966: ("[[1966]]", "1966", "'''[[1966]]'''", "[[1966|1966]]", "[[1966 in film|1966]]", "[[AD 1966|1966]]",
           "{{nowrap|1966}}"),
    79: ("[[AD 79]]", "AD 79", "79 AD", "[[79]]", "[[AD 79|79]]", "AD [[79]]", "{{0}}79", "79 CE", "[[79]] A.D."),
    -43: ("[[44 BC]]", "44 BC", "[[44 BC|44]]", "[[44]] BC", "{{nowrap|[[44 BC]]}}", "44 B.C.", "[[44 BCE]]",
          "44&nbsp;BC"),
}  # fmt: skip
DASHES = (" &ndash; ", " – ", " - ", "&nbsp;– ", "{{snd}}", " &mdash; ", ": ", " &#8211; ", " -- ", "  &ndash;  ", "–")
SPACES = ("", " ", "  ", "&nbsp;", "&nbsp;&nbsp;")


def test_every_way_to_write_a_year_is_read() -> None:
    wrong: list[str] = []
    total = 0
    for year, names in NAMES.items():
        for name, dash, space in itertools.product(names, DASHES, SPACES):
            for sentence in ("[[Rain]]: It rains in [[Ardun]].", "300 people, in 1920, wait.", "''Orm'' – is shown."):
                if dash == "–" and name in ("1966", "{{nowrap|1966}}", "{{0}}79") and sentence[0].isdigit():
                    continue  # 1966–300 may be anything
                total += 1
                dated = split_year(f"{space}{name}{dash}{sentence}")
                if dated is None or (dated.year, dated.rest) != (year, sentence):
                    wrong.append(f"{space}{name}{dash}{sentence}")
    assert (total, wrong[:5]) == (3_945, [])


@pytest.mark.parametrize(
    "text",
    [
        "It rains.",
        "300 people die",
        "747-400 lands",
        "12:30 – It rains",
        "1st of May",
        "1,500 – it is much",
        "9.5 – low",
    ],
)
def test_a_number_that_is_no_year_is_none(text: str) -> None:
    assert split_year(text, is_below=True) is None


SOME_WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=8)
SENTENCES = st.builds(
    lambda who, whom, what, linked: f"{who.title()} {f'[[{whom.title()}]]' if linked else f'the {whom}'} {what}.",
    SOME_WORD,
    SOME_WORD,
    SOME_WORD,
    st.booleans(),
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@given(
    st.lists(
        st.builds(
            Told,
            st.integers(-200, 2100).filter(lambda year: year != 1801),
            SENTENCES,
        ),
        min_size=1,
        max_size=8,
    )
)
@few_examples()
def test_every_layout_gives_every_event_of_the_year_1_or_later(layout: object, told: list[Told]) -> None:
    assert callable(layout)
    told = sorted(told, key=lambda each: each.year)
    events, notes = read(layout(told))
    plain = [(year, text.replace("[[", "").replace("]]", "")) for year, text in told]
    assert [(event.date.year, event.headline) for event in events] == [each for each in plain if each[0] > 0]
    assert len(notes) == sum(1 for each in plain if each[0] < 1)


@given(st.text(alphabet="*#:;=[]{}|<>!-'\n &1966bcBC–ref/()ab", max_size=200))
def test_any_text_gives_events_or_notes(text: str) -> None:
    for title in ("March 3", selected_title(3, 3)):
        events, _ = read(text, title, births_and_deaths=True)
        assert all((event.date.month, event.date.day) == (3, 3) and event.headline for event in events)


@pytest.mark.parametrize(
    "unit",
    ["<ref name=x>", '*[[1966]] – a <ref name=x ', "{{a|", "*[[1966]] – [[a\n", "{{hlist|a\n", "<!--", "<noinclude>",
     "*1966 – a<br>1967 – b\n", "=", "==a==\n", "*1966 (", "&nbsp;", "*", "'", "{{sfn|", "<ref group=",
     "(pictured ", "• "],
)  # fmt: skip
def test_hostile_pages_take_bounded_time(unit: str) -> None:
    for title in ("March 3", selected_title(3, 3)):
        text = "==Events==\n*[[1966]] – " + unit * (10_000 // len(unit))
        started = time.process_time()
        read(text, title)
        assert time.process_time() - started < 2  # many, where it is quadratic


class TestFolder:
    def test_the_name_of_a_file_is_its_title_in_any_of_the_usual_forms(self, tmp_path: Path) -> None:
        wikitext = "* [[1966]] – It rains.\n{{SelAnnivFooter}}\n* [[1967]] – It snows."
        names = {
            "October_21.wiki": 2,
            "October 1.wiki": 2,
            "Selected anniversaries-October 2.wiki": 1,
            "Wikipedia%3ASelected_anniversaries%2FOctober_3.wiki": 1,
            "Wikipedia:Selected_anniversaries/October_4.wiki": 1,
            "portal/2015_September_1.wiki": 2,
            "Portal:Current_events/2015_September_2.wiki": 2,
        }
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(wikitext)
        (tmp_path / "Rain.wiki").write_text(wikitext)
        (tmp_path / "October_5.wiki").write_bytes(b"\xff")
        report = Report()
        found: dict[tuple[int, int], int] = defaultdict(int)
        for event in read_archive(tmp_path, report):
            found[event.date.month, event.date.day] += 1
        assert found == {(10, 21): 2, (10, 1): 2, (10, 2): 1, (10, 3): 1, (10, 4): 1, (9, 1): 2, (9, 2): 2}
        told = " ".join(map(str, report.first))
        assert "Rain.wiki: its name is no title of a day" in told
        assert "October_5.wiki: is not UTF-8" in told

    def test_a_folder_without_pages_is_no_archive(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveMissingError):
            list(read_archive(tmp_path, Report()))

    def test_a_link_that_leads_out_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "secret.wiki").write_text("* [[1966]] – It rains.")
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "October_21.wiki").symlink_to(tmp_path / "secret.wiki")
        report = Report()
        (tmp_path / "a" / "October_22.wiki").write_text("* [[1966]] – It snows.")
        assert [event.headline for event in read_archive(tmp_path / "a", report)] == ["It snows."]
        assert report.count == 1


def test_titles_name_their_days_and_articles_on_days_that_do_not_exist_name_none() -> None:
    days = [dt.date(2000, 1, 1) + dt.timedelta(n) for n in range(366)]
    assert all(day_of_year(article_title(day.month, day.day)) is not None for day in days)
    found = [day_of_year(selected_title(day.month, day.day)) for day in days]
    assert [(of.month, of.day) for of in found if of and of.is_selected] == [(day.month, day.day) for day in days]
    for title in ("February 30", "June 31", "March 0", "Talk:March 3", "March 3 (song)", "march 3", "March 03"):
        assert day_of_year(title) is None


def test_a_dump_of_366_articles_gives_every_event_that_was_written(tmp_path: Path) -> None:
    days: dict[tuple[int, int], list[Told]] = defaultdict(list)
    written: set[tuple[dt.date, str]] = set()
    for event in shipped_events():
        days[event.date.month, event.date.day].append(Told(event.date.year, event.headline))
        written.add((event.date, event.headline))
    for at, told in enumerate(days.values()):
        told.append(Told(-at, "It rains in Ardun."))
    assert len(days) == 366
    path = tmp_path / "dump.xml.bz2"
    write_dump(path, [article(*day, told) for day, told in days.items()])
    report = Report()
    found = [(event.date, event.headline) for event in read_archive(path, report)]
    assert len(found) == len(written)
    assert set(found) == written
    assert sum("before the year 1" in str(rejection) for rejection in report.first) == len(report.first) == 20
    assert (report.count, len(report.notes)) == (366, 1)  # the note counts the births and so on
