"""Places to pages: what a message shows after a command, a button or a select."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
from collections.abc import Sequence

from discord import Locale

from bot import local_dates, words
from bot.answers import KeptAnswer
from bot.cards import pages
from bot.cards.daily_post import Own, daily_page, longer_page
from bot.cards.page import PLAIN, AnswerPage, Frame
from bot.cards.pages import PER_PAGE
from bot.cards.question import asked
from bot.daily import choice
from bot.daily.schedule import Subscription
from bot.engine import Engine
from bot.store import Store, StoreAwayError
from bot.views.state import (
    AnswerList,
    ChannelsList,
    DailyList,
    DaysList,
    LongerList,
    NoList,
    OnThisDayList,
    Place,
)
from embeddings.dates import DateRange
from embeddings.errors import InputError
from embeddings.events import Event
from embeddings.search.on_this_day import DayCandidate
from embeddings.search.questions import Question

ON_THIS_DAY = 5  # events
LONGER = 25  # events of the day of a daily post


class Guide:
    """Finds what a place shows, in the index that is in force now and in the store."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store

    async def warm_up(self) -> None:
        """Load locales, make a page of each kind and read the store once, so that the first answer is not slow."""
        await asyncio.to_thread(local_dates.warm_up, [locale.value for locale in Locale])
        today, locale = self._engine.today(), local_dates.DEFAULT_LOCALE
        shown = await self._engine.on_this_day(today.month, today.day, ON_THIS_DAY)
        places = [Place(DaysList(DateRange(today, today))), Place(OnThisDayList(today.month, today.day))]
        places += [Place(NoList(), trail=(event.id,)) for event in shown[:1]]
        for place in places:
            await self.page(place, locale)
        with contextlib.suppress(StoreAwayError):
            await self._store.answer("", today)
            await self._store.daily.of_guild(0)
            await self._store.settings.read(0)

    async def page(self, place: Place, locale: str, note: str = "", frame: Frame = PLAIN) -> AnswerPage:
        """The page that a place shows. InputError if its list or event is no longer there.

        Args:
            note: a few words beside the heading of a list.
            frame: what stands around the page.
        """
        if place.trail:
            return pages.event_page(await self._engine.event(place.trail[-1]), place, locale, frame)
        start = place.page * PER_PAGE
        match place.of:
            case DaysList(dates):
                answer = await self._engine.days(dates, start, PER_PAGE)
                if place.page > (last := _last_page(answer.total)):
                    return await self.page(dataclasses.replace(place, page=last), locale, note, frame)
                return pages.days_page(answer, place, locale, note, frame)
            case OnThisDayList(month, day):
                events = await self._engine.on_this_day(month, day, ON_THIS_DAY)
                return pages.on_this_day_page(month, day, events, Place(place.of), locale, note, frame)
            case AnswerList(key):
                try:
                    kept = await self._store.answer(key, self._engine.today())
                except StoreAwayError as error:
                    raise InputError(words.ANSWER_AWAY) from error
                if kept is None:
                    raise InputError(words.ANSWER_FORGOTTEN)
                return await self._answer_page(kept, place, locale, frame)
            case NoList() | ChannelsList():  # whose pages `Host.go` makes, which knows the server
                raise InputError(words.EVENT_REMOVED)
            case DailyList(subscription, date):
                shown = await self._shown(subscription, date)
                if shown is None:
                    return await self.page(Place(OnThisDayList(date.month, date.day)), locale, frame=frame)
                return daily_page(date, shown, place, None, locale, own=Own(frame=frame))
            case LongerList(subscription, date):
                found = await self._longer(subscription, date)
                place = dataclasses.replace(place, page=min(place.page, _last_page(len(found))))
                start = place.page * PER_PAGE
                return longer_page(date, found[start : start + PER_PAGE], place, len(found), locale, frame)

    async def ask(
        self, question: Question, count: int, locale: str, text: str = "", frame: Frame = PLAIN
    ) -> AnswerPage:
        """Answer a question; the events found are kept for the buttons. If nothing fits, offer a wider search.

        Args:
            text: what was typed, to stand above the answer.
        """
        found = await self._found(question, count)
        frame = dataclasses.replace(frame, question=asked(text, found.corrected))
        place = await self._keep(found)
        if found.events or question.within is None:
            return await self._answer_page(found, place, locale, frame)
        wider = await self._keep(await self._found(dataclasses.replace(question, within=None), count))
        wide = wider.of if isinstance(wider.of, AnswerList) else None
        nothing = self._nothing(found, locale)
        return pages.answer_page(found, [], place, locale, wider=wide, nothing=nothing, frame=frame)

    def _nothing(self, found: KeptAnswer, locale: str) -> str:
        held = self._engine.about()
        return words.nothing_fits(found.dates, held.first, held.last, locale)

    async def _answer_page(self, kept: KeptAnswer, place: Place, locale: str, frame: Frame) -> AnswerPage:
        if isinstance(place.of, NoList):
            kept = dataclasses.replace(kept, events=kept.events[:PER_PAGE])
        place = dataclasses.replace(place, page=min(place.page, _last_page(len(kept.events))))
        start = place.page * PER_PAGE
        events = await self._engine.events(kept.events[start : start + PER_PAGE])
        return pages.answer_page(kept, events, place, locale, nothing=self._nothing(kept, locale), frame=frame)

    async def daily(
        self, subscription: Subscription, date: dt.date, note: str = "", *, is_test: bool = False
    ) -> tuple[AnswerPage, tuple[str, ...]]:
        """A subscription's post of a local day, made anew, and the ids of its events; empty if it has none.

        Args:
            note: a line above the post.
            is_test: whether it is another one, by which the day's own must not be recognised.
        """
        events = await self.post_events(subscription, date)
        of = LongerList(subscription.key, date) if is_test else DailyList(subscription.key, date)
        settings = await self._store.settings.of(subscription.guild)
        own = Own(subscription.title, subscription.text, Frame(attribution=settings.attribution))
        locale = settings.language or subscription.locale
        page = daily_page(date, events, Place(of), subscription.role, locale, note, own)
        return page, tuple(event.id for event in events)

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
        answer = await self._engine.ask(question, count)
        shown = tuple(hit.event.id for _, hits in answer.groups for hit in hits)
        return KeptAnswer(shown, answer.dates, question.within, answer.corrected)

    async def _keep(self, found: KeptAnswer) -> Place:
        """The first page of a question's events; if they cannot be kept in the store, there are no further pages."""
        try:
            return Place(AnswerList(await self._store.keep_answer(found, self._engine.today())))
        except StoreAwayError:
            return Place(NoList())


def _last_page(events: int) -> int:
    """The number of a list's last page: it may have grown shorter since a button was made."""
    return max(0, events - 1) // PER_PAGE
