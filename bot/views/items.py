"""The button and the select that lead from one place to another; both answer by their custom_id alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

from discord import ButtonStyle, Interaction, SelectOption, ui

from bot.views.state import PATTERN, Target, decode, encode

if TYPE_CHECKING:
    from bot.client import DatelineClient

_SELECT = "s"


def _pattern(actions: str) -> re.Pattern[str]:
    return re.compile(PATTERN.pattern.replace("[a-z])", f"{actions})", 1))


def _client(interaction: Interaction[Any]) -> DatelineClient:
    client: DatelineClient = interaction.client
    return client


def _target(match: re.Match[str]) -> Target:
    target = decode(match[0])
    if target is None:
        raise ValueError(f"no custom_id of ours: {match[0]}")
    return target


class Go(ui.DynamicItem[ui.Button[Any]], template=_pattern(f"[^{_SELECT}]")):
    """A button that leads to a place."""

    def __init__(self, target: Target, action: str, label: str) -> None:
        super().__init__(ui.Button(label=label, style=ButtonStyle.secondary, custom_id=encode(action, target)))
        self._target = target

    @classmethod
    async def from_custom_id(cls, interaction: Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """The button of a message that this or another process sent."""
        return cls(_target(match), match["action"], "")

    async def callback(self, interaction: Interaction[Any], /) -> None:
        """Show the place."""
        await _client(interaction).go(interaction, self._target)


class OpenEvent(ui.DynamicItem[ui.Select[Any]], template=_pattern(_SELECT)):
    """A select that opens an event of a place."""

    def __init__(self, target: Target, options: list[SelectOption], placeholder: str) -> None:
        super().__init__(ui.Select(custom_id=encode(_SELECT, target), options=options, placeholder=placeholder))
        self._target = target

    @classmethod
    async def from_custom_id(cls, interaction: Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """The select of a message that this or another process sent."""
        return cls(_target(match), [], "")

    async def callback(self, interaction: Interaction[Any], /) -> None:
        """Show the event that was chosen."""
        [event_id] = self.item.values
        place = self._target.place.opened(event_id)
        await _client(interaction).go(interaction, Target(self._target.asker, place))
