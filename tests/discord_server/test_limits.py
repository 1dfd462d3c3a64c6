from __future__ import annotations

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import few_examples

from .component_limits import flatten
from .errors import ApiError, FormErrors
from .limits import V2, Draft, check_choices, check_draft, check_modal
from .mentions import Pings, pings

Json = dict[str, Any]


def text(content: str = "x") -> Json:
    return {"type": 10, "content": content}


def button(number: int = 0, **changes: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": f"button:{number}", **changes}


def link(url: str) -> Json:
    return {"type": 2, "style": 5, "label": "Go", "url": url}


def row(*inner: Json) -> Json:
    return {"type": 1, "components": list(inner)}


def select(count: int = 1, **changes: Any) -> Json:
    options = [{"label": f"label {number}", "value": f"value {number}"} for number in range(count)]
    return {"type": 3, "custom_id": "select", "options": options, **changes}


def option(**changes: Any) -> Json:
    return select(options=[{"label": "a", "value": "b", **changes}])


def section(texts: int = 1, accessory: Json | None = None) -> Json:
    return {"type": 9, "components": [text() for _ in range(texts)], "accessory": accessory or button(99)}


def container(*inner: Json, **changes: Any) -> Json:
    return {"type": 17, "components": list(inner), **changes}


def gallery(count: int = 1, url: str = "https://example.org/a.png", **changes: Any) -> Json:
    return {"type": 12, "items": [{"media": {"url": url}, **changes} for _ in range(count)]}


def thumbnail(**changes: Any) -> Json:
    return {"type": 11, "media": {"url": "https://example.org/a.png"}, **changes}


def refusal(draft: Draft) -> ApiError | None:
    try:
        check_draft(draft, FormErrors())
    except ApiError as error:
        return error
    return None


def paths(error: ApiError | None) -> list[str]:
    """Where the tree of errors says that something is wrong."""
    found: list[str] = []

    def walk(node: Json, path: str) -> None:
        for key, value in node.items():
            if key == "_errors":
                found.append(path)
            else:
                walk(value, f"{path}.{key}" if path else key)

    walk((error.errors if error else None) or {}, "")
    return found


def of(*components: Json) -> Draft:
    return Draft(components=list(components), flags=V2, files={"a.png"})


ACCEPTED_V2 = [
    of(text("x" * 4_000)),
    of(text("x" * 2_000), container(text("y" * 2_000))),
    of(*[text() for _ in range(40)]),
    of(container(*[text() for _ in range(39)])),
    of(row(*[button(number) for number in range(5)])),
    of(row(button(label="x" * 80, custom_id="i" * 100))),
    of(row(link("https://example.org/" + "x" * 492))),
    of(row(link("discord://-/channels"))),
    of(row(select(25, min_values=0, max_values=25, placeholder="p" * 150))),
    of(row(option(label="l" * 100, value="v" * 100, description="d" * 100))),
    of(row({"type": 8, "custom_id": "channels", "channel_types": [0]})),
    of(section(3)),
    of(section(1, thumbnail(description="d" * 1_024))),
    of(gallery(10, description="d" * 1_024)),
    of(gallery(url="attachment://a.png")),
    of({"type": 13, "file": {"url": "attachment://a.png"}}),
    of(container({"type": 14, "spacing": 2, "divider": True}, text(), accent_color=0xFFFFFF)),
]

REFUSED_V2 = [
    (of(text("x" * 4_001)), "components.0.content"),
    (of(text("x" * 2_000), container(text("y" * 2_001))), "components"),
    (of(text("")), "components.0.content"),
    (of(text("  ")), "components.0.content"),
    (of(*[text() for _ in range(41)]), "components"),
    (of(container(*[text() for _ in range(40)])), "components"),
    (of(*[section(1) | {"accessory": button(number)} for number in range(14)]), "components"),
    (of(row(*[button(number) for number in range(6)])), "components.0.components"),
    (of(row()), "components.0.components"),
    (of(row(select(), button())), "components.0.components"),
    (of(row(button(label="x" * 81))), "components.0.components.0.label"),
    (of(row(button(label=None))), "components.0.components.0"),
    (of(row(button(custom_id="i" * 101))), "components.0.components.0.custom_id"),
    (of(row(button(custom_id=""))), "components.0.components.0.custom_id"),
    (of(row(button(1)), row(button(1))), "components.1.components.0.custom_id"),
    (of(row(button(1)), section(1, button(1))), "components.1.accessory.custom_id"),
    (of(row(button(url="https://example.org"))), "components.0.components.0"),
    (of(row(link("https://example.org/" + "x" * 493))), "components.0.components.0.url"),
    (of(row(link("ftp://example.org/"))), "components.0.components.0.url"),
    (of(row(link("javascript:alert(1)"))), "components.0.components.0.url"),
    (of(row(link("https://example.org/a b"))), "components.0.components.0.url"),
    (of(row(select(26))), "components.0.components.0.options"),
    (of(row(select(0))), "components.0.components.0.options"),
    (of(row(select(2, max_values=3))), "components.0.components.0.max_values"),
    (of(row(select(2, placeholder="p" * 151))), "components.0.components.0.placeholder"),
    (of(row(option(label="l" * 101))), "components.0.components.0.options.0.label"),
    (of(row(option(value="v" * 101))), "components.0.components.0.options.0.value"),
    (of(row(option(description="d" * 101))), "components.0.components.0.options.0.description"),
    (of(row(select(options=[{"label": "a", "value": "v"}] * 2))), "components.0.components.0.options.1.value"),
    (of(section(4)), "components.0.components"),
    (of({**section(), "accessory": None}), "components.0.accessory"),
    (of(section(1, text())), "components.0.accessory.type"),
    (of(section(1, thumbnail(description="d" * 1_025))), "components.0.accessory.description"),
    (of({"type": 9, "components": [button()], "accessory": button(1)}), "components.0.components.0.type"),
    (of(gallery(11)), "components.0.items"),
    (of(gallery(0)), "components.0.items"),
    (of(gallery(description="d" * 1_025)), "components.0.items.0.description"),
    (of(gallery(url="attachment://b.png")), "components.0.items.0.media.url"),
    (of(gallery(url="file:///etc/passwd")), "components.0.items.0.media.url"),
    (of({"type": 13, "file": {"url": "https://example.org/"}}), "components.0.file.url"),
    (of(container(container(text()))), "components.0.components.0.type"),
    (of(container(button())), "components.0.components.0.type"),
    (of(container()), "components.0.components"),
    (of(container(text(), accent_color=0x1000000)), "components.0.accent_color"),
    (of(button()), "components.0.type"),
    (of(thumbnail()), "components.0.type"),
    (of({**text(), "id": 3}, {**text(), "id": 3}), "components.1.id"),
    (Draft(content="x", components=[text()], flags=V2), "content"),
    (Draft(embeds=[{"title": "x"}], components=[text()], flags=V2), "embeds"),
]


@pytest.mark.parametrize("draft", ACCEPTED_V2, ids=lambda draft: str(draft.components)[:60])
def test_components_within_the_limits_are_accepted(draft: Draft) -> None:
    assert refusal(draft) is None


@pytest.mark.parametrize(("draft", "path"), REFUSED_V2, ids=[f"{path}-{n}" for n, (_, path) in enumerate(REFUSED_V2)])
def test_components_beyond_a_limit_are_refused_where_they_are(draft: Draft, path: str) -> None:
    error = refusal(draft)
    assert error is not None
    assert (error.status, error.code, error.message) == (400, 50035, "Invalid Form Body")
    assert path in paths(error)


def embed(**changes: Any) -> Draft:
    return Draft(embeds=[{"title": "t", **changes}], files={"a.png"})


def fields(count: int, name: str = "n", value: str = "v") -> Draft:
    return embed(fields=[{"name": name, "value": value} for _ in range(count)])


ACCEPTED = [
    Draft(content="x" * 2_000),
    Draft(embeds=[{"description": "x" * 600}] * 10),
    Draft(files={"a.png"}),
    Draft(content="x", components=[row(button(number)) for number in range(5)]),
    embed(title="t" * 256),
    embed(description="d" * 4_096),
    embed(footer={"text": "f" * 2_048}),
    embed(author={"name": "a" * 256}),
    embed(timestamp="2024-01-01T00:00:00+00:00", color=0, url="https://example.org/"),
    embed(image={"url": "attachment://a.png"}),
    fields(25),
    fields(1, "n" * 256, "v" * 1_024),
]
REFUSED = [
    (Draft(content="x" * 2_001), "content"),
    (Draft(embeds=[{"title": "t"}] * 11), "embeds"),
    (Draft(embeds=[{"description": "x" * 3_001}, {"description": "x" * 3_000}]), "embeds"),
    (Draft(content="x", components=[row(button(number)) for number in range(6)]), "components"),
    (Draft(content="x", components=[text()]), "components.0.type"),
    (Draft(content="x", components=[container(text())]), "components.0.type"),
    (embed(title="t" * 257), "embeds.0.title"),
    (embed(description="d" * 4_097), "embeds.0.description"),
    (embed(footer={"text": "f" * 2_049}), "embeds.0.footer.text"),
    (embed(author={"name": "a" * 257}), "embeds.0.author.name"),
    (embed(timestamp="yesterday"), "embeds.0.timestamp"),
    (embed(color=0x1000000), "embeds.0.color"),
    (embed(url="example.org"), "embeds.0.url"),
    (embed(image={"url": "attachment://b.png"}), "embeds.0.image.url"),
    (fields(26), "embeds.0.fields"),
    (fields(1, name="n" * 257), "embeds.0.fields.0.name"),
    (fields(1, value="v" * 1_025), "embeds.0.fields.0.value"),
    (fields(1, name=""), "embeds.0.fields.0.name"),
    (fields(1, value=" "), "embeds.0.fields.0.value"),
]


@pytest.mark.parametrize("draft", ACCEPTED, ids=lambda draft: str(draft)[:60])
def test_messages_within_the_limits_are_accepted(draft: Draft) -> None:
    assert refusal(draft) is None


@pytest.mark.parametrize(("draft", "path"), REFUSED, ids=[f"{path}-{n}" for n, (_, path) in enumerate(REFUSED)])
def test_messages_beyond_a_limit_are_refused_where_it_is(draft: Draft, path: str) -> None:
    assert path in paths(refusal(draft))


@pytest.mark.parametrize("draft", [Draft(), Draft(content="  "), Draft(embeds=[{}]), Draft(flags=V2)])
def test_an_empty_message_is_refused(draft: Draft) -> None:
    error = refusal(draft)
    assert error is not None
    assert error.code == 50006


def test_components_of_too_many_bytes_break_discord() -> None:
    assert refusal(of(text("あ" * 3_386))) is None
    error = refusal(of(text("あ" * 3_387)))
    assert error is not None
    assert error.status == 500


def choice(name: str = "n", value: object = "v") -> Json:
    return {"name": name, "value": value}


def test_choices_within_the_limits_are_accepted() -> None:
    check_choices([choice("n" * 100, "v" * 100)] * 25, 3)
    check_choices([choice(value=7)], 4)
    check_choices([], 3)


@pytest.mark.parametrize(
    ("choices", "kind"),
    [
        ([choice()] * 26, 3),
        ([choice(name="")], 3),
        ([choice(name="n" * 101)], 3),
        ([choice(value="")], 3),
        ([choice(value="v" * 101)], 3),
        ([choice(value="v")], 4),
        (None, 3),
    ],
)
def test_choices_beyond_a_limit_are_refused(choices: object, kind: int) -> None:
    with pytest.raises(ApiError, match="50035"):
        check_choices(choices, kind)


def test_modals_have_a_title_and_one_to_five_components() -> None:
    modal: Json = {"custom_id": "m", "title": "t" * 45, "components": [{"type": 18, "label": "l"}] * 5}
    assert check_modal(modal) is modal
    changes: list[Json] = [{"title": "t" * 46}, {"title": ""}, {"custom_id": "m" * 101}, {"components": []}]
    for change in changes:
        with pytest.raises(ApiError, match="50035"):
            check_modal({**modal, **change})
    with pytest.raises(ApiError):
        check_modal({**modal, "components": modal["components"] + modal["components"]})
    with pytest.raises(ApiError):
        check_modal(None)


# Laws

trees = st.recursive(
    st.builds(text, st.text(max_size=30)),
    lambda inner: st.lists(inner, max_size=4).map(lambda children: container(*children)),
    max_leaves=60,
)


@given(st.lists(trees, max_size=6))
@few_examples()
def test_every_component_counts_once(components: list[Json]) -> None:
    def count(component: Json) -> int:
        return 1 + sum(count(child) for child in component.get("components", []))

    assert len(flatten(components)) == sum(count(component) for component in components)


KEYS = st.sampled_from("components content items media url accessory style label custom_id options value file".split())
rubbish = st.recursive(
    st.none() | st.booleans() | st.integers(0, 20) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.builds(lambda kind, rest: {"type": kind, **rest}, st.integers(0, 18), st.dictionaries(KEYS, inner))
    ),
    max_leaves=20,
)


