"""`/ask`: the best events for a question."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import command_words, local_dates
from bot.cards.page import AnswerPage
from bot.commands.options import suggest_days
from bot.host import HostClient
from embeddings.search.questions import MAX_QUESTION, search_window, understand

MOST_EVENTS = 10


@app_commands.command(name="ask", description=command_words.ASK_COMMAND)
@app_commands.describe(
    query=command_words.ASK_QUERY,
    first=command_words.ASK_FROM,
    last=command_words.ASK_TO,
    count=command_words.ASK_COUNT,
    private=command_words.PRIVATE,
)
@app_commands.rename(first="from", last="to")
async def command(
    interaction: Interaction[HostClient],
    query: app_commands.Range[str, 1, MAX_QUESTION],
    first: app_commands.Range[str, 1, 100] | None = None,
    last: app_commands.Range[str, 1, 100] | None = None,
    count: app_commands.Range[int, 1, MOST_EVENTS] = 5,
    private: bool | None = None,
) -> None:
    """Show the events that a question is about."""
    host = interaction.client.host
    today = host.engine.today()
    within = search_window(first, last, today, day_first=local_dates.day_first(interaction.locale.value))
    question = understand(query, today, within)
    showing = await host.showing(interaction, private)

    async def show() -> AnswerPage:
        with showing.speaking():
            return showing.dress(await host.guide.ask(question, count, query, showing.frame))

    await host.desk.respond(interaction, show, private=showing.private)


@command.autocomplete("first")
@command.autocomplete("last")
async def _suggest(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    return await suggest_days(interaction, current)
