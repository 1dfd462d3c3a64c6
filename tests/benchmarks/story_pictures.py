"""What the picture of a story takes: `python -m tests.benchmarks.story_pictures [--events N] [--pictures N]`.

Draws pictures of made-up stories of some events over a week to 25 years, in Latin, Cyrillic and Arabic, each once
before and then anew in turn, as the bot's worker does; prints the median, the 95th percentile and the longest, of the
processor's time and by the clock, and how large they are. Loading matplotlib, which the first picture waits for, is
told apart.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter

import click
import numpy as np

from embeddings.picture.chart import Chart, Label, Mark, chart
from embeddings.picture.loading import drawing

LAST = dt.date(2025, 6, 30).toordinal()
SPANS = (7, 40, 200, 900, 3_000, 9_000)  # days
TITLES = ("Syrian civil war", "Вторжение России на Украину", "الحرب الأهلية السورية")
_CARRYING = 12


def made_up(title: str, events: int, days: int, seed: int) -> Chart:
    """The chart of a story of so many events, most of them early."""
    drawn = np.sort((days * np.random.default_rng(seed).beta(1, 3, events)).astype(int)) + LAST - days
    counts = Counter(dt.date.fromordinal(day) for day in drawn.tolist())
    marks = [Mark(number, int(day), number == 3) for number, day in enumerate(drawn[:: events // _CARRYING][:12], 1)]
    found = chart(title, Label("a span", f"{events:,}"), sorted(counts.items()), marks, open_ended=seed % 2 == 0)
    assert found is not None
    return found


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--events", default=1_000, show_default=True)
@click.option("--pictures", default=90, show_default=True)
def main(events: int, pictures: int) -> None:
    """Draw pictures of stories."""
    charts = [made_up(title, events, days, number) for number, days in enumerate(SPANS) for title in TITLES]
    started, began = time.process_time(), time.perf_counter()
    with drawing() as draw:
        loaded = time.process_time() - started, time.perf_counter() - began
        for each in charts:
            draw(each)
        took, sizes = [], []
        for number in range(pictures):
            started, began = time.process_time(), time.perf_counter()
            sizes.append(len(draw(charts[number % len(charts)])))
            took.append((time.process_time() - started, time.perf_counter() - began))
    click.echo(f"matplotlib is loaded in {loaded[0]:.2f} s of the processor, {loaded[1]:.2f} s by the clock")
    for way, each in zip(("of the processor", "by the clock"), np.array(took).T * 1_000, strict=True):
        median, late = np.quantile(each, [0.5, 0.95])
        click.echo(
            f"a picture of {events:,} events: {median:.0f} ms {way}, 95 % in {late:.0f}, all in {each.max():.0f}"
        )
    click.echo(f"{np.median(sizes) / 1_000:.0f} KB, the largest {max(sizes) / 1_000:.0f}")


if __name__ == "__main__":
    main()
