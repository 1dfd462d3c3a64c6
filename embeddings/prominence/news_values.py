"""What a headline promises: which field it is from, and whether it tells of deeds or of words about them.

The classes of words are English, as the archives are; a text in another language is of no field and has no values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from embeddings.events import Event

CONFLICT, DISASTER, CRIME = "conflict", "disaster", "crime"
GRIM = frozenset({CONFLICT, DISASTER})
"""The fields of attacks and disasters."""

LIGHT = frozenset({"science", "culture", "sport"})
"""The fields that a reader is glad to find among the others."""


def _later(words: str) -> Callable[[], re.Pattern[str]]:
    """A pattern that is compiled at its first use: for the field of an event few of them are used."""
    return cache(lambda: re.compile(words))


_asked_again = lru_cache(64)
"""Several questions about an event ask the same of its headline."""


@_asked_again
def _lower(text: str) -> str:
    """A text in lower case, each character at its place: matching that is 2 to 3 times as fast as ignoring case."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(min(each.lower(), each, key=len) for each in text)


# The first that has a word in the category, else in a topic, else in the headline is the event's. Those whose words
# mean little else come first.
_FIELDS = {
    "sport": r"sports?|olympi\w*|championships?|cup|(?<!arab )league(?! of nations)"
    r"|football\w*|soccer|rugby|cricket|tennis|golf\w*|basketball"
    r"|baseball|hockey|snooker|marathon|grand prix|formula one|tour de france|athletes?|medals?|super bowl|world series"
    r"|boxing|boxer|wimbledon|wrestl\w+|chess|cyclist|coach|goalkeeper|stadium",
    "science": r"scien\w+|technolog\w+|astronom\w+|astronauts?|cosmonauts?|space\w*|nasa|asteroid|comet|planets?"
    r"|telescope|mars|(?<!-)moon|lunar|species|fossils?|dinosaurs?|genome|physic(?:s|ists?)|chemi(?:stry|sts?)"
    r"|archaeolog\w+|researchers?|discover(?:y|s|ed)|internet|software|google|microsoft|vaccines?|orbit\w*|fossil\w*",
    "culture": r"arts?|cultur\w+|entertainment|religio\w+|film\w*|movies?|music\w*|singers?|songs?|albums?|actors?"
    r"|actress\w*|novel(?:s|ist|ists)?|authors?|poets?|writers?|books?|literature|museums?|painter|paintings?|oscars?"
    r"|grammys?|academy awards?|eurovision|pope|papa(?:l|cy)|bishops?|comedian|directors?|bands?|theat(?:re|er)s?"
    r"|television|magazine|wedding|royal|celebrit\w+|pulitzer|nobel prize in literature",
    DISASTER: r"disasters?|accidents?|earthquakes?|magnitude|tsunamis?|floods?|flooding|hurricanes?|cyclones?|typhoons?"
    r"|tornado\w*|storms?|crash\w*|derail\w*|wildfires?|bushfires?|(?<!open )(?<!opens )(?<!opened )fires?"
    r"|landslides?|mudslides?|avalanche|stampedes?|erupt\w*"
    r"|volcan\w+|capsiz\w+|sinks?|sank|collaps\w+|famine|drought|heat ?wave|blizzard|collision|collides?|wreck\w*",
    CONFLICT: r"armed|(?<!heart )attack\w*|conflicts?|wars?(?! on (?:drugs|crime|poverty|\w+leaks))"
    r"|warfare|militar\w+|militants?|rebels?|insurg\w+|troops"
    r"|soldiers?|army|bomb\w*|air ?strikes?|missiles?|rockets|explo\w+|suicide|gunm[ae]n|shoot\w*|shot|kill\w*"
    r"|massacre\w*|terror\w*|genocide|hostages?|invade\w*|invasion|offensive|ceasefire|cease-fire|clash\w*|militia\w*|jihad\w*|assassin\w*"
    r"|stabb\w+|behead\w+|ambush\w*|murder\w*|battle\w*|fighting|ram(?:s|med|ming)",
    "health": r"health|environment\w*|medic\w+|disease\w*|pandemic|epidemic|covid\S*|coronavirus|virus|flu|influenza"
    r"|ebola|cholera|outbreak|hospitals?|infect\w+|climate|pollution|emissions|quarantine|lockdown",
    "business": r"business\w*|econom\w+|bank\w*|stocks?|shares?|markets?|compan(?:y|ies)|billion|euro|dollars?|oil"
    r"|trade|tariffs?|debt|bankruptcy|merger|acquisition|financ\w+|currenc\w+|prices?|inflation|unemployment|airlines?",
    CRIME: r"law|crimes?|courts?|judges?|trials?|convict\w+|sentence\w*|police"
    r"|(?<!cardiac )(?<!pulmonary )(?<!cardiopulmonary )arrest\w*"
    r"|prison\w*(?! (?:exchange|swap))|jail\w*|charged"
    r"|guilty|lawsuit|indict\w+|prosecut\w+|execut(?:ed|ion)|drug|smuggl\w+|corruption|fraud|verdict|rape\w*",
    "diplomacy": r"international|diplomat\w*|relations|treaty|summit|united nations|ambassador\w*|sanctions|embass\w+"
    r"|nato|european union|foreign minist\w+|bilateral|nuclear|negotiat\w+|talks",
    "politics": r"politic\w*|elect\w*|president\w*|parliament\w*|minister\w*|government|vot\w+|referendum|senat\w+"
    r"|congress|party|coup|protest\w*|demonstrat\w+|resign\w*|independence|constitution\w*|monarch\w*|king|queen|reform\w*",
}  # fmt: skip
# These say more than the words of fields in and around them: "wins the Nobel Peace Prize for a bank of the poor".
_DIPLOMACY = re.compile(r"\b(?:nobel peace prize|prisoners?(?: of war)? (?:exchange|swap)s?)\b")
_POLITICS = re.compile(
    r"\b(?:(?:general|presidential|parliamentary) (?:elections?|run-?off)|(?:go|head) to the polls)\b"
)
_SLAIN = re.compile(r"\b(?:is|was|are|were) (?:shot dead|assassinated|murdered|stabbed to death)\b")
# Where nothing else is told than a death, it is from the field of whom it tells, not from that of what they died of.
_DIES = re.compile(r"\b(?:dies|died|passe[sd] away|(?:is|was) found dead)\b")
_BY_FORCE = re.compile(r"\b(?:accident|injur\w+|wound\w*|shot|clash\w*|explo\w+|fighting|soldiers?|protest\w*)\b")
_OF_PEOPLE = ("sport", "science", "culture", "politics", "business")
_COUNTED = 2  # who came to harm, from which on a headline is of an attack or a disaster wherever it was
# Topics that are about words on something else.
_ABOUT = re.compile(r"\b(?:comments (?:on|about)|(?:reactions?|responses?) to)\b")
# What a topic is about stands at its end: "Golf club shooting", "2024 coup trial".
_LAST = {
    name: re.compile(rf"\b(?:{words})$")
    for name, words in ((CONFLICT, _FIELDS[CONFLICT]), (DISASTER, _FIELDS[DISASTER]), ("politics", "elections?"))
}
_FIELD = {field: re.compile(rf"\b(?:{words})\b") for field, words in _FIELDS.items()}

