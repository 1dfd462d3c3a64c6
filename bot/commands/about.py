"""`/about`: what the archive holds, whose text it is, and what is stored."""

from __future__ import annotations

from importlib.metadata import version

from discord import Interaction, app_commands

from bot import words
from bot.cards.pages import Page, about_page
from bot.client import DatelineClient, invite_link


@app_commands.command(name="about", description=words.ABOUT_COMMAND)
async def command(interaction: Interaction[DatelineClient]) -> None:
    """Show what this bot is."""
    client = interaction.client

    async def show() -> Page:
        return about_page(client.engine.about(), version("dateline"), invite_link(interaction.application_id))

    await client.respond(interaction, show)
