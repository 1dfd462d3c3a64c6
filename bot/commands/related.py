"""`/related`: an event with everything that is related to it."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import command_words
from bot.cards.page import AnswerPage
from bot.commands.options import EVENT_CHOICES, event_choices
from bot.host import HostClient
from bot.views.state import NoList, Place
from embeddings.search.questions import check_question, understand


@app_commands.command(name="related", description=command_words.RELATED_COMMAND)
@app_commands.describe(event=command_words.RELATED_EVENT, private=command_words.PRIVATE)
async def command(
    interaction: Interaction[HostClient], event: app_commands.Range[str, 1, 200], private: bool | None = None
) -> None:
    """Show an event: the one with the given id, else the one that the words are about."""
    host = interaction.client.host
    text = check_question(event)
    showing = await host.showing(interaction, private)

    async def find() -> AnswerPage:
        [known] = await host.engine.events([text])
        if known is not None:  # whose id says nothing that is worth a line
            return await host.guide.page(Place(NoList(), trail=(known.id,)), frame=showing.frame)
        named = await host.engine.headlines(text, 1)
        if named:
            return await host.guide.page(Place(NoList(), trail=(named[0].id,)), frame=showing.of(event).frame)
        question = understand(text, host.engine.today())
        return await host.guide.ask(question, EVENT_CHOICES // 2, event, showing.frame)

    async def show() -> AnswerPage:
        with showing.speaking():
            return showing.dress(await find())

    await host.desk.respond(interaction, show, private=showing.private)


@command.autocomplete("event")
async def _suggest(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    host = interaction.client.host

    async def suggest() -> list[Choice[str]]:
        return event_choices(await host.engine.suggest(current, EVENT_CHOICES))

    return await host.desk.suggest(interaction, suggest)
