"""`/about`: what the archive holds, whose text it is, and what is stored."""

from __future__ import annotations

from importlib.metadata import version

from discord import Interaction, app_commands

from bot import command_words
from bot.cards.about import about_page
from bot.cards.page import AnswerPage
from bot.host import HostClient, invite_link


@app_commands.command(name="about", description=command_words.ABOUT_COMMAND)
@app_commands.describe(private=command_words.PRIVATE)
async def command(interaction: Interaction[HostClient], private: bool | None = None) -> None:
    """Show what this bot is."""
    host = interaction.client.host
    showing = await host.showing(interaction, private)

    async def show() -> AnswerPage:
        invite = invite_link(interaction.application_id)
        with showing.speaking():
            return about_page(host.engine.about(), version("dateline"), invite, host.contact, host.source)

    await host.desk.respond(interaction, show, private=showing.private)