# Of whatever field, these words leave no doubt that somebody came to harm.
_HARM = re.compile(
    r"\b(?:(?<!heart )attacks?|wars?|kill\w*|dead|deadly|deaths? toll|murder\w*|massacre\w*|bomb(?:s|ings?|ed|ers?)?"
    r"|shootings?|gunm[ae]n|crash\w*|earthquakes?|floods?|hurricanes?|tsunamis?|terror\w*|genocide|invade\w*|invasion)\b",
)

_DEATH = _later(
    r"\b(?:die[sd]|dying|passes away|(?:is|was|are|has been|have been) (?:\w+ ){0,2}"
    r"(?:killed|murdered|assassinated|executed|hanged|shot|beheaded|found dead))\b",
)
_IS = r"(?:is|was|are|has been|have been) (?:\w+ ){0,2}"
_TURNS = {
    "win": r"wins?|won|defeats?",
    "law": rf"{_IS}(?:captured|arrested|convicted|sentenced|found guilty|impeached)|surrenders?",
    "rise": rf"{_IS}(?:elected|re-?elected|sworn in|inaugurated|crowned)|president-elect",
    "fall": rf"{_IS}(?:ousted|overthrown|deposed)|resigns?|resigned|steps? down|abdicates?",
    "turn": rf"{_IS}chosen|becomes|succeeds|flees|fled",
}
_TURN = _later(rf"\b(?:{'|'.join(_TURNS.values())})\b")
_SUBJECT = 40  # characters before a verb in which its subject stands
_FIRST = _later(
    r"\b(?:first|world record|largest|biggest|worst|deadliest|historic\w*|unprecedented|longest|oldest|youngest"
    r"|landmark|strongest|fastest|tallest|highest|greatest|severe|massive|devastating|catastrophic|discover(?:s|ed|y))\b",
)
_WORDS = _later(
    r"\b(?:says?|said|saying|urg(?:es?|ed|ing)|calls? (?:for|on|upon)|condemn\w*|warn(?:s|ed|ing)?|claim(?:s|ed)?"
    r"|critici[sz]\w+|comments?|den(?:y|ies)|meets?|discuss\w*|visits?|plans?|expected|demand(?:s|ed)?|accus\w+"
    r"|considers?|vows?|express\w*|reacts?|welcomes?|talks|offers?|rejects?|propos\w+|threatens?|believes?|tells?|hopes?"
    r"|suggests?|seeks?|reports?|states?|files?|prepares?|schedul\w+|may|could|might|will|would|is to|are to|intends?"
    r"|agrees? to|asks?|apologi[sz]es?|confirms?|reveals?|admits?|according to|polls?|watch"
    r"|blames?|endorses?|statement|it is reported|announces? (?:its?|his|her|their|that|several|plans))\b",
)
_SEQUEL = _later(
    r"\b(?:continu\w+|still|yesterday\w*|tomorrow\w*|following|aftermath|amid|remains?|toll|ongoing|another|latest"
    r"|further|days? after|again|additional|ahead of|resum\w+|later|previous(?:ly)?|earlier|since|hours before|due to"
    r"|cases|investigat\w+|inquiry|funeral|mourn\w*|rescuers?|suspects?)\b",
)
_ROUTINE = _later(
    r"\b(?:names|case of|surpass\w*|confirmed|nominat\w+|appoint\w*|approv\w+|hearing|heads? towards?|makes landfall"
    r"|announces a date|delegation|spokes\w+|candidates?|debates?|sessions?|negotiat\w+|postpon\w+|suspend\w*|cancel\w*"
    r"|watch is issued|lifts?|extend\w*|deploy\w*|advis(?:es?|ory)|issues?|requests?|orders?|raid\w*|clash\w*"
    r"|shell(?:s|ing)|air ?strikes?|curfew|state of emergency|tropical storm|health ministry|records? its"
    r"|reported missing|lawsuit|sues|charged|bill|poll|surveys?|summons?|conference|semi-?finals?"
    r"|qualif\w+|quarter-?finals?|tournament)\b",
)
_BEGINNING = 120  # characters that say what happened; what follows tells more of it

