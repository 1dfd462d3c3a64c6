"""Bullets of all kinds and depths: what is an event, and what it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, product

import pytest

from tests.embeddings.archive.portal.days import events, only
from tests.rows import for_each

SOURCE = "[http://radio.example/1 (Radio)]"

# A tree of bullets: a name is a topic with what stands below it, None an event.
Tree = Sequence["tuple[str, Tree] | None"]
TREES: dict[str, Tree] = {
    "events": [None, None, None],
    "a topic": [("Rain", [None, None])],
    "topics and events in turn": [None, ("Rain", [None]), None, ("Snow", [None, None]), ("Hail", [None])],
    "topics in topics": [
        ("Rain", [("Floods", [None, None]), ("Ardun", [("Belmora", [None])]), None]),
        ("Snow", [None]),
    ],
    "deep, then not": [("Rain", [("Floods", [("Ardun", [("Belmora", [None])])])]), None],
}
KINDS: dict[str, Callable[[int], str]] = {
    "stars": lambda depth: "*" * depth,
    "colons": lambda depth: ":" * depth,
    "numbers": lambda depth: "#" * depth,
    "colons that end with a star": lambda depth: ":" * (depth - 1) + "*",
    "stars that end with a colon": lambda depth: "*" * (depth - 1) + ":",
    "stars with blanks between": lambda depth: "* " * depth,
    "stars after a blank": lambda depth: " " + "*" * depth + " ",
}
HEADS = {
    "bare": "[[{}]]",
    "colon": "[[{}]]:",
    "blank and colon": "[[{}]] :",
    "bold": "'''[[{}]]'''",
    "words": "The [[{}]]:",
}


def rendered(tree: Tree, kind: Callable[[int], str], head: str, depth: int, numbers: Iterator[int]) -> Iterator[str]:
    for node in tree:
        if node is None:
            number = next(numbers)
            yield f"{kind(depth)}Event {number} is in [[Place {number}]]. {SOURCE}"
        else:
            yield kind(depth) + head.format(node[0])
            yield from rendered(node[1], kind, head, depth + 1, numbers)


def told(tree: Tree, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The topics of each event of a tree."""
    for node in tree:
        if node is None:
            yield above
        else:
            yield from told(node[1], (*above, node[0]))


CASES = [
    (*case, head)
    for case, head in zip(product(TREES.values(), KINDS.values(), (1, 2, 3)), cycle(HEADS.values()), strict=False)
]


@for_each(("tree", "kind", "start", "head"), CASES)
def test_bullets_of_each_kind_make_the_same_tree(tree: Tree, kind: Callable[[int], str], start: int, head: str) -> None:
    page = ";Before\n*[[Old topic]]\n**[[Older topic]]\n***An event.\n\n;Weather\n"
    page += "\n".join(rendered(tree, kind, head, start, iter(range(1, 100))))
    _, *found = events(page)
    names = list(told(tree))
    prefix = "The " if head.startswith("The") else ""
    assert [event.topics for event in found] == [tuple(prefix + name for name in topics) for topics in names]
    assert [event.contexts for event in found] == [
        (*topics, f"Place {number}") for number, topics in enumerate(names, start=1)
    ]
    assert [event.headline for event in found] == [f"Event {n} is in Place {n}." for n in range(1, len(names) + 1)]
    assert {(event.category, len(event.sources)) for event in found} == {("Weather", 1)}


@pytest.mark.parametrize(
    ("topic", "below"),
    [
        ("*", "*"),
        ("*", ":"),
        ("*", "#"),
        (":", "*"),
        (":", "#"),
        ("#", ":"),
        ("*", "*:"),
        ("*", "::"),
        ("**", "*:"),
        (":", "**"),
        ("::", ":*"),
        ("*:", "***"),
    ],
)
def test_bullets_of_another_kind_stand_below_a_topic(topic: str, below: str) -> None:
    if topic == below:
        topic, below = "*", "**"
    page = f"{topic}[[Rain]]:\n{below}It rains. {SOURCE}\n{below}It pours.\n{topic}[[Snow]]:\n{below}It snows."
    found = events(page)
    assert [(event.headline, event.topics) for event in found] == [
        ("It rains.", ("Rain",)),
        ("It pours.", ("Rain",)),
        ("It snows.", ("Snow",)),
    ]


