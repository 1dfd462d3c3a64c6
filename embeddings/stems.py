"""Texts to stems, the form in which words are compared; and which words of a question to search for."""

from __future__ import annotations

from functools import lru_cache

import Stemmer

from embeddings.text import normalise

MAX_WORDS = 32  # of a question; each costs a look-up

STOP_WORDS = frozenset(  # one string reads better than 160
    "a about after again against all also am an and any are as at be because been before being between both but by "
    "can could did do does doing during each few for from further get gets got had has have having he her here him "
    "his how i if in into is it its itself just me more most my no nor not now of off on once one only or other our "
    "out over own s same she should so some such t than that the their them then there these they this those "
    "through to too under until up us very was we were what when where which while who whom whose why will with "
    "would you your event events happen happened happening news tell show find".split()
)


# Snowball; a build asks for each word of the language thousands of times.
_stem = lru_cache(32_768)(Stemmer.Stemmer("english").stemWord)


def stems(text: str) -> list[str]:
    """The stem of each word of a text, in its order: "Explosions killing" gives explos, kill."""
    return list(map(_stem, normalise(text).split()))


def question_stems(text: str) -> list[str]:
    """The stems of a question, each once, without words that occur in every text.

    If no other words would remain, all of its words; at most `MAX_WORDS`.
    """
    words = normalise(text).split()
    chosen = [word for word in words if word not in STOP_WORDS] or words
    return list(dict.fromkeys(map(_stem, chosen)))[:MAX_WORDS]
