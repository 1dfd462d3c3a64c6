"""What is drawn, by matplotlib in this process; the bot has a process of its own do it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from embeddings.command_line import telling
from embeddings.errors import InputError
from embeddings.events import Event
from embeddings.picture.chart import Chart, Label, Mark, chart
from embeddings.picture.exchange import ERROR, HEADER, PICTURE, to_line
from embeddings.picture.loading import drawing as loaded
from embeddings.picture.worker import work
from embeddings.search.stories import Story, StoryEvent

FIRST = dt.date(2011, 3, 15)
MOST_BYTES = 300_000
# Discord's grounds: dark, light, and those of a container in each.
THEMES = ("#313338", "#1a1a1e", "#242429", "#ffffff", "#f2f3f5", "#fbfbfb")


def story(title: str, days: int = 3_000, count: int = 1_000, carrying: int = 12, **more: bool) -> Chart:
    counts: dict[dt.date, int] = {}
    for number in range(count):
        day = FIRST + dt.timedelta(days=number * number * days // (count * count))
        counts[day] = counts.get(day, 0) + 1
    marks = [Mark(n, FIRST.toordinal() + n * days // 30, asked=n == 3) for n in range(1, carrying + 1)]
    span = Label("15 Mar 2011 – 31 May 2019 · 1,000 events", "2011-03-15 – 2019-05-31 · 1,000")
    found = chart(title, span, sorted(counts.items()), marks, open_ended=True)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def png() -> Callable[[Chart], bytes]:
    with loaded() as draw:
        return draw


def image(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGBA")


@pytest.mark.parametrize("days", [9, 300, 2_000, 9_000])
def test_a_picture_is_small_and_covers_the_ground_that_it_is_shown_on(png: Callable[[Chart], bytes], days: int) -> None:
    data = png(story("Syrian civil war", days))
    assert len(data) <= MOST_BYTES
    drawn = image(data)
    assert drawn.width == 800
    assert 400 <= drawn.height <= 600
    for theme in THEMES:  # what readers see is the same on all
        shown = Image.new("RGBA", drawn.size, theme)
        shown.alpha_composite(drawn)
        assert shown.tobytes() == drawn.tobytes()


def test_what_is_written_and_drawn_stands_out_from_its_ground() -> None:
    from embeddings.picture import drawing

    for colour in (drawing._TEXT, drawing._QUIET, drawing._ASKED):
        assert _contrast(colour, drawing._GROUND) >= 4.5  # of texts, by WCAG 2.2, 1.4.3
    assert _contrast(drawing._BAR, drawing._GROUND) >= 3  # of graphics, 1.4.11


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_number_is_to_be_seen_and_the_one_asked_for_has_a_colour_of_its_own(
    png: Callable[[Chart], bytes],
) -> None:
    from embeddings.picture import drawing

    twelve, none = image(png(story("A story"))), image(png(story("A story", carrying=0)))
    asked = Image.new("RGB", (1, 1), drawing._ASKED).getpixel((0, 0))
    assert asked in {pixel[:3] for _, pixel in twelve.getcolors(100_000) or []}  # type: ignore[index]
    assert asked not in {pixel[:3] for _, pixel in none.getcolors(100_000) or []}  # type: ignore[index]


@pytest.fixture(scope="module")
def usual_height(png: Callable[[Chart], bytes]) -> int:
    """Of a picture whose title is written."""
    return image(png(story("A story"))).height


@pytest.mark.parametrize("title", ["Война в Сирии", "Πόλεμος", "الحرب الأهلية السورية", "Guerre d’Algérie"])
def test_titles_in_the_scripts_of_the_font_that_comes_with_it_are_written(
    png: Callable[[Chart], bytes], usual_height: int, title: str
) -> None:
    assert image(png(story(title))).height == usual_height


def test_a_title_without_a_font_is_left_out_and_a_sign_is_left_out_of_its_title(
    png: Callable[[Chart], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    from embeddings.picture import fonts

    monkeypatch.setattr(fonts, "_files", list)
    for cached in (fonts.families_for, fonts._family_with):
        cached.cache_clear()
    without = png(story("東日本大震災"))
    assert without == png(story(""))
    assert image(without).height < image(png(story("A story"))).height
    assert png(story("A \U0001faf6 story")) == png(story("A story"))


def test_a_title_is_written_letter_for_letter_and_cut_where_it_is_too_long(png: Callable[[Chart], bytes]) -> None:
    assert png(story(r"$\frac{1}{2}$ & <b>")) != png(story(r"1/2 & <b>"))
    assert png(story("word " * 100)) == png(story("word " * 200))


@pytest.mark.usefixtures("png")
def test_the_worker_answers_each_chart_and_goes_on_after_one_that_it_cannot_read() -> None:
    out = BytesIO()
    work(BytesIO(b"{}\n" + to_line(story("A story")) + b"nonsense\n"), out)
    read, kinds = out.getvalue(), []
    while read:
        kind, size = HEADER.unpack(read[: HEADER.size])
        kinds.append((kind, read[HEADER.size : HEADER.size + size][:9]))
        read = read[HEADER.size + size :]
    assert kinds == [(ERROR, b"KeyError:"), (PICTURE, b"\x89PNG\r\n\x1a\n\x00"), (ERROR, b"JSONDecod")]


def test_the_index_command_writes_the_picture_of_a_story_into_a_file(tmp_path: Path) -> None:
    events = [Event(str(n), FIRST + dt.timedelta(days=n), "A truce") for n in range(9)]
    days = tuple(event.date for event in events)
    carrying = tuple(StoryEvent(event, n) for n, event in enumerate(events, 1))
    told = Story("0", "A war", "A war", days[0], days[-1], 9, False, days, carrying, "3")
    telling._draw(told, tmp_path / "war.png")
    assert image((tmp_path / "war.png").read_bytes()).width == 800
    assert "MPLCONFIGDIR" not in os.environ
    with pytest.raises(InputError, match="the story is of 2011-03-15 alone"):
        telling._draw(replace(told, days=days[:1] * 9, last=FIRST), tmp_path / "day.png")
