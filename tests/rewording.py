"""The facts of an event in other words, as another list of events might tell them."""

from __future__ import annotations

import random
import re

_SYNONYMS = {
    "kills": "leaves dead", "killing": "with the loss of", "dies": "passes away", "people": "persons",
    "wins": "takes", "beats": "defeats", "opens": "is inaugurated", "begins": "starts", "ends": "comes to an end",
    "launches": "sends up", "crashes": "goes down", "ship": "vessel", "aircraft": "plane", "soldiers": "troops",
    "president": "head of state", "first": "earliest", "city": "town", "world": "globe", "war": "conflict",
    "earthquake": "quake", "publishes": "brings out", "discovers": "finds", "elected": "voted in", "large": "big",
    "largest": "biggest", "law": "act", "children": "youngsters", "film": "motion picture", "book": "volume",
    "fire": "blaze", "demonstrators": "protesters", "attack": "assault", "declares": "proclaims", "more": "over",
    "becomes": "turns into", "shows": "presents", "strikes": "hits", "sinks": "founders", "about": "some",
    "many": "numerous", "arrives": "gets in", "returns": "comes back", "leaves": "departs", "team": "side",
    "company": "firm", "workers": "labourers", "doctor": "physician", "doctors": "physicians", "train": "railway train",
}  # fmt: skip
_PAST = {
    "kills": "killed", "dies": "died", "wins": "won", "beats": "beat", "opens": "opened", "begins": "began",
    "ends": "ended", "launches": "launched", "lands": "landed", "crashes": "crashed", "falls": "fell",
    "breaks": "broke", "strikes": "struck", "sinks": "sank", "becomes": "became", "takes": "took", "finds": "found",
    "leaves": "left", "shoots": "shot", "flies": "flew", "writes": "wrote", "goes": "went", "gives": "gave",
    "makes": "made", "loses": "lost", "holds": "held", "leads": "led", "is": "was", "are": "were", "has": "had",
    "have": "had", "sells": "sold", "rises": "rose", "comes": "came", "runs": "ran", "brings": "brought",
    "catches": "caught", "sets": "set", "publishes": "published", "discovers": "discovered", "declares": "declared",
    "signs": "signed", "votes": "voted", "elects": "elected", "joins": "joined", "reaches": "reached",
    "performs": "performed", "sends": "sent", "destroys": "destroyed", "marries": "married", "crosses": "crossed",
    "explodes": "exploded", "erupts": "erupted", "adopts": "adopted", "abolishes": "abolished", "sails": "sailed",
}  # fmt: skip
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NAME = re.compile(r"\b[A-Z]\w+(?: (?:of |da |de |van |al-)?[A-Z]\w+)+")
_CLAUSES = re.compile(r"(?:, (?:and |but |while |which |who )?| after | when | while |; )")
_KEPT = 4  # words that a rewording has at least

DROPPED = 0.2  # of the words


def reworded(text: str, rng: random.Random) -> str:
    """A sentence in other words: words dropped, clauses in another order, another tense, names cut short."""
    text = _NAME.sub(lambda name: name[0].split()[-1] if rng.random() < 0.5 else name[0], text.rstrip("."))
    text = re.sub(r"(?<![\d.,])\d{1,2}(?![\d.,]|\w)", lambda number: in_words(int(number[0])), text)
    clauses = [clause for clause in _CLAUSES.split(text) if clause]
    at = rng.randrange(len(clauses))
    words = " , ".join(clauses[at:] + clauses[:at]).split()
    in_the_past = rng.random() < 0.7
    told: list[str] = []
    for place, word in enumerate(words):
        if rng.random() < DROPPED and len(words) - place + len(told) > _KEPT and word != ",":
            continue
        lower = word.lower()
        if lower in _SYNONYMS and rng.random() < 0.6:
            told.append(_SYNONYMS[lower])
        elif in_the_past and lower in _PAST:
            told.append(_PAST[lower])
        else:
            told.append(word)
    sentence = re.sub(r"(?: ,)+", ",", " ".join(told)).strip(" ,")
    return f"{sentence[:1].upper()}{sentence[1:]}."


def in_words(number: int) -> str:
    """A number below a hundred: 41 is forty-one."""
    if number < len(_SMALL):
        return _SMALL[number]
    ten, one = divmod(number, 10)
    return _TENS[ten - 2] + (f"-{_SMALL[one]}" if one else "")
