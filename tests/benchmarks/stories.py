"""How well stories agree with topics that are hidden: `python -m tests.benchmarks.stories --index INDEX --month INDEX`.

Of some years of an archive, and of a month of another, every trace of the topics is taken out: what is encoded has none
of them, nor have contexts and headlines. What is made of the rest is held against the topics by B-cubed, beside what is
connected by a cosine and what is connected by a rare context or, where there are none, a rare name. Everything is
learnt and every threshold chosen on some years, or on the odd days of the month, and measured on the others. Intervals
are those of 2,000 draws of the topics with replacement, 95 of 100 draws lie within.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import click
import numpy as np

from embeddings.index.folder import IndexFolder
from embeddings.index.threads import compute_alone
from embeddings.model.export import encoder_of
from embeddings.stories import learnt as shipped
from embeddings.stories.learnt import Learnt
from tests.benchmarks.story_baselines import by_context, by_cosine
from tests.benchmarks.story_learning import fit_least, learn, scores, turn_of
from tests.benchmarks.story_rows import Agreement, Hidden, hidden_days, hidden_year

FOLDS = ((2010, 2012, 2019), (2011, 2013, 2015, 2022))
_OF_MONTH = 2015  # no year that the month lies in teaches what is measured on it
_DRAWS, _SEED = 2_000, 3

Curves = Callable[[Hidden, np.ndarray], Sequence[Agreement]]


def best_on(curves: Sequence[Sequence[Agreement]]) -> int:
    """At which of the thresholds the mean of several agreements is best."""
    return int(np.argmax(np.mean([[each.f1 for each in curve] for curve in curves], axis=0)))


def show(name: str, ways: Mapping[str, Agreement]) -> None:
    """Print how well each way agrees, and by how much the first is better than the others."""
    first = ways["stories"].drawn_again(_DRAWS, _SEED)
    for way, found in ways.items():
        low, high = np.quantile(found.drawn_again(_DRAWS, _SEED), [0.025, 0.975])
        text = f"{name:6} {way:8} F1 {found.f1:.3f} ({low:.3f} to {high:.3f})"
        text += f", precision {found.precision.mean():.3f}, recall {found.recall.mean():.3f}"
        if way != "stories":
            more = np.quantile(first - found.drawn_again(_DRAWS, _SEED), [0.025, 0.975])
            text += f"; stories better by {ways['stories'].f1 - found.f1:+.3f} ({more[0]:+.3f} to {more[1]:+.3f})"
        click.echo(text)


def learnt_on(years: Sequence[Hidden], model: str) -> Learnt:
    """What some years teach for vectors of their model."""
    return learn(years, model, turn_of(years))


def _scores(taught: Learnt, hidden: Hidden, counts: np.ndarray) -> Sequence[Agreement]:
    return scores(hidden, taught, counts)


def show_years(years: Mapping[int, Hidden], model: str) -> None:
    """Learn on one fold of the years, measure on the other, and the other way round."""
    total: dict[str, list[float]] = {}
    for fold, others in (FOLDS, FOLDS[::-1]):
        taught = fit_least([years[year] for year in others], learnt_on([years[year] for year in others], model))
        ways: dict[str, Curves] = {"cosine": by_cosine, "names": by_context}
        chosen = {
            way: best_on([curve(years[year], years[year].topics >= 0) for year in others])
            for way, curve in ways.items()
        }
        for year in fold:
            hidden = years[year]
            counts = hidden.topics >= 0
            found = {"stories": scores(hidden, taught, counts, [taught.least])[0]}
            found |= {way: curve(hidden, counts)[chosen[way]] for way, curve in ways.items()}
            click.echo(
                f"{year}: {counts.sum():,} of {len(counts):,} events have one of {hidden.topics.max() + 1} topics"
            )
            show(str(year), found)
            for way, each in found.items():
                total.setdefault(way, []).append(each.f1)
    for way, figures in total.items():
        click.echo(f"mean of the years, {way}: {np.mean(figures):.3f}")


def show_month(month: Hidden, years: Mapping[int, Hidden], model: str) -> None:
    """Choose thresholds on the odd days, measure on the even ones, and the other way round."""
    taught = learnt_on([hidden for year, hidden in years.items() if year != _OF_MONTH], model)
    ways: dict[str, Curves] = {
        "stories": partial(_scores, taught),
        "cosine": by_cosine,
        "contexts": by_context,
    }
    has, odd = month.topics >= 0, month.material.days % 2 == 1
    for name, mine, theirs in (("even", has & ~odd, has & odd), ("odd", has & odd, has & ~odd)):
        found = {way: curve(month, mine)[best_on([curve(month, theirs)])] for way, curve in ways.items()}
        show(name, found)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--index", type=click.Path(path_type=Path), required=True, help="Of an archive of many years.")
@click.option("--month", type=click.Path(path_type=Path), required=True, help="Of the archive of a month.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="For what had to be encoded.")
@click.option("--write", is_flag=True, help="Learn from all the years, and write what ships.")
def main(index: Path, month: Path, folder: Path, *, write: bool) -> None:
    """Hold stories against topics that were hidden."""
    compute_alone()
    with ExitStack() as stack:
        of_years, of_month = (stack.enter_context(closing(IndexFolder(each).open())) for each in (index, month))
        encoder = encoder_of(of_years, None, "auto")
        model = of_years.manifest.model.fingerprint
        years = {year: hidden_year(of_years, encoder, year, folder) for fold in FOLDS for year in fold}
        catalogue = of_month.catalogue
        assert catalogue.first is not None
        assert catalogue.last is not None
        hidden = hidden_days(of_month, encoder, catalogue.first, catalogue.last, folder, 1)
    if write:
        every = list(years.values())
        own, of_any = (fit_least(every, each) for each in (learnt_on(every, model), learn(every, "", None)))
        np.savez_compressed(
            Path(shipped.__file__).with_name("learnt.npz"),
            allow_pickle=False,
            model=np.array(model),
            turn=own.turn.astype(np.float16) if own.turn is not None else np.zeros(0),
            **{f"{kind} bias": np.array(each.bias) for kind, each in (("own", own), ("any", of_any))},
            **{f"{kind} weights": each.weights for kind, each in (("own", own), ("any", of_any))},
            **{f"{kind} least": np.array(each.least) for kind, each in (("own", own), ("any", of_any))},
        )
        return
    show_month(hidden, years, model)
    show_years(years, model)


if __name__ == "__main__":
    main()
