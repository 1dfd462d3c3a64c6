"""Places to pages: what a message shows after a command, a button or a select."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import logging
from collections import OrderedDict
from collections.abc import Sequence

from discord import Locale

from bot import help_words, language, local_dates, story_words, words
from bot.answers import KeptAnswer
from bot.cards import pages
from bot.cards.daily_post import Own, daily_page, longer_page
from bot.cards.page import PLAIN, AnswerPage, Frame, Step
from bot.cards.pages import PER_PAGE
from bot.cards.parts import part_page
from bot.cards.question import asked
from bot.cards.story import events_page, last_page, story_page, window
from bot.daily import choice
from bot.daily import words as daily_words
from bot.daily.schedule import Kind, Subscription
from bot.engine import Engine
from bot.store import Store, StoreAwayError
from bot.views.items import ANOTHER
from bot.views.state import (
    AnswerList,
    ChannelsList,
    DailyList,
    DaysList,
    LongerList,
    NoList,
    OnThisDayList,
    PartList,
    Place,
    QuestionList,
    RandomList,
    StoryList,
    TopicList,
)
from embeddings.dates import DateRange
from embeddings.errors import InputError
from embeddings.events import Event
from embeddings.search.narrowing import Narrowing, Part, part_of_events
from embeddings.search.on_this_day import DayCandidate
from embeddings.search.questions import Question, understand
from embeddings.search.stories import TOPIC, StoriesMissingError, Story, topic_key_of

log = logging.getLogger(__name__)

ON_THIS_DAY = 5  # events
LONGER = 25  # events of the day of a daily post
MOST = 25  # events of an answer or of a day of the year, in all
_USERS = 1_000  # whose last event at random is remembered


class Guide:
    """Finds what a place shows, in the index that is in force now and in the store."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store
        self._drawn: OrderedDict[int, str] = OrderedDict()  # the last event drawn for each of some users

    async def load_names(self) -> None:
        """Load what dates are called in each of Discord's locales."""
        await asyncio.to_thread(local_dates.warm_up, [locale.value for locale in Locale])

    async def warm_up(self) -> None:
        """Make a page of each kind and read the store once, so that the first answer is not slow."""
        today = self._engine.today()
        shown = await self._engine.on_this_day(today.month, today.day, ON_THIS_DAY)
        places = [Place(DaysList(DateRange(today, today))), Place(OnThisDayList(today.month, today.day))]
        places += [Place(NoList(), trail=(event.id,)) for event in shown[:1]]
        for place in places:
            await self.page(place)
        with contextlib.suppress(StoreAwayError):
            await self._store.answer("", today)
            await self._store.daily.of_guild(0)
            await self._store.settings.read(0)

    async def find_examples(self) -> None:
        """Find what `/help` suggests, which takes a second: once the bot answers, and before anybody asks."""
        try:
            await self._engine.examples()
        except Exception:  # the next `/help` looks again
            log.warning("no examples for /help could be found", exc_info=True)

    async def page(self, place: Place, note: str = "", frame: Frame = PLAIN) -> AnswerPage:
        """The page that a place shows. InputError if its list or event is no longer there.

        Args:
            note: a few words beside the heading of a list.
            frame: what stands around the page.
        """
        if place.trail:
            return await self._card(place, frame)
        start = place.page * PER_PAGE
        match place.of:
            case DaysList(dates):
                answer, stories = await self._engine.days_told(dates, start, PER_PAGE)
                if place.page > (last := _last_page(answer.total)):
                    return await self.page(dataclasses.replace(place, page=last), note, frame)
                return pages.days_page(answer, place, note, frame, stories)
            case OnThisDayList(month, day):
                events, held, stories = await self._engine.on_this_day_told(month, day, ON_THIS_DAY)
                return pages.on_this_day_page(place.of, events, note, held, frame, stories)
            case AnswerList(key):
                return await self._answer_page(await self._kept(key), place, frame)
            case PartList():
                return await self._part(place, place.of, frame)
            case RandomList():
                return await self._another(place.of, frame)
            case QuestionList(text):
                return await self.ask(understand(text, self._engine.today()), PER_PAGE, text, frame)
            case StoryList() | TopicList():
                return await self._story(await self._story_at(place.of), place, frame)
            case NoList() | ChannelsList():  # whose pages `Host.go` makes, which knows the server
                raise InputError(words.EVENT_REMOVED)
            case DailyList(subscription, date):
                shown = await self._shown(subscription, date)
                if shown is None:
                    return await self.page(Place(OnThisDayList(date.month, date.day)), frame=frame)
                own = Own(frame=frame, stories=await self._engine.parts_of(shown))
                return daily_page(date, shown, place, None, own=own)
            case LongerList(subscription, date):
                found = await self._longer(subscription, date)
                place = dataclasses.replace(place, page=min(place.page, _last_page(len(found))))
                start = place.page * PER_PAGE
                return longer_page(date, found[start : start + PER_PAGE], place, len(found), frame)

    async def _kept(self, key: str) -> KeptAnswer:
        try:
            kept = await self._store.answer(key, self._engine.today())
        except StoreAwayError as error:
            raise InputError(words.ANSWER_AWAY) from error
        if kept is None:
            raise InputError(words.ANSWER_FORGOTTEN)
        return kept

    async def _card(self, place: Place, frame: Frame) -> AnswerPage:
        """The event that was opened last; one that was drawn at random has a button for another one."""
        page = pages.event_page(await self._engine.event(place.trail[-1]), place, frame)
        if isinstance(place.of, RandomList) and len(place.trail) == 1:
            another = Step(str(help_words.ANOTHER), place, ANOTHER)
            page = dataclasses.replace(page, steps=(another, *page.steps))
        return page

    # --- stories ---

    async def story(self, text: str, frame: Frame = PLAIN) -> AnswerPage:
        """The story of an event with an id, of a topic, or of the event that words are about.

        Raises:
            InputError: if there is none; it names the topics that are most like it.
        """
        try:
            story = await self._engine.known_story(text)
            if story is None:
                answer = await self._engine.ask(understand(text, self._engine.today()), PER_PAGE)
                frame = dataclasses.replace(frame, question=asked(text, answer.corrected, answer.language))
                story = await self._engine.story_of_answer(text, [hit.event.id for hit in answer.hits])
        except StoriesMissingError as error:
            raise InputError(story_words.NO_STORIES) from error
        key = topic_key_of(story.id)
        of = StoryList(story.asked or story.id) if key is None else TopicList(key)
        return await self._story(story, Place(of), frame)

    async def _story_at(self, of: StoryList | TopicList) -> Story:
        """The story that an id or a topic's key leads to now."""
        try:
            story = await self._engine.known_story(of.event if isinstance(of, StoryList) else f"{TOPIC}{of.topic}")
        except StoriesMissingError as error:
            raise InputError(story_words.NO_STORIES) from error
        if story is None:
            raise InputError(words.EVENT_REMOVED)
        return story

    async def _story(self, story: Story, place: Place, frame: Frame) -> AnswerPage:
        place = dataclasses.replace(place, page=min(place.page, last_page(story)))
        if place.page == 0:
            return story_page(story, place, frame)
        events = await self._engine.story_events(story.id, *window(story, place.page))
        return events_page(story, events, place, frame)

    # --- lists gone on with, and narrowed ---

    async def _part(self, place: Place, of: PartList, frame: Frame) -> AnswerPage:
        narrowing = Narrowing(of.year, of.topic)

        async def part(page: int) -> Part:
            start = page * PER_PAGE
            match of.of:
                case DaysList(dates):
                    return await self._engine.part_of_days(dates, narrowing, start, PER_PAGE)
                case OnThisDayList(month, day):
                    events = await self._engine.more_of_day(month, day, ON_THIS_DAY, MOST)
                case AnswerList(key):
                    found = await self._engine.events((await self._kept(key)).events)
                    events = tuple(event for event in found if event is not None)
            return part_of_events(events, narrowing, start, PER_PAGE)

        shown = await part(place.page)
        if place.page > (last := _last_page(shown.total)):
            place = dataclasses.replace(place, page=last)
            shown = await part(last)
        topic = await self._engine.topic_name(of.topic) if of.topic else None
        return part_page(shown, place, of, topic, frame)

    # --- at random ---

    async def random(self, of: RandomList, user: int, frame: Frame = PLAIN) -> AnswerPage:
        """An event drawn at random, another one than the last that was drawn for the user. InputError if none fits."""
        place = await self._draw(dataclasses.replace(of, last=self._drawn.get(user, "")))
        self._drawn[user] = place.trail[0]
        self._drawn.move_to_end(user)
        while len(self._drawn) > _USERS:
            self._drawn.popitem(last=False)
        return await self._card(place, frame)

    async def _another(self, of: RandomList, frame: Frame) -> AnswerPage:
        place = await self._draw(of)
        if place.trail[0] == of.last:
            raise InputError(help_words.ONLY_ONE)
        return await self._card(place, frame)

    async def _draw(self, of: RandomList) -> Place:
        match of.days:
            case DaysList(dates):
                event = await self._engine.at_random(dates, of.topic, of.last)
            case OnThisDayList(month, day):
                event = await self._engine.at_random((month, day), of.topic, of.last)
            case None:
                event = await self._engine.at_random(None, of.topic, of.last)
        if event is None:
            raise InputError(help_words.none_at_random(of.days is not None or bool(of.topic)))
        return Place(dataclasses.replace(of, last=""), trail=(event.id,))

    async def ask(self, question: Question, count: int, text: str = "", frame: Frame = PLAIN) -> AnswerPage:
        """Answer a question; the events found are kept for the buttons. If nothing fits, offer a wider search.

        Args:
            text: what was typed, to stand above the answer.
        """
        found = await self._found(question, count)
        frame = dataclasses.replace(frame, question=asked(text, found.corrected, found.language))
        place = await self._keep(found)
        if found.events or question.within is None:
            return await self._answer_page(found, place, frame)
        wider = await self._keep(await self._found(dataclasses.replace(question, within=None), count))
        wide = wider.of if isinstance(wider.of, AnswerList) else None
        nothing = pages.Nothing(self._nothing(found), wide)
        return pages.answer_page(found, [], place, nothing=nothing, frame=frame)

    def _nothing(self, found: KeptAnswer) -> str:
        held = self._engine.about()
        return words.nothing_fits(found.dates, held.first, held.last, language=found.language)

    async def _answer_page(self, kept: KeptAnswer, place: Place, frame: Frame) -> AnswerPage:
        if isinstance(place.of, NoList):
            kept = dataclasses.replace(kept, events=kept.first[:PER_PAGE])
        place = dataclasses.replace(place, page=min(place.page, _last_page(len(kept.first))))
        start = place.page * PER_PAGE
        of_story = () if place.page else kept.first[:PER_PAGE]
        events, closest, story = await self._engine.entries(kept.first[start : start + PER_PAGE], of_story)
        nothing = pages.Nothing(self._nothing(kept))
        if not place.page:
            kept = dataclasses.replace(kept, story=story)
        return pages.answer_page(kept, events, place, nothing=nothing, closest=closest, frame=frame)

    async def daily(
        self, subscription: Subscription, date: dt.date, note: str = "", *, is_test: bool = False
    ) -> tuple[AnswerPage, tuple[str, ...]]:
        """A subscription's post of a local day, made anew, and the ids of its events; empty if it has none.

        Args:
            note: a line above the post.
            is_test: whether it is another one, by which the day's own must not be recognised; a line above says so.
        """
        events = await self.post_events(subscription, date)
        of = LongerList(subscription.key, date) if is_test else DailyList(subscription.key, date)
        settings = await self._store.settings.of(subscription.guild)
        # A preview is no thread, and has its title in itself.
        titled_above = subscription.kind is Kind.FORUM and (is_test or not note)
        stories = await self._engine.parts_of(events)
        own = Own(subscription.title, subscription.text, Frame(attribution=settings.attribution), titled_above, stories)
        with language.speaking(await self.post_locale(subscription)):
            note = f"-# {daily_words.TEST_MARK}" if is_test else note
            page = daily_page(date, events, Place(of), subscription.role, note, own)
        return page, tuple(event.id for event in events)

    async def post_title(self, subscription: Subscription, date: dt.date, *, is_test: bool = False) -> str:
        """The title of a subscription's post in a forum."""
        with language.speaking(await self.post_locale(subscription)):
            return daily_words.thread_title(subscription, date, is_test=is_test)

    async def post_locale(self, subscription: Subscription) -> str:
        """For which locale a subscription's posts are: what its server has settled, or what Discord said of it."""
        return (await self._store.settings.of(subscription.guild)).language or subscription.locale

    async def post_events(self, subscription: Subscription, date: dt.date) -> list[Event]:
        """The events of a post; if the day has too few, also those of the days around it."""
        return await self._events(date, subscription.count, subscription.prefer, subscription.leave_out)

    async def _events(
        self, date: dt.date, count: int, prefer: Sequence[str] = (), leave_out: Sequence[str] = ()
    ) -> list[Event]:
        found: list[DayCandidate] = []
        for step in choice.nearby(date.month, date.day):
            candidates = [each for day in step for each in await self._engine.of_day(*day)]
            # Some milliseconds for a day of many events; the loop need not wait for it.
            found += await asyncio.to_thread(
                choice.choose_post, candidates, count - len(found), prefer, leave_out, tuple(found)
            )
            if choice.enough(len(found), count, date.month, date.day):
                break
        return sorted((each.event for each in found), key=lambda event: (event.date.year, event.date, event.id))

    async def _longer(self, key: str, date: dt.date) -> list[Event]:
        """More events of a post's day, by what its subscription prefers and leaves out while that can be known."""
        subscription = None
        with contextlib.suppress(StoreAwayError):
            subscription = await self._store.daily.subscription(key)
        if subscription is None:
            return await self._events(date, LONGER)
        return await self._events(date, LONGER, subscription.prefer, subscription.leave_out)

    async def _shown(self, key: str, date: dt.date) -> list[Event] | None:
        """The events that a post showed; if unknown, those it would show now; None if neither can be known."""
        try:
            if (post := await self._store.daily.post(key, date)) is not None and (ids := post[2]):
                return [event for event in await self._engine.events(ids) if event is not None]
            subscription = await self._store.daily.subscription(key)
        except StoreAwayError:
            return None
        return None if subscription is None else await self.post_events(subscription, date)

    async def _found(self, question: Question, count: int) -> KeptAnswer:
        answer = await self._engine.ask(question, count, MOST)
        shown = tuple(hit.event.id for _, hits in answer.groups for hit in hits)
        further = tuple(hit.event.id for hit in answer.further)
        return KeptAnswer(
            (*shown, *further), answer.dates, question.within, answer.corrected, len(shown), answer.language
        )

    async def _keep(self, found: KeptAnswer) -> Place:
        """The first page of a question's events; if they cannot be kept in the store, there are no further pages."""
        try:
            return Place(AnswerList(await self._store.keep_answer(found, self._engine.today())))
        except StoreAwayError:
            return Place(NoList())


def _last_page(events: int) -> int:
    """The number of a list's last page: it may have grown shorter since a button was made."""
    return max(0, events - 1) // PER_PAGE
