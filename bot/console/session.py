"""The bot's commands, typed at a terminal or piped in, one a line."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable, Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from bot import words
from bot.console import cards
from bot.console.lookup import Lookup
from embeddings.command_line.running import at_terminal
from embeddings.errors import EmbeddingsError, InputError

PROMPT = "dateline> "
MOST_EVENTS = 10  # of /ask and /onthisday, as on Discord

_OPTION = re.compile(r'(?:^|\s)(from|to|count):\s*("[^"]*"|\S+)')


class Session:
    """Answers commands on one console; `failed` counts those that could not be answered."""

    def __init__(self, lookup: Lookup, console: Console, errors: Console) -> None:
        self._lookup = lookup
        self._console = console
        self._errors = errors
        self.failed = 0

    def answer(self, line: str) -> bool:
        """Answer one command; False if it is the command to end."""
        name, _, rest = line.strip().partition(" ")
        if name in ("/quit", "/exit"):
            return False
        try:
            for card in self._cards(name, rest.strip()):
                self._console.print(card)
        except EmbeddingsError as error:
            self.failed += 1
            self._errors.print(Text(str(error), style="red"), soft_wrap=True)
        return True

    def _cards(self, name: str, rest: str) -> Iterable[RenderableType]:
        match name:
            case "":
                return ()
            case "/event":
                if not rest:
                    raise InputError("which day? For example: /event 2015-12-23")
                return cards.day_cards(self._lookup.days(rest))
            case "/ask":
                options, question = _options(rest)
                return cards.answer_cards(
                    self._lookup.ask(
                        question, options.get("from"), options.get("to"), _count(options.get("count", "5"))
                    )
                )
            case "/onthisday":
                return cards.on_this_day_cards(self._lookup.on_this_day(rest or None))
            case "/related":
                if not rest:
                    raise InputError("related to which event? Give the id that stands under a card")
                return cards.related_cards(self._lookup.related(rest))
            case "/story":
                if not rest:
                    raise InputError("which story? Give the id of an event, a topic or a few words")
                return cards.story_cards(self._lookup.story(rest))
            case "/about":
                return [cards.about_card(self._lookup.about())]
            case "/help":
                return cards.help_cards(self._lookup.examples)
            case "/random":
                day, topic = _topic(rest)
                return cards.related_cards(self._lookup.at_random(day, topic))
            case _ if name.startswith("/"):
                raise InputError(f"there is no command {name}; /help lists them")
            case _:
                raise InputError(f"commands begin with a slash; did you mean: /ask {name} {rest}".rstrip())


def _options(text: str) -> tuple[dict[str, str], str]:
    """Take `from:`, `to:` and `count:` out of a question; values with blanks stand in quotation marks."""
    options = {name: value.strip('"') for name, value in _OPTION.findall(text)}
    return options, _OPTION.sub(" ", text).strip()


def _topic(text: str) -> tuple[str, str]:
    """Take `topic:` and all that follows it off a day."""
    day, _, topic = text.partition("topic:")
    return day.strip(), topic.strip().strip('"')


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MOST_EVENTS:
        raise InputError(f"count must be from 1 to {MOST_EVENTS}, got {text[:20]}")
    return int(text)


def run(lookup: Lookup, first: Iterable[str] = ()) -> int:
    """Answer the commands of `first`, then those of standard input, until it ends or asks to quit.

    Returns:
        The exit status: 2 if a piped command could not be answered, else 0.
    """
    interactive = at_terminal()
    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=110)
    session = Session(lookup, console, Console(stderr=True, highlight=False))
    for line in first:
        console.print(Text(f"\n{PROMPT}{line}", style="bold green"))
        session.answer(line)
    for line in _typed(console) if interactive else _piped():
        if not session.answer(line):
            break
    return 2 if session.failed and not interactive else 0


def _typed(console: Console) -> Iterator[str]:
    with contextlib.suppress(ImportError):  # Windows has none, and needs none
        import readline  # noqa: F401  (input() then has a history and can be edited)

    console.print(Text("\n" + str(words.CONSOLE_HELP), style="dim"))
    while True:
        try:
            yield input(PROMPT)
        except (EOFError, KeyboardInterrupt):
            console.print()
            return


def _piped() -> Iterator[str]:
    if sys.stdin is None or sys.stdin.isatty():  # closed; or only the output is piped: nobody would see a prompt
        return
    yield from sys.stdin
