"""`/settings`: who sees the answers in a server, and how they look, for those whom Discord lets use it."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot import command_words, settings_words
from bot.cards.page import AnswerPage
from bot.host import HostClient, managed_guild


@app_commands.command(name="settings", description=command_words.SETTINGS_COMMAND)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
async def command(interaction: Interaction[HostClient]) -> None:
    """Show a server's settings, with what changes them."""
    guild = managed_guild(interaction, settings_words.FOR_SERVERS)
    host = interaction.client.host

    async def show() -> AnswerPage:
        return host.settings_card(interaction, guild, await host.settings.read(guild.id))

    await host.desk.respond(interaction, show, private=True)
