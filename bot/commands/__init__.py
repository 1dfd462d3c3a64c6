"""One module a command: options in, one call, one page out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands import about, ask, daily, event, find_related, onthisday, related

if TYPE_CHECKING:
    from bot.client import DatelineClient


def add_commands(client: DatelineClient) -> None:
    """Give a client every command."""
    for module in (event, ask, onthisday, related, daily, about, find_related):
        client.tree.add_command(module.command)
