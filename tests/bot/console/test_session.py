from __future__ import annotations

import datetime as dt
import io
import json
import re
from dataclasses import replace

import pytest
from rich.console import Console

from bot import words
from bot.answers import About, RelatedAnswer
from bot.console.cards import event_card, related_cards
from bot.console.lookup import Lookup
from bot.console.session import Session, run
from embeddings.command_line import asking, display
from embeddings.events import Event, Related, Source
from embeddings.search.service import Search
from embeddings.search.stories import StoryPlace

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def lookup(sample_search: Search) -> Lookup:
    return Lookup(sample_search, lambda: TODAY)


def say(lookup: Lookup, line: str) -> tuple[str, str]:
    """What one command prints on standard output and standard error."""
    out, err = (Console(file=io.StringIO(), width=100, highlight=False) for _ in range(2))
    assert Session(lookup, out, err).answer(line)
    assert isinstance(out.file, io.StringIO)
    assert isinstance(err.file, io.StringIO)
    return out.file.getvalue(), err.file.getvalue()


def test_event_shows_the_day_with_sources_related_and_attribution(lookup: Lookup) -> None:
    out, err = say(lookup, "/event 2015-12-23")
    assert not err
    for text in (
        "23 December 2015: 1 event",
        "Wednesday, 23 December 2015",
        "Amnesty International",
        "1. Wikipedia  https://en.wikipedia.org/wiki/",
        "Related",
        "2024-12-08",
        "Text: Dateline's sample archive, CC0 1.0",
    ):
        assert text in out


def test_story_shows_what_carries_it_and_a_card_says_where_its_event_stands(lookup: Lookup) -> None:
    out, _ = say(lookup, "/story Apollo program")
    assert re.search(r"\d+ events", out)
    assert re.search(r"\d+\.  1969-07-20  The first Moon landing of people", out)
    assert "1969-07-20-ed7eb122" in out
    _, err = say(lookup, "/story")
    assert "which story?" in err
    place = StoryPlace("a", "A [red]war[/]", 12, 37, "a", TODAY, TODAY)
    shown = RelatedAnswer(Event("a", TODAY, "A truce"), (), place)
    console = Console(file=io.StringIO(), width=100, highlight=False)
    for card in related_cards(shown):
        console.print(card)
    assert isinstance(console.file, io.StringIO)
    assert "12th of 37 in the story A [red]war[/]" in console.file.getvalue()


