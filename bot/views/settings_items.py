"""What a press on the card of `/settings` changes; its custom_id says it alone.

ds:answers              a select: everybody, or whoever asked
ds:channels             a select of channels
ds:language:<n>         a select of languages, the nth, whose values are Discord's locales
ds:attribution:<0|1>    a button: off or on, whatever it was
ds:feedback:<0|1>       likewise
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from discord import ComponentType, Locale

from bot.server_settings import MOST_CHANNELS, ServerSettings

ANSWERS = "ds:answers"
CHANNELS = "ds:channels"
PUBLIC, PRIVATE = "public", "private"
OWN_LANGUAGE = "own"

_BUTTON = re.compile(r"ds:(attribution|feedback):([01])")
_LANGUAGE = re.compile(r"ds:language:[1-9]")
_ID = re.compile(r"[0-9]{1,20}")

Change = Callable[[ServerSettings], ServerSettings]


def language_select(number: int) -> str:
    """The custom_id of the nth select of languages, from 1."""
    return f"ds:language:{number}"


def switch(name: str, is_on: bool) -> str:
    """The custom_id of a button that switches `attribution` or `feedback`."""
    return f"ds:{name}:{int(is_on)}"


def change(component_type: int, custom_id: str, values: Sequence[str]) -> Change | None:
    """What a press changes; None where this version has no such button or select.

    Args:
        component_type: Discord's number.
        values: the values that were chosen in a select.
    """
    if component_type == ComponentType.button.value and (match := _BUTTON.fullmatch(custom_id)):
        is_on = match[2] == "1"
        if match[1] == "feedback":
            return lambda settings: replace(settings, feedback=is_on)
        return lambda settings: replace(settings, attribution=is_on)
    if component_type == ComponentType.channel_select.value and custom_id == CHANNELS:
        if len(values) > MOST_CHANNELS or not all(map(_ID.fullmatch, values)):
            return None
        return lambda settings: settings.public_in(map(int, values))
    if component_type != ComponentType.select.value or len(values) != 1:
        return None
    [value] = values
    if custom_id == ANSWERS and value in {PUBLIC, PRIVATE}:
        return lambda settings: settings.for_all(value == PRIVATE)
    if _LANGUAGE.fullmatch(custom_id) and (value == OWN_LANGUAGE or value in {each.value for each in Locale}):
        return lambda settings: replace(settings, language="" if value == OWN_LANGUAGE else value)
    return None
