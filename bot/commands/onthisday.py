"""`/onthisday`: the best events of a day over the years."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot import local_dates, words
from bot.cards.pages import AnswerPage
from bot.host import HostClient
from bot.views.state import OnThisDayList, Place
from embeddings.dates import parse_day_of_year


@app_commands.command(name="onthisday", description=words.ON_THIS_DAY_COMMAND)
@app_commands.describe(day=words.ON_THIS_DAY_DAY)
async def command(interaction: Interaction[HostClient], day: app_commands.Range[str, 1, 100] | None = None) -> None:
    """Show a day's events over the years."""
    host, locale = interaction.client.host, interaction.locale.value
    today = host.engine.today()
    if day:
        month, number = parse_day_of_year(day, today, day_first=local_dates.day_first(locale))
    else:
        month, number = today.month, today.day
    place = Place(OnThisDayList(month, number))
    note = "" if day else words.today_is(today, locale)

    async def show() -> AnswerPage:
        return await host.guide.page(place, locale, note)

    await host.desk.respond(interaction, show)
