"""Links to Wikimedia's other projects."""

from __future__ import annotations

from itertools import product

import pytest

from embeddings.archive.portal.bullet import read_bullet
from embeddings.archive.portal.interwiki import project_page
from embeddings.events import Source
from tests.embeddings.archive.portal.days import read
from tests.rows import for_each

PREFIXES = ["n", ":n", "N", "wikinews", ":wikinews", "Wikinews", ":en:n", "n:en", "w:n"]
LABELS = ["", "|(Wikinews)", "|Wikinews", "|''(Wikinews)''", "|(Wikinews: Rain)", "|Rain falls"]
TITLES = {
    "Rain falls on Ardun": "Rain_falls_on_Ardun",
    "Rain_falls": "Rain_falls",
    "Rain: Ardun's worst?": "Rain:_Ardun%27s_worst%3F",
    "Rain (2005) & snow": "Rain_(2005)_%26_snow",
    "Été, à Ardun": "%C3%89t%C3%A9,_%C3%A0_Ardun",
}


@for_each(("prefix", "label"), list(product(PREFIXES, LABELS)))
@for_each(("title", "path"), TITLES.items())
@for_each("form", ["It rains. {}", "It rains. ({})", "It rains. [http://radio.example/1 (Radio)], {}"])
def test_a_link_to_wikinews_behind_a_sentence_is_a_source(
    prefix: str, label: str, title: str, path: str, form: str
) -> None:
    bullet = read_bullet(form.format(f"[[{prefix}:{title}{label}]]"))
    assert (bullet.text, bullet.links, bullet.names) == ("It rains.", (), ())
    assert bullet.sources[-1] == Source("Wikinews", f"https://en.wikinews.org/wiki/{path}")
    assert len(bullet.sources) == 1 + ("Radio" in form)


@pytest.mark.parametrize(
    ("wikitext", "text", "source"),
    [
        (
            "It [[n:Rain falls|rains]] in Ardun.",
            "It rains in Ardun.",
            ("Wikinews", "https://en.wikinews.org/wiki/Rain_falls"),
        ),
        ("It rains. [[:de:n:Regen|(Wikinews)]]", "It rains.", ("Wikinews", "https://de.wikinews.org/wiki/Regen")),
        ("It rains. [[n:de:Regen|(Wikinews)]]", "It rains.", ("Wikinews", "https://de.wikinews.org/wiki/Regen")),
        ("It rains. [[n:Rain#Ardun|(Wikinews)]]", "It rains.", ("Wikinews", "https://en.wikinews.org/wiki/Rain#Ardun")),
        ("It rains. [[n:|(Wikinews)]]", "It rains.", ("Wikinews", None)),
        ("It rains. [[n:Rain|(Wikinews)]", "It rains.", ("Wikinews", "https://en.wikinews.org/wiki/Rain")),
        ("It rains. {{wikinews|Rain}}", "It rains.", ("Wikinews", "https://en.wikinews.org/wiki/Rain")),
        ("It rains. [http://en.wikinews.org/wiki/Rain]", "It rains.", ("Wikinews", "http://en.wikinews.org/wiki/Rain")),
        (
            "It rains. [[s:Rain act|(Wikisource)]]",
            "It rains.",
            ("Wikisource", "https://en.wikisource.org/wiki/Rain_act"),
        ),
        ("It rains. [[m:Rain|(Meta)]]", "It rains.", ("Meta-Wiki", "https://meta.wikimedia.org/wiki/Rain")),
        ("It rains on [[s:Rain act|the act]].", "It rains on the act.", None),
        ("It rains on [[wikt:frog|frogs]].", "It rains on frogs.", None),
        ("It rains on [[:de:Frosch|frogs]].", "It rains on frogs.", None),
    ],
)
def test_links_to_other_projects(wikitext: str, text: str, source: tuple[str, str | None] | None) -> None:
    bullet = read_bullet(wikitext)
    assert (bullet.text, bullet.links) == (text, ())
    assert bullet.sources == (() if source is None else (Source(*source),))


def test_a_link_to_wikinews_alone_is_an_event() -> None:
    [event], notes = read("*[[n:Rain falls]]")
    assert (event.headline, event.topics, event.sources, notes) == (
        "Rain falls",
        (),
        (Source("Wikinews", "https://en.wikinews.org/wiki/Rain_falls"),),
        [],
    )


@pytest.mark.parametrize(
    "target", ["Rain", "2001: A Rain Odyssey", "de:Regen", ":de:Regen", "File:n", "w:Rain", "Rain:n:x"]
)
def test_other_targets_lead_to_no_project(target: str) -> None:
    assert project_page(target) is None
