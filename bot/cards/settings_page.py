"""The card of `/settings`: what holds now, and what changes it."""

from __future__ import annotations

from collections.abc import Collection

from discord import Locale

from bot import settings_words
from bot.cards.page import AnswerPage, Channels, Options, Press
from bot.local_dates import language
from bot.markup import MAX_OPTION, plain
from bot.server_settings import ServerSettings
from bot.views import settings_items

_FIRST_HALF = 13  # languages at least, in English as many as have a letter up to G


def settings_page(settings: ServerSettings, guild_locale: str, there: Collection[int]) -> AnswerPage:
    """The settings of a server.

    Args:
        guild_locale: what Discord says is the server's language.
        there: ids of the channels that the server has.
    """
    channels = tuple(channel for channel in settings.public_channels if channel in there)
    blocks = (
        f"{settings_words.HEADING}\n{settings_words.who_sees(settings, channels)}\n{settings_words.override(settings)}",
        settings_words.answered_in(settings, guild_locale),
        settings_words.small_print(settings),
        settings_words.feedback(settings),
    )
    answers = {None: "", False: settings_items.PUBLIC, True: settings_items.PRIVATE}[settings.private]
    return AnswerPage(
        blocks,
        controls=(
            Options(
                settings_items.ANSWERS,
                str(settings_words.WHO_SEES),
                (
                    (settings_items.PUBLIC, str(settings_words.FOR_ALL)),
                    (settings_items.PRIVATE, str(settings_words.FOR_ASKER)),
                ),
                "" if channels else answers,
            ),
            Channels(settings_items.CHANNELS, str(settings_words.WHERE_PUBLIC), channels),
            *_languages(settings.language),
            Press(
                settings_items.switch("attribution", not settings.attribution),
                str(settings_words.ATTRIBUTION[settings.attribution]),
            ),
            Press(
                settings_items.switch("feedback", not settings.feedback),
                str(settings_words.FEEDBACK[settings.feedback]),
            ),
        ),
    )


def _languages(chosen: str) -> tuple[Options, Options]:
    """Two selects of languages in the order of their names; one holds 25, and there are more."""
    named = sorted((language(each.value), each.value) for each in Locale)
    letters = [name[0].upper() for name, _ in named]
    # The second begins with another letter than the first ends with.
    half = next(place for place in range(_FIRST_HALF, len(named)) if letters[place] != letters[place - 1])
    options = [(value, plain(name, MAX_OPTION)) for name, value in named]
    own = (settings_items.OWN_LANGUAGE, str(settings_words.OWN_LANGUAGE))
    return (
        Options(settings_items.language_select(1), settings_words.languages(letters[0], letters[half - 1]),
                (own, *options[:half]), chosen or settings_items.OWN_LANGUAGE),
        Options(settings_items.language_select(2), settings_words.languages(letters[half], letters[-1]),
                tuple(options[half:]), chosen),
    )  # fmt: skip
