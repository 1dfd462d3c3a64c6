"""Stories that no archive here has, drawn as the bot draws them: long and short, going on, in other scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from random import Random

from bot.cards.discord_face import PICTURE, layout
from bot.cards.story import story_page
from bot.language import speaking
from bot.views.state import Place, StoryList
from embeddings.events import Event
from embeddings.picture.chart import Chart
from embeddings.picture.loading import drawing
from embeddings.search.stories import Story, StoryEvent
from tests.pictures.message import Picture
from tests.pictures.scenes import with_files

_SAID = {
    "en-GB": "The parties agree on a truce, which is to hold from the next morning on, and to go on talking",
    "ru": "Стороны договорились о перемирии, которое вступает в силу на следующее утро",
    "ar": "اتفق الطرفان على هدنة تبدأ صباح اليوم التالي وعلى مواصلة المحادثات",
    "ja": "両者は翌朝から発効する停戦に合意し、協議を続けることにした",
}
# Name, title, language, first day, days from there to the last, events, whether it goes on.
_STORIES = (
    ("story-short", "2015 San Bernardino attack", "en-GB", "2015-12-02", 12, 9, False),
    ("story-years", "Syrian civil war, and all that came of it for the countries around", "en-GB", "2011-03-15", 4_900,
     2_400, True),
    ("story-russian", "Конфликт на востоке Украины", "ru", "2014-04-06", 700, 420, False),
    ("story-arabic", "الحرب الأهلية السورية", "ar", "2011-03-15", 2_000, 300, False),
    ("story-japanese", "東日本大震災", "ja", "2011-03-11", 300, 160, False),
    ("story-going-on", "2026 FIFA World Cup", "en-GB", "2026-06-11", 38, 64, True),
)  # fmt: skip


def made_up() -> Iterator[tuple[str, Picture]]:
    """Each story's card, with a name for its file."""
    with drawing() as draw:
        yield from _drawn(draw)


def _drawn(draw: Callable[[Chart], bytes]) -> Iterator[tuple[str, Picture]]:
    for name, title, locale, first, span, count, going_on in _STORIES:
        story = _story(title, _SAID[locale], dt.date.fromisoformat(first), span, count, going_on)
        with speaking(locale):
            page = story_page(story, Place(StoryList(story.id)))
        assert page.picture is not None
        components = layout(page, 1, drawn=True).to_components()  # type: ignore[no-untyped-call]
        yield name, Picture(with_files(components, {PICTURE: draw(page.picture.chart)}), used="/story")


def _story(title: str, said: str, first: dt.date, span: int, count: int, going_on: bool) -> Story:
    source = Random(title)
    at = sorted({0, span, *(int(span * source.betavariate(1.2, 2.5)) for _ in range(count - 2))})
    days = sorted([*at, *source.choices(at, k=count - len(at))])
    events = [Event(f"{n:08}", first + dt.timedelta(days=day), said) for n, day in enumerate(days)]
    chosen = sorted({0, count - 1, *source.sample(range(count), min(10, count - 2))})
    return Story(
        id=events[0].id,
        title=title,
        topic=title,
        first=events[0].date,
        last=events[-1].date,
        count=count,
        going_on=going_on,
        days=tuple(event.date for event in events),
        carrying=tuple(StoryEvent(events[n], n + 1) for n in chosen),
        asked=events[chosen[3]].id,
    )
