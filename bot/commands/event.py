"""`/event`: the events of a day, month or range."""

from __future__ import annotations

from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import command_words, words
from bot.cards.page import AnswerPage
from bot.commands.options import date_option, depends_on_today, suggest_days
from bot.host import HostClient
from bot.views.state import DaysList, Place


@app_commands.command(name="event", description=command_words.EVENT_COMMAND)
@app_commands.describe(date=command_words.EVENT_DATE, private=command_words.PRIVATE)
async def command(
    interaction: Interaction[HostClient], date: app_commands.Range[str, 1, 100], private: bool | None = None
) -> None:
    """Show the events of some days."""
    host, locale = interaction.client.host, interaction.locale.value
    today = host.engine.today()
    place = Place(DaysList(date_option(date, today, locale)))
    depends = depends_on_today(date, today, locale)
    showing = (await host.showing(interaction, private)).of(date)

    async def show() -> AnswerPage:
        with showing.speaking():
            note = words.today_is(today) if depends else ""
            return showing.dress(await host.guide.page(place, note, showing.frame))

    await host.desk.respond(interaction, show, private=showing.private)


@command.autocomplete("date")
async def _suggest(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    return await suggest_days(interaction, current)
