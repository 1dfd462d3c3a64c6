"""`/help`: what can be asked, with examples that this archive answers."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot import command_words
from bot.cards.about import help_page
from bot.cards.page import AnswerPage
from bot.host import HostClient


@app_commands.command(name="help", description=command_words.HELP_COMMAND)
@app_commands.describe(private=command_words.HELP_PRIVATE)
async def command(interaction: Interaction[HostClient], private: bool = True) -> None:
    """Show what can be asked."""
    host = interaction.client.host
    showing = await host.showing(interaction, private)

    async def show() -> AnswerPage:
        with showing.speaking():
            return help_page(await host.engine.examples())

    await host.desk.respond(interaction, show, private=private)
