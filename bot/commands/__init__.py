"""One module per command: options in, one call, one page out."""

from __future__ import annotations

from discord import app_commands

from bot.commands import (
    about,
    ask,
    daily,
    event,
    find_related,
    onthisday,
    random,
    related,
    settings,
    story,
    what_to_ask,
)
from bot.host import HostClient


def add_commands(tree: app_commands.CommandTree[HostClient]) -> None:
    """Give a client's tree every command, ready to be used."""
    for module in (event, ask, onthisday, related, story, random, daily, settings, what_to_ask, about, find_related):
        tree.add_command(module.command)
