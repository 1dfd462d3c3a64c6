from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.name_words import file_words, link_words

PARTS = st.text("abcAB019/-_.%?#:@[]é战", max_size=60)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://x.example/world/russian-air-strikes-kill-civilians-60506682", "russian air strikes kill civilians"),
        ("https://news.example/2015/dec/23/strikes-in-syria.html?utm_source=x#top", "strikes in syria 2015-12-23"),
        ("https://news.example/2015/12/23/world/200-civilians-killed/", "200 civilians killed 2015-12-23"),
        ("https://news.example/20151223-strikes-in-syria", "strikes in syria 2015-12-23"),
        ("https://news.example/2015/13/45/strikes-in-syria", "strikes in syria"),
        ("https://en.wikipedia.org/wiki/Apollo_11", "Apollo 11"),
        ("https://en.wikipedia.org/wiki/Moon_landing", "Moon landing"),
        ("https://x.example/%D0%92%D0%BE%D0%B9%D0%BD%D0%B0_%D0%B2_%D0%A1%D0%B8%D1%80%D0%B8%D0%B8", "Война в Сирии"),
        ("https://x.example/covid19-and-the-g20", "covid19 and the g20"),
        ("https://x.example/a1b2c3d4e5f6/", ""),
        ("https://video.example/watch?v=dQw4w9WgXcQ", ""),
        ("https://discord.com/channels/160000000000000001/160000000000000002/160000000000000003", ""),
        ("https://x.example/news/2015/12/23/", ""),
        ("https://x.example", ""),
        ("https://[not-an-address", ""),
    ],
)  # fmt: skip
def test_the_words_of_a_link_are_those_of_its_path(address: str, words: str) -> None:
    assert link_words(address) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ukraine-war_map.png", "ukraine war map"),
        ("UkraineWarMap2022.webp", "Ukraine War Map 2022"),
        ("SPOILER_moon landing.jpeg", "moon landing"),
        ("2015-12-23 air strikes.pdf", "air strikes 2015-12-23"),
        ("Карта_войны.png", "Карта войны"),
        ("photo of Kyiv.png", "photo of Kyiv"),
        ("archive.tar.gz", "archive"),
        *((name, "") for name in (
            "image.png", "image0.jpg", "SPOILER_unknown.png", "IMG_20231104_183012.jpg", "DSC01234.JPG", "20231104.mp4",
            "Screenshot 2024-01-02 at 10.11.12.png", "voice-message.ogg", "a1b2c3d4e5f6.png", "x", "", ".",
        )),
    ],
)  # fmt: skip
def test_the_words_of_a_files_name_are_those_that_somebody_chose(name: str, words: str) -> None:
    assert file_words(name) == words


@given(st.text() | PARTS)
def test_any_address_and_name_gives_words_or_none(text: str) -> None:
    for words in (link_words(f"https://x.example/{text}"), link_words(text), file_words(text)):
        assert words == " ".join(words.split())
        assert "/" not in words


@pytest.mark.parametrize("piece", ["-", "a-", "2015-", "2015/1/", "%41", "/", "aB", "1", ".a"])
def test_a_hostile_name_is_looked_at_only_so_far(piece: str) -> None:
    assert len(link_words(f"https://x.example/{piece * 100_000}")) <= 4_000
    assert len(file_words(piece * 100_000)) <= 4_000
