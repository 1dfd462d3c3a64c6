"""Writes what this version of the program leaves behind: `python -m tests.compatibility FOLDER`.

Run it before a format changes and keep the folder: the tests open everything in it with the program of the day.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bot.answers import KeptAnswer
from bot.daily.claims import Reason, State, Terms, Wish
from bot.store import Store
from embeddings.archive import Report
from embeddings.archive.fetched import FetchedDays
from embeddings.archive.portal import page_title
from embeddings.build.run import build_index
from embeddings.dates import DateRange
from embeddings.index.folder import IndexFolder
from embeddings.wiki.replies import WikiPage
from tests.word_encoder import WordEncoder

NOW = dt.datetime(2026, 11, 28, 6, tzinfo=dt.UTC)
TODAY = NOW.date()
DAY = dt.date(2026, 8, 2)

EVENTS = (
    {"id": "2004-12-26-quake001", "date": "2004-12-26", "category": "Disasters and accidents",
     "topics": ["2004 Indian Ocean earthquake"], "headline": "A tsunami strikes the coasts of the Indian Ocean",
     "summary": "An earthquake off Sumatra of magnitude 9.1 sends waves as far as Somalia.",
     "sources": [{"name": "BBC", "url": "https://news.example/tsunami"}], "contexts": ["Indonesia", "Sri Lanka"]},
    {"date": "2005-01-02", "headline": "Sri Lanka counts 30,000 dead after the tsunami", "contexts": ["Sri Lanka"],
     "sources": [{"name": "Reuters"}],
     "related": [{"date": "2004-12-26", "headline": "A tsunami strikes the coasts of the Indian Ocean",
                  "contexts": ["Sri Lanka"]}]},
    {"date": "2009-01-15", "headline": "An airliner lands in the Hudson River, and all on board live",
     "sources": [{"name": "AP", "url": "https://news.example/hudson"}]},
    {"date": "2009-01-15", "headline": "A court in The Hague hears a witness",
     "sources": [{"name": "AFP"}]},
    {"date": "2016-11-25", "topics": ["Cuba"], "headline": "Fidel Castro dies in Havana at the age of 90",
     "sources": [{"name": "Granma"}]},
    {"date": "2026-08-02", "headline": "Voters in Examplia elect a new parliament", "sources": [{"name": "DW"}]},
)  # fmt: skip

FIRST_TEXT = """{{Current events|year=2026|month=08|day=2|top=yes}}
<!-- All news items below this line -->
'''Politics and elections'''
*[[2026 Examplian election]]
**Voters in [[Examplia]] elect a new parliament. [https://news.example/vote (DW)]
'''Disasters and accidents'''
*A ferry sinks on [[Lake Example]] with forty people on board. [https://news.example/ferry (Reuters)]
*A bridge in [[Exampleton]] is closed for a day. [https://news.example/bridge (AP)]
<!-- All news items above this line -->
{{Current events|year=2026|month=08|day=2|bottom=yes}}
"""
# An edit: one event is reworded, one is taken out.
SECOND_TEXT = FIRST_TEXT.replace("with forty people on board", "with forty-two people on board").replace(
    "*A bridge in [[Exampleton]] is closed for a day. [https://news.example/bridge (AP)]\n", ""
)

ANSWERS = (
    KeptAnswer(("2004-12-26-quake001", "2005-01-02-00000000"), (DateRange(DAY, DAY),)),
    KeptAnswer((), (), DateRange(dt.date(2005, 1, 1), dt.date(2005, 12, 31))),
)
SUBSCRIPTIONS = (
    Wish(guild=11, channel=101, time=dt.time(9), zone="Europe/Berlin", count=4, role=7, prefer=("space",),
         leave_out=("football", "war"), locale="de"),
    Wish(guild=11, channel=102, time=dt.time(23, 30), zone="Pacific/Auckland"),
    Wish(guild=12, channel=103, time=dt.time(0), zone="America/Sao_Paulo", locale="pt-BR"),
)  # fmt: skip


def write_index(root: Path) -> None:
    """An archive, and an index of it and of a day that was fetched, edited and fetched again."""
    archive = root / "archive.jsonl"
    archive.write_text("".join(json.dumps(event) + "\n" for event in EVENTS), encoding="utf-8")
    folder = IndexFolder(root / "index")
    folder.root.mkdir()
    for number, text in enumerate((FIRST_TEXT, SECOND_TEXT), 1):
        with closing(FetchedDays(folder.fetched)) as days:
            now = NOW + dt.timedelta(hours=number)
            days.portal.keep({DAY: WikiPage(page_title(DAY), number, now, text)}, now)
            days.finish(now)
        build_index(folder, [archive], WordEncoder(), Report())


async def write_store(path: Path) -> dict[str, list[str]]:
    """Answers, subscriptions and their posts; the keys by which they are found."""
    store = await Store.open(f"sqlite:///{path}")
    now = NOW.timestamp()
    try:
        answers = [await store.keep_answer(answer, TODAY) for answer in ANSWERS]
        keys = [(await store.daily.subscribe(wish, now)).key for wish in SUBSCRIPTIONS]
        claims = await store.daily.claim(now + 86_400, "a process", 10, replace(Terms(), grace_s=86_400.0))
        await store.daily.settle(claims[0], State.SENT, 5001, ["2009-01-15-00000000"])
        await store.daily.settle(claims[1], State.UNCERTAIN)
        await store.daily.pause(keys[1], Reason.ACCESS, now)
        await store.daily.leave(12, now)
        await store.set_note("commands of 42", "a digest")
    finally:
        await store.close()
    return {"answers": answers, "subscriptions": keys}


def main(root: Path) -> None:
    """Write everything."""
    root.mkdir(parents=True)
    write_index(root)
    keys = asyncio.run(write_store(root / "dateline.db"))
    (root / "keys.json").write_text(json.dumps(keys, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
