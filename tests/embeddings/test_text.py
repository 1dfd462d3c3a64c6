from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.text import clean, compact, normalise, shorten

ANY_TEXT = st.text(st.characters(), max_size=80)
TRICKY = st.lists(
    st.sampled_from(
        ["'", "''", "\u200b", "\u202e", "\n", "\x00", "\x85", "\u2028", " ", "\u3000", "e\u0301", "&", ";"]
    ),
    max_size=12,
).map("".join)
PLAIN = (ANY_TEXT | TRICKY).filter(lambda text: "&" not in text)


class TestClean:
    @pytest.mark.parametrize(
        ("text", "cleaned"),
        [
            ("  It \t rains.\r\n", "It rains."),
            ("''The Show'' isn&#039;t over&hellip;", "The Show isn't over…"),
            ("'''bold''' and '''''both'''''", "bold and both"),
            ("the dog's bone", "the dog's bone"),
            ("R&D at AT&amp;T", "R&D at AT&T"),
            ("&#39;&#39;quoted by entities&#39;&#39;", "quoted by entities"),
            ("a\u00a0b\u3000c\u2028d", "a b c d"),
            ("soft\u00adhyphen, zero\u200bwidth, \ufeffmark", "softhyphen, zerowidth, mark"),
            ("safe \u202egnp.exe\u202c name", "safe gnp.exe name"),
            ("bell \x07 and escape \x1b[31m red", "bell and escape [31m red"),
            ("cafe\u0301", "café"),
            ("half a pair \ud800", "half a pair"),
            ("\U000e0041tagged", "tagged"),
            ("", ""),
        ],
    )
    def test_gives_one_line_of_plain_text(self, text: str, cleaned: str) -> None:
        assert clean(text) == cleaned

    def test_quotes_that_only_an_invisible_character_held_apart_are_wiki_quotes_too(self) -> None:
        assert clean("'\u200b'It rains'\u00ad'") == "It rains"

    @given(PLAIN)
    def test_cleaning_twice_changes_nothing(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)

    @given(ANY_TEXT | TRICKY)
    def test_what_is_cleaned_is_one_printable_line(self, text: str) -> None:
        cleaned = clean(text)
        assert cleaned == " ".join(cleaned.split())
        assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in cleaned)
        assert "''" not in cleaned
        cleaned.encode()


class TestNormalise:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Pelé dies, at 82!", "pele dies at 82"),
            ("Straße", "strasse"),
            ("İstanbul", "istanbul"),
            ("snake_case-and-dash", "snake case and dash"),
            ("300,000 cases", "300 000 cases"),
            ("ﬁnal", "final"),
            ("東京、大地震", "東京 大地震"),
            ("!!! …", ""),
            ("", ""),
        ],
    )
    def test_leaves_words_in_lower_case(self, text: str, words: str) -> None:
        assert normalise(text) == words

    @given(ANY_TEXT)
    def test_normalising_twice_changes_nothing(self, text: str) -> None:
        assert normalise(normalise(text)) == normalise(text)

    @given(ANY_TEXT)
    def test_composed_and_decomposed_letters_are_the_same_words(self, text: str) -> None:
        assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))

    @given(ANY_TEXT, ANY_TEXT)
    def test_words_are_one_blank_apart(self, one: str, other: str) -> None:
        words = normalise(f"{one} {other}")
        assert words.split(" ") == (words.split() or [""])
        assert words.split() == [*normalise(one).split(), *normalise(other).split()]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Election, 2015", "Election 2015"), ("Al-Shabaab", "al Shabaab"), ("São Paulo", "Sao  Paulo")],
)
def test_compact_names_are_equal_without_commas_dashes_and_accents(one: str, other: str) -> None:
    assert compact(one) == compact(other)


class TestShorten:
    def test_a_text_that_fits_is_left_as_it_is(self) -> None:
        assert shorten("It rains.", 9) == "It rains."

    def test_the_cut_is_at_a_blank_and_leaves_no_comma(self) -> None:
        assert shorten("It rains, and it pours all day.", 28) == "It rains, and it pours all…"
        assert shorten("It rains all day, but it does not pour.", 19) == "It rains all day…"

    def test_a_word_without_end_is_cut_anywhere(self) -> None:
        assert shorten("x" * 50, 10) == "x" * 9 + "…"

    @given(ANY_TEXT, st.integers(1, 60))
    def test_the_result_fits_and_is_the_beginning(self, text: str, limit: int) -> None:
        short = shorten(text, limit)
        assert len(short) <= limit
        assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
