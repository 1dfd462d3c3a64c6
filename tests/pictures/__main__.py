"""`python -m tests.pictures`: ask the bot's own parts, and write one picture an answer and width."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from bot import local_dates
from bot.cards.about import about_page
from bot.cards.discord_face import layout
from bot.cards.page import AnswerPage
from bot.daily.schedule import Subscription
from bot.engine import Engine
from bot.guide import Guide
from bot.host import invite_link
from bot.store import Store
from bot.views.state import DaysList, OnThisDayList, Place
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.dates import parse_range
from embeddings.errors import EmbeddingsError
from embeddings.index.folder import IndexFolder
from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder
from embeddings.sample import sample_path
from embeddings.search.questions import understand
from tests.pictures import chromium
from tests.pictures.message import document

WIDTHS = {"": 688, "-phone": 390}  # CSS pixels; containers grow to 600 on a desktop, and 88 go to avatar and margins
TODAY = dt.date(2026, 11, 22)
QUESTION = "civilian deaths Russia"
POST_DAY = dt.date(2026, 7, 20)
CARD_DAY = "2015-12-23"  # of the event whose card is drawn, where the answer has it
ASKER = 100_000_000_000_000_000
APPLICATION = 200_000_000_000_000_000


async def answers(folder: IndexFolder, store: Store) -> AsyncIterator[tuple[str, str, AnswerPage]]:
    """What is pictured: a name, the command and its answer; a daily post answers none."""
    engine = Engine(folder, lambda index: SentenceEncoder(index.manifest.model.name), lambda: TODAY)
    await engine.start()
    try:
        guide = Guide(engine, store)
        locale = local_dates.DEFAULT_LOCALE
        found = await guide.ask(understand(QUESTION, TODAY, None), 5, locale)
        yield "list", "ask", found
        ids = [choice.event_id for choice in found.choices]
        ids.sort(key=lambda event_id: not event_id.startswith(CARD_DAY))
        if ids and found.place is not None:
            yield "card", "ask", await guide.page(found.place.opened(ids[0]), locale)
        yield "month", "event", await guide.page(Place(DaysList(parse_range("December 2015", TODAY))), locale)
        yield "onthisday", "onthisday", await guide.page(Place(OnThisDayList(POST_DAY.month, POST_DAY.day)), locale)
        daily = Subscription("0123456789", 1, 1, dt.time(9), "Europe/Berlin", POST_DAY, locale=locale)
        yield "daily", "", (await guide.daily(daily, POST_DAY))[0]
        yield "about", "about", about_page(engine.about(), version("dateline"), invite_link(APPLICATION))
    finally:
        await engine.close()


@asynccontextmanager
async def _store(folder: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{folder}/store.db")
    try:
        yield store
    finally:
        await store.close()


async def draw(folder: IndexFolder, out: Path, browser: str, work: Path) -> None:
    """Write every picture into `out`."""
    async with _store(work) as store:
        async for name, command, page in answers(folder, store):
            components = layout(page, ASKER).to_components()  # type: ignore[no-untyped-call]  # discord.py gives it no types
            for suffix, width in WIDTHS.items():
                png = out / f"{name}{suffix}.png"
                chromium.take(browser, document(components, command, width), width, png)
                print(f"{png}  {png.stat().st_size:,} bytes")  # noqa: T201  # a command's output


def main() -> int:
    """Run the command; the exit status is 2 where Chromium or the index cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.pictures", description="Draw the bot's messages as PNG files."
    )
    parser.add_argument("--index", type=Path, help="answer from this index (default: one of the sample archive)")
    parser.add_argument("out", nargs="?", type=Path, default=Path("build/pictures"), metavar="OUT_DIR")
    options = parser.parse_args()
    try:
        browser = chromium.find()
        options.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as work:
            folder = IndexFolder(options.index or Path(work) / "index")
            if options.index is None:
                build_index(folder, [sample_path()], SentenceEncoder(DEFAULT_MODEL), Report())
            asyncio.run(draw(folder, options.out, browser, Path(work)))
    except (chromium.ChromiumError, EmbeddingsError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # a command's output
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