_CASUALTY = re.compile(r"\b(?:kill\w*|dead|deaths?|die[sd]?|injur\w+|wound\w+|casualt\w+|fatalit\w+|victims?|lives)\b")
_TELLING = 600  # characters in which figures are looked for; few headlines are longer
_NEAR = 65  # characters between a figure and the word that tells what it counts
_CLAUSE = re.compile(
    r"[;:]\s|(?<=[a-z0-9)]{2})\.\s(?=[a-z])|,\s(?=(?:who|which|that|where|after|as|with|in|on|at)\b)|\b(?:that|which|where)\b",
)
_UNIT = (
    r"(?! (?:(?:square )?(?:km|kilomet|miles?|met(?:er|re)s?|feet)|(?:day|week|month|year|hour|minute)s?\b|per ?cent))"
)
_NUMBER = re.compile(
    r"(?<![\w.$€£-])(?<!aged )(?<!age of )(?<!\bage )(?<!dies at )(?<!died at )"
    r"(\d{1,3}(?:,\d{3})+|\d{1,6})(?![\w%-]|\.\d)" + _UNIT
)
_SPELT = {
    **{word: number for number, word in enumerate("two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(), 2)},
    **{word: 10 * number for number, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)},
    "dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2_000,
}  # fmt: skip  # the least that a plural means
_SPELT_NUMBER = re.compile(rf"\b({'|'.join(_SPELT)})\b{_UNIT}")
# Figures that are part of a name, or count who was there: Flight 370, a Legacy 600 aircraft, a town of 900.
_NUMBERED = re.compile(
    r"\b(?:flight|boeing|airbus|tupolev|antonov|embraer|fokker|category|route|highway|interstate|article|resolution"
    r"|section|no\.|number|level|type|model|channel|area|unit|falcon|soyuz|apollo"
    r"|(?:village|town|city|market|crowd|population|community|audience|gathering) of(?: (?:about|around|some|over))?) $"
)
_OF_NAME = re.compile(r"\w+ (?:aircraft|airliner|airplane|jet|plane|helicopter)s?\b")
_SEVERAL = _later(
    rf"\d|\b(?:{'|'.join(_SPELT)}|people|persons?|men|women|children|police|several|many|others|all|some|most|none)\b"
)
# A name at the end, and not that of a place where somebody is.
_NAME_LAST = _later(r"(?:^|[\s(])[A-ZÀ-ÞĀ-Ž][\w.'’-]+[\s,]*$")
_PLACE_LAST = _later(r"\b(?:in|at|of|from|near|on|to|by|for|with)(?: the)?(?: [A-ZÀ-ÞĀ-Ž][\w.'’-]+)+[\s,]*$")
_YEARS = range(1900, 2101)  # numbers that are more likely years


def field(event: Event) -> str | None:
    """The field of life that an event is from, as its category tells, else its topics, else its headline."""
    headline = event.headline[:_BEGINNING]
    topics = " ".join(topic for topic in event.topics if not _ABOUT.search(_lower(topic)))
    told = _field(event.category or "") or _last_says(event.topics[-1] if event.topics else "") or _field(topics)
    if told not in LIGHT | GRIM and (of := _of_person(headline)):
        return of
    return told or _of_headline(headline)


@lru_cache(256)
def _last_says(topic: str) -> str | None:
    """The field of the last word of a topic, where it is one that decides."""
    return next((name for name, words in _LAST.items() if words.search(_lower(topic))), None)


@_asked_again
def _of_headline(headline: str) -> str | None:
    """The field that nothing but a headline tells."""
    lower = _lower(headline)
    if _DIPLOMACY.search(lower):
        return "diplomacy"
    if _POLITICS.search(lower):
        return "politics"
    if toll(headline) >= _COUNTED or _SLAIN.search(lower):
        harm = (name for name in (DISASTER, CONFLICT) if _FIELD[name].search(lower))
        return next(harm, None) or _field(headline)
    return _field(headline)


@_asked_again
def _of_person(headline: str) -> str | None:
    """The field of somebody of whom a headline tells only that they die."""
    lower = _lower(headline)
    if not _DIES.search(lower) or _HARM.search(lower) or _BY_FORCE.search(lower) or toll(headline):
        return None
    return next((name for name in _OF_PEOPLE if _FIELD[name].search(lower)), None)


@lru_cache(256)  # there are few categories; and several questions about an event ask for its field
def _field(text: str) -> str | None:
    lower = _lower(text)
    return next((name for name, words in _FIELD.items() if words.search(lower)), None)


def is_grim(event: Event) -> bool:
    """Whether an event seems to be an attack or a disaster."""
    return field(event) in GRIM or any(map(_HARM.search, map(_lower, (*event.topics, event.headline))))


def toll(headline: str) -> int:
    """How many came to harm, as far as figures tell: the largest one that stands near a word of casualties.

    In "two die at a festival that 200,000 visit" it is 2: the other figure is in another clause.
    """
    headline = _lower(headline)[:_TELLING]
    words = [found.span() for found in _CASUALTY.finditer(headline)]
    if not words:
        return 0
    clauses = [found.start() for found in _CLAUSE.finditer(headline)]
    figures = [
        (found.start(), int(found[1].replace(",", "")))
        for found in _NUMBER.finditer(headline)
        if not _NUMBERED.search(headline, 0, found.start()) and not _OF_NAME.match(headline, found.start())
    ]
    figures = [(at, number) for at, number in figures if number not in _YEARS]
    figures += [(found.start(), _SPELT[found[1]]) for found in _SPELT_NUMBER.finditer(headline)]
    return max((number for at, number in figures if _is_near(at, words, clauses)), default=0)


def _is_near(at: int, words: Sequence[tuple[int, int]], clauses: Sequence[int]) -> bool:
    """Whether a figure is near one of some words, and no clause begins between them."""
    return any(
        start - _NEAR <= at < end + _NEAR and not any(min(at, start) < clause < max(at, start) for clause in clauses)
        for start, end in words
    )


def who_dies(headline: str) -> str:
    """The words just before "dies", "is killed" and the like, which should name the dead; empty if nobody dies."""
    return _before(_DEATH, headline)


def whose_turn(headline: str) -> str:
    """The words before a turn in somebody's life (elected, deposed, sentenced); empty where there is none."""
    return _before(_TURN, headline)


@_asked_again
def _before(verb: Callable[[], re.Pattern[str]], headline: str) -> str:
    found = verb().search(_lower(headline))
    return headline[max(0, found.start() - _SUBJECT) : found.start()] if found else ""


def what_turn(headline: str) -> str:
    """The kind of a turn in somebody's life: win, law, rise, fall or, where it may be any, turn."""
    found = _TURN().search(_lower(headline))
    return next((kind for kind, words in _TURNS.items() if found and re.fullmatch(words, found[0])), "turn")


def somebody_dies(headline: str) -> bool:
    """Whether it is one person who dies, and not a number of people or those of a place."""
    subject = who_dies(headline)
    if not _NAME_LAST().search(subject) or _PLACE_LAST().search(subject):
        return False
    return _SEVERAL().search(_lower(subject)) is None


def tells_of_a_first(headline: str) -> bool:
    """Whether something is the first or the most of its kind, or of great size."""
    return _FIRST().search(_lower(headline)) is not None


@_asked_again
def tells_of_words(headline: str) -> bool:
    """Whether somebody says, plans or fears something, rather than does it."""
    return _WORDS().search(_lower(headline)[:_BEGINNING]) is not None


def is_light(event: Event) -> bool:
    """Whether it is from one of the `LIGHT` fields, and neither sad nor dull."""
    if field(event) not in LIGHT:
        return False
    spoilt = any(tells(event.headline) for tells in (tells_of_words, is_routine, is_sequel, who_dies))
    return not spoilt and not is_grim(event)


@_asked_again
def is_routine(headline: str) -> bool:
    """Whether a headline is of the kind that fills the news every week, or a fragment of a sentence."""
    return _ROUTINE().search(_lower(headline)[:_BEGINNING]) is not None or not re.match(r"[^a-z,;:.)]", headline)


@_asked_again
def is_sequel(headline: str) -> bool:
    """Whether it goes on with what an earlier event began."""
    return _SEQUEL().search(_lower(headline)[:_BEGINNING]) is not None
