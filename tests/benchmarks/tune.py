"""Make `embeddings/model/tuning.npz` anew: `python -m tests.benchmarks.tune --index DIR [--out FILE]`.

Trains thin changes (LoRA) of the default model's weights, the projection of its token vectors and what a question's
tokens count, so that questions lie near their events, both as a whole and word by word. The questions are those of
`tuning_questions.jsonl`: keywords and a paraphrase for each of some hundred events of Wikipedia's Current Events
portal, written for this. Questions that quality is measured on are not among them, nor are events of those questions'
days. Wrong answers to learn from are the events that the model of the index puts first.

The index must hold the portal's events, with their usual ids. Some twelve minutes on two cores.

What ships was trained twice: by this, and once more from there with `--teacher FOLDER`, a cross-encoder whose scores of
a question's event and of those that are like it the model learns to give, too.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import nn
from torch.nn import functional

from embeddings.command_line.progress import ProgressDisplay
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.tokens import TOKEN_DIMENSION
from embeddings.model import tuning
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.evaluation import is_right, read_queries
from embeddings.search.questions import understand
from tests.benchmarks.teacher import Teacher
from tests.benchmarks.tuning_batches import BATCH, Batch, Example, batches

QUESTIONS = Path(__file__).with_name("tuning_questions.jsonl")
TUNING = Path(tuning.__file__).with_name("tuning.npz")
TODAY = dt.date(2026, 11, 23)

RANK = 12  # of the changes
EPOCHS = 5
FIRST_WRONG = 30  # of so many that the index puts first
LEARNING_RATE = 6e-4
ATTENTION_RATE = 3e-3
WARM_UP = 0.1  # of all steps
TAUGHT_EPOCHS = 1
TAUGHT_WRONG = 7  # events for each question that the teacher scores beside the right one
TAUGHT_RATE = 2e-4
TEMPERATURE = 2.0  # of the teacher's scores, before the softmax
SCALE, LATE_SCALE = 20.0, 25.0  # of similarities before the softmax
MAX_LENGTH = 96


class Changed(nn.Module):
    """A layer with a change of low rank beside it."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.a = nn.Parameter(torch.randn(RANK, layer.in_features) / math.sqrt(layer.in_features))
        self.b = nn.Parameter(torch.zeros(layer.out_features, RANK))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        unchanged: torch.Tensor = self.layer(values)
        return unchanged + (values @ self.a.T) @ self.b.T


def examples(index: OpenIndex, encoder: SentenceEncoder) -> list[Example]:
    """The questions, with what their events are confused with."""
    found: list[Example] = []
    for query in read_queries(QUESTIONS):
        row = index.catalogue.row(query.id)
        if row is None:
            raise click.UsageError(f"the index holds no event {query.id}; build it from the portal's events")
        [event] = index.catalogue.events([row])
        for text in (query.kw, query.nl):
            question = understand(text, TODAY).wanted
            [wanted] = encoder.encode([question])
            near = index.vectors.search(wanted.vector, FIRST_WRONG + 10)[0].tolist()
            others = zip(near, index.catalogue.events(near), strict=True)
            wrong = [place for place, other in others if not is_right(other, event)]
            found.append(Example(question, row, tuple(wrong[:FIRST_WRONG])))
    return found


def taught(known: list[Example], titles: Mapping[int, str], teacher: Teacher) -> list[Example]:
    """Fewer wrong answers for each question, and the teacher's scores."""
    random_ = random.Random(1)
    fewer = [replace(example, wrong=tuple(random_.sample(example.wrong, TAUGHT_WRONG))) for example in known]
    scores = teacher.scores([(each.question, titles[row]) for each in fewer for row in (each.right, *each.wrong)])
    of_each = scores.reshape(len(fewer), 1 + TAUGHT_WRONG).tolist()
    return [replace(example, taught=tuple(own)) for example, own in zip(fewer, of_each, strict=True)]


