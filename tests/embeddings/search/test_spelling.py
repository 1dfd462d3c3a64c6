from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from embeddings.index.catalogue import Catalogue
from embeddings.index.catalogue_writer import CatalogueWriter, NewEvent
from embeddings.index.spellings import Spelling, Spellings
from embeddings.search.names import names
from embeddings.search.reading import lexicon
from embeddings.search.service import Search
from embeddings.search.spelling import Correction, Lexicon, corrected, cost, is_english, spelt_otherwise
from tests.conftest import few_examples
from tests.embeddings.index.test_catalogue import make
from tests.proofs.spelling import changed, names_of

UNANSWERABLE = Path("tests/benchmarks/unanswerable.txt").read_text(encoding="utf-8").splitlines()

# Each is told of thirty times, so that it is no rare name.
TOLD = (
    "Saddam Hussein is captured near Tikrit, and then held in Baghdad",
    "Muammar Gaddafi dies in Sirte, in the north of Libya",
    "A tsunami floods the reactors at Fukushima in Japan",
    "Mahmoud Ahmadinejad is elected president again in Tehran",
    "The roof of Notre Dame in Paris is on fire for a night",
    "People in Crimea vote in a referendum, watched from Simferopol",
    "Robert Mugabe resigns as president after pressure in Harare",
    "Harvey Weinstein is found guilty in New York City",
    "Many die as Beslan in Chechnya mourns after an earthquake",
    "Slobodan Milošević stands trial beside Radovan Karadžić",
    "The volcano Eyjafjallajökull stops every flight over Reykjavik",
    "Benazir Bhutto is shot in Rawalpindi, says Pervez Musharraf",
    "Jair Bolsonaro speaks with Dilma Rousseff in São Paulo",
    "Volodymyr Zelensky visits Kharkiv and Mariupol",
    "Hurricane Katrina leaves New Orleans and Mississippi under water",
    "Ahmed Mohamed speaks in Sri Lanka about the assassination",
)

# Each is told of twice: such names are only read where the rest of the question goes with them.
RARE = (
    "Alexander Litvinenko is found to have been poisoned with polonium",
    "The meteor of Chelyabinsk breaks windows",
    "Typhoon Haiyan makes landfall near Tacloban",
)

