"""`/onthisday`: the best events of a day over the years."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot import command_words, local_dates, words
from bot.cards.page import AnswerPage
from bot.host import HostClient
from bot.views.state import OnThisDayList, Place
from embeddings.dates import parse_day_of_year


@app_commands.command(name="onthisday", description=command_words.ON_THIS_DAY_COMMAND)
@app_commands.describe(day=command_words.ON_THIS_DAY_DAY, private=command_words.PRIVATE)
async def command(
    interaction: Interaction[HostClient],
    day: app_commands.Range[str, 1, 100] | None = None,
    private: bool | None = None,
) -> None:
    """Show a day's events over the years."""
    host = interaction.client.host
    today = host.engine.today()
    if day:
        month, number = parse_day_of_year(day, today, day_first=local_dates.day_first(interaction.locale.value))
    else:
        month, number = today.month, today.day
    place = Place(OnThisDayList(month, number))
    showing = (await host.showing(interaction, private)).of(day or "")

    async def show() -> AnswerPage:
        with showing.speaking():
            note = "" if day else words.today_is(today)
            return showing.dress(await host.guide.page(place, note, showing.frame))

    await host.desk.respond(interaction, show, private=showing.private)