@for_each("heading", ["'''Sports'''", ";Sports", "==Sports==", "'''Weather'''"])
@for_each("marks", ["**", "***", "::", ":::", "*:", ":*", "##"])
@for_each("before", ["*[[Rain]]\n**It rains.", "*[[Rain]]\n**[[Ardun]]\n***It rains.", "*[[Ardun]] floods."])
def test_a_category_has_no_topic_and_no_link_of_the_one_before(heading: str, marks: str, before: str) -> None:
    *_, first, second = events(
        f"'''Weather'''\n{before}\n\n{heading}\n{marks}[[Cestry]] wins.\n{marks}[[Belmora]] loses."
    )
    assert (first.topics, first.contexts) == ((), ("Cestry",))
    assert (second.topics, second.contexts) == ((), ("Belmora",))


@for_each("marks", ["*", "**", ":", "::"])
@for_each(
    ("link", "headline", "contexts"),
    [
        ("[[Ardun flood]]", "Ardun flood", ("Ardun flood",)),
        ("[[2015 Ardun flood|Ardun flood]]", "Ardun flood", ("2015 Ardun flood",)),
        ("'''[[Ardun flood]]''':", "Ardun flood", ("Ardun flood",)),
        ("[[Ardun]], [[Belmora]]", "Ardun, Belmora", ("Ardun", "Belmora")),
        ("{{ill|Ardun flood|de}}", "Ardun flood", ("Ardun flood",)),
    ],
)
@for_each("below", ["", "\n{}It snows.", "\n{}[[Snow]]", "\n\n;Sports\n**Cestry wins."])
def test_a_link_with_nothing_below_it_is_an_event(
    marks: str, link: str, headline: str, contexts: tuple[str, ...], below: str
) -> None:
    event, *_ = events(marks + link + below.format(marks))
    assert (event.headline, event.topics, event.contexts) == (headline, (), contexts)


def test_an_event_s_links_are_contexts_of_the_bullets_below_it_and_of_no_others() -> None:
    page = (
        "*[[Rain]]\n**The [[Belmora Dam]] breaks. [http://radio.example/1 (Radio)]\n***[[Ardun]] is under water.\n"
        "****So is [[Cestry]].\n***The [[army]] helps.\n**It [[rain]]s on.\n*It [[snow]]s."
    )
    assert [event.contexts for event in events(page)] == [
        ("Rain", "Belmora Dam"),
        ("Rain", "Belmora Dam", "Ardun"),
        ("Rain", "Belmora Dam", "Ardun", "Cestry"),
        ("Rain", "Belmora Dam", "army"),
        ("Rain", "rain"),
        ("snow",),
    ]
    assert {event.topics for event in events(page)} == {("Rain",), ()}
    assert [len(event.sources) for event in events(page)] == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(("first", "second"), [(":", "*"), ("*", "#"), ("::", "**"), ("#", "*")])
def test_an_event_of_another_kind_stands_beside_an_event(first: str, second: str) -> None:
    rains, snows = events(f"{first}It [[rain]]s.\n{second}It [[snow]]s.")
    assert (rains.contexts, snows.contexts) == (("rain",), ("snow",))


@pytest.mark.parametrize(
    "below", [":and in Belmora.", "*:and in Belmora.", "::and in Belmora.", "and in Belmora.", ":And in [[Belmora]]."]
)
def test_a_line_with_a_colon_goes_on_with_a_sentence(below: str) -> None:
    assert only(f"*It rains in Ardun\n{below}").headline == f"It rains in Ardun {below.lstrip('*:').translate(NO_LINK)}"


NO_LINK = str.maketrans("", "", "[]")


def test_a_topic_with_a_colon_after_an_event_with_a_star_begins_a_list_of_its_own() -> None:
    rains, snows = events(f"*It rains. {SOURCE}\n:[[Snow]]:\n::It snows.\n")
    assert (rains.headline, snows.headline, snows.topics) == ("It rains.", "It snows.", ("Snow",))
