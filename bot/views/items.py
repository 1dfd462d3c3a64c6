"""The button and the select that lead from one place to another; both say where in their custom_id alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from discord import ButtonStyle, ComponentType, SelectOption, ui

from bot.views.state import PartList, Place, RandomList, Target, decode, encode

_YEAR = re.compile(r"[1-9][0-9]{0,3}")
_TOPIC_KEY = re.compile(r"[0-9a-f]{8}")

_SELECT = "s"
BY_YEAR, BY_TOPIC = "z", "t"  # selects that narrow a list
ANOTHER = "r"  # the button for another event at random
EVERYTHING = "all"  # the value that narrows no longer


class Go(ui.Button[Any]):
    """A button that leads to a place."""

    def __init__(self, target: Target, action: str, label: str) -> None:
        super().__init__(label=label, style=ButtonStyle.secondary, custom_id=encode(action, target))


class OpenEvent(ui.Select[Any]):
    """A select that opens an event of a place."""

    def __init__(self, target: Target, options: list[SelectOption], placeholder: str) -> None:
        super().__init__(custom_id=encode(_SELECT, target), options=options, placeholder=placeholder)


class Narrow(ui.Select[Any]):
    """A select that narrows a list, by year or by topic."""

    def __init__(self, target: Target, action: str, options: list[SelectOption], placeholder: str) -> None:
        super().__init__(custom_id=encode(action, target), options=options, placeholder=placeholder)


def destination(component_type: int, custom_id: str, values: Sequence[str] = ()) -> Target | None:
    """Where a button or select leads; any process and version may have sent the message.

    Args:
        component_type: Discord's number.
        values: the values that were chosen in a select.
    Returns:
        None where this version has no such button or select.
    """
    target = decode(custom_id)
    if target is None:
        return None
    action = custom_id.split(":")[1]
    if component_type == ComponentType.button.value:
        return _pressed(action, target)
    if component_type == ComponentType.select.value and len(values) == 1:
        return _chosen(action, target, values[0])
    return None


def opens_events(custom_id: str) -> bool:
    """Whether a select opens events; the values of its options are then their ids."""
    return decode(custom_id) is not None and custom_id.split(":")[1] == _SELECT


def _pressed(action: str, target: Target) -> Target | None:
    place = target.place
    if action in (_SELECT, BY_YEAR, BY_TOPIC):
        return None
    if action == ANOTHER and isinstance(place.of, RandomList):
        return Target(target.asker, Place(replace(place.of, last=(*place.trail, "")[0])))
    return target


def _chosen(action: str, target: Target, value: str) -> Target | None:
    of = target.place.of
    if action == _SELECT:
        return Target(target.asker, target.place.opened(value))
    if not isinstance(of, PartList):
        return None
    if action == BY_YEAR and (value == EVERYTHING or _YEAR.fullmatch(value)):
        return Target(target.asker, Place(replace(of, year=None if value == EVERYTHING else int(value))))
    if action == BY_TOPIC and (value == EVERYTHING or _TOPIC_KEY.fullmatch(value)):
        return Target(target.asker, Place(replace(of, topic="" if value == EVERYTHING else value)))
    return None
