"""The button and the select that lead from one place to another; both say where in their custom_id alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from discord import ButtonStyle, ComponentType, SelectOption, ui

from bot.views.state import Target, decode, encode

_SELECT = "s"


class Go(ui.Button[Any]):
    """A button that leads to a place."""

    def __init__(self, target: Target, action: str, label: str) -> None:
        super().__init__(label=label, style=ButtonStyle.secondary, custom_id=encode(action, target))


class OpenEvent(ui.Select[Any]):
    """A select that opens an event of a place."""

    def __init__(self, target: Target, options: list[SelectOption], placeholder: str) -> None:
        super().__init__(custom_id=encode(_SELECT, target), options=options, placeholder=placeholder)


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
    opens = custom_id.startswith(f"dl:{_SELECT}:")
    if component_type == ComponentType.button.value and not opens:
        return target
    if component_type == ComponentType.select.value and opens and len(values) == 1:
        return Target(target.asker, target.place.opened(values[0]))
    return None