@given(st.lists(rubbish, max_size=3), rubbish, rubbish)
@few_examples()
def test_any_message_is_accepted_or_refused_with_a_form_error(components: Any, content: Any, embed: Any) -> None:
    drafts = [
        Draft(components=components, flags=V2),
        Draft(content=content, components=components),
        Draft(content="x", embeds=[embed, {"title": content, "fields": embed, "footer": embed, "image": content}]),
    ]
    for draft in drafts:
        error = refusal(draft)
        assert error is None or error.code in {50035, 50006}


@given(st.lists(st.integers(1, 60), min_size=1, max_size=50))
def test_what_discord_py_counts_as_text_is_what_is_counted_here(lengths: list[int]) -> None:
    view = discord.ui.LayoutView()
    for length in lengths[:40]:
        view.add_item(discord.ui.TextDisplay("x" * length))
    everything = flatten(view.to_components())  # type: ignore[no-untyped-call]  # discord.py gives it no types
    assert sum(len(each["content"]) for each in everything) == view.content_length()
    assert len(everything) == view.total_children_count


IDS = st.integers(10**17, 10**18 - 1)


@given(st.sets(IDS, max_size=3), st.sets(IDS, max_size=3), st.booleans())
def test_nothing_pings_when_nothing_is_allowed(users: set[int], roles: set[int], everyone: bool) -> None:
    written = " ".join([*(f"<@{each}>" for each in users), *(f"<@&{each}>" for each in roles), "@here" * everyone])
    assert pings([written], None) == Pings(everyone, frozenset(users), frozenset(roles))
    assert not pings([written], {"parse": []})
    assert pings([written], {"parse": [], "users": sorted(users)[:1]}).users == set(sorted(users)[:1])
    assert pings([written], {"parse": ["roles"]}) == Pings(roles=frozenset(roles))
