"""`/about`: what the archive holds, whose text it is, and what is stored."""

from __future__ import annotations

from importlib.metadata import version

from discord import Interaction, app_commands

from bot import words
from bot.cards.pages import AnswerPage, about_page
from bot.host import HostClient, invite_link


@app_commands.command(name="about", description=words.ABOUT_COMMAND)
async def command(interaction: Interaction[HostClient]) -> None:
    """Show what this bot is."""
    host = interaction.client.host

    async def show() -> AnswerPage:
        return about_page(host.engine.about(), version("dateline"), invite_link(interaction.application_id))

    await host.desk.respond(interaction, show)
