"""What Discord demands of a message, an autocomplete answer and a modal."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from .component_limits import Kind, check_components, flatten
from .errors import ApiError, FormErrors, Json, Path, empty_message

V2 = 1 << 15
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_EMBEDS = 1 << 2
SILENT = 1 << 12
MOST_CONTENT = 2_000
MOST_EMBEDS = 10
MOST_EMBED_TEXT = 6_000  # characters of all embeds of a message, together
# Discord answers 500 beyond this (its issue 8554): UTF-8 bytes of the text displays and 12 for each of them.
MOST_V2_BYTES = 10_170
_SCHEME = re.compile(r"(?:https?://[^\s/?#]+|attachment://)\S*", re.IGNORECASE)


@dataclass
class Draft:
    """A message as it would be after a request, before anything about it is accepted."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    files: set[str] = field(default_factory=set)
    other: bool = False  # a poll or a sticker


def check_draft(draft: Draft, errors: FormErrors) -> None:
    """Refuse a message that breaks a limit, as Discord does.

    Raises:
        ApiError: 50035 with the tree of what is wrong, 50006 for an empty message.
    """
    v2 = bool(draft.flags & V2)
    if v2:
        for name, value in (("content", draft.content), ("embeds", draft.embeds)):
            if value:
                message = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                errors.add((name,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    errors.text(draft.content, ("content",), MOST_CONTENT)
    check_embeds(draft.embeds, draft.files, errors)
    check_components(draft.components, v2, draft.files, errors)
    errors.raise_any()
    if v2 and not draft.components:
        raise empty_message()
    if not v2 and not (draft.content.strip() or draft.files or draft.other or any(map(_shows, draft.embeds))):
        raise empty_message()
    texts = [each["content"] for each in flatten(draft.components) if each["type"] == Kind.TEXT]
    if sum(len(text.encode()) + 12 for text in texts) > MOST_V2_BYTES:
        raise ApiError(500, 0, "500: Internal Server Error")


def _shows(embed: Json) -> bool:
    return any(embed.get(key) for key in ("title", "description", "fields", "image", "thumbnail", "footer", "author"))


def check_embeds(embeds: object, files: set[str], errors: FormErrors) -> None:
    if not errors.array(embeds, ("embeds",), MOST_EMBEDS):
        return
    assert isinstance(embeds, list)
    total = 0
    for number, each in enumerate(embeds):
        embed = errors.mapping(each, ("embeds", number))
        total += _check_embed(embed, ("embeds", number), files, errors)
    if total > MOST_EMBED_TEXT:
        message = f"Embed size exceeds maximum size of {MOST_EMBED_TEXT}"
        errors.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", message)


def _check_embed(embed: Json, path: Path, files: set[str], errors: FormErrors) -> int:
    """Check one embed; returns the characters that count towards the sum."""
    total = 0

    def text(value: object, where: Path, most: int, least: int = 0) -> None:
        nonlocal total
        if value is None and not least:
            return
        errors.text(value, (*path, *where), most, least)
        total += len(value) if isinstance(value, str) else 0

    def address(value: object, where: Path) -> None:
        if value is None:
            return
        if not errors.text(value, (*path, *where), 2_048, 1):
            return
        assert isinstance(value, str)
        if not _SCHEME.fullmatch(value):
            message = "Not a well formed URL."
            errors.add((*path, *where), "URL_TYPE_INVALID_URL", message)
        elif value.startswith("attachment://") and value.removeprefix("attachment://") not in files:
            errors.add((*path, *where), "URL_TYPE_INVALID_URL", f"No attachment has the name of {value!r}.")

    text(embed.get("title"), ("title",), 256)
    text(embed.get("description"), ("description",), 4_096)
    address(embed.get("url"), ("url",))
    inner = {
        key: errors.mapping(embed.get(key) or {}, (*path, key)) for key in ("footer", "author", "image", "thumbnail")
    }
    footer, author = inner["footer"], inner["author"]
    text(footer.get("text"), ("footer", "text"), 2_048)
    address(footer.get("icon_url"), ("footer", "icon_url"))
    text(author.get("name"), ("author", "name"), 256)
    address(author.get("url"), ("author", "url"))
    address(author.get("icon_url"), ("author", "icon_url"))
    for picture in ("image", "thumbnail"):
        address(inner[picture].get("url"), (picture, "url"))
    if embed.get("color") is not None:
        errors.number(embed["color"], (*path, "color"), 0, 0xFFFFFF)
    if embed.get("timestamp") is not None:
        _check_timestamp(embed["timestamp"], (*path, "timestamp"), errors)
    fields = embed.get("fields") or []
    if errors.array(fields, (*path, "fields"), 25):
        for number, entry in enumerate(fields):
            each = errors.mapping(entry, (*path, "fields", number))
            text(each.get("name"), ("fields", number, "name"), 256, 1)
            text(each.get("value"), ("fields", number, "value"), 1_024, 1)
    return total


def _check_timestamp(value: object, path: Path, errors: FormErrors) -> None:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        errors.add(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")


def check_choices(choices: object, option_kind: int) -> list[Json]:
    """Check an autocomplete answer; returns its choices."""
    errors = FormErrors()
    path: Path = ("data", "choices")
    if errors.array(choices, path, 25):
        assert isinstance(choices, list)
        for number, each in enumerate(choices):
            choice = errors.mapping(each, (*path, number))
            errors.text(choice.get("name"), (*path, number, "name"), 100, 1)
            value, here = choice.get("value"), (*path, number, "value")
            if option_kind == 3:
                errors.text(value, here, 100, 1)
            else:
                errors.number(value, here, -(2**53), 2**53)
    errors.raise_any()
    assert isinstance(choices, list)
    return choices


def check_modal(modal: object) -> Json:
    """Check what a modal shows; returns it."""
    errors = FormErrors()
    if not isinstance(modal, dict):
        errors.add(("data",), "BASE_TYPE_REQUIRED", "This field is required")
        errors.raise_any()
    assert isinstance(modal, dict)
    errors.text(modal.get("custom_id"), ("data", "custom_id"), 100, 1)
    errors.text(modal.get("title"), ("data", "title"), 45, 1)
    if errors.array(modal.get("components"), ("data", "components"), 5, 1):
        for number, component in enumerate(modal["components"]):
            path: Path = ("data", "components", number)
            allowed = (Kind.ROW, Kind.TEXT, Kind.LABEL)
            if errors.choice(component.get("type"), (*path, "type"), allowed) and component["type"] == Kind.LABEL:
                errors.text(component.get("label"), (*path, "label"), 45, 1)
                if component.get("description") is not None:
                    errors.text(component["description"], (*path, "description"), 100)
    errors.raise_any()
    return modal