MISSPELT = (  # kinds: a letter changed, lost, added, doubled, two swapped, by ear, blanks, whole names
    ("sadam hussien captured", "Saddam Hussein captured"),
    ("saddam hussain caught", "saddam Hussein caught"),
    ("sadaam huseein", "Saddam Hussein"),
    ("gadaffi dies", "Gaddafi dies"),
    ("qadafi in sirte", "Gaddafi in sirte"),
    ("kadhafi libya", "Gaddafi libya"),
    ("muamar gadafi", "Muammar Gaddafi"),
    ("fukashima tsunami", "Fukushima tsunami"),
    ("fukushma", "Fukushima"),
    ("fukushimma reactor", "Fukushima reactor"),
    ("phukushima", "Fukushima"),
    ("ahmedinejad elected", "Ahmadinejad elected"),
    ("amadinejad", "Ahmadinejad"),
    ("mahmud ahmadinejad", "Mahmoud ahmadinejad"),
    ("ahmadinejhad again", "Ahmadinejad again"),
    ("notredame fire", "Notre Dame fire"),
    ("notre-damme on fire", "notre-Dame on fire"),
    ("krimea referendum", "Crimea referendum"),
    ("cremea vote", "Crimea vote"),
    ("crimeea", "Crimea"),
    ("simferopal", "Simferopol"),
    ("mugabbe resigns", "Mugabe resigns"),
    ("robbert mugabe", "Robert mugabe"),
    ("mugabee", "Mugabe"),
    ("wienstein guilty", "Weinstein guilty"),
    ("harvy weinstein", "Harvey weinstein"),
    ("weinstien guilty", "Weinstein guilty"),
    ("newyork", "New York"),
    ("newyorkcity", "New York City"),
    ("new yrok city", "new York city"),
    ("checnya beslan", "Chechnya beslan"),
    ("chechniya", "Chechnya"),
    ("chehcnya", "Chechnya"),
    ("milosevich trial", "Milošević trial"),
    ("slobadan milosovic", "Slobodan Milošević"),
    ("radovan karadic", "radovan Karadžić"),
    ("karadzich trial", "Karadžić trial"),
    ("eyjafjalajokul flights", "Eyjafjallajökull flights"),
    ("eyafjallajokull", "Eyjafjallajökull"),
    ("raykjavik", "Reykjavik"),
    ("benazeer butto", "Benazir Bhutto"),
    ("benazir bhuto", "benazir Bhutto"),
    ("bhuttto shot", "Bhutto shot"),
    ("rawalpinid", "Rawalpindi"),
    ("pervez musharaf", "pervez Musharraf"),
    ("bolsanaro speaks", "Bolsonaro speaks"),
    ("jair bolsinaro", "jair Bolsonaro"),
    ("dilma rousef", "dilma Rousseff"),
    ("saopaulo", "São Paulo"),
    ("zelenskii visits kharkiv", "Zelensky visits kharkiv"),
    ("zelnsky", "Zelensky"),
    ("volodimir zelensky", "Volodymyr zelensky"),
    ("karkiv", "Kharkiv"),
    ("marioupol", "Mariupol"),
    ("katrinna hurricane", "Katrina hurricane"),
    ("neworleans", "New Orleans"),
    ("missisippi under water", "Mississippi under water"),
    ("srilanka", "Sri Lanka"),
    ("sri lannka", "sri Lanka"),
    ("reynold assasination", "reynold assassination"),
    ("earthquacke in chechnya", "earthquake in chechnya"),
    ("referrendum in crimea", "referendum in crimea"),
    ("earhtquake", "earthquake"),
    ("baghdhad", "Baghdad"),
    ("teheran", "Tehran"),
    ("tikrti", "Tikrit"),
    ("hararee", "Harare"),
)

LEFT = (  # numbers, short words, English, accents, other languages, what is no word, what is near to nothing
    "pizza recipe",
    "my girlfriend plays chess",
    "how many calories are in bread",
    "wedding dress sale",
    "chemist near the harbour",
    "fridge notes",
    "potus scotus bibi",
    "irn brn prs",
    "sri",
    "new yrk",
    "20015",
    "mh3700 2O15",
    "asdf qwerty zxcvb",
    "lorem ipsum dolor sit",
    "quién ganó la elección",
    "où est née la reine",
    "gewählt würde",
    "wer hat die wahl gewonnen",
    "wann wurde krimea annektiert",
    "quando morreu mugabee ontem",
    "wann starb der papst gestern",
    "chi ha vinto ieri sera",
    "quem ganhou ontem à noite",
    "кто победил вчера",
    "誰が勝ちましたか",
    "من فاز أمس",
    "½ ª ² İ ß ŉ",
    "!!! ??? ...",
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    path = tmp_path_factory.mktemp("spelling") / "catalogue.sqlite"
    writer = CatalogueWriter(path)
    for number, headline in enumerate([*(headline for headline in TOLD for _ in range(30)), *RARE * 2]):
        event = make(headline, id=f"{number}")
        writer.add(NewEvent(event, frozenset(), f"{number}".encode(), b""))
    writer.finish()
    with closing(Catalogue(path)) as opened:
        yield opened


@pytest.fixture(scope="module")
def archive(catalogue: Catalogue) -> Lexicon:
    return lexicon(catalogue)


@pytest.mark.parametrize(("typed", "read"), MISSPELT)
def test_what_the_archive_lacks_is_read_as_what_it_has(archive: Lexicon, typed: str, read: str) -> None:
    assert corrected(typed, archive)[0] == read


@pytest.mark.parametrize("text", LEFT)
def test_what_may_be_right_is_left_as_it_is(archive: Lexicon, text: str) -> None:
    assert corrected(text, archive) == (text, ())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("litvinienko polonuim", "Litvinenko polonium"),
        ("litvinenko poisoned polonuim", "litvinenko poisoned polonium"),
        ("chelabinks meteror", "Chelyabinsk meteor"),
        ("tyfoon hayian", "Typhoon Haiyan"),
        ("ukrane zelensky visits kharkov", "ukrane zelensky visits kharkov"),  # nothing tells of the first
        ("meteor chelabinks breks", "meteor Chelyabinsk breks"),  # short words that are no names are left
    ],
)
def test_rare_words_are_read_where_they_support_each_other(archive: Lexicon, typed: str, read: str) -> None:
    assert corrected(typed, archive)[0] == read


