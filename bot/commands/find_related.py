"""The message menu `Find related events`: events that a message is about."""

from __future__ import annotations

import asyncio

from discord import Interaction, Message, app_commands

from bot import command_words, words
from bot.cards.page import AnswerPage
from bot.commands.message_text import message_question
from bot.host import HostClient
from embeddings.errors import InputError
from embeddings.search.questions import understand

EVENTS = 5


@app_commands.context_menu(name=command_words.FIND_RELATED_MENU)
async def command(interaction: Interaction[HostClient], message: Message) -> None:
    """Show the events that a message is about, to whoever asked alone if the server has settled nothing."""
    host = interaction.client.host
    today = host.engine.today()
    showing = await host.showing(interaction, None, usually=True)

    async def show() -> AnswerPage:
        text = await asyncio.to_thread(message_question, message)  # others write it, and it may be long
        if not text:
            raise InputError(words.NO_WORDS_IN_MESSAGE)
        found = understand(text, today)  # what others wrote is not repeated
        with showing.speaking():
            return showing.dress(await host.guide.ask(found, EVENTS, frame=showing.frame))

    await host.desk.respond(interaction, show, private=showing.private)
