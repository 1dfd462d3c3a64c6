"""`/related`: an event with everything that is related to it."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import words
from bot.cards.pages import Page
from bot.client import DatelineClient
from bot.commands.options import EVENT_CHOICES, event_choices
from bot.views.state import NoList, Place
from embeddings.search.questions import check_question, understand


@app_commands.command(name="related", description=words.RELATED_COMMAND)
@app_commands.describe(event=words.RELATED_EVENT)
async def command(interaction: Interaction[DatelineClient], event: app_commands.Range[str, 1, 200]) -> None:
    """Show an event: one whose id is given, else the one that the words are about."""
    client, locale = interaction.client, interaction.locale.value
    text = check_question(event)

    async def show() -> Page:
        [known] = await client.engine.events([text])
        if known is not None:
            return await client.guide.page(Place(NoList(), trail=(known.id,)), locale)
        named = await client.engine.headlines(text, 1)
        if named:
            return await client.guide.page(Place(NoList(), trail=(named[0].id,)), locale)
        return await client.guide.ask(understand(text, client.engine.today()), EVENT_CHOICES // 2, locale)

    await client.respond(interaction, show)


@command.autocomplete("event")
async def _suggest(interaction: Interaction[DatelineClient], current: str) -> list[Choice[str]]:
    client, locale = interaction.client, interaction.locale.value

    async def suggest() -> list[Choice[str]]:
        return event_choices(await client.engine.suggest(current, EVENT_CHOICES), locale)

    return await client.suggest(interaction, suggest)
