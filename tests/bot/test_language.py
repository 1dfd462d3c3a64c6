"""In which language texts and dates are."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from discord import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot import error_words, words
from bot.language import (
    ENGLISH,
    catalogue,
    either,
    listed,
    number,
    option,
    pgettext,
    resolved,
    speaking,
    spoken,
    translated,
)
from bot.language import gettext as _
from bot.local_dates import day_of_year, long_date, month_name, short_date, weekday
from embeddings.dates import parse_day_of_year, parse_range
from embeddings.dates.errors import DateError
from embeddings.errors import EmbeddingsError, InputError
from embeddings.said import Several
from embeddings.search.questions import check_question, search_window
from tests.speech import said

DAY = dt.date(2015, 12, 23)
TODAY = dt.date(2026, 11, 22)
LOCALES = [each.value for each in Locale]
WITHOUT_TEXTS = sorted({*LOCALES} - translated() - ENGLISH)


@pytest.mark.parametrize("locale", [*WITHOUT_TEXTS, "xx", ""])
def test_a_language_without_texts_is_english_dates_included(locale: str) -> None:
    with speaking(locale):
        assert spoken() == "en-US"
        assert long_date(DAY) == "Wednesday, December 23, 2015"
        assert str(words.EVENT_REMOVED) == words.EVENT_REMOVED.message
        assert words.events_counted(12_345) == "12,345 events"


def test_english_has_the_order_of_the_country() -> None:
    assert said("en-GB", lambda: short_date(DAY)) == "23 December 2015"
    assert said("en-US", lambda: short_date(DAY)) == "December 23, 2015"
    assert short_date(DAY) == "23 December 2015"  # nobody's locale is known


@pytest.mark.parametrize("locale", sorted(translated()))
def test_texts_and_dates_are_of_one_language(locale: str) -> None:
    with speaking(locale):
        assert spoken() == locale
        assert str(words.EVENT_REMOVED) != words.EVENT_REMOVED.message
        assert short_date(DAY) != said("en-US", lambda: short_date(DAY))
        for events in (0, 1, 2, 5, 11, 21, 1_234):
            assert number(events) in words.events_counted(events)


@pytest.mark.parametrize(
    ("locale", "date", "day"),
    [("fr", "vendredi 1er mai 2015", "1er mai"), ("pt-BR", "sexta-feira, 1º de maio de 2015", "1º de maio"),
     ("de", "Freitag, 1. Mai 2015", "1. Mai"), ("ja", "2015年5月1日金曜日", "5月1日")],
)  # fmt: skip
def test_the_first_of_a_month_is_written_as_the_language_does(locale: str, date: str, day: str) -> None:
    with speaking(locale):
        assert long_date(dt.date(2015, 5, 1)) == date
        assert day_of_year(5, 1) == day
        assert "1er" not in long_date(dt.date(2015, 5, 11))


def test_what_somebody_else_is_told_meanwhile_changes_nothing() -> None:
    async def tell(locale: str) -> tuple[str, str]:
        with speaking(locale):
            await asyncio.sleep(0)
            return spoken(), await asyncio.to_thread(spoken)

    async def both() -> list[tuple[str, str]]:
        return await asyncio.gather(*map(tell, ("en-GB", "xx")))

    assert asyncio.run(both()) == [("en-GB", "en-GB"), ("en-US", "en-US")]
    with speaking("en-US"):
        with speaking("en-GB"):
            assert spoken() == "en-GB"
        assert spoken() == "en-US"


@pytest.mark.parametrize("locale", LOCALES)
def test_commands_in_a_text_have_the_names_that_discord_shows(locale: str) -> None:
    names = catalogue(resolved(locale))
    with speaking(locale):
        assert _("Use /daily set, and /ask.") == (
            f"Use /{names.pgettext('name of a command', 'daily')} {names.pgettext('name of a command', 'set')}, "
            f"and /{names.pgettext('name of a command', 'ask')}."
        )
        assert _("at 1/event or https://x/ask") == "at 1/event or https://x/ask"
        assert _("/askで") == f"/{names.pgettext('name of a command', 'ask')}で"
        assert option("private") == pgettext("name of an option", "private")


def test_a_date_that_ends_with_a_full_stop_ends_its_sentence() -> None:
    with speaking("ru"):
        assert short_date(DAY).endswith(".")
        assert _("The archive ends on {day}.", day=short_date(DAY)).count(".") == 1


def test_a_sentence_begins_with_the_capital_letter_of_its_language() -> None:
    assert said("tr", lambda: error_words.of_error(InputError("istanbul"))) == "İstanbul."
    assert said("en-US", lambda: error_words.of_error(InputError("istanbul"))) == "Istanbul."


def test_lists_are_as_the_language_writes_them() -> None:
    assert said("en-GB", lambda: listed(["a", "b", "c"])) == "a, b and c"
    assert said("en-US", lambda: either(["a", "b", "c"])) == "a, b, or c"


@given(st.text(max_size=30))
def test_braces_of_strangers_stay_as_they_are(text: str) -> None:
    assert _("The archive ends on {day}.", day=text) == f"The archive ends on {text}."


def _error(text: str) -> EmbeddingsError:
    for read in (
        lambda: parse_range(text, TODAY),
        lambda: parse_day_of_year(text, TODAY),
        lambda: search_window(text, "1900", TODAY),
        lambda: check_question(text),
    ):
        try:
            read()
        except EmbeddingsError as error:
            return error
    raise AssertionError(text)


REFUSED = ["nonsense", "2015-02-30", "02/03/2015", "christmas", "30 February", "Friday 23 December 2015", "2011/12",
           "fifth Monday of February 2015", "?!", "x" * 600, "2015"]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_an_error_of_the_search_says_the_same_in_english(text: str) -> None:
    error = _error(text)
    with speaking("en-GB"):
        sentence = error_words.of_error(error)
    first, rest = str(error)[0], str(error)[1:]
    assert sentence in (f"{first.upper()}{rest}", f"{first.upper()}{rest}.")


@pytest.mark.parametrize("locale", sorted(translated()))
@pytest.mark.parametrize("text", REFUSED)
def test_an_error_of_the_search_is_said_in_the_users_language(text: str, locale: str) -> None:
    error = _error(text)
    assert isinstance(error.template, str)
    with speaking(locale):
        assert _(error.template) != error.template
        sentence = error_words.of_error(error)
    assert "{" not in sentence
    assert str(error) not in sentence
    for name in ("December", "February", "Monday", "Wednesday"):
        if name in str(error).replace(text, "") and name not in (month_name(12), weekday(0)):
            assert name not in sentence.replace(text, "")


def test_values_in_an_error_are_written_as_the_language_does() -> None:
    with pytest.raises(DateError) as caught:
        parse_range("02/03/2015", TODAY)
    with speaking("en-US"):
        assert error_words.of_error(caught.value) == (
            "02/03/2015 may mean March 2, 2015 or February 3, 2015; write 2015-02-03 or 2015-03-02."
        )
        assert day_of_year(12, 23) == "December 23"
    error = InputError("{names} are {count} of {id}", names=Several(("a", "b")), count=12_345, id="א")
    assert str(error) == "a, b are 12,345 of א"
    assert error_words.of_error(error) == "A, b are 12,345 of \u2068א\u2069."
