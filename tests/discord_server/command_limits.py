"""What Discord demands of application commands when they are registered."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from typing import Any, cast

from .errors import ApiError, FormErrors, Json, Path

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
MOST = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}
MOST_CHARACTERS = 8_000  # names, descriptions and values of a command, together
LOCALES = set(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th "
    "zh-CN ja zh-TW ko".split()
)


def check_commands(commands: object) -> list[Json]:
    """Check the whole list of a bulk overwrite; returns it.

    Raises:
        ApiError: 50035 with the tree of what is wrong, 30032 for too many commands.
    """
    errors = FormErrors()
    if not isinstance(commands, list):
        errors.add((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        errors.raise_any()
    assert isinstance(commands, list)
    kinds = Counter(command.get("type", SLASH) for command in commands)
    for kind, count in kinds.items():
        if count > MOST.get(kind, count):
            raise ApiError(400, 30032, f"Maximum number of application commands reached ({MOST[kind]})")
    seen = set()
    for number, command in enumerate(commands):
        check_command(command, (number,), errors)
        key = (command.get("type", SLASH), command.get("name"))
        if key in seen:
            message = "Application command names must be unique"
            errors.add((number, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
    errors.raise_any()
    return commands


_right: set[str] = set()


def check_again(commands: object) -> list[Json]:
    """Check commands, of which each bot that a process of the tests starts sends the same, the first time alone."""
    text = json.dumps(commands)
    if text in _right:
        return cast(list[Json], commands)
    checked = check_commands(commands)
    _right.add(text)
    return checked


def check_command(command: Json, path: Path, errors: FormErrors) -> None:
    kind = command.get("type", SLASH)
    if not errors.choice(kind, (*path, "type"), MOST):
        return
    _check_localized(command, path, "name", slash=kind == SLASH, errors=errors)
    if kind == SLASH:
        _check_localized(command, path, "description", slash=False, errors=errors)
        _check_options(command.get("options") or [], (*path, "options"), errors, depth=0)
    else:
        if command.get("description"):
            message = "Context menu commands cannot have description"
            errors.add((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
        if command.get("options"):
            message = "Context menu commands cannot have options"
            errors.add((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", message)
    size = _characters(command)
    if size > MOST_CHARACTERS:
        message = f"Command exceeds maximum size ({MOST_CHARACTERS}), it has {size} characters"
        errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    needed = command.get("default_member_permissions")
    if needed is not None and not str(needed).isdecimal():
        errors.add((*path, "default_member_permissions"), "NUMBER_TYPE_COERCE", f"Value {needed!r} is not int.")
    for key, allowed in (("contexts", (0, 1, 2)), ("integration_types", (0, 1))):
        for number, each in enumerate(command.get(key) or []):
            errors.choice(each, (*path, key, number), allowed)


def is_slash_name(name: str) -> bool:
    """Whether Discord's `^[-_'\\p{L}\\p{N}]{1,32}$` in lower case matches."""
    letters = all(each in "-_'" or unicodedata.category(each)[0] in "LN" for each in name)
    return letters and name == name.lower()


def _check_name(name: object, path: Path, slash: bool, errors: FormErrors) -> None:
    if errors.text(name, path, 32, 1) and slash and not is_slash_name(str(name)):
        message = "Command name is invalid"
        errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", message)


def _check_localized(item: Json, path: Path, key: str, slash: bool, errors: FormErrors) -> None:
    """Check a name or description and its translations."""
    texts: dict[Path, Any] = {(*path, key): item.get(key)}
    for locale, text in (item.get(f"{key}_localizations") or {}).items():
        errors.choice(locale, (*path, f"{key}_localizations", locale), sorted(LOCALES))
        texts[(*path, f"{key}_localizations", locale)] = text
    for where, text in texts.items():
        if key == "name":
            _check_name(text, where, slash, errors)
        else:
            errors.text(text, where, 100, 1)


def _check_options(options: list[Json], path: Path, errors: FormErrors, depth: int) -> None:
    if not errors.array(options, path, 25):
        return
    names: set[str] = set()
    optional = False
    nested = {option.get("type") in {SUBCOMMAND, GROUP} for option in options}
    if len(nested) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    for number, option in enumerate(options):
        here: Path = (*path, number)
        if not errors.choice(option.get("type"), (*here, "type"), range(1, 12)):
            continue
        _check_localized(option, here, "name", slash=True, errors=errors)
        _check_localized(option, here, "description", slash=False, errors=errors)
        if option.get("name") in names:
            errors.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        names.add(str(option.get("name")))
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            errors.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
        if option["type"] in {SUBCOMMAND, GROUP}:
            if depth >= (2 if option["type"] == SUBCOMMAND else 1):
                message = "Sub-commands and groups can be nested one level deep"
                errors.add((*here, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
            _check_options(option.get("options") or [], (*here, "options"), errors, depth + 1)
            if option["type"] == GROUP and any(each.get("type") != SUBCOMMAND for each in option.get("options") or []):
                message = "Groups hold sub-commands only"
                errors.add((*here, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        else:
            _check_value_option(option, here, errors)


def _check_value_option(option: Json, path: Path, errors: FormErrors) -> None:
    kind, choices = option["type"], option.get("choices") or []
    if choices and option.get("autocomplete"):
        message = "Choices and autocomplete cannot both be set"
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", message)
    if (choices or option.get("autocomplete")) and kind not in {STRING, INTEGER, NUMBER}:
        message = "Only string, integer and number options can have choices or autocomplete"
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    if errors.array(choices, (*path, "choices"), 25):
        names: set[object] = set()
        for number, choice in enumerate(choices):
            here = (*path, "choices", number)
            _check_choice_name(choice, here, names, errors)
            if kind == STRING:
                errors.text(choice.get("value"), (*here, "value"), 100, 1)
            else:
                errors.number(choice.get("value"), (*here, "value"), -(2**53), 2**53)
    for key, least in (("min_length", 0), ("max_length", 1)):
        if option.get(key) is not None:
            errors.number(option[key], (*path, key), least, 6_000)
    for key in ("min_value", "max_value"):
        if option.get(key) is not None:
            errors.number(option[key], (*path, key), -(2**53), 2**53)
    for lower, upper in (("min_length", "max_length"), ("min_value", "max_value")):
        if None not in {option.get(lower), option.get(upper)} and option[lower] > option[upper]:
            errors.add((*path, lower), "NUMBER_TYPE_MAX", f"{lower} must not be greater than {upper}")


def _check_choice_name(choice: Json, path: Path, names: set[object], errors: FormErrors) -> None:
    errors.text(choice.get("name"), (*path, "name"), 100, 1)
    for locale, text in (choice.get("name_localizations") or {}).items():
        errors.choice(locale, (*path, "name_localizations", locale), sorted(LOCALES))
        errors.text(text, (*path, "name_localizations", locale), 100, 1)
    if choice.get("name") in names:
        message = "Choice names must be unique"
        errors.add((*path, "name"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message)
    names.add(choice.get("name"))


def _characters(item: Json) -> int:
    """The characters that count towards a command's limit; of translations the longest counts instead."""
    size = 0
    for key in ("name", "description"):
        texts = [item.get(key) or "", *(item.get(f"{key}_localizations") or {}).values()]
        size += max(len(str(text)) for text in texts)
    size += len(item["value"]) if isinstance(item.get("value"), str) else 0
    for key in ("options", "choices"):
        size += sum(_characters(each) for each in item.get(key) or [])
    return size
