"""Sources at the end of a headline are sources; what else stands there is the headline's."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive.headlines import read_headline
from embeddings.events import Source
from embeddings.text import clean, normalise

DAILY = "http://daily.example/a_(b)/1?x=2"
RADIO = "https://www.radio.example/2"
STARTS = (
    "The bridge at Alder opens.",
    'The mayor of Alder says "no".',
    "Is the bridge safe?",
    "Dispute: Ten towns (all in the north) vote [again]",
)
ENDS: tuple[tuple[str, tuple[Source, ...]], ...] = (
    (f"[{DAILY} Daily]", (Source("Daily", DAILY),)),
    (f"([{DAILY} Daily])", (Source("Daily", DAILY),)),
    (f"[{DAILY} (Daily)]", (Source("Daily", DAILY),)),
    (f'[{DAILY} ("Daily")]', (Source("Daily", DAILY),)),
    (f"[ {DAILY} Daily ]", (Source("Daily", DAILY),)),
    (f"[{DAILY}|Daily]", (Source("Daily", DAILY),)),
    (f"[[{DAILY} Daily]]", (Source("Daily", DAILY),)),
    (f"[{DAILY} Daily", (Source("Daily", DAILY),)),
    (f"([{DAILY} Daily]", (Source("Daily", DAILY),)),
    (f"[{DAILY} Daily]),", (Source("Daily", DAILY),)),
    (f"[{DAILY}]", (Source("daily.example", DAILY),)),
    ("https://www.radio.example/2", (Source("radio.example", RADIO),)),
    (f"[{DAILY} Daily] [{RADIO} Radio]", (Source("Daily", DAILY), Source("Radio", RADIO))),
    (f"([{DAILY} Daily], [{RADIO} Radio])", (Source("Daily", DAILY), Source("Radio", RADIO))),
    (f"[{DAILY} Daily][{RADIO} Radio] (Link dead as of 00:44, 1 May 2007 (UTC))",
     (Source("Daily", DAILY), Source("Radio", RADIO))),
    (f"[{DAILY} Daily] (dead link)", (Source("Daily", DAILY),)),
    (f"(Alder Radio) [{RADIO}]", (Source("Alder Radio", RADIO),)),
    (f"[Radio]({RADIO})", (Source("Radio", RADIO),)),
    (f"{{{{cite news|url={RADIO}|title=It opens|publisher=Radio}}}}", (Source("Radio", RADIO),)),
    (f"<ref>[{RADIO} Radio]</ref>", (Source("Radio", RADIO),)),
    ("[http:--www.daily.example Daily]", (Source("Daily", "http://www.daily.example"),)),
    ("[http:/www.daily.example/1 Daily]", (Source("Daily", "http://www.daily.example/1"),)),
    ("[http//www.daily.example/1 Daily]", (Source("Daily", "http://www.daily.example/1"),)),
    ("[https;//www.daily.example/1 Daily]", (Source("Daily", "https://www.daily.example/1"),)),
    ("[http:\\\\www.daily.example\\1 Daily]", (Source("Daily", "http://www.daily.example/1"),)),
    ("[http:--my-daily.example/1-2 Daily]", (Source("Daily", "http://my-daily.example/1-2"),)),
    ("[http:--www.daily.com-1-2-it-opens.html Daily]", (Source("Daily"),)),
    ('[http:--www.daily.com-1-2-it-opens.html ("The Daily" (Alder))]', (Source("The Daily (Alder)"),)),
    ("[http:--www.daily.co.uk-1-2-it-opens.html]", (Source("www.daily.co.uk"),)),
    (f"[http:--www.daily.com-1.html Daily] [{RADIO} Radio]", (Source("Daily"), Source("Radio", RADIO))),
)  # fmt: skip


def test_a_source_at_the_end_of_a_headline_is_a_source() -> None:
    right = 0
    for start, (end, sources) in product(STARTS, ENDS):
        if start.endswith("]") and end.startswith("(Alder"):
            continue  # a name follows a sentence
        assert read_headline(clean(f"{start} {end}")) == (start, sources), end
        right += 1
    assert right == 119


NAMES = (
    "Reuters", "Alder Evening News", '"London Standard"', "AP via Alder Times", "BBC", "The Daily Mail", "Radio Alder",
)  # fmt: skip


def test_a_name_in_parentheses_after_the_last_sentence_is_a_source() -> None:
    right = 0
    for start, name, form in product(
        STARTS[:3], NAMES, ("({})", "({}).", "({}),", "({})],", "({}) (", "({}) (Reuters)")
    ):
        headline, sources = read_headline(f"{start} {form.format(name)}")
        assert headline == start
        assert sources[0] == Source(name.replace('"', ""))
        right += 1
    assert right == 126


def test_a_name_that_the_archive_knows_as_a_source_is_one_whatever_it_is_called() -> None:
    assert read_headline("It opens. (Alder Bee)") == ("It opens. (Alder Bee)", ())
    assert read_headline("It opens. (Alder Bee)", {"alder bee"}) == ("It opens.", (Source("Alder Bee"),))


@pytest.mark.parametrize(
    "title",
    [
        "HTTP/2.0 is published as a standard.",
        "The site http is down: all of it.",
        "Ten towns vote (all in the north)",
        "Ten towns vote. (All of them are in the north.)",
        "Ten towns vote. (In overtime)",
        "Ten towns vote. (the news today)",
        "The British Broadcasting Corporation (BBC)",
        "It is said to be true. [citation needed]",
        "Alder Radio: The bridge opens",
        "A bridge of {{convert|300|m}} opens.",
        "The bridge opens -- at last",
        "(Reuters)",
        "((",
        "Ten towns vote. )",
        "Ten towns vote. (",
        "[]",
        "",
    ],
)
def test_what_names_no_source_stays(title: str) -> None:
    assert read_headline(title) == (title, ())


def test_a_headline_that_is_nothing_but_a_link_is_what_the_link_shows() -> None:
    assert read_headline(f"[{RADIO} The bridge opens at last]") == (
        "The bridge opens at last",
        (Source("radio.example", RADIO),),
    )
    assert read_headline(f"[{RADIO}]")[0] == "radio.example"


def test_sources_between_two_sentences_are_sources_too() -> None:
    title = f"The bridge opens. [{DAILY} (Daily)] The mayor resigns. [{RADIO} (Radio)]"
    assert read_headline(title) == (
        "The bridge opens. The mayor resigns.",
        (Source("Daily", DAILY), Source("Radio", RADIO)),
    )


PARTS = st.lists(
    st.sampled_from(
        ["It ends", ". ", "[", "]", "(", ")", " ", ",", "http://a.example/1", "http:--a.example-1", '"',
         "[http:--b.example ", "BBC", "Link dead", "{{", "}}", "|", "<ref>", "</ref>", "via", "é"]
    ),
    max_size=16,
).map("".join).map(clean)  # fmt: skip


@given(title=PARTS)
def test_any_title_gives_a_headline_with_words_where_it_has_some(title: str) -> None:
    headline, sources = read_headline(title)
    assert bool(headline) == bool(title)
    assert bool(normalise(headline)) == bool(normalise(title))
    assert headline == " ".join(headline.split())
    assert all(source.name for source in sources)
    assert all("lost.invalid" not in f"{source.name} {source.url}" for source in sources)


@pytest.mark.parametrize(
    "part", ["[http://a ", "(", ")", "(BBC) ", "[http:--a.example-", "{{cite|", "[a](http://a", "http:-", ". ("]
)
def test_a_hostile_title_takes_no_time_to_speak_of(part: str) -> None:
    started = time.process_time()
    read_headline(clean("x. " + part * (4_900 // len(part))))
    assert time.process_time() - started < 1
