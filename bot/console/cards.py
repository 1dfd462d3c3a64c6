"""Answers as cards for a terminal: values in, rich renderables out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot import help_words, local_dates, settings_words, story_words, words
from bot.answers import About, OnThisDay, RelatedAnswer
from embeddings.events import Event, Related, Source, event_link
from embeddings.search.answers import Answer, DayAnswer
from embeddings.search.examples import Example
from embeddings.search.stories import Story, StoryPlace
from embeddings.text import clean, shorten

LIST_RELATED = 3  # related events on a card that is one of several
LIST_SOURCES = 3
RELATED_CHARACTERS = 160
_LONGEST = 120  # characters of a line that names a story


def answer_cards(answer: Answer) -> Iterable[RenderableType]:
    """The events for a question, and how its dates were understood; events outside those dates come under a heading."""
    if answer.corrected:
        if answer.language:
            said = settings_words.read_as(each.read for each in answer.corrected).replace("*", "")
        else:
            said = words.corrected((each.typed, each.read) for each in answer.corrected)
        yield Text(said, style="dim")
    if answer.dates:
        yield Text(words.dates_understood(answer.dates, has_events=bool(answer.hits)), style="dim")
    if not answer.hits:
        yield Text(words.nothing_fits(answer.dates, answer.first, answer.last, language=answer.language))
    for place, (is_outside, hits) in enumerate(answer.groups):
        if is_outside or place:
            yield Rule(words.group_heading(is_outside, answer.dates), align="left")
        for hit in hits:
            yield event_card(hit.event)
    if answer.story is not None:
        yield _told_in(story_words.story_named(answer.story.title, _LONGEST), answer.story)
    yield from _small_print(hit.event for hit in answer.hits)


def day_cards(answer: DayAnswer) -> Iterable[RenderableType]:
    """The events of some days, or what there is instead."""
    yield Rule(words.days_heading(answer.dates, answer.total), align="left")
    if not answer.events:
        yield Text(words.no_events(answer))
    for event in answer.events:
        yield event_card(event)
    yield from _small_print(answer.events)


def on_this_day_cards(answer: OnThisDay) -> Iterable[RenderableType]:
    """One day over the years."""
    yield Rule(words.on_this_day_heading(answer.month, answer.day), align="left")
    if not answer.events:
        yield Text(str(words.NO_EVENTS_ON_THIS_DAY))
    for event in answer.events:
        yield event_card(event)
    yield from _small_print(answer.events)


def related_cards(answer: RelatedAnswer) -> Iterable[RenderableType]:
    """One event with everything that is known about it."""
    yield event_card(answer.event, related=answer.related, sources=len(answer.event.sources))
    if (story := answer.story) is not None:
        yield Text(story_words.story_place(story.number, story.count, clean(story.title)), style="dim")
    yield from _small_print([answer.event])


def story_cards(story: Story) -> Iterable[RenderableType]:
    """A story: from when to when it was, and the events that carry it."""
    yield Rule(clean(story.title), align="left")
    days = local_dates.interval(story.first, story.last)
    yield Text(story_words.story_facts(days, story.count, story.going_on).replace("*", ""), style="dim")
    lines = Table.grid(padding=(0, 2))
    lines.add_column(justify="right", style="cyan")
    lines.add_column(style="cyan", no_wrap=True)
    lines.add_column()
    for number, each in enumerate(story.carrying, 1):
        event = each.event
        headline = Text(event.headline, style="bold" if event.id == story.asked else "")
        headline.append(f"\n{event.id}", style="not bold dim")
        lines.add_row(f"{number}.", str(event.date), headline)
    yield lines
    for other in story.also:
        yield _told_in(story_words.story_also(other.title, _LONGEST), other)
    yield from _small_print(each.event for each in story.carrying)


def help_cards(examples: Sequence[Example]) -> Iterable[RenderableType]:
    """The commands, and examples that the archive answers."""
    yield Text(words.CONSOLE_HELP)
    if examples:
        yield Text("\n".join(["", help_words.CONSOLE_TRY, *map(help_words.typed, examples)]))


def about_card(about: About) -> RenderableType:
    """What the archive holds and whose text it is."""
    return Panel(Text("\n".join(words.about(about))), title="Dateline", title_align="left", border_style="blue")


def event_card(event: Event, related: Sequence[Related] | None = None, sources: int = LIST_SOURCES) -> Panel:
    """One event: headline, topics, summary, numbered sources with their addresses, related events.

    Args:
        related: related events, all of which are shown; None: the first few that the event itself names.
        sources: how many sources are shown.
    """
    parts: list[RenderableType] = [Text(event.headline, style=_bold_link(event))]
    if event.withdrawn:
        parts.append(Text(words.withdrawn(event.withdrawn), style="yellow"))
    if event.summary:
        parts += [Text(), Text(event.summary)]
    if event.sources:
        parts += [Text(), Text(str(words.SOURCES), style="dim")]
        parts.append(_numbered(_source_text(source) for source in event.sources[:sources]))
        if len(event.sources) > sources:
            parts.append(Text(words.more(len(event.sources) - sources), style="dim"))
    shown = event.related[:LIST_RELATED] if related is None else related
    if shown:
        parts += [Text(), Text(str(words.RELATED), style="dim")]
        parts.append(_numbered(_related_text(other) for other in shown))
        if related is None and len(event.related) > len(shown):
            parts.append(Text(words.more(len(event.related) - len(shown)), style="dim"))
    title = Text(local_dates.long_date(event.date), style="bold cyan")
    if theme := " › ".join(event.topics) or event.category:
        title.append(f"  {theme}", style="not bold magenta")
    return Panel(Group(*parts), title=title, title_align="left", subtitle=Text(event.id, style="dim"),
                 subtitle_align="right", border_style="blue")  # fmt: skip


def _told_in(label: str, story: StoryPlace) -> Text:
    """A line that names a story, and the command that tells it."""
    facts = story_words.story_facts(local_dates.interval(story.first, story.last), story.count, story.going_on)
    line = Text(label).append(f"  {facts.replace('*', '')}", style="dim")
    return line.append(f"\n/story {story.event_id}", style="dim")


def _numbered(lines: Iterable[Text]) -> Table:
    """Numbered lines; an entry that needs several lines is indented to its own beginning."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", min_width=3)
    grid.add_column(overflow="fold")
    for number, line in enumerate(lines, 1):
        grid.add_row(f"{number}.", line)
    return grid


def _source_text(source: Source) -> Text:
    line = Text(source.name)
    if source.url:
        line.append(f"  {source.url}", style="blue")
    return line


def _related_text(other: Related) -> Text:
    line = Text(str(other.date), style="cyan")
    line.append(f"  {shorten(other.headline, RELATED_CHARACTERS)}", style="default")
    if other.contexts:
        line.append(f"  ({', '.join(other.contexts)})", style="dim")
    return line


def _bold_link(event: Event) -> str:
    link = event_link(event)
    return f"bold link {link}" if link else "bold"


def _small_print(events: Iterable[Event]) -> Iterable[RenderableType]:
    for attribution in dict.fromkeys(event.attribution for event in events):
        yield Text(words.text_from(attribution), style="dim italic")
