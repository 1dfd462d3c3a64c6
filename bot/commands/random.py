"""`/random`: an event that mattered, of a day or topic where that is wanted."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import command_words, local_dates
from bot.cards.page import AnswerPage
from bot.commands.options import MOST_CHOICES
from bot.host import HostClient
from bot.markup import MAX_OPTION, length
from bot.views.state import DaysList, OnThisDayList, RandomList
from embeddings.search.browsing import days_option


@app_commands.command(name="random", description=command_words.RANDOM_COMMAND)
@app_commands.describe(day=command_words.RANDOM_DAY, topic=command_words.RANDOM_TOPIC, private=command_words.PRIVATE)
async def command(
    interaction: Interaction[HostClient],
    day: app_commands.Range[str, 1, 100] | None = None,
    topic: app_commands.Range[str, 1, 200] | None = None,
    private: bool | None = None,
) -> None:
    """Show an event drawn at random."""
    host = interaction.client.host
    days: DaysList | OnThisDayList | None = None
    if day:
        meant = days_option(day, host.engine.today(), local_dates.day_first(interaction.locale.value))
        days = OnThisDayList(*meant) if isinstance(meant, tuple) else DaysList(meant)
    key = await host.engine.topic(topic) if topic else ""

    showing = await host.showing(interaction, private)

    async def show() -> AnswerPage:
        of, user = RandomList(days, key), interaction.user.id
        with showing.speaking():
            return showing.dress(await host.guide.random(of, user, showing.frame))

    await host.desk.respond(interaction, show, private=showing.private)


@command.autocomplete("topic")
async def _suggest(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    host = interaction.client.host

    async def suggest() -> list[Choice[str]]:
        found = await host.engine.suggest_topics(current, MOST_CHOICES)
        return [Choice(name=name, value=name) for name in found if length(name) <= MAX_OPTION]

    return await host.desk.suggest(interaction, suggest)
