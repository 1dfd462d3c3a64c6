"""`/story` and its picture, over real HTTP and a real WebSocket."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot import story_words, words
from bot.client import DatelineClient
from bot.views.state import NOBODY, Place, StoryList, Target, encode
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.stories import Stories
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer, Reply
from tests.word_encoder import WordEncoder

FIRST = dt.date(2015, 12, 2)
STRIKE = 30  # events of the story; the others are of none

# A worker that draws nothing: of each chart it writes back what it read, once the file that is named to it is there.
WORKER = """
import pathlib, struct, sys, time
for line in sys.stdin.buffer:
    while not pathlib.Path(sys.argv[1]).exists():
        time.sleep(0.005)
    sys.stdout.buffer.write(struct.pack(">cI", b"P", len(line)) + line)
    sys.stdout.buffer.flush()
"""


class ToldFolder(IndexFolder):
    """An index whose stories are the test's own: `leads` of each row, or none as in an index of before."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.leads: list[int] | None = None
        self.former: dict[str, str] = {}

    def open_checked(self, *, again: bool = True) -> OpenIndex:
        index = super().open_checked(again=again)
        index.stories = None if self.leads is None else Stories(np.array(self.leads, np.int32), self.former)
        return index


@pytest.fixture(scope="module")
def archive_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("told")
    lines = [
        {
            "id": f"strike-{n:02}",
            "date": str(FIRST + dt.timedelta(days=2 * n)),
            "headline": f"Harbour workers of Exampleton strike, day {n}",
            "topics": ["Exampleton harbour strike"],
        }
        for n in range(STRIKE)
    ]
    lines += [
        {"id": f"other-{n}", "date": f"2016-02-{10 + n}", "headline": f"A comet passes the moon {n}"} for n in range(3)
    ]
    (root / "archive.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    build_index(IndexFolder(root / "index"), [root / "archive.jsonl"], WordEncoder(), Report())
    return root / "index"


@pytest.fixture
def index(archive_index: Path) -> ToldFolder:
    folder = ToldFolder(archive_index)
    folder.leads = [3] * STRIKE + [STRIKE, STRIKE + 1, STRIKE + 2]
    return folder


@pytest.fixture
def draws_at_once(tmp_path: Path) -> Callable[[DatelineClient], Path]:
    """Has a bot's pictures drawn by a process that waits for the file which is returned."""
    allowed = tmp_path / "draw"

    def arrange(client: DatelineClient) -> Path:
        client.host.desk.pictures._command = [sys.executable, "-I", "-S", "-c", WORKER, str(allowed)]
        return allowed

    return arrange


def labels(reply: Reply) -> list[str]:
    return [each["label"] for each in reply.buttons]


def gallery(reply: Reply) -> list[str]:
    """The words for the pictures of a message."""
    return [each["items"][0]["description"] for each in reply.message.flat_components if each["type"] == 12]


async def test_a_story_is_told_of_an_event_of_a_topic_and_of_words(
    discord_server: DiscordServer, start_bot: StartBot, index: ToldFolder, draws_at_once: Callable[..., Path]
) -> None:
    async with start_bot(index=index) as client:
        draws_at_once(client).touch()
        by_id = await discord_server.slash("story", {"event": "strike-07"})
        assert "## Exampleton harbour strike\n-# **Dec 2, 2015\u2009–\u2009Jan 29, 2016** · 30 events" in by_id.text
        assert "still going on" in by_id.text  # the archive ends soon after
        assert "**Harbour workers of Exampleton strike, day 7** · *asked for*" in by_id.text
        await discord_server.until(lambda: bool(gallery(by_id)))
        assert "Exampleton harbour strike over time" in gallery(by_id)[0]
        by_words = await discord_server.slash("story", {"event": "workers strike day 7", "private": True})
        assert by_words.ephemeral
        assert "*asked for*" in by_words.text
        assert "-# workers strike day 7" in by_words.text
        of_topic = await discord_server.slash("story", {"event": "exampleton Harbour Strike"})
        assert "30 events" in of_topic.text
        assert "asked for" not in of_topic.text
        none = await discord_server.slash("story", {"event": "Exampleton harbor"})
        assert "30 events" in none.text or "Exampleton harbour strike" in none.text
        choices = await discord_server.autocomplete("story", {"event": "harbour"}, focused="event")
        assert choices[0] == {"name": "Topic: Exampleton harbour strike", "value": "Exampleton harbour strike"}
        assert choices[1]["value"].startswith("strike-")


async def test_its_pages_show_all_of_it_the_latest_first_and_its_events_open(
    discord_server: DiscordServer, start_bot: StartBot, index: ToldFolder, draws_at_once: Callable[..., Path]
) -> None:
    async with start_bot(index=index) as client:
        draws_at_once(client).touch()
        told = await discord_server.slash("story", {"event": "strike-07"})
        await discord_server.until(lambda: bool(gallery(told)))
    async with start_bot(index=index) as client:  # another process: what the buttons need stands in themselves
        draws_at_once(client).touch()
        latest = await discord_server.press(told, "The latest, then all")
        assert "the latest: 26–30 of 30 events" in latest.text
        assert "**26.** **Harbour workers of Exampleton strike, day 25**" in latest.text
        assert (gallery(latest), latest.message.attachments) == ([], [])
        following = await discord_server.press(latest, "Next")
        assert "1–5 of 30 events" in following.text
        assert "page 3 of 7" in following.text
        short = await discord_server.press(following, str(story_words.STORY_CARD))
        assert "*asked for*" in short.text
        await discord_server.until(lambda: bool(gallery(short)))
        opened = await discord_server.choose(short, str(words.OPEN), ["strike-07"])
        assert "8th of 30 in the story Exampleton harbour strike" in opened.text
        assert labels(opened)[0] == str(story_words.BACK_TO_STORY)
        assert opened.message.attachments == []
        back = await discord_server.press(opened, str(story_words.BACK_TO_STORY))
        assert "*asked for*" in back.text


async def test_cards_and_answers_lead_to_their_story_for_whoever_presses(
    discord_server: DiscordServer, start_bot: StartBot, index: ToldFolder, draws_at_once: Callable[..., Path]
) -> None:
    async with start_bot(index=index) as client:
        draws_at_once(client).touch()
        card = await discord_server.slash("related", {"event": "strike-11"})
        assert "12th of 30 in the story Exampleton harbour strike" in card.text
        story = await discord_server.press(card, str(story_words.STORY))
        assert story.ephemeral
        assert "day 11** · *asked for*" in story.text
        assert "12th of 30" in card.text  # which stays as it is
        shared = await discord_server.press(story, "Share")
        assert "day 11** · *asked for*" in shared.followups[-1].text
        assert [each.filename for each in shared.followups[-1].attachments] == ["story.png"]
        answer = await discord_server.slash("ask", {"query": "harbour workers strike"})
        told = await discord_server.press(answer, "Story: Exampleton harbour strike")
        assert told.ephemeral
        assert "30 events" in told.text
        alone = await discord_server.slash("related", {"event": "other-1"})
        assert str(story_words.STORY) not in labels(alone)
        assert " in the story " not in alone.text


async def test_a_picture_follows_its_text_unless_the_message_shows_something_else_by_then(
    discord_server: DiscordServer, start_bot: StartBot, index: ToldFolder, draws_at_once: Callable[..., Path]
) -> None:
    async with start_bot(index=index) as client:
        allowed = draws_at_once(client)
        told = await discord_server.slash("story", {"event": "strike-07"})
        assert "30 events" in told.text
        assert told.message.attachments == []
        opened = await discord_server.choose(told, str(words.OPEN), ["strike-07"])
        other = await discord_server.slash("story", {"event": "strike-08"})
        assert other.message.attachments == []
        allowed.touch()
        await discord_server.until(lambda: bool(gallery(other)))  # after that of the first
        assert "8th of 30" in opened.text
        assert (gallery(opened), opened.message.attachments) == ([], [])


async def test_a_story_without_a_picture_is_told_all_the_same(
    discord_server: DiscordServer, start_bot: StartBot, index: ToldFolder
) -> None:
    async with start_bot(index=index) as client:
        client.host.desk.pictures._command = [sys.executable, "-I", "-S", "-c", "raise SystemExit(1)"]
        told = await discord_server.slash("story", {"event": "strike-07"})
        assert "30 events" in told.text
        assert await discord_server.press(told, "The latest, then all")


async def test_old_buttons_open_what_their_story_has_become(
    discord_server: DiscordServer, start_bot: StartBot, index: ToldFolder, draws_at_once: Callable[..., Path]
) -> None:
    async with start_bot(index=index) as client:
        draws_at_once(client).touch()
        told, later = [await discord_server.slash("story", {"event": "strike-03"}) for _ in range(2)]
    button = encode("v", Target(NOBODY, Place(StoryList("gone-by-now"))))
    index.leads = [3] * 10 + [10] * (STRIKE - 10) + [STRIKE, STRIKE + 1, STRIKE + 2]  # it was split
    index.former = {"gone-by-now": "strike-12"}  # and one was joined to the second part, its first event withdrawn
    async with start_bot(index=index) as client:
        draws_at_once(client)
        parted = await discord_server.press(told, "The latest, then all")
        assert "of 10 events" in parted.text
        now = await client.host.guide.page(Place(StoryList("gone-by-now")))
        assert "20 events" in now.blocks[0]
        assert button == "dl:v:0:s~gone-by-now:0:"
    index.leads = list(range(STRIKE + 3))  # it is a story no longer
    async with start_bot(index=index) as client:
        draws_at_once(client)
        alone = await discord_server.press(later, "The latest, then all")
        assert "· 1 event" in alone.text
        assert str(story_words.STORY_ALONE) in alone.text


async def test_an_index_of_before_says_what_makes_stories_and_its_cards_show_nothing(
    discord_server: DiscordServer, start_bot: StartBot, index: ToldFolder, draws_at_once: Callable[..., Path]
) -> None:
    index.leads = None
    async with start_bot(index=index) as client:
        draws_at_once(client).touch()
        for text in ("strike-07", "workers strike day 7"):
            reply = await discord_server.slash("story", {"event": text})
            assert (reply.ephemeral, reply.text) == (True, str(story_words.NO_STORIES))
        assert "30 events" in (await discord_server.slash("story", {"event": "Exampleton harbour strike"})).text
        card = await discord_server.slash("related", {"event": "strike-07"})
        assert " in the story " not in card.text
        assert str(story_words.STORY) not in labels(card)
        answer = await discord_server.slash("ask", {"query": "harbour workers strike"})
        assert not any(label.startswith(str(story_words.STORY)) for label in labels(answer))
