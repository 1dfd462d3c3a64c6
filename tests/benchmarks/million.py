"""Prominence at a million events: `python -m tests.benchmarks.million --folder FOLDER [--events N] [--years N]`.

Writes an index of made-up events, as a build does after it has read and merged them, into FOLDER, measures how much
each stands out, collects their traits again as a build does where nothing has changed, and asks for a day's five and
open questions. Prints the processor time and the most memory of each step. With `--years 1` all of it is of one year.
Words are drawn from 20,000, some much oftener than others; vectors are `WordEncoder`'s, of 64 numbers. A million take
1 GB of disk.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import click
import numpy as np

from embeddings.build.days import text_key
from embeddings.build.stories import material_of, write_stories
from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.catalogue_writer import CatalogueWriter, NewEvent
from embeddings.index.codes import write_codes
from embeddings.index.describing import describe
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import CATALOGUE, CODES, PROMINENCE, STARTS, TOKENS, TRAITS, VECTORS, ModelRecord
from embeddings.index.threads import compute_alone
from embeddings.index.tokens import TokenWriter
from embeddings.index.vectors import VectorIndex, VectorWriter
from embeddings.model.tuning import Encoded
from embeddings.progress import no_progress
from embeddings.prominence.measure import measure
from embeddings.prominence.traits import collect
from embeddings.search.service import Search
from tests.word_encoder import WordEncoder

DIMENSION = 64
WORDS = 20_000
LENGTH = 8  # words of an event
TOPICS = 5_000
LAST = dt.date(2024, 12, 31)
VERBS = (
    "dies",
    "is elected",
    "opens",
    "kills 12 in",
    "says no to",
    "wins",
    "earthquake",
    "film",
    "continues in",
    "floods",
)
_AT_ONCE = 10_000


def made_up(start: int, stop: int, events: int, years: int) -> Iterator[Event]:
    """Some of `events` events, in order of time."""
    drawn = (WORDS * np.random.default_rng(start).random((stop - start, LENGTH)) ** 3).astype(int).tolist()
    for number, of_event in zip(range(start, stop), drawn, strict=True):
        words = [f"Name{word}" if word % 3 == 0 else f"word{word}" for word in of_event]
        words.insert(LENGTH // 2, VERBS[number % len(VERBS)])
        day = LAST - dt.timedelta(days=int((events - 1 - number) * 365.25 * years / events))
        topic = (f"Topic of Name{of_event[0] % TOPICS}",) if number % 2 else ()
        yield Event(id=f"{day}-{number:08x}", date=day, headline=" ".join(words), topics=topic)


class Folder:
    """Generations of made-up events in one folder."""

    def __init__(self, root: Path) -> None:
        self.index, self.encoder = IndexFolder(root), WordEncoder(dimension=DIMENSION)
        self._words: dict[str, Encoded] = {}

    def _word(self, word: str) -> Encoded:
        if word not in self._words:
            [self._words[word]] = self.encoder.encode([word])
        return self._words[word]

    def write(self, events: int, years: int) -> Path:
        """Write catalogue, vectors and tokens of some events."""
        generation = self.index.new_generation(dt.datetime.now(dt.UTC))
        with (
            closing(CatalogueWriter(generation / CATALOGUE)) as catalogue,
            VectorWriter(generation / VECTORS, self.encoder.dimension) as vectors,
            TokenWriter(generation / TOKENS, generation / STARTS) as tokens,
        ):
            for start in range(0, events, _AT_ONCE):
                for event in made_up(start, min(start + _AT_ONCE, events), events, years):
                    digest = event.id.encode()[-8:].rjust(16)
                    catalogue.add(NewEvent(event, frozenset(), text_key(event), digest))
                    words = [self._word(word) for word in event.title.split()]
                    vector = np.sum([encoded.vector for encoded in words], axis=0)
                    vectors.add(vector[None] / np.linalg.norm(vector))
                    tokens.add(words[0].tokens)
            catalogue.finish()
            vectors.finish()
            tokens.finish()
        return generation

    def weigh(self, generation: Path) -> None:
        """Measure how much each event stands out, and put the generation in force."""
        with (
            closing(VectorIndex.load(generation / VECTORS)) as vectors,
            closing(Catalogue(generation / CATALOGUE)) as catalogue,
        ):
            with timed("collecting traits"):
                traits = collect(catalogue, None, no_progress)
            with timed("writing them"):
                traits.save(generation / TRAITS)
            del traits
            with timed("collecting them again"):
                traits = collect(catalogue, (generation / TRAITS, catalogue), no_progress)
            with timed("measuring"):
                encoder = self.encoder
                found = measure(catalogue, vectors, traits, encoder.fingerprint, lambda _: [], no_progress)
                found.save(generation / PROMINENCE)
            with timed("looking for stories, and joining events to them"):
                material = partial(material_of, catalogue, vectors, traits)
                write_stories(generation, None, material, catalogue, found, encoder.fingerprint, no_progress)
            write_codes(generation / CODES, len(vectors), vectors.take)
        model = ModelRecord(
            name=encoder.name, fingerprint=encoder.fingerprint, dimension=encoder.dimension, export=None
        )
        self.index.publish(generation, describe(generation, dt.datetime.now(dt.UTC), model))


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Print what a step takes, and how far it raised the most memory that was in use at once."""
    Path("/proc/self/clear_refs").write_text("5")  # what was in use before is another step's
    started = time.process_time()
    yield
    took = time.process_time() - started
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    click.echo(f"{name}: {took:,.3f} s of the processor, {peak / 1024:,.0f} MB at most")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--events", default=1_000_000, show_default=True)
@click.option("--years", default=24, show_default=True)
def main(folder: Path, events: int, years: int) -> None:
    """Measure prominence of a million events, and use it."""
    compute_alone()
    made = Folder(folder)
    with timed(f"writing {events:,} events of {years} years"):
        generation = made.write(events, years)
    made.weigh(generation)
    with closing(made.index.open()) as index:
        search = Search(index, made.encoder)
        for name in ("the start", "another start"):
            with timed(name):
                search.warm_up()
        largest = int(np.argmax(np.bincount(index.stories.leads))) if index.stories is not None else 0
        [lead] = index.catalogue.events([largest])
        for name in ("telling the longest story", "telling it again"):
            with timed(name):
                story = search.story(lead.id, LAST)
        click.echo(f"    {story.count:,} events from {story.first} to {story.last}")
        for day in (LAST, LAST - dt.timedelta(days=100)):
            with timed(f"the five of {day:%d %B}"):
                five = search.on_this_day(day.month, day.day)
            click.echo("".join(f"    {event.date} {event.headline[:80]}\n" for event in five), nl=False)
        for question in ("earthquake", "earthquake Name30 in 2024", "2024"):
            with timed(f"asking {question!r}"):
                answer = search.ask(question, LAST)
            click.echo("".join(f"    {hit.event.date} {hit.event.headline[:80]}\n" for hit in answer.hits), nl=False)


if __name__ == "__main__":
    main()
