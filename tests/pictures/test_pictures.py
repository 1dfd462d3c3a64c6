"""What the pictures' Markdown and drawing do; taking them needs Chromium and is run by hand."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.discord_face import layout
from bot.cards.pages import days_page
from bot.markup import escape, link
from bot.views.state import DaysList, Place
from embeddings.dates import DateRange
from embeddings.events import Event, Source
from embeddings.index.folder import IndexFolder
from embeddings.search.answers import DayAnswer
from embeddings.text import clean
from tests.bot.hostile import headlines
from tests.pictures import chromium
from tests.pictures.__main__ import DOCUMENTED
from tests.pictures.markdown import inline, to_html
from tests.pictures.message import DESKTOP, PHONE, Picture, document
from tests.pictures.scenes import running, scenes
from tests.word_encoder import WordEncoder

DAY = dt.date(2015, 12, 23)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("## 20 July", "<h2>20 July</h2>"),
        ("### **[A *b*](<https://x.example/1>)**",
         '<h3><strong><a href="https://x.example/1">A <em>b</em></a></strong></h3>'),
        ("[a](<https://x.example/b_(c)>) d", '<a href="https://x.example/b_(c)">a</a> d'),
        ("-# a · b", "<small>a · b</small>"),
        ("**1.** a\n-# b\nc", "<strong>1.</strong> a<small>b</small>c"),
        ("a\nb", "a<br>b"),
        ("**Related**\n9. a *b*\n10. c\n-# and 3 more",
         '<strong>Related</strong><ol start="9"><li>a <em>b</em></li><li>c</li></ol><small>and 3 more</small>'),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("AT&T <b>", "AT&amp;T &lt;b&gt;"),
        (r"\*\*a\*\* \\ \[b\]\(c\)", r"**a** \ [b](c)"),
        ("**unclosed", "**unclosed"),
        ("#hashtag", "#hashtag"),
        (r"C:\Users", r"C:\Users"),
    ],
)  # fmt: skip
def test_markdown_is_drawn_as_discord_draws_it(text: str, html: str) -> None:
    assert to_html(text) == html


@given(st.text(max_size=60) | st.text("\\*_~|`[]()<>:/ a1", max_size=30) | st.sampled_from(headlines()))
def test_what_the_cards_escape_is_read_letter_for_letter(text: str) -> None:
    assert _read(inline(escape(text))) == clean(text)
    assert not clean(text) or _read(inline(f"**{escape(text)}**")) == clean(text)


@given(st.text("\\*_~|`[]()<>:/ a1", min_size=1, max_size=30).filter(str.strip))
def test_an_escaped_text_stays_whole_within_a_link(text: str) -> None:
    shown = inline(f"**{link(escape(text), 'https://x.example/1')}**")
    assert _read(shown) == clean(text)
    assert 'href="https://x.example/1"' in shown


async def test_a_page_of_the_bot_becomes_a_document() -> None:
    event = Event("2015-12-23-00000001", DAY, "Tea & <cake>", sources=(Source("BBC", "https://x.example/1"),))
    place = Place(DaysList(DateRange(DAY, DAY)))
    page = days_page(DayAnswer(DateRange(DAY, DAY), 12, (event,), (), DAY, DAY), place)
    components = layout(page, 1).to_components()  # type: ignore[no-untyped-call]  # discord.py gives it no types
    html = document(Picture(tuple(components), used="/event", private=True), [("dark", PHONE), ("light", DESKTOP)])
    assert html.count("<h2>23 December 2015</h2>") == 2
    assert '<main class="dark phone" style="width: 390px">' in html
    assert '<main class="light desktop" style="width: 688px">' in html
    for part in (
        "<h2>23 December 2015</h2>",
        "<strong>Tea &amp; &lt;cake&gt;</strong>",
        "Open an event…",
        ">Next</span>",
        "<span>/event</span>",
        "Only you can see this",
        "#3b6ea5",
    ):
        assert part in html


def test_a_component_without_a_drawing_is_named() -> None:
    with pytest.raises(ValueError, match="component type 13 "):
        document(Picture(({"type": 13},)), [("dark", PHONE)])


def test_mentions_are_drawn_by_their_names_which_are_escaped() -> None:
    picture = Picture(content="<@1> and <@&2> in <#3>, <#4>: <t:0:F>", names={1: "Ada", 2: "<b>", 3: "general"})
    html = _read(document(picture, [("dark", PHONE)]))
    assert "@Ada and @<b> in #general, #4: Thursday, 1 January 1970 at 00:00" in html


async def test_everything_that_users_see_is_asked_for_and_can_be_drawn(
    sample_folder: IndexFolder, tmp_path: Path
) -> None:
    async with running(sample_folder, lambda _: WordEncoder(), tmp_path) as (server, client, clock):
        drawn = {name: document(picture, [("light", PHONE)]) async for name, picture in scenes(server, client, clock)}
    assert drawn.keys() >= set(DOCUMENTED)
    for name, part in {
        "list-corrected": "corrected: <em>earthquake</em>",
        "private": "Only you can see this",
        "shared": "@Ada</span> shared",
        "private-shared": '<span class="button disabled"><span>Shared',
        "narrowed": "<b>201",
        "error": "is not a date",
        "random": "Another",
        "story": '<img src="data:image/png;base64,',
        "story-event": "Back to the story",
        "help": "Try one of these",
        "about": "Stored",
        "daily-show": "@historians",
        "daily-preview": "Good morning!",
        "daily-own": "Today in history, July 20",
        "daily-forum": '<p class="title">This day, July 20</p>',
        "settings-settled": "#general",
        "feedback-form": "What did you mean?",
        "feedback-kept": "Thank you",
    }.items():
        assert part in drawn[name], name


def test_a_missing_chromium_is_a_sentence_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(chromium.ChromiumError, match="apt install chromium"):
        chromium.find()


def _read(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))
