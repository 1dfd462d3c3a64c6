"""Commands as another version of the program registered them; users' menus may still show them."""

from __future__ import annotations

from typing import Any

from discord import AppCommandOptionType, Interaction, app_commands
from discord.app_commands import CommandSignatureMismatch

_NESTED = (AppCommandOptionType.subcommand.value, AppCommandOptionType.subcommand_group.value)


def check_options(interaction: Interaction[Any]) -> None:
    """Refuse options that the command does not have, and options of another type than it expects.

    discord.py passes an option of a wrong type on and drops an unknown one: an option such as `private` of a
    version that has it would do nothing.

    Raises:
        CommandSignatureMismatch: if there is one.
    """
    command = interaction.command
    if not isinstance(command, app_commands.Command):
        return  # a menu has none; what is not known at all is the tree's to refuse
    data: dict[str, Any] = dict(interaction.data or {})
    options: list[dict[str, Any]] = data.get("options") or []
    while options and options[0].get("type") in _NESTED:
        options = options[0].get("options") or []
    known = {parameter.display_name: parameter.type.value for parameter in command.parameters}
    if any(known.get(option.get("name", "")) != option.get("type") for option in options):
        raise CommandSignatureMismatch(command)