def test_answers_and_stories_name_the_story_and_the_others_that_words_may_mean(
    lookup: Lookup, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = say(lookup, "/ask Apollo moon")
    assert re.search(r"Story: Apollo program +.*events\n/story \d{4}-", out)
    assert "Story:" not in say(lookup, "/ask Berlin wall")[0]
    out, _ = say(lookup, "/story Apollo moon")
    assert re.search(r"Also: Space Race +.* events\n/story \d{4}-", out)
    display.show_answer(lookup.ask("Apollo moon"))
    assert re.search(r"most of these are of one story: Apollo program  .* events  \d{4}-", capsys.readouterr().out)
    display.show_story(lookup.story("Apollo moon"))
    assert re.search(r"\nalso: Space Race  .* events  \d{4}-", capsys.readouterr().out)
    asking.show(lookup.ask("Apollo moon"), as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["story"]) == {"id", "title", "from", "to", "count"}
    asking.show(lookup.ask("Berlin wall"), as_json=True)
    assert "story" not in json.loads(capsys.readouterr().out)


def test_ask_finds_the_event_and_takes_options(lookup: Lookup) -> None:
    out, _ = say(lookup, "/ask air strikes in Syria have killed civilians count:1")
    assert "Amnesty International" in out
    assert out.count("╭") == 1
    out, _ = say(lookup, '/ask air strikes in Syria have killed civilians from:2020 to:"June 2021"')
    assert "Amnesty International" not in out
    assert out.count("╭") == 5


def test_ask_says_how_a_date_in_the_question_was_understood(lookup: Lookup) -> None:
    out, _ = say(lookup, "/ask moon landing july 1969")
    assert "Dates in the question: July 1969" in out
    out, _ = say(lookup, "/ask Neil Armstrong july 1969")
    assert out.index("Neil Armstrong") < out.index("Outside July 1969")


def test_ask_says_which_words_were_read_otherwise_than_typed(lookup: Lookup) -> None:
    out, _ = say(lookup, "/ask niel armstrongg on the moon")
    assert "Neil Armstrong" in out
    assert "For Neil Armstrong: the archive has no “niel armstrongg”" in out
    assert "the archive has no" not in say(lookup, "/ask neil armstrong on the moon")[0]


def test_onthisday_is_today_where_no_day_is_named(lookup: Lookup) -> None:
    assert "On 22 November" in say(lookup, "/onthisday")[0]
    assert "On 20 July" in say(lookup, "/onthisday 07-20")[0]


def test_related_shows_all_that_is_known_of_an_event(lookup: Lookup, sample_search: Search) -> None:
    [event] = sample_search.days(sample_search.ask("moon landing july 1969", TODAY).dates[0]).events[:1]
    out, _ = say(lookup, f"/related {event.id}")
    assert event.id in out
    assert f"{len(event.related)}." in out


def test_random_draws_another_event_each_time_of_the_day_and_topic_that_are_named(lookup: Lookup) -> None:
    before = ""
    for _ in range(20):
        out, err = say(lookup, "/random 20 July")
        [shown] = re.findall(r"─ (\S+-[0-9a-f]{8}) ─", out)
        assert not err
        assert shown != before
        before = shown
    assert "Cold War" in say(lookup, '/random topic:"cold WAR"')[0]
    for line, dated in (("/random 20 July", "20 July "), ("/random 1969", "1969"), ("/random july 1969", "July 1969")):
        assert dated in say(lookup, line)[0].split("\n")[0]
    assert "20 July 1969" in say(lookup, "/random july 1969 topic:Apollo program")[0].split("\n")[0]


def test_help_shows_the_commands_and_examples_that_are_all_answered(lookup: Lookup) -> None:
    out, _ = say(lookup, "/help")
    assert str(words.CONSOLE_HELP) in out.replace("  \n", "\n")
    commands = out.split("Try one of these:\n")[1].split("\n")
    examples = [line for line in commands if line]
    assert len(examples) == 5
    for line in examples:
        answered, err = say(lookup, line)
        assert "╭" in answered, line
        assert not err


def test_about_says_what_the_archive_holds_and_whose_text_it_is(lookup: Lookup) -> None:
    out, _ = say(lookup, "/about")
    assert "Dateline's sample archive, CC0 1.0" in out
    assert "go nowhere else" in out


def test_a_day_after_the_end_says_where_the_archive_ends(lookup: Lookup) -> None:
    out, _ = say(lookup, "/event yesterday")
    assert "The archive ends on " in out


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/event 2015-02-30", "2015-02-30"),
        ("/event 02/03/2015", "2015-03-02"),
        ("/event", "which day?"),
        ("/ask", "the question is empty"),
        ("/ask x count:11", "count must be from 1 to 10, got 11"),
        ("/ask x from:2016 to:2015", "is later than"),
        ("/related 2015-12-23-00000000", "no event has the id"),
        ("/onthisday 02-30", "02-30"),
        ("/weather", "there is no command /weather"),
        ("/random 30 February", "30 February"),
        ("/random 1969-07-19", "no event of that day"),
        ("/random topic:Appolo progamme", '"Apollo program"'),
        ("moon landing", "did you mean: /ask moon landing"),
    ],
)
def test_bad_input_is_one_sentence_and_no_card(lookup: Lookup, line: str, sentence: str) -> None:
    out, err = say(lookup, line)
    assert not out
    assert sentence in err
    assert err.count("\n") == 1


def test_piped_commands_are_answered_until_quit_and_the_status_tells_of_failures(
    lookup: Lookup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("/event 2015-12-23\n\n/quit\n/event 1969-07-20\n"))
    assert run(lookup) == 0
    out = capsys.readouterr().out
    assert "2015" in out
    assert "Neil Armstrong" not in out
    monkeypatch.setattr("sys.stdin", io.StringIO("/event 2015-02-30\n/about\n"))
    assert run(lookup) == 2
    assert "Dateline" in capsys.readouterr().out


def show(event: Event) -> str:
    out = Console(file=io.StringIO(), width=80, highlight=False)
    out.print(event_card(event))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


EVENT = Event(
    "2015-12-03-00000000",
    dt.date(2015, 12, 3),
    "It [bold]rains[/bold] :smile:.",
    sources=(Source("A", "https://a.example"),),
)


def test_text_from_an_archive_is_never_markup() -> None:
    shown = show(EVENT)
    assert "It [bold]rains[/bold] :smile:." in shown


def test_about_says_when_the_archive_was_last_brought_up_to_date() -> None:
    about = About(2, 1, EVENT.date, EVENT.date, ("Texts",), "words")
    assert not any("up to date" in line for line in words.about(about))
    updated = replace(about, updated=dt.datetime(2026, 7, 3, 6, 1, tzinfo=dt.UTC))
    assert "Last brought up to date on 3 July 2026 at 06:01 UTC." in list(words.about(updated))


def test_an_event_that_was_withdrawn_says_so() -> None:
    assert "Withdrawn: " not in show(EVENT)
    shown = show(replace(EVENT, withdrawn=dt.date(2015, 12, 6)))
    assert "Withdrawn: an edit took this event out of the archive, seen on 6 December" in shown


def test_long_lists_are_cut_with_a_count() -> None:
    sources = tuple(Source(f"Source {n}") for n in range(9))
    related = tuple(Related(EVENT.date, f"Other {n}.") for n in range(9))
    shown = show(replace(EVENT, sources=sources, related=related))
    assert "Source 2" in shown
    assert "Source 3" not in shown
    assert shown.count("… and 6 more") == 2