def test_only_what_is_wrong_of_a_name_is_said_to_be_changed(archive: Lexicon) -> None:
    assert corrected("when did jair bolsanaro speak", archive)[1] == (Correction("bolsanaro", "Bolsonaro"),)
    assert corrected("sadam hussien", archive)[1] == (Correction("sadam hussien", "Saddam Hussein"),)


def _swap(word: str, at: int) -> str:
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


SLIPS: tuple[Callable[[str, int], str], ...] = (
    _swap,
    lambda word, at: word[:at] + word[at] + word[at:],
    lambda word, at: word[:at] + word[at + 1 :],
    lambda word, at: word[: at + 1] + "h" + word[at + 1 :],
    lambda word, at: word[:at] + word[at].translate(str.maketrans("aeiou", "eieao")) + word[at + 1 :],
)
FAMOUS = "fukushima ahmadinejad chechnya weinstein musharraf bolsonaro zelensky mariupol mississippi simferopol".split()


@given(st.sampled_from(FAMOUS), st.sampled_from(SLIPS), st.integers(1, 6))
@example("weinstein", _swap, 1)
def test_one_slip_in_a_long_name_is_understood(
    archive: Lexicon, name: str, slip: Callable[[str, int], str], at: int
) -> None:
    typed = slip(name, at)
    assume(cost(typed, name) / len(name) <= 0.17 and typed != name)
    assert corrected(typed, archive)[0].casefold() == name


@given(
    st.text(max_size=60) | st.lists(st.sampled_from([*FAMOUS, "hussien", "½", "'", "-", "İ", "ß", "new"])).map(" ".join)
)
@few_examples()
def test_any_text_is_read(archive: Lexicon, text: str) -> None:
    read, changes = corrected(text, archive)
    assert (read == text) == (not changes)
    assert all(each.typed in text and each.read in read and each.typed != each.read for each in changes)
    spelt_otherwise(text, archive)


@given(st.lists(st.sampled_from(" ".join(TOLD).replace(",", "").split()), min_size=1, max_size=8).map(" ".join))
def test_words_that_the_archive_has_are_never_changed(archive: Lexicon, text: str) -> None:
    assert corrected(text, archive) == (text, ())
    assert corrected(text.lower(), archive)[1] == ()


def test_no_name_of_the_sample_is_changed(sample_search: Search) -> None:
    assert len(names_of(sample_search.index.catalogue)) > 1_000
    assert list(changed(sample_search.index.catalogue)) == []


def test_what_nothing_answers_is_not_bent_to_a_name_of_the_sample(sample_search: Search) -> None:
    archive = lexicon(sample_search.index.catalogue)
    bent = [(line, changes) for line in UNANSWERABLE if (changes := corrected(line, archive)[1])]
    assert bent == []


