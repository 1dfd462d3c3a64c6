"""The button and the select that lead from one place to another; both answer by their custom_id alone."""

from __future__ import annotations

import re
from typing import Any, Protocol, Self

from discord import ButtonStyle, Interaction, SelectOption, ui

from bot.views.state import Target, decode, encode, pattern

_SELECT = "s"


class _Host(Protocol):
    """What answers a press: `bot.host.Host`, which knows these items through the pages that it shows."""

    async def go(self, interaction: Interaction[Any], target: Target, /) -> None: ...


def _host(interaction: Interaction[Any]) -> _Host:
    host: _Host = interaction.client.host
    return host


def _target(match: re.Match[str]) -> Target:
    target = decode(match[0])
    if target is None:
        raise ValueError(f"no custom_id of ours: {match[0]}")
    return target


class Go(ui.DynamicItem[ui.Button[Any]], template=pattern(f"(?!{_SELECT})[a-z]")):
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
        await _host(interaction).go(interaction, self._target)


class OpenEvent(ui.DynamicItem[ui.Select[Any]], template=pattern(_SELECT)):
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
        await _host(interaction).go(interaction, Target(self._target.asker, place))
