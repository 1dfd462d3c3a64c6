"""A message's text as a question: all that people see of it, the most telling parts first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from discord import Attachment, Embed, Message, MessageSnapshot, Poll, components

from bot import words
from bot.markdown import seen
from bot.name_words import file_words, link_words
from embeddings.search.questions import MAX_QUESTION
from embeddings.stems import STOP_WORDS
from embeddings.text import clean, normalise

_ENOUGH = 3  # words that say something: with them, the words of links would only lead away
_SMALL = "-# "  # begins a line of small print
_HEADING = re.compile(r"#{1,3} ")
_MARK = re.compile(r"\*\*[^*\n]{1,60}\*\* (?=\*\*)")  # the number or the year before a headline of ours
_POLL_RESULT = "poll_result"  # an embed whose fields have names for programs
_POLL_FIELDS = ("poll_question_text", "victor_answer_text")


def message_question(message: Message) -> str:
    """A message as a question, cut to a question's length: text, forwarded messages, polls, embeds, files, links.

    The words of links are used only if there is little other text. Empty if the message has no text.
    """
    parts: list[str] = []
    links: list[str] = []
    files: list[str] = []
    for text in _texts(message, files):
        found = seen(text)
        parts.append(clean(found.text))
        links += found.links
    parts += files
    if sum(1 for word in normalise(" ".join(parts)).split() if word not in STOP_WORDS) < _ENOUGH:
        parts += [clean(link_words(link)) for link in links]
    text = _cut(" ".join(part for part in dict.fromkeys(parts) if part))
    return text if normalise(text) else ""


def _texts(message: Message | MessageSnapshot, files: list[str]) -> Iterator[str]:
    """The texts of a message, the most telling first; the words in its files' names are added to `files`."""
    yield message.content
    if isinstance(message, Message):
        for snapshot in message.message_snapshots:
            yield from _texts(snapshot, files)
    yield from _component_texts(message.components, files)
    if isinstance(message, Message) and message.poll is not None:
        yield from _poll_texts(message.poll)
    for embed in message.embeds:
        yield from _embed_texts(embed)
    yield from _attachment_texts(message.attachments, files)


def _poll_texts(poll: Poll) -> Iterator[str]:
    yield poll.question or ""
    yield from (answer.text or "" for answer in poll.answers)


def _embed_texts(embed: Embed) -> Iterator[str]:
    fields = [(field.name or "", field.value or "") for field in embed.fields]
    if embed.type == _POLL_RESULT:
        named = dict(fields)
        yield from (named.get(name, "") for name in _POLL_FIELDS)
        return
    yield embed.title or ""
    yield embed.description or ""
    for field in fields:
        yield from field
    yield embed.author.name or ""
    yield embed.footer.text or ""


def _attachment_texts(attachments: Sequence[Attachment], files: list[str]) -> Iterator[str]:
    for attachment in attachments:
        yield attachment.description or ""
        files.append(file_words(attachment.title or attachment.filename))


def _component_texts(parts: Iterable[Any], files: list[str]) -> Iterator[str]:
    """The texts of components: of the bot's own pages the events, of other messages all texts, the small print last."""
    blocks, others = [], []
    for component in _flat(parts):
        match component:
            case components.TextDisplay():
                blocks.append(component.content)
            case components.ThumbnailComponent():
                others.append(component.description or "")
            case components.MediaGalleryComponent():
                others += [item.description or "" for item in component.items]
            case components.FileComponent():
                files.append(file_words(component.name or component.media.url.rpartition("/")[2]))
    small = f"{_SMALL}{words.text_from('')}"
    if any(line.startswith(small) for block in blocks for line in block.split("\n")):
        yield from _our_texts(blocks)
    else:
        lines = [line for block in blocks for line in block.split("\n")]
        yield "\n".join(line for line in lines if not line.startswith(_SMALL))
        yield "\n".join(line for line in lines if line.startswith(_SMALL))
    yield from others


def _flat(parts: Iterable[Any]) -> Iterator[Any]:
    """Components as a flat list: each one, then those nested in it and its accessory."""
    for component in parts:
        yield component
        yield from _flat(getattr(component, "children", ()))
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield from _flat([accessory])


def _our_texts(blocks: Sequence[str]) -> Iterator[str]:
    """The headlines of one of the bot's own pages, then what the page says about the events.

    Its dates, numbers, sources and small print would only lead away from what the events are about.
    """
    headlines, rest = [], []
    for block in blocks:
        if block.split("\n", 1)[0] in {f"**{words.SOURCES}**", f"**{words.RELATED}**"}:
            continue
        for line in block.split("\n"):
            if line.startswith(_SMALL):
                continue
            if (mark := _MARK.match(line) or _HEADING.match(line)) and line.startswith("**", mark.end()):
                headlines.append(line[mark.end() :])
            elif not mark and not line.startswith("**"):
                rest.append(line)
    yield "\n".join(headlines)
    yield "\n".join(rest)


def _cut(text: str) -> str:
    """A text cut to a question's length, at the end of a word."""
    if len(text) <= MAX_QUESTION:
        return text
    cut = text[: MAX_QUESTION + 1]
    at = cut.rfind(" ")
    return cut[:at] if at > MAX_QUESTION * 2 // 3 else cut[:MAX_QUESTION]
