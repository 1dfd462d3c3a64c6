"""A small reader of grammars that are tables of forms.

A rule is a named tuple of forms, a form a pattern and its meaning. In a pattern ("the? DAY of? MONTH YEAR")

    word        is that word or sign; `a|b` is either; a trailing `?` makes it optional
    CLASS       is a token that has such a reading; its value is called `class`, in `name:CLASS` it is `name`
    <rule>      is anything that an earlier rule reads; its value is called `rule`, in `name:<rule>` `name`

and the meaning is a function of these values, by name, and perhaps of `today` and `day_first`. A form without
a meaning means the one thing that it reads. As a rule refers to earlier rules only, and what it reads at a
token is remembered, reading takes time linear in the length of the text.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import CodeType
from typing import NamedTuple

from embeddings.dates.ranges import RefusalError
from embeddings.dates.vocabulary import Token


class Where(Enum):
    """In which texts a form counts."""

    ANYWHERE = "anywhere"
    TYPED = "where it is the whole text: inside a question the same words often mean something else"
    ASKED = "inside a question"


class Form(NamedTuple):
    """A way to write a date, and a function for its meaning; RefusalError, ValueError, OverflowError refuse it."""

    pattern: str
    meaning: Callable[..., object] | None = None
    where: Where = Where.ANYWHERE


Rules = Mapping[str, Sequence[Form]]


class Found(NamedTuple):
    """What a rule reads from one token on."""

    end: int  # after the last token
    value: object  # a Misread where the words have the form of a date but no meaning


class Misread(NamedTuple):
    """Tokens that have the form of a date but are not one, and why."""

    start: int
    end: int
    refusal: RefusalError
    inner: bool = False  # whether they are a part of a longer expression


_CONTEXT = {"today", "day_first"}
_BEYOND = RefusalError("{words} is not a date: days go from 0001-01-01 to 9999-12-31")


class Grammar:
    """The forms of some rules that count in one kind of text.

    Raises:
        ValueError: if a pattern names a rule that does not come before it, or values that its meaning lacks.
    """

    def __init__(self, rules: Rules, where: Where) -> None:
        self._starts: dict[str, _State] = {}
        self._opening: dict[str, frozenset[str]] = {}  # the readings with which a rule begins
        for rule, forms in rules.items():
            start = _State()
            for form in forms:
                _check(form, self._starts.keys())
                if form.where in (Where.ANYWHERE, where):
                    start.add(form, _choices(form))
            start.unfold()
            self._starts[rule] = start
            self._opening[rule] = frozenset(start.by_token).union(*(self._opening[name] for name in start.by_rule))

    def reader(self, tokens: Sequence[Token], today: date, day_first: bool | None = None) -> Reader:
        return Reader(self._starts, self._opening, tokens, {"today": today, "day_first": day_first})


class Reader:
    """A text being read."""

    def __init__(
        self,
        starts: Mapping[str, _State],
        opening: Mapping[str, Set[str]],
        tokens: Sequence[Token],
        context: dict[str, object],
    ) -> None:
        self._starts = starts
        self._opening = opening
        self._tokens = tokens
        self._context = context
        self._known: dict[tuple[str, int], list[Found]] = {}

    def read(self, rule: str, at: int) -> list[Found]:
        """What a rule reads from a token on, the longest first, once for each length.

        Where several forms read the same tokens, the first that has a meaning counts.
        """
        if (known := self._known.get((rule, at))) is not None:
            return known
        if at == len(self._tokens) or self._opening[rule].isdisjoint(self._tokens[at].readings):
            known = []
        else:
            values: dict[int, object] = {}
            for end, form, parts in self._walk(self._starts[rule], at, {}):
                if end not in values or isinstance(values[end], Misread):
                    value = self._mean(form, at, end, parts)
                    if end not in values or not isinstance(value, Misread):
                        values[end] = value
            known = [Found(end, values[end]) for end in sorted(values, reverse=True)]
        self._known[rule, at] = known
        return known

    def _walk(self, state: _State, at: int, parts: dict[str, object]) -> Iterator[tuple[int, Form, dict[str, object]]]:
        state.unfold()
        for form in state.forms:
            yield at, form, parts
        if at == len(self._tokens):
            return
        if state.by_token:
            for reading, value in self._tokens[at].readings.items():
                for name, next_state in state.by_token.get(reading, ()):
                    yield from self._walk(next_state, at + 1, parts | {name: value} if name else parts)
        for rule, edges in state.by_rule.items():
            for end, value in self.read(rule, at):
                for name, next_state in edges:
                    yield from self._walk(next_state, end, parts | {name: value})

    def _mean(self, form: Form, start: int, end: int, parts: dict[str, object]) -> object:
        for part in parts.values():
            if isinstance(part, Misread):
                return part._replace(inner=True) if form.meaning or part.inner else Misread(start, end, part.refusal)
        if not form.meaning:
            (value,) = parts.values()
            return value
        known = self._context | parts
        try:
            return form.meaning(**{name: known[name] for name in _parameters(form.meaning)})
        except RefusalError as refusal:
            return Misread(start, end, refusal)
        except (ValueError, OverflowError):
            return Misread(start, end, _BEYOND)


_Choices = Sequence[Sequence[tuple[str, str] | None]]
"""For each element of a form the edges that it may be, and None if it may be left out."""

_unfolding = threading.RLock()


@dataclass(slots=True)
class _State:
    """A state of the automaton that reads all patterns of a rule at once.

    An edge has the name of the value that it gives ("" for a word) and leads to another state. What follows on a state
    is worked out when a text first gets there: of the 20,000 states few are ever reached.
    """

    by_token: dict[str, list[tuple[str, _State]]] = field(default_factory=dict)  # from a reading
    by_rule: dict[str, list[tuple[str, _State]]] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)  # those that end here
    _folded: list[tuple[Form, _Choices]] = field(default_factory=list)  # forms that go on here, and how

    def add(self, form: Form, rest: _Choices) -> None:
        """Have a form go on here."""
        self._folded.append((form, rest))

    def unfold(self) -> None:
        """Work out the edges from here, if that has not been done; any number of threads may."""
        if not self._folded:
            return
        with _unfolding:
            for form, rest in self._folded:
                self._unfold(form, rest)
            self._folded = []  # last, as another thread looks at it without the lock

    def _unfold(self, form: Form, rest: _Choices) -> None:
        if not rest:
            self.forms.append(form)
            return
        for edge in rest[0]:
            if edge is None:
                self._unfold(form, rest[1:])
            else:
                self._next(*edge).add(form, rest[1:])

    def _next(self, step: str, name: str) -> _State:
        """The state to which a word, CLASS or <rule> leads; made if there was none."""
        edges = (
            self.by_rule.setdefault(step.strip("<>"), [])
            if step.startswith("<")
            else self.by_token.setdefault(step, [])
        )
        for known, state in edges:
            if known == name:
                return state
        edges.append((name, state := _State()))
        return state


def _choices(form: Form) -> _Choices:
    choices: list[list[tuple[str, str] | None]] = []
    for element in form.pattern.split():
        name, steps, optional = _element(element)
        choices.append([*((step, name) for step in steps), *([None] if optional else [])])
    return choices


def _element(element: str) -> tuple[str, list[str], bool]:
    """An element of a pattern: its value's name ("" if none), the steps it allows, if it is optional."""
    name, _, alternatives = element.removesuffix("?").rpartition(":")
    steps = alternatives.split("|")
    valued = steps[0].startswith("<") or steps[0][0].isupper()
    return name or (steps[0].strip("<>").lower() if valued else ""), steps, element.endswith("?")


def _check(form: Form, earlier: Set[str]) -> None:
    elements = [_element(element) for element in form.pattern.split()]
    names = {name for name, _, _ in elements if name}
    wanted = set(_parameters(form.meaning)) - _CONTEXT if form.meaning else names
    if names != wanted or (not form.meaning and len(names) != 1):
        raise ValueError(
            f"the pattern {form.pattern!r} has the names {sorted(names)}, but the function that is its meaning takes "
            f"{sorted(wanted)}; they must be the same"
        )
    for _, steps, _ in elements:
        if any(step.startswith("<") and step.strip("<>") not in earlier for step in steps):
            raise ValueError(f"{form.pattern!r} names a rule that does not come before it")


def _parameters(function: Callable[..., object]) -> Sequence[str]:
    code: CodeType = function.__code__
    return code.co_varnames[: code.co_argcount]
