"""Make `embeddings/model/tuning.npz` anew: `python -m tests.benchmarks.tune --index DIR [--out FILE]`.

Trains thin changes (LoRA) of the default model's weights, the projection of its token vectors and what a question's
tokens count, so that questions lie near their events, both as a whole and word by word. The questions are those of
`tuning_questions.jsonl`: keywords and a paraphrase for each of some hundred events of Wikipedia's Current Events
portal, written for this. Questions that quality is measured on are not among them, nor are events of those questions'
days. Wrong answers to learn from are the events that the model of the index puts first.

The index must hold the portal's events, with their usual ids. Some twelve minutes on two cores.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass
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
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.evaluation import is_right, read_queries
from embeddings.search.questions import understand

QUESTIONS = Path(__file__).with_name("tuning_questions.jsonl")
TODAY = dt.date(2026, 11, 23)

RANK = 12  # of the changes
EPOCHS = 5
BATCH = 32  # questions; the events of the others in a batch are wrong answers too
WRONG = 2  # events for each question that are like the right one
FIRST_WRONG = 30  # of so many that the index puts first
LEARNING_RATE = 6e-4
ATTENTION_RATE = 3e-3
WARM_UP = 0.1  # of all steps
SCALE, LATE_SCALE = 20.0, 25.0  # of similarities before the softmax
MAX_LENGTH = 96


@dataclass(frozen=True)
class Example:
    """A question with its event and others that are like it, by their rows."""

    question: str
    right: int
    wrong: tuple[int, ...]


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
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.bert(**{name: batch[name] for name in ("input_ids", "attention_mask")}).last_hidden_state
        hidden, mask = hidden.float(), batch["attention_mask"].float()
        vectors = functional.normalize((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=-1)
        own = torch.isin(batch["input_ids"], torch.tensor([self.tokenizer.cls_token_id, self.tokenizer.sep_token_id]))
        tokens = functional.normalize(self.projection(hidden), dim=-1)
        return vectors, tokens, mask * ~own, self.attention(hidden)[..., 0]

    def loss(self, questions: list[str], texts: list[str], same: torch.Tensor) -> torch.Tensor:
        """How far the right events, the first of `texts`, are from being told from the others.

        Args:
            same: (questions, texts), where a text is the right one in another place.
        """
        vectors, tokens, mask, attention = self(questions)
        text_vectors, text_tokens, text_mask, _ = self(texts)
        right = torch.arange(len(questions))
        whole = SCALE * (vectors @ text_vectors.T).masked_fill(same, -1)
        nearest = torch.einsum("qid,njd->qnij", tokens, text_tokens)
        nearest = nearest.masked_fill(text_mask[None, :, None, :] == 0, -1).max(-1).values
        counts = torch.softmax(attention.masked_fill(mask == 0, -1e4), -1)
        late = LATE_SCALE * (nearest * counts[:, None, :]).sum(-1).masked_fill(same, -1)
        losses = (functional.cross_entropy(scores, right) for scores in (whole, late, whole / 2 + late))
        return sum(losses, torch.zeros(()))

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
@click.option("--out", type=click.Path(path_type=Path), default="embeddings/model/tuning.npz", show_default=True)
def main(index: Path, out: Path) -> None:
    """Train and save."""
    torch.manual_seed(0)
    random_ = random.Random(0)
    opened = IndexFolder(index).open()
    encoder = SentenceEncoder()
    known = examples(opened, encoder)
    model = Model(encoder).train()
    rows = sorted({row for example in known for row in (example.right, *example.wrong)})
    titles = {row: event.title for row, event in zip(rows, opened.catalogue.events(rows), strict=True)}
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    attention = [model.attention.weight]
    groups = [
        {"params": [weight for weight in trained if weight is not attention[0]], "lr": LEARNING_RATE},
        {"params": attention, "lr": ATTENTION_RATE},
    ]
    steps = EPOCHS * len(known) // BATCH
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.05, 1 - step / steps)
    )
    waiting: list[Example] = []
    with ProgressDisplay() as progress:
        for step in range(steps):
            batch: dict[int, Example] = {}  # by event: two questions of one would be each other's wrong answers
            while len(batch) < BATCH:
                waiting = waiting or random_.sample(known, len(known))
                example = waiting.pop()
                batch.setdefault(example.right, example)
            chosen = list(batch.values())
            texts = [example.right for example in chosen]
            for example in chosen:
                texts += random_.sample(example.wrong, WRONG)
            places = torch.tensor(texts)
            same = places[None, :] == places[: len(chosen), None]
            same[torch.arange(len(chosen)), torch.arange(len(chosen))] = False
            loss = model.loss([example.question for example in chosen], [titles[row] for row in texts], same)
            optimiser.zero_grad()
            torch.autograd.backward(loss)  # what loss.backward() does, which has no types
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            schedule.step()
            progress("training", step + 1, steps)
    model.save(out)
    opened.close()


if __name__ == "__main__":
    main()
