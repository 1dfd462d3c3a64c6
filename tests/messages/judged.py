"""What is wrong with a catalogue: what is missing, what would break, and what Discord would refuse."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from string import Formatter

from babel.messages import Catalog, Message
from babel.messages.plurals import get_plural

from bot.language import CHOICE, COMMAND, DESCRIPTION, MENU, OPTION
from bot.markup import length

BUTTON = "button"
_LONGEST = {BUTTON: 80, COMMAND: 32, OPTION: 32, MENU: 32, DESCRIPTION: 100, CHOICE: 100}
_LIMIT = re.compile(r"at most (\d+) characters", re.IGNORECASE)
_MARKS = re.compile(r"\*\*|\*|`|~~|\|\||__|^-# |^#{1,3} |^- |\n", re.MULTILINE)
_COMMANDS = re.compile(r"(?<![A-Za-z0-9_/])/[a-z]+(?: (?:set|show|pause|resume|remove|preview|test)(?![A-Za-z0-9_]))?")
_NAME = re.compile(r"[-_\w]{1,32}")  # Discord takes an apostrophe, too, but discord.py does not
_ENDS = {":": ":：", "…": "…", "?": "?？;؟"}


def problems(made: Catalog, template: Catalog) -> list[str]:
    """What is wrong with a language's catalogue, each with the text that it is about."""
    found = list(_of_header(made))
    for message in template:
        if message.id:
            theirs = made.get(message.id, message.context)
            found += [f"{_named(message)}: {each}" for each in _of_message(message, theirs, made.num_plurals)]
    known = {(_key(each), each.context) for each in template}
    found += [f"{_named(each)}: is no text of the program" for each in made if (_key(each), each.context) not in known]
    return [*found, *_of_names(made, template)]


def _of_header(made: Catalog) -> Iterator[str]:
    if made.locale is None:
        yield "the header says no Language"
        return
    if made.num_plurals != (usual := get_plural(made.locale)).num_plurals:
        yield f"Plural-Forms: {made.num_plurals} forms, expected {usual.num_plurals}: {usual}"


def _of_message(ours: Message, theirs: Message | None, plurals: int) -> Iterator[str]:
    if theirs is None:
        yield "is missing"
        return
    if theirs.fuzzy:
        yield "is marked as fuzzy; look whether it is right, and take the mark away"
    texts = theirs.string if isinstance(theirs.string, (tuple, list)) else (theirs.string,)
    if isinstance(ours.id, tuple) and len(texts) != plurals:
        yield f"has {len(texts)} forms, expected {plurals}"
    for text in texts:
        if not text:
            yield "is not translated"
        else:
            yield from _of_text(_english(ours), str(text), _limit(ours))


def _of_text(ours: str, theirs: str, limit: int | None) -> Iterator[str]:
    try:
        names, theirs_names = _placeholders(ours), _placeholders(theirs)
    except ValueError as error:
        yield f"{theirs!r}: {error}"
        return
    if set(names) != set(theirs_names):
        yield f"has the placeholders {sorted(theirs_names)}, expected {sorted(names)}"
    for what, pattern in (("marks", _MARKS), ("commands", _COMMANDS)):
        if (one := Counter(pattern.findall(ours))) != (other := Counter(pattern.findall(theirs))):
            yield f"has the {what} {dict(other)}, expected {dict(one)}"
    if theirs != theirs.strip() and ours == ours.strip():
        yield "has blanks at its beginning or end"
    if (ends := _ENDS.get(ours[-1])) and theirs.rstrip()[-1] not in ends:
        yield f"ends with {theirs[-1]!r}, expected {ours[-1]!r}"
    if limit is not None and length(theirs) > limit:
        yield f"has {length(theirs)} characters, at most {limit} fit: {theirs!r}"


def _of_names(made: Catalog, template: Catalog) -> Iterator[str]:
    """Names of commands and options: their letters, and that those of one menu differ."""
    groups: dict[str, Counter[str]] = {}
    for message in template:
        theirs = made.get(message.id, message.context) if message.id else None
        if theirs is None or not theirs.string or message.context not in (COMMAND, OPTION):
            continue
        name = str(theirs.string)
        if not _NAME.fullmatch(name) or name != name.lower() or unicodedata.normalize("NFC", name) != name:
            yield f"{_named(message)}: {name!r} is no name: letters, figures, - and _, in lower case, without blanks"
        for group in _menus(message):
            groups.setdefault(group, Counter())[name] += 1
    for group, names in groups.items():
        yield from (f"{group}: {name!r} comes twice" for name, times in names.items() if times > 1)


def _menus(message: Message) -> list[str]:
    """In which menus a name stands, as the comments say: those of the commands, or of a command's options."""
    typed = [match[1] for each in message.auto_comments for match in re.finditer(r"(/[a-z]+(?: [a-z]+)?), as", each)]
    if message.context == OPTION:
        return [f"the options of {each}" for each in typed]
    return [f"the commands of {each.rpartition(' ')[0]}" if " " in each else "the commands" for each in typed]


def _placeholders(text: str) -> list[str]:
    """The names in braces; ValueError where something else is in braces, or a brace is alone."""
    found = []
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}} is no name of a value")
        found.append(name)
    return found


def _english(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[1])


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _named(message: Message) -> str:
    return f"{message.context + ': ' if message.context else ''}{_key(message)!r}"


def _limit(message: Message) -> int | None:
    said: Sequence[str] = [match[1] for each in message.auto_comments for match in _LIMIT.finditer(each)]
    return min(map(int, said)) if said else _LONGEST.get(message.context or "")
