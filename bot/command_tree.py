"""Commands as discord.py hands them to the bot: some are refused or dropped at once; one place answers all errors."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.commands.versions import check_options
from bot.host import HostClient
from bot.registration import Tree


class AnsweredTree(Tree):
    """The bot's commands, whose errors go to the one place that answers."""

    async def interaction_check(self, interaction: Interaction[HostClient], /) -> bool:
        """Refuse a command that came with options of another version of the program, and leave one that is given up."""
        if not interaction.client.host.desk.takes(interaction):
            return False
        check_options(interaction)
        return True

    async def _call(self, interaction: Interaction[HostClient]) -> None:
        """Answer a command that discord.py cannot read, too, such as one on a new kind of message."""
        desk = interaction.client.host.desk
        with desk.counted():
            try:
                await super()._call(interaction)
            except app_commands.AppCommandError:
                raise
            except Exception as error:  # noqa: BLE001  # the desk logs it
                await desk.fail(interaction, error)

    async def on_error(self, interaction: Interaction[HostClient], error: app_commands.AppCommandError, /) -> None:
        """Tell the user who asked what went wrong."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await interaction.client.host.desk.fail(interaction, cause)
