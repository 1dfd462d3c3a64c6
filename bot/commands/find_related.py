"""The message menu `Find related events`: events that a message is about."""

from __future__ import annotations

from discord import Interaction, Message, app_commands

from bot import words
from bot.cards.pages import AnswerPage
from bot.host import HostClient
from embeddings.errors import InputError
from embeddings.search.questions import MAX_QUESTION, understand
from embeddings.text import clean

EVENTS = 5


@app_commands.context_menu(name=words.FIND_RELATED_MENU)
async def command(interaction: Interaction[HostClient], message: Message) -> None:
    """Show the events that a message is about, only to the person who asked."""
    host, locale = interaction.client.host, interaction.locale.value
    question = understand(_text(message), host.engine.today())

    async def show() -> AnswerPage:
        return await host.guide.ask(question, EVENTS, locale)

    await host.desk.respond(interaction, show, private=True)


def _text(message: Message) -> str:
    """What a message says, in itself or in its embeds, as far as a question goes."""
    parts = [message.content, *(part for embed in message.embeds for part in (embed.title, embed.description) if part)]
    text = clean(" ".join(parts))[:MAX_QUESTION]
    if not text:
        raise InputError(words.NO_WORDS_IN_MESSAGE)
    return text
