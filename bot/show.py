"""Places to pages: what a message shows when somebody asks or presses a button."""

from __future__ import annotations

from bot import words
from bot.cards import pages
from bot.cards.pages import PER_PAGE, Page
from bot.engine import Engine
from bot.store import KeptAnswer, Store
from bot.views.state import AnswerList, DaysList, NoList, OnThisDayList, Place
from embeddings.errors import InputError
from embeddings.search import Question

ON_THIS_DAY = 5  # events


class Guide:
    """Finds what a place shows, in the index that is in force now and in the store."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store

    async def page(self, place: Place, locale: str, note: str = "") -> Page:
        """What a place shows. InputError where it is no longer there.

        Args:
            note: a few words beside the heading of a list.
        """
        if place.trail:
            return pages.event_page(await self._engine.event(place.trail[-1]), place, locale)
        start = place.page * PER_PAGE
        match place.of:
            case DaysList(dates):
                return pages.days_page(await self._engine.days(dates, start, PER_PAGE), place, locale, note)
            case OnThisDayList(month, day):
                events = await self._engine.on_this_day(month, day, ON_THIS_DAY)
                return pages.on_this_day_page(month, day, events, place, locale, note)
            case AnswerList(key):
                kept = await self._store.answer(key, self._engine.today())
                if kept is None:
                    raise InputError(words.ANSWER_FORGOTTEN)
                events_or_none = await self._engine.events(kept.events[start : start + PER_PAGE])
                return pages.answer_page(kept, events_or_none, place, locale)
            case NoList():
                raise InputError(words.GONE)

    async def ask(self, question: Question, count: int, locale: str) -> Page:
        """Answer a question; what it found is kept for the buttons. Where nothing fits, a wider search is offered."""
        found = await self._keep(question, count)
        page = await self.page(Place(found), locale)
        if page.choices or question.within is None:
            return page
        everywhere = await self._keep(Question(question.query, question.wanted, question.dates), count)
        nothing = KeptAnswer((), question.dates, question.within)
        return pages.answer_page(nothing, [], Place(found), locale, everywhere)

    async def _keep(self, question: Question, count: int) -> AnswerList:
        answer = await self._engine.ask(question, count)
        kept = KeptAnswer(tuple(hit.event.id for hit in answer.hits), answer.dates, question.within)
        return AnswerList(await self._store.keep_answer(kept, self._engine.today()))
