"""Archives made up for the proofs: many events, the same for the same seed."""

from __future__ import annotations

import datetime as dt
import json
import random
from operator import attrgetter
from pathlib import Path

from embeddings.archive.layout import slug
from embeddings.archive.writing import write_archive
from embeddings.events import Event, Related, Source, event_as_dict, event_id

PLACES = (
    "Ardun Belmora Cestry Dolvik Ernhem Farnost Gildar Hovland Istrad Jelmark Kolberg Lunding Morvan Nestor".split()
)
DEEDS = "elects floods rebuilds signs opens closes wins loses counts mourns greets blames sues paints launches".split()
THINGS = "bridge treaty harbour railway museum election storm harvest library tunnel strike festival bank ferry".split()


def events(count: int, seed: int, per_day: int = 10) -> list[Event]:
    """`count` events of consecutive days; those of two seeds are of the same days."""
    random_ = random.Random(seed)
    made: list[Event] = []
    for number in range(count):
        day = dt.date(2010, 1, 1) + dt.timedelta(days=number // per_day)
        words = [random_.choice(PLACES), random_.choice(DEEDS), random_.choice(THINGS), random_.choice(PLACES)]
        headline = f"{' '.join(words)} {seed} {number}."
        address = f"/news/{day.year:04}/{day.month:02}/{day.day}/{slug(headline)}.md"
        linked = random_.choice(made) if made else None
        made.append(
            Event(
                id=event_id(day, headline),
                date=day,
                headline=headline,
                summary=" ".join(random_.choices(THINGS, k=12)),
                contexts=(words[0], words[2]),
                sources=(Source("The Paper", f"https://paper.example/{seed}/{number}"),),
                related=() if linked is None else (Related(linked.date, linked.headline, (words[0],), linked.path),),
                paths=(address,),
            )
        )
    return made


def write_jsonl(path: Path, made: list[Event]) -> Path:
    """The events as a JSONL archive."""
    path.write_text("".join(json.dumps(event_as_dict(event)) + "\n" for event in made), encoding="utf-8")
    return path


def write_markdown(root: Path, made: list[Event]) -> Path:
    """The events as a folder of pages."""
    write_archive(root, sorted(made, key=attrgetter("date")))
    return root