def test_a_word_that_is_rare_beside_a_like_one_stays_and_finds_it_too(tmp_path: Path) -> None:
    writer = CatalogueWriter(tmp_path / "catalogue.sqlite")
    for number in range(100):
        headline = "The army of Gadafi retreats" if number == 50 else "The army of Gaddafi retreats"
        writer.add(NewEvent(make(headline, id=f"{number}"), frozenset(), f"{number}".encode(), b""))
    writer.finish()
    with closing(Catalogue(tmp_path / "catalogue.sqlite")) as catalogue:
        archive = lexicon(catalogue)
        assert corrected("gadafi retreats", archive)[1] == ()
        assert spelt_otherwise("gadafi retreats", archive) == (("gadafi", "Gaddafi"),)
        assert spelt_otherwise("gaddafi retreats", archive) == ()


def test_a_catalogue_of_an_earlier_version_is_read_without_corrections(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    writer = CatalogueWriter(path)
    writer.add(NewEvent(make(TOLD[0]), frozenset(), b"", b""))
    writer.finish()
    with closing(sqlite3.connect(path)) as db:
        db.executescript("DROP TABLE spellings; DROP TABLE short_forms;")
    with closing(Catalogue(path)) as catalogue:
        assert corrected("sadam hussien", lexicon(catalogue)) == ("sadam hussien", ())
        assert catalogue.short_forms == ()


def test_near_finds_what_comparing_with_everything_finds() -> None:
    choice = random.Random(1)
    keys = sorted({"".join(choice.choices("abcdeё", k=choice.randint(3, 8))) for _ in range(400)})
    spellings = Spellings([(key, key, 1) for key in keys])
    for key in choice.choices(keys, k=15):
        typed = _swap(key, 0) + "a"
        by_hand = {other for other in keys if _distance(typed, other) <= 2}
        assert {each.key for each in spellings.near(typed, 2)} == by_hand


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 8, 9])
def test_spellings_are_those_that_were_given_however_many_blocks_they_fill(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.index.spellings._AT_ONCE", 4)
    keys = [f"wo{'𐐀' * (place % 3)}rd{place}" for place in range(size)]
    rows = [(key, key.title() if place % 2 else key, place) for place, key in enumerate(keys)]
    spellings = Spellings(iter(rows))
    assert len(spellings) == size
    found = [spellings.near(key, 0) for key, _, _ in rows]
    assert found == [[Spelling(*row)] for row in rows]


def _distance(one: str, other: str) -> int:
    """Letters left out, added, changed or swapped; slowly."""
    table = {(row, 0): row for row in range(len(one) + 1)} | {(0, column): column for column in range(len(other) + 1)}
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            table[row, column] = min(
                table[row - 1, column] + 1,
                table[row, column - 1] + 1,
                table[row - 1, column - 1] + (one[row - 1] != other[column - 1]),
            )
            if row > 1 and column > 1 and one[row - 2 : row] == other[column - 1] + other[column - 2]:
                table[row, column] = min(table[row, column], table[row - 2, column - 2] + 1)
    return table[len(one), len(other)]


def test_english_are_the_words_of_the_list_alone() -> None:
    file = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    listed = set(file.read_text(encoding="utf-8-sig").split()[::2])
    assert all(map(is_english, listed))
    longest = max(listed, key=len)
    others = ("", "\0", "the\0", "\0the", "thé", "été", "ÿ", "漢字", f"{longest}q", "the" * 60)
    assert not any(map(is_english, others))


def test_the_names_of_the_proof_are_those_of_topics_contexts_and_headlines(tmp_path: Path) -> None:
    writer = CatalogueWriter(tmp_path / "catalogue.sqlite")
    event = make("A quake in Addis Ababa", topics=("Quakes",), contexts=("Ethiopia",))
    writer.add(NewEvent(event, frozenset(), b"", b""))
    writer.finish()
    with closing(Catalogue(tmp_path / "catalogue.sqlite")) as catalogue:
        assert set(names_of(catalogue)) == {"Quakes", "Ethiopia", *names(event.headline).spans}
