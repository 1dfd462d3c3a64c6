"""The short form of `tests.proofs.discord_load`."""

from __future__ import annotations

from embeddings.events import Event
from embeddings.search.service import Search
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer
from tests.proofs.discord_load import drive, fail_a_tenth


async def test_every_interaction_is_answered_although_a_tenth_of_the_requests_fails(
    discord_server: DiscordServer, start_bot: StartBot, sample_search: Search
) -> None:
    events: list[Event] = sample_search.index.catalogue.events(range(0, sample_search.index.catalogue.size, 9))
    questions = [" ".join(event.headline.split()[:6]) for event in events]
    days = [str(event.date) for event in events]
    async with start_bot():
        fail_a_tenth(discord_server.faults)
        figures = await drive(discord_server, questions, days, 40, 20)
    assert figures.lost == 0  # how many are late says something of the machine
    assert len(figures.acknowledged) == 32
    assert len(figures.suggested) + figures.unsuggested == 8