class Model(nn.Module):
    """The default model with what is trained."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        super().__init__()
        published = SentenceTransformer(str(encoder.folder), device="cpu", local_files_only=True)
        self.tokenizer = published.tokenizer
        bert = published.transformers_model
        assert bert is not None
        self.bert = bert
        for weight in self.bert.parameters():
            weight.requires_grad = False
        self.changed: dict[str, Changed] = {}
        for name, layer in list(self.bert.named_modules()):
            if isinstance(layer, nn.Linear) and "encoder.layer" in name:
                parent, _, last = name.rpartition(".")
                self.changed[name] = Changed(layer)
                setattr(self.bert.get_submodule(parent), last, self.changed[name])
        self.projection = nn.Linear(self.bert.config.hidden_size, TOKEN_DIMENSION, bias=False)
        nn.init.orthogonal_(self.projection.weight)
        self.attention = nn.Linear(self.bert.config.hidden_size, 1, bias=False)
        nn.init.zeros_(self.attention.weight)

    def forward(self, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Vectors (n, dimension), tokens (n, t, TOKEN_DIMENSION), which of them count (n, t), and how much (n, t)."""
        batch = self.tokenizer(texts, padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")
        hidden = self.bert(**{name: batch[name] for name in ("input_ids", "attention_mask")}).last_hidden_state
        mask = batch["attention_mask"].float()
        vectors = functional.normalize((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=-1)
        own = torch.isin(batch["input_ids"], torch.tensor([self.tokenizer.cls_token_id, self.tokenizer.sep_token_id]))
        tokens = functional.normalize(self.projection(hidden), dim=-1)
        return vectors, tokens, mask * ~own, self.attention(hidden)[..., 0]

    def loss(self, batch: Batch, titles: Mapping[int, str]) -> torch.Tensor:
        """How far the right events are from being told from the others, and the scores from the teacher's."""
        questions, right = len(batch.examples), torch.arange(len(batch.examples))
        texts = torch.tensor(batch.texts)
        same = texts[None, :] == texts[:questions, None]  # the right one in another place
        same[right, right] = False
        vectors, tokens, mask, attention = self([example.question for example in batch.examples])
        text_vectors, text_tokens, text_mask, _ = self([titles[row] for row in batch.texts])
        whole = SCALE * (vectors @ text_vectors.T).masked_fill(same, -1)
        nearest = torch.einsum("qid,njd->qnij", tokens, text_tokens)
        nearest = nearest.masked_fill(text_mask[None, :, None, :] == 0, -1).max(-1).values
        counts = torch.softmax(attention.masked_fill(mask == 0, -1e4), -1)
        late = LATE_SCALE * (nearest * counts[:, None, :]).sum(-1).masked_fill(same, -1)
        total = torch.zeros(())
        for scores in (whole, late, whole / 2 + late):
            total = total + functional.cross_entropy(scores, right)
            for question, (places, taught) in enumerate(zip(batch.own, batch.taught, strict=True)):
                if taught:
                    wanted = torch.softmax(torch.tensor(taught) / TEMPERATURE, 0)
                    total = total - wanted @ torch.log_softmax(scores[question, places], 0) / questions
        return total

    def start_from(self, path: Path) -> None:
        """Take over what `save` wrote."""
        with np.load(path, allow_pickle=False) as held, torch.no_grad():
            arrays = {name: torch.tensor(held[name].astype(np.float32)) for name in held.files}
            for name, changed in self.changed.items():
                changed.a.copy_(arrays[f"{name}.weight.a"])
                changed.b.copy_(arrays[f"{name}.weight.b"])
            self.projection.weight.copy_(arrays["projection"])
            self.attention.weight[0] = arrays["attention"]

    def save(self, path: Path) -> None:
        """Write what was trained as `embeddings.model.tuning` reads it."""
        arrays: dict[str, torch.Tensor] = {}
        for name, changed in self.changed.items():
            arrays |= {f"{name}.weight.a": changed.a, f"{name}.weight.b": changed.b}
        arrays |= {"projection": self.projection.weight, "attention": self.attention.weight[0]}
        halves = {name: array.detach().numpy().astype(np.float16) for name, array in arrays.items()}
        np.savez(path, allow_pickle=False, **halves)


@click.command(help=__doc__.splitlines()[0])
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), default=TUNING, show_default=True)
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="With --teacher: the tuning to go on from.")
@click.option("--teacher", type=click.Path(path_type=Path, exists=True), help="A folder with model.onnx.")
def main(index: Path, out: Path, start: Path | None, teacher: Path | None) -> None:
    """Train and save."""
    torch.manual_seed(0)
    opened = IndexFolder(index).open()
    encoder = SentenceEncoder()
    known = examples(opened, encoder)
    rows = sorted({row for example in known for row in (example.right, *example.wrong)})
    titles = {row: event.title for row, event in zip(rows, opened.catalogue.events(rows), strict=True)}
    opened.close()
    model = Model(encoder).train()
    epochs, rate, attention_rate = EPOCHS, LEARNING_RATE, ATTENTION_RATE
    if teacher is not None:
        known = taught(known, titles, Teacher(teacher))
        model.start_from(start or TUNING)
        epochs, rate, attention_rate = TAUGHT_EPOCHS, TAUGHT_RATE, TAUGHT_RATE
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    attention = [model.attention.weight]
    groups = [
        {"params": [weight for weight in trained if weight is not attention[0]], "lr": rate},
        {"params": attention, "lr": attention_rate},
    ]
    steps = epochs * len(known) // BATCH
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.05, 1 - step / steps)
    )
    with ProgressDisplay() as progress:
        for step, batch in enumerate(batches(known, steps, random.Random(0)), 1):
            loss = model.loss(batch, titles)
            optimiser.zero_grad()
            torch.autograd.backward(loss)  # what loss.backward() does, which has no types
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            schedule.step()
            progress("training", step, steps)
    model.save(out)


if __name__ == "__main__":
    main()
