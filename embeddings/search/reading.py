"""A question as one archive understands it: its spelling put right, its names known by their other names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from embeddings.index.catalogue import Catalogue
from embeddings.index.row_sets import are_in
from embeddings.search import other_names
from embeddings.search.abroad import Abroad, understood
from embeddings.search.other_names import OtherNames
from embeddings.search.questions import Question
from embeddings.search.spelling import Correction, Lexicon, corrected, spelt_otherwise
from embeddings.stems import question_stems, stems


def read(question: Question, catalogue: Catalogue) -> Question:
    """A question with its words as this archive has them."""
    if question.only_dates:
        return question
    catalogue.postings(question_stems(question.wanted))  # all at once; they are kept for what follows
    archive = lexicon(catalogue)
    if (foreign := understood(question.wanted, archive.frequencies, archive.is_name)) is not None:
        question = in_english(question, foreign)
        if question.only_dates:
            return question
        catalogue.postings(question_stems(question.wanted))
    wanted, changed = corrected(question.wanted, archive)
    rare = spelt_otherwise(wanted, archive)
    names = (other_names.shipped(), _explained(catalogue), other_names.spelt_alike(rare))
    reading = other_names.read(wanted, names, catalogue.postings)
    if foreign is not None:  # all of it was read otherwise
        changed = (Correction(foreign.typed, wanted),) if foreign.english else ()
    return replace(question, wanted=wanted, corrected=changed, encoded=reading.text, words=reading.words)


_of_catalogue: WeakKeyDictionary[Catalogue, OtherNames] = WeakKeyDictionary()


def _explained(catalogue: Catalogue) -> OtherNames:
    """The short forms that an archive explains, found once a catalogue."""
    if (known := _of_catalogue.get(catalogue)) is None:
        known = _of_catalogue[catalogue] = other_names.explained(catalogue.short_forms)
    return known


def in_english(question: Question, foreign: Abroad) -> Question:
    """A question in another language with the English words that are known for it, if there are any."""
    only_dates = foreign.is_open and bool(question.dates)
    return replace(question, wanted=foreign.english or question.wanted, abroad=foreign, only_dates=only_dates)


def lexicon(catalogue: Catalogue) -> Lexicon:
    """What an archive has of words, looked up by their stems."""

    def frequencies(words: Sequence[str]) -> dict[str, int]:
        of_words = {word: set(stems(word)) for word in words}
        counts = catalogue.frequencies(list(set().union(*of_words.values())))
        return {word: min(counts[stem] for stem in of) for word, of in of_words.items() if of and of <= counts.keys()}

    def together(words: Sequence[str], others: Sequence[str]) -> bool:
        rows = other_names.having(stems(" ".join(words)), catalogue.postings)
        return any(are_in(of, rows).any() for of in catalogue.postings(stems(" ".join(others))).values())

    return Lexicon(catalogue.size, other_names.shipped().words, lambda: catalogue.spellings, frequencies, together)


def postings(question: Question, catalogue: Catalogue) -> list[np.ndarray]:
    """For each word of a question, the rows of the events that have it or another name of the same, ascending."""
    if question.words:
        return other_names.rows_of(question.words, catalogue.postings)
    return list(catalogue.postings(question_stems(question.wanted)).values())
