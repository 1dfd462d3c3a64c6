"""`/story`: how something came about and what came of it, in order of time."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import command_words, words
from bot.cards.page import AnswerPage
from bot.commands.options import EVENT_CHOICES, event_choices
from bot.host import HostClient
from bot.markup import MAX_OPTION, length
from embeddings.search.questions import check_question

_TOPIC_CHOICES = 5  # before the events


@app_commands.command(name="story", description=command_words.STORY_COMMAND)
@app_commands.describe(event=command_words.STORY_EVENT, private=command_words.PRIVATE)
async def command(
    interaction: Interaction[HostClient], event: app_commands.Range[str, 1, 200], private: bool | None = None
) -> None:
    """Show the story of an event, of a topic, or of what some words are about."""
    host = interaction.client.host
    text = check_question(event)
    showing = await host.showing(interaction, private)

    async def show() -> AnswerPage:
        with showing.speaking():
            return showing.dress(await host.guide.story(text, showing.frame))

    await host.desk.respond(interaction, show, private=showing.private)


@command.autocomplete("event")
async def _suggest(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    host = interaction.client.host

    async def suggest() -> list[Choice[str]]:
        topics = await host.engine.suggest_topics(current, _TOPIC_CHOICES) if current.strip() else []
        events = await host.engine.suggest(current, EVENT_CHOICES)
        named = [
            Choice(name=words.topic_choice(name, MAX_OPTION), value=name)
            for name in topics
            if length(name) <= MAX_OPTION
        ]
        return [*named, *event_choices(events)]

    return await host.desk.suggest(interaction, suggest)
