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

_OF_FIRST = "G"  # the last letter of the first select's languages: one select holds 25, and there are more


def settings_page(settings: ServerSettings, guild_locale: str, there: Collection[int]) -> AnswerPage:
    """The settings of a server.

    Args:
        guild_locale: what Discord says is the server's language.
        there: ids of the channels that the server has.
    """
    channels = tuple(channel for channel in settings.public_channels if channel in there)
    blocks = (
        f"{settings_words.HEADING}\n{settings_words.who_sees(settings, channels)}\n{settings_words.override(settings)}",
        settings_words.dates_in(settings, guild_locale),
        settings_words.small_print(settings),
        settings_words.feedback(settings),
    )
    answers = {None: "", False: settings_items.PUBLIC, True: settings_items.PRIVATE}[settings.private]
    return AnswerPage(
        blocks,
        controls=(
            Options(
                settings_items.ANSWERS,
                settings_words.WHO_SEES,
                (
                    (settings_items.PUBLIC, settings_words.FOR_ALL),
                    (settings_items.PRIVATE, settings_words.FOR_ASKER),
                ),
                "" if channels else answers,
            ),
            Channels(settings_items.CHANNELS, settings_words.WHERE_PUBLIC, channels),
            *_languages(settings.language),
            Press(
                settings_items.switch("attribution", not settings.attribution),
                settings_words.ATTRIBUTION[settings.attribution],
            ),
            Press(settings_items.switch("feedback", not settings.feedback), settings_words.FEEDBACK[settings.feedback]),
        ),
    )


def _languages(chosen: str) -> tuple[Options, Options]:
    named = sorted((language(locale.value), locale.value) for locale in Locale)
    options = [(value, plain(name, MAX_OPTION)) for name, value in named]
    own = (settings_items.OWN_LANGUAGE, settings_words.OWN_LANGUAGE)
    first = [option for option in options if option[1][0] <= _OF_FIRST]
    first_half, second_half = (own, *first), tuple(options[len(first) :])
    return (
        Options(settings_items.language_select(1), settings_words.LANGUAGES[0], first_half,
                chosen or settings_items.OWN_LANGUAGE),
        Options(settings_items.language_select(2), settings_words.LANGUAGES[1], second_half, chosen),
    )  # fmt: skip
