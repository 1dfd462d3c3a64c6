"""`/related`: an event with everything that is related to it."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import words
from bot.cards.pages import AnswerPage
from bot.commands.options import EVENT_CHOICES, event_choices
from bot.host import HostClient
from bot.views.state import NoList, Place
from embeddings.search.questions import check_question, understand


@app_commands.command(name="related", description=words.RELATED_COMMAND)
@app_commands.describe(event=words.RELATED_EVENT)
async def command(interaction: Interaction[HostClient], event: app_commands.Range[str, 1, 200]) -> None:
    """Show an event: the one with the given id, else the one that the words are about."""
    host, locale = interaction.client.host, interaction.locale.value
    text = check_question(event)

    async def show() -> AnswerPage:
        [known] = await host.engine.events([text])
        if known is not None:
            return await host.guide.page(Place(NoList(), trail=(known.id,)), locale)
        named = await host.engine.headlines(text, 1)
        if named:
            return await host.guide.page(Place(NoList(), trail=(named[0].id,)), locale)
        return await host.guide.ask(understand(text, host.engine.today()), EVENT_CHOICES // 2, locale)

    await host.desk.respond(interaction, show)


@command.autocomplete("event")
async def _suggest(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    host, locale = interaction.client.host, interaction.locale.value

    async def suggest() -> list[Choice[str]]:
        return event_choices(await host.engine.suggest(current, EVENT_CHOICES), locale)

    return await host.desk.suggest(interaction, suggest)
