"""The short form of `tests.proofs.conformance`, and that what it goes by notices each kind of fault."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.discord_server.errors import Json
from tests.discord_server.messages import Upload
from tests.discord_server.requests import Request
from tests.proofs.addresses import uri_problem
from tests.proofs.api_description import Description
from tests.proofs.conformance import Size, description_file, prove
from tests.proofs.hostile_events import ADDRESSES, PLACES, TEXTS, day_of, records
from tests.proofs.message_rules import broken_rules
from tests.proofs.tables import Table

ID = "1477545925017600304"
SEND = ("POST", f"/channels/{ID}/messages")
ANSWER = ("PATCH", f"/webhooks/{ID}/token/messages/@original")
CALLBACK = ("POST", f"/interactions/{ID}/token/callback")
COMMANDS = ("PUT", f"/applications/{ID}/commands")


@pytest.fixture(scope="module")
def description() -> Description:
    if (path := description_file()) is None:
        pytest.skip("DATELINE_TEST_ARCHIVES names no folder with Discord's description of its API")
    return Description(path)


async def test_what_the_bot_sends_in_a_locale_is_right(description: Description, tmp_path: Path) -> None:
    table = Table("one locale, a page")
    await prove(description, Size(("ja",), pages=1, asked=1, channels=11, step=129, kept=True), tmp_path, table)
    assert table.failures == []
    claim = "a request is right by Discord's description"
    assert table.counts[claim][1] > 200


def test_there_are_258_events_each_with_its_text_in_its_place() -> None:
    found = records()
    assert len(found) == len(TEXTS) * len(PLACES) == 258
    assert str(day_of(0)) == found[0]["date"]
    first = {each["sources"][0]["url"] for each in found}
    assert len(first) == len(set(ADDRESSES))  # each address is somewhere the one that a headline leads to


# --- bodies that are right, and each fault that must be noticed ---

MESSAGE: Json = {
    "flags": 1 << 15,
    "allowed_mentions": {"parse": []},
    "enforce_nonce": True,
    "nonce": "n" * 25,
    "components": [
        {
            "type": 17,
            "accent_color": 1,
            "components": [
                {"type": 10, "content": "# Text [link](<https://news.example/a>)"},
                {"type": 14, "divider": True, "spacing": 1},
                {
                    "type": 1,
                    "components": [
                        {
                            "type": 3,
                            "custom_id": "select",
                            "placeholder": "Open",
                            "options": [{"label": "One", "value": "1", "description": "First"}],
                        }
                    ],
                },
                {
                    "type": 1,
                    "components": [
                        {"type": 2, "style": 2, "label": "Next", "custom_id": "next"},
                        {"type": 2, "style": 5, "label": "Read", "url": "https://news.example/a"},
                    ],
                },
            ],
        }
    ],
}
COMMAND: Json = {
    "name": "ask",
    "type": 1,
    "description": "Ask",
    "name_localizations": {"de": "frage"},
    "description_localizations": {"de": "Frage"},
    "options": [{"type": 3, "name": "query", "description": "What", "required": True, "autocomplete": True}],
    "integration_types": [0, 1],
    "contexts": [0],
    "default_member_permissions": 32,
}
CHOICES: Json = {"type": 8, "data": {"choices": [{"name": "One", "value": "1"}]}}


def request(route: tuple[str, str], body: object, query: dict[str, str] | None = None) -> Request:
    kind = "application/json" if body is not None else ""
    return Request(*route, query or {}, 0.0, content_type=kind, body=body)


def faults(description: Description, sent: Request) -> list[str]:
    return description.faults(sent) or broken_rules(sent)


def inner(message: Json) -> list[Json]:
    found: list[Json] = message["components"][0]["components"]
    return found


def text(message: Json) -> Json:
    return inner(message)[0]


def select(message: Json) -> Json:
    found: Json = inner(message)[2]["components"][0]
    return found


def button(message: Json, number: int = 0) -> Json:
    found: Json = inner(message)[3]["components"][number]
    return found


def many(component: Json, count: int, **changed: Callable[[int], object]) -> list[Json]:
    return [{**component, **{key: value(n) for key, value in changed.items()}} for n in range(count)]


TEXT: Json = {"type": 10, "content": "Text"}
BUTTON: Json = {"type": 2, "style": 2, "label": "B"}

MESSAGE_FAULTS: dict[str, Callable[[Json], Any]] = {
    "a key that nothing has": lambda m: m.update(conten="x"),
    "a key that a component does not have": lambda m: text(m).update(text="x"),
    "content beside components": lambda m: m.update(content="x"),
    "embeds beside components": lambda m: m.update(embeds=[{"title": "x"}]),
    "no flag of Components V2": lambda m: m.update(flags=0),
    "no allowed_mentions": lambda m: m.pop("allowed_mentions"),
    "everybody may be notified": lambda m: m.update(allowed_mentions={"parse": ["everyone"]}),
    "users may be notified": lambda m: m.update(allowed_mentions={"parse": [], "users": [ID]}),
    "two roles may be notified": lambda m: m.update(allowed_mentions={"parse": [], "roles": [ID, "2"]}),
    "a role that is no id": lambda m: m.update(allowed_mentions={"parse": [], "roles": ["x"]}),
    "a nonce of 26": lambda m: m.update(nonce="n" * 26),
    "a message that may come twice": lambda m: m.pop("enforce_nonce"),
    "an unknown component": lambda m: text(m).update(type=99),
    "a component without type": lambda m: text(m).pop("type"),
    "a component of type true": lambda m: m["components"][0].update(type=True),
    "a button outside a row": lambda m: inner(m).append({**BUTTON, "custom_id": "x"}),
    "a container in a container": lambda m: inner(m).append({"type": 17, "components": [TEXT]}),
    "an empty container": lambda m: inner(m).clear(),
    "an empty text": lambda m: text(m).update(content=""),
    "a text of blanks": lambda m: text(m).update(content=" \n "),
    "a text of 4,001": lambda m: text(m).update(content="x" * 4_001),
    "2,001 emoji": lambda m: text(m).update(content="😀" * 2_001),
    "4,001 in several texts": lambda m: inner(m).extend(many(TEXT, 4, content=lambda _: "x" * 1_000)),
    "emoji in several texts": lambda m: inner(m).extend(many(TEXT, 4, content=lambda _: "😀" * 500)),
    "10,171 bytes": lambda m: text(m).update(content="國" * 3_390),
    "41 components": lambda m: m["components"].extend(many(TEXT, 33)),
    "a link in the text that is no URI": lambda m: text(m).update(content="[x](<https://news.example/ü>)"),
    "a link in the text that ends early": lambda m: text(m).update(content="[x](<https://news.example/a)b>)"),
    "a custom_id twice": lambda m: select(m).update(custom_id="next"),
    "a custom_id of 101": lambda m: select(m).update(custom_id="x" * 101),
    "no custom_id": lambda m: button(m).pop("custom_id"),
    "an id twice": lambda m: (text(m).update(id=5), select(m).update(id=5)),
    "an id below zero": lambda m: text(m).update(id=-1),
    "an id beyond 32 bits": lambda m: text(m).update(id=2**31),
    "a colour beyond white": lambda m: m["components"][0].update(accent_color=2**24),
    "a label of 81": lambda m: button(m).update(label="x" * 81),
    "a label of 41 emoji": lambda m: button(m).update(label="😀" * 41),
    "a label of blanks": lambda m: button(m).update(label="  "),
    "no label": lambda m: button(m).pop("label"),
    "an unknown style": lambda m: button(m).update(style=9),
    "custom_id and address": lambda m: button(m, 1).update(custom_id="x"),
    "an address without its style": lambda m: button(m, 1).update(style=2),
    "a style without its address": lambda m: button(m).update(style=5),
    "an address of 513": lambda m: button(m, 1).update(url="https://news.example/" + "x" * 492),
    "an address that is no URI": lambda m: button(m, 1).update(url="https://news.example/ü"),
    "an address with a bad port": lambda m: button(m, 1).update(url="https://news.example:99999/"),
    "an address of another scheme": lambda m: button(m, 1).update(url="ftp://news.example/"),
    "six buttons in a row": lambda m: inner(m)[3].update(components=many(BUTTON, 6, custom_id=str)),
    "a select beside a button": lambda m: inner(m)[2]["components"].append({**BUTTON, "custom_id": "x"}),
    "no options": lambda m: select(m).update(options=[]),
    "26 options": lambda m: select(m).update(options=many({}, 26, label=str, value=str)),
    "a value twice": lambda m: select(m).update(options=many({"value": "1"}, 2, label=str)),
    "an option's label of 101": lambda m: select(m)["options"][0].update(label="x" * 101),
    "an option's label of 51 emoji": lambda m: select(m)["options"][0].update(label="😀" * 51),
    "an option's label of nothing": lambda m: select(m)["options"][0].update(label=""),
    "an option's description of 101": lambda m: select(m)["options"][0].update(description="x" * 101),
    "an option's value of 101": lambda m: select(m)["options"][0].update(value="x" * 101),
    "a placeholder of 151": lambda m: select(m).update(placeholder="x" * 151),
    "more to choose than there is": lambda m: select(m).update(max_values=2),
}

COMMAND_FAULTS: dict[str, Callable[[Json], Any]] = {
    "a name in upper case": lambda c: c.update(name="Ask"),
    "a name with a blank": lambda c: c.update(name="a b"),
    "a name of 33": lambda c: c.update(name="a" * 33),
    "a translated name in upper case": lambda c: c.update(name_localizations={"de": "Frage"}),
    "a name in no locale": lambda c: c.update(name_localizations={"tlh": "a"}),
    "a description of 101": lambda c: c.update(description="x" * 101),
    "no description": lambda c: c.update(description=""),
    "a translated description of 51 emoji": lambda c: c.update(description_localizations={"de": "😀" * 51}),
    "an option's name with a blank": lambda c: c["options"][0].update(name="a b"),
    "an option's description of nothing": lambda c: c["options"][0].update(description=""),
    "an option of no type": lambda c: c["options"][0].update(type=99),
    "an option twice": lambda c: c.update(options=c["options"] * 2),
    "a needed option after others": lambda c: c["options"].insert(
        0, {**c["options"][0], "name": "a", "required": False}
    ),
    "26 options": lambda c: c.update(options=many(c["options"][0], 26, name=lambda n: f"a{n}")),
    "more than 8,000 characters": lambda c: c["options"][0].update(
        autocomplete=False, choices=many({}, 25, name=lambda n: f"{n:0100}", value=lambda n: f"{n:0300}")
    ),
    "permissions that do not exist": lambda c: c.update(default_member_permissions=-1),
    "a place twice": lambda c: c.update(contexts=[0, 0]),
    "a menu with a description": lambda c: c.update(type=3),
}

CHOICE_FAULTS: dict[str, Callable[[Json], Any]] = {
    "26 choices": lambda c: c["data"].update(choices=many({}, 26, name=str, value=str)),
    "a name of 101": lambda c: c["data"]["choices"][0].update(name="x" * 101),
    "a name of 51 emoji": lambda c: c["data"]["choices"][0].update(name="😀" * 51),
    "a name of nothing": lambda c: c["data"]["choices"][0].update(name=""),
    "a name of blanks": lambda c: c["data"]["choices"][0].update(name=" "),
    "a value of 101": lambda c: c["data"]["choices"][0].update(value="x" * 101),
    "a value of nothing": lambda c: c["data"]["choices"][0].update(value=""),
    "a value of no kind": lambda c: c["data"]["choices"][0].update(value=[1]),
    "no choices at all": lambda c: c.pop("data"),
}


def cases() -> list[Any]:
    return [
        pytest.param(route, body, fault, id=f"{where}: {name}")
        for where, route, body, found in (
            ("message", SEND, MESSAGE, MESSAGE_FAULTS),
            ("command", COMMANDS, [COMMAND], COMMAND_FAULTS),
            ("choices", CALLBACK, CHOICES, CHOICE_FAULTS),
        )
        for name, fault in found.items()
    ]


@pytest.mark.parametrize(("route", "body", "fault"), cases())
def test_a_body_with_one_fault_is_noticed(
    description: Description, route: tuple[str, str], body: Any, fault: Callable[[Json], Any]
) -> None:
    assert faults(description, request(route, body)) == []
    broken = copy.deepcopy(body)
    fault(broken[0] if isinstance(broken, list) else broken)
    assert broken != body
    assert faults(description, request(route, broken))


def test_the_same_message_is_right_wherever_messages_are_sent(description: Description) -> None:
    edit = {key: value for key, value in MESSAGE.items() if "nonce" not in key}
    assert faults(description, request(ANSWER, edit)) == []
    assert faults(description, request(CALLBACK, {"type": 4, "data": edit})) == []
    assert faults(description, request(("POST", f"/webhooks/{ID}/token"), edit, {"wait": "true"})) == []
    for route, body in ((ANSWER, {**edit, "flags": 0}), (CALLBACK, {"type": 4, "data": {**edit, "flags": 0}})):
        assert faults(description, request(route, body))


def test_a_fault_is_told_where_it_is(description: Description) -> None:
    broken = copy.deepcopy(MESSAGE)
    button(broken).update(label="x" * 81)
    [told] = description.faults(request(SEND, broken))
    assert "create_message: components/0/components/3/components/0/label: 81 characters" in told


@pytest.mark.parametrize(
    "sent",
    [
        request(("GET", "/nowhere"), None),
        request(("PUT", f"/channels/{ID}/messages"), {}),
        request(("GET", "/channels/general/messages"), None),
        request(("GET", f"/channels/{ID}/messages"), None, {"limit": "101"}),
        request(("GET", f"/channels/{ID}/messages"), None, {"limit": "many"}),
        request(("GET", f"/channels/{ID}/messages"), None, {"before": "yesterday"}),
        request(("GET", f"/channels/{ID}/messages"), None, {"page": "2"}),
        request(SEND, None),
        request(CALLBACK, {"type": 99}),
        request(CALLBACK, {"type": 9}),
        Request(*SEND, {}, 0.0, content_type="text/plain", body=MESSAGE),
        Request(*SEND, {}, 0.0, content_type="", body=MESSAGE),
        Request(*SEND, {}, 0.0, content_type="multipart/form-data", body={**MESSAGE, "flags": "many"}),
        Request(
            *SEND, {}, 0.0, content_type="multipart/form-data", body=MESSAGE, uploads=[Upload("picture", "a.png", b"")]
        ),
    ],
    ids=lambda sent: f"{sent.method} {sent.path} {sent.query} {sent.content_type} {json.dumps(sent.body)[:20]}",
)
def test_a_request_that_no_operation_takes_is_noticed(description: Description, sent: Request) -> None:
    assert description.faults(sent)


def test_a_file_beside_a_message_is_right(description: Description) -> None:
    files = [Upload("files[0]", "a.png", b"")]
    sent = Request(*SEND, {}, 0.0, content_type="multipart/form-data", body=MESSAGE, uploads=files)
    assert faults(description, sent) == []


@pytest.mark.parametrize(
    "address",
    ["https://news.example/2015/12/23?id=1&x=(2)#top", "http://xn--mnchen-3ya.example:8443/a%20b", "https://1.2.3.4/"],
)
def test_a_web_address_is_a_uri(address: str) -> None:
    assert uri_problem(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "news.example",
        "//news.example/",
        "ftp://news.example/",
        "https:///a",
        "https://news.example/a b",
        "https://news.example/ü",
        "https://ü.example/",
        "https://xn--zzzzzzzz.example/",
        "https://news.example:99999/",
        "https://news.example:0/",
        "https://news.example:x/",
        "https://news.example/%zz",
        "https://news.example/[a]",
        "https://news.example/#a#b",
        "https://news..example/",
        "https://" + "a" * 64 + ".example/",
        "https://[zz]/",
        "https://1.2.3.999/",
        "https://news.example/\n",
        'https://news.example/"',
    ],
)
def test_an_address_that_is_none_is_noticed(address: str) -> None:
    assert uri_problem(address) is not None
