"""What Discord demands of a message's components, old (rows of buttons) and new (Components V2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from .errors import FormErrors, Json, Path

MOST_COMPONENTS = 40
MOST_TEXT = 4_000  # characters of text displays, together
MOST_ROWS = 5  # of a message without Components V2
MOST_CUSTOM_ID = 100
MOST_URL = 2_048
_BUTTON_URL = 512
_WEB = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_BUTTON_LINK = re.compile(r"(?:https?|discord)://\S+", re.IGNORECASE)
_ATTACHMENT = re.compile(r"attachment://(\S+)")


class Kind(IntEnum):
    ROW = 1
    BUTTON = 2
    SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    THUMBNAIL = 11
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18


SELECTS = {Kind.SELECT, Kind.USER_SELECT, Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT, Kind.CHANNEL_SELECT}
INSIDE_CONTAINER = {Kind.ROW, Kind.SECTION, Kind.TEXT, Kind.GALLERY, Kind.FILE, Kind.SEPARATOR}
TOP_LEVEL = INSIDE_CONTAINER | {Kind.CONTAINER}
LINK = 5  # a button's style


def children(component: Json) -> Iterator[tuple[Path, Json]]:
    """The components directly inside one, each with its path from there."""
    inner = component.get("components")
    for number, child in enumerate(inner if isinstance(inner, list) else []):
        if isinstance(child, dict):
            yield ("components", number), child
    for name in ("accessory", "component"):
        if isinstance(component.get(name), dict):
            yield (name,), component[name]


def flatten(components: list[Json]) -> list[Json]:
    """Every component, nested ones after the one that they are in."""
    found: list[Json] = []
    for component in components:
        found.append(component)
        found.extend(flatten([child for _, child in children(component)]))
    return found


def check_components(components: object, v2: bool, files: set[str], errors: FormErrors) -> None:
    """Say what is wrong with a message's components; `files` are the names of its attachments."""
    top: Path = ("components",)
    if not errors.array(components, top, 10_000 if v2 else MOST_ROWS):
        return
    assert isinstance(components, list)
    check = _Check(v2, files, errors)
    for number, component in enumerate(components):
        check.one(component, (*top, number), TOP_LEVEL if v2 else {Kind.ROW})
    if errors:
        return  # the sums below would trip over what is no component
    everything = flatten(components)
    if v2 and len(everything) > MOST_COMPONENTS:
        message = f"A message can have at most {MOST_COMPONENTS} components, this one has {len(everything)}"
        errors.add(top, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    characters = sum(len(each["content"]) for each in everything if each["type"] == Kind.TEXT)
    if characters > MOST_TEXT:
        message = f"The text of all components together must be {MOST_TEXT} or fewer in length, this is {characters}"
        errors.add(top, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


class _Check:
    def __init__(self, v2: bool, files: set[str], errors: FormErrors) -> None:
        self._v2, self._files, self._errors = v2, files, errors
        self._custom_ids: set[str] = set()
        self._ids: set[int] = set()

    def one(self, component: object, path: Path, allowed: set[Kind]) -> None:
        component = self._errors.mapping(component, path)
        if not self._errors.choice(component.get("type"), (*path, "type"), sorted(int(kind) for kind in allowed)):
            return
        kind = Kind(component["type"])
        number = component.get("id")
        if number and self._errors.number(number, (*path, "id"), 0, 2**31 - 1):
            if number in self._ids:
                self._errors.add((*path, "id"), "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
            self._ids.add(number)
        if kind in SELECTS:
            self._select(component, path)
            return
        checks = {
            Kind.ROW: self._row,
            Kind.BUTTON: self._button,
            Kind.SECTION: self._section,
            Kind.TEXT: self._text,
            Kind.THUMBNAIL: self._thumbnail,
            Kind.GALLERY: self._gallery,
            Kind.FILE: self._file,
            Kind.SEPARATOR: self._separator,
            Kind.CONTAINER: self._container,
        }
        checks[kind](component, path)

    def _inner(self, component: Json, path: Path, most: int, allowed: set[Kind]) -> list[Json]:
        inner = component.get("components")
        if not self._errors.array(inner, (*path, "components"), most, 1):
            return []
        assert isinstance(inner, list)
        for number, child in enumerate(inner):
            self.one(child, (*path, "components", number), allowed)
        return inner

    def _row(self, row: Json, path: Path) -> None:
        inner = self._inner(row, path, 5, SELECTS | {Kind.BUTTON})
        selects = sum(1 for each in inner if isinstance(each, dict) and each.get("type") in SELECTS)
        if selects and len(inner) > 1:
            message = "The specified component exceeds the maximum width"
            self._errors.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)

    def _container(self, container: Json, path: Path) -> None:
        self._inner(container, path, 10_000, INSIDE_CONTAINER)
        if container.get("accent_color") is not None:
            self._errors.number(container["accent_color"], (*path, "accent_color"), 0, 0xFFFFFF)

    def _section(self, section: Json, path: Path) -> None:
        self._inner(section, path, 3, {Kind.TEXT})
        if section.get("accessory") is None:
            self._errors.add((*path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
        else:
            self.one(section["accessory"], (*path, "accessory"), {Kind.BUTTON, Kind.THUMBNAIL})

    def _text(self, text: Json, path: Path) -> None:
        self._errors.text(text.get("content"), (*path, "content"), MOST_TEXT, 1)

    def _media(self, media: object, path: Path, only_files: bool = False) -> None:
        url = media.get("url") if isinstance(media, dict) else None
        if not self._errors.text(url, (*path, "url"), MOST_URL, 1):
            return
        assert isinstance(url, str)
        attachment = _ATTACHMENT.fullmatch(url)
        if attachment:
            if attachment[1] not in self._files:
                message = f"Referenced attachment {attachment[1]} was not found"
                self._errors.add((*path, "url"), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)
        elif only_files or not _WEB.fullmatch(url):
            allowed = "attachment" if only_files else "http, https, attachment"
            self._errors.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", f"Scheme must be one of ({allowed}).")

    def _described(self, item: Json, path: Path) -> None:
        if item.get("description") is not None:
            self._errors.text(item["description"], (*path, "description"), 1_024)

    def _thumbnail(self, thumbnail: Json, path: Path) -> None:
        self._media(thumbnail.get("media"), (*path, "media"))
        self._described(thumbnail, path)

    def _gallery(self, gallery: Json, path: Path) -> None:
        items = gallery.get("items")
        if not self._errors.array(items, (*path, "items"), 10, 1):
            return
        assert isinstance(items, list)
        for number, each in enumerate(items):
            item = self._errors.mapping(each, (*path, "items", number))
            self._media(item.get("media"), (*path, "items", number, "media"))
            self._described(item, (*path, "items", number))

    def _file(self, file: Json, path: Path) -> None:
        self._media(file.get("file"), (*path, "file"), only_files=True)

    def _separator(self, separator: Json, path: Path) -> None:
        if separator.get("spacing") is not None:
            self._errors.choice(separator["spacing"], (*path, "spacing"), (1, 2))

    def _custom_id(self, component: Json, path: Path) -> None:
        path = (*path, "custom_id")
        if not self._errors.text(component.get("custom_id"), path, MOST_CUSTOM_ID, 1):
            return
        if component["custom_id"] in self._custom_ids:
            message = "Component custom id cannot be duplicated"
            self._errors.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        self._custom_ids.add(component["custom_id"])

    def _button(self, button: Json, path: Path) -> None:
        if not self._errors.choice(button.get("style"), (*path, "style"), (1, 2, 3, 4, 5, 6)):
            return
        label = button.get("label")
        if label is not None:
            self._errors.text(label, (*path, "label"), 80)
        if not label and not button.get("emoji") and button["style"] != 6:
            message = "A label or an emoji is required"
            self._errors.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", message)
        if button["style"] == LINK:
            self._link(button, path)
        elif button["style"] == 6:
            return  # a shop's button has neither id nor address
        elif button.get("url") is not None:
            message = "A custom id and url cannot both be specified"
            self._errors.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
        else:
            self._custom_id(button, path)

    def _link(self, button: Json, path: Path) -> None:
        if button.get("custom_id") is not None:
            message = "A custom id and url cannot both be specified"
            self._errors.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
        if not self._errors.text(button.get("url"), (*path, "url"), _BUTTON_URL, 1):
            return
        if not _BUTTON_LINK.fullmatch(button["url"]):
            message = "Scheme must be one of ('http', 'https', 'discord')."
            self._errors.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", message)

    def _select(self, select: Json, path: Path) -> None:
        self._custom_id(select, path)
        if select.get("placeholder") is not None:
            self._errors.text(select["placeholder"], (*path, "placeholder"), 150)
        least, most = select.get("min_values", 1), select.get("max_values", 1)
        if not self._errors.number(least, (*path, "min_values"), 0, 25):
            return
        if not self._errors.number(most, (*path, "max_values"), max(1, least), 25):
            return
        if select["type"] != Kind.SELECT:
            return
        options = select.get("options")
        if not self._errors.array(options, (*path, "options"), 25, 1):
            return
        assert isinstance(options, list)
        if most > len(options):
            self._errors.number(most, (*path, "max_values"), 1, len(options))
        values: list[object] = []
        for number, each in enumerate(options):
            here = (*path, "options", number)
            option = self._errors.mapping(each, here)
            self._errors.text(option.get("label"), (*here, "label"), 100, 1)
            self._errors.text(option.get("value"), (*here, "value"), 100, 1)
            if option.get("description") is not None:
                self._errors.text(option["description"], (*here, "description"), 100)
            if option.get("value") in values:
                message = "The specified option value is already used"
                self._errors.add((*here, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
            values.append(option.get("value"))
        if sum(1 for option in options if isinstance(option, dict) and option.get("default")) > most:
            message = f"At most {most} options can be chosen by default"
            self._errors.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)
