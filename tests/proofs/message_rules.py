"""What Discord demands of requests beyond its description: sums over a message, what is unique, who is notified."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.discord_server.command_limits import LOCALES
from tests.discord_server.component_limits import LINK, SELECTS, Kind, flatten
from tests.discord_server.errors import Json
from tests.discord_server.limits import V2
from tests.discord_server.requests import Request
from tests.proofs.addresses import uri_problem
from tests.proofs.api_description import units

MOST_TEXT = 4_000
MOST_CONTENT = 2_000
MOST_COMPONENTS = 40
MOST_BYTES = 10_170  # of text displays in UTF-8, and twelve a display: more gets a 500 (Discord's issue 8554)
MOST_CHOICES = 25
MOST_COMMAND = 8_000
_MESSAGE, _UPDATE, _CHOICES = 4, 7, 8  # types of an answer to an interaction
_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
_TEXT_LINK = re.compile(r"\]\(<([^>\n]*)>\)")
_IN_A_LINK = set("<>()[] \n")


def broken_rules(request: Request) -> list[str]:
    """Which of the rules a request breaks, in words."""
    body = request.body
    found: list[str] = []
    if isinstance(message := _message(request), dict):
        found += _message_rules(message, request)
    elif request.path.endswith("/callback") and isinstance(body, dict) and body.get("type") == _CHOICES:
        found += _choice_rules(body["data"].get("choices") or [])
    elif request.path.endswith("/commands"):
        commands = body if isinstance(body, list) else [body]
        found += [fault for each in commands if isinstance(each, dict) for fault in _command_rules(each)]
        found += _unique([f"{each.get('type', 1)} {each['name']}" for each in commands if isinstance(each, dict)])
    return [f"{request.method} {request.path.split('/')[1]}: {fault}" for fault in found]


def _message(request: Request) -> object:
    """The message that a request sends or changes, None where it does neither."""
    body, path = request.body, request.path
    if not isinstance(body, dict) or request.method not in {"POST", "PATCH"}:
        return None
    if path.endswith("/callback"):
        return body.get("data") if body.get("type") in {_MESSAGE, _UPDATE} else None
    if path.endswith("/threads"):  # the first message of a post in a forum
        return body.get("message")
    return body if "/messages" in path or path.startswith("/webhooks/") else None


def _message_rules(message: Json, request: Request) -> Iterator[str]:
    components = flatten(message.get("components") or [])
    content = message.get("content") or ""
    if message.get("flags", 0) & V2:
        for key in ("content", "embeds", "poll", "sticker_ids"):
            if message.get(key):
                yield f"{key} beside Components V2"
    elif any(each["type"] >= Kind.SECTION for each in components):
        yield "Components V2 without their flag"
    if units(content) > MOST_CONTENT:
        yield f"content of {len(content)} characters, {units(content)} in UTF-16"
    if not (content.strip() or components or message.get("embeds")):
        yield "an empty message"
    yield from _mention_rules(message)
    yield from _component_rules(components)
    if (nonce := message.get("nonce")) is not None and not 1 <= len(str(nonce)) <= 25:
        yield f"a nonce of {len(str(nonce))} characters"
    can_have_nonce = request.path.startswith("/channels/") and request.path.endswith("/messages")
    if request.method == "POST" and can_have_nonce and not message.get("enforce_nonce"):
        yield "a message to a channel that could come twice: no enforce_nonce"
    for text in (content, *(each["content"] for each in components if each["type"] == Kind.TEXT)):
        for address in _TEXT_LINK.findall(text):
            if (problem := uri_problem(address)) is not None or _IN_A_LINK & set(address):
                yield f"a link in the text to {address!r}: {problem}"


def _mention_rules(message: Json) -> Iterator[str]:
    """Nobody is notified but, by a message to a channel, one role."""
    allowed = message.get("allowed_mentions")
    if allowed is None:
        yield "allowed_mentions is missing: whoever the text names would be notified"
        return
    if allowed.get("parse") or allowed.get("users") or allowed.get("replied_user"):
        yield f"allowed_mentions lets the text notify: {allowed}"
    if len(allowed.get("roles") or []) > 1:
        yield f"allowed_mentions lets several roles be notified: {allowed}"


def _component_rules(components: Sequence[Json]) -> Iterator[str]:
    texts = [each["content"] for each in components if each["type"] == Kind.TEXT]
    if (size := sum(map(units, texts))) > MOST_TEXT:
        yield f"{sum(map(len, texts))} characters of text in all, {size} in UTF-16"
    if (size := sum(len(text.encode()) + 12 for text in texts)) > MOST_BYTES:
        yield f"{size} bytes of text in all"
    if len(components) > MOST_COMPONENTS:
        yield f"{len(components)} components"
    yield from (f"a text without anything to see: {text!r}" for text in texts if not text.strip())
    yield from _unique([each["custom_id"] for each in components if each.get("custom_id")])
    yield from _unique([str(each["id"]) for each in components if each.get("id")])
    for each in components:
        if each["type"] == Kind.ROW:
            yield from _row_rules(each)
        elif each["type"] == Kind.BUTTON:
            yield from _button_rules(each)
        elif each["type"] == Kind.SELECT:
            yield from _select_rules(each)


def _row_rules(row: Json) -> Iterator[str]:
    kinds = [each["type"] for each in row["components"]]
    if len(kinds) > 5 or (len(kinds) > 1 and SELECTS & set(kinds)):
        yield f"a row of {kinds}"


def _button_rules(button: Json) -> Iterator[str]:
    if not (button.get("label") or "").strip() and not button.get("emoji"):
        yield "a button that shows nothing"
    if bool(button.get("custom_id")) == bool(button.get("url")):
        yield "a button with both custom_id and url, or neither"
    if (button["style"] == LINK) != bool(button.get("url")):
        yield f"a button of style {button['style']} with the url {button.get('url')!r}"
    if (url := button.get("url")) and (problem := uri_problem(url)) is not None:
        yield f"a button that leads to {url!r}: {problem}"


def _select_rules(select: Json) -> Iterator[str]:
    options = select["options"]
    if not 1 <= len(options) <= 25:
        yield f"a select of {len(options)} options"
    yield from _unique([each["value"] for each in options])
    for each in options:
        for key in ("label", "value", "description"):
            if key in each and (not (each[key] or "").strip() or units(each[key]) > 100):
                yield f"an option's {key} of {len(each[key])} characters, {units(each[key])} in UTF-16: {each[key]!r}"
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if not 0 <= least <= most <= len(options):
        yield f"a select of {least} to {most} among {len(options)}"


def _choice_rules(choices: Sequence[Json]) -> Iterator[str]:
    if len(choices) > MOST_CHOICES:
        yield f"{len(choices)} choices"
    yield from _unique([str(each["name"]) for each in choices])
    for each in choices:
        for key in ("name", "value"):
            text = each[key]
            if isinstance(text, str) and (not text.strip() or units(text) > 100):
                yield f"a choice's {key} of {len(text)} characters, {units(text)} in UTF-16: {text!r}"


def _command_rules(command: Json) -> Iterator[str]:
    is_slash = command.get("type", 1) == 1
    if (size := _characters(command)) > MOST_COMMAND:
        yield f"/{command['name']} has {size} characters in all"
    if not is_slash and (command.get("description") or command.get("options")):
        yield f"the menu {command['name']} has a description or options"
    yield from _named_rules(command, f"/{command['name']}", is_slash, not is_slash)


def _named_rules(item: Json, where: str, is_slash: bool, is_menu: bool) -> Iterator[str]:
    for name in _in_every_locale(item, "name"):
        if is_slash and (not _COMMAND_NAME.fullmatch(name) or name != name.lower()):
            yield f"{where}: the name {name!r}"
        elif not 1 <= units(name) <= 32:
            yield f"{where}: a name of {units(name)} characters"
    for text in _in_every_locale(item, "description"):
        if not is_menu and not (text.strip() and units(text) <= 100):
            yield f"{where}: a description of {units(text)} characters"
    for key in ("name_localizations", "description_localizations"):
        if unknown := set(item.get(key) or {}) - LOCALES:
            yield f"{where}: {key} of {sorted(unknown)}"
    options = item.get("options") or []
    yield from _unique([f"{where} {each['name']}" for each in options])
    optional = False
    for each in options:
        if each.get("required") and optional:
            yield f"{where}: {each['name']} is required after what is not"
        optional = optional or not each.get("required")
        yield from _named_rules(each, f"{where} {each['name']}", True, False)


def _in_every_locale(item: Json, key: str) -> list[str]:
    return [item.get(key) or "", *(item.get(f"{key}_localizations") or {}).values()]


def _characters(item: Json) -> int:
    """What counts of a command: of a text and its translations the longest."""
    size = sum(max(map(units, _in_every_locale(item, key))) for key in ("name", "description"))
    size += units(item["value"]) if isinstance(item.get("value"), str) else 0
    return size + sum(_characters(each) for key in ("options", "choices") for each in item.get(key) or [])


def _unique(values: Sequence[str]) -> Iterator[str]:
    yield from (f"{value!r} comes {count} times" for value, count in Counter(values).items() if count > 1)
