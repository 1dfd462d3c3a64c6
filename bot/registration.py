"""The commands as Discord has them: compared with the bot's own, and registered anew where they differ."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from discord import DiscordException, Intents, Interaction, Locale, app_commands
from discord.app_commands import (
    AppCommandContext,
    AppInstallationType,
    CommandTree,
    MissingApplicationID,
    TranslationContextLocation,
    TranslationContextTypes,
    locale_str,
)
from discord.http import Route

from bot.commands import add_commands
from bot.config import DiscordSettings
from bot.current import working_on
from bot.host import HostClient
from bot.language import CHOICE, COMMAND, DESCRIPTION, MENU, OPTION, catalogue
from bot.outages import LONGEST_RATE_LIMIT_S, asked_wait_s, describe, final_sentence
from embeddings.errors import EmbeddingsError

_STRANGE = (KeyError, TypeError, ValueError)  # what reading an answer raises that is not Discord's
_SLASH = 1
_ENTRY_POINT = 4  # of an application with an Activity: Discord makes it, and refuses a list that leaves it out
_QUOTED = 100  # characters of an answer that nobody expected
# What Discord takes for granted, and leaves out or fills in where a command does not say it.
_DEFAULTS: Mapping[str, Any] = {
    "description": "",
    "options": [],
    "choices": [],
    "required": False,
    "autocomplete": False,
    "nsfw": False,
    "default_member_permissions": None,
    "name_localizations": {},
    "description_localizations": {},
}
# Of what Discord has besides, these count: whatever else it adds (ids, versions) says nothing of the command.
_COUNTED = frozenset({*_DEFAULTS, "min_value", "max_value", "min_length", "max_length", "channel_types"})
_WITHOUT_ORDER = frozenset({"contexts", "integration_types", "channel_types"})
_TRANSLATIONS = frozenset({"name_localizations", "description_localizations"})
# Under which contexts the catalogues have what Discord's menus show.
_CONTEXTS = {
    TranslationContextLocation.command_name: COMMAND,
    TranslationContextLocation.group_name: COMMAND,
    TranslationContextLocation.parameter_name: OPTION,
    TranslationContextLocation.command_description: DESCRIPTION,
    TranslationContextLocation.group_description: DESCRIPTION,
    TranslationContextLocation.parameter_description: DESCRIPTION,
    TranslationContextLocation.choice_name: CHOICE,
}
_OLD = frozenset({"dm_permission"})  # Discord works it out from the contexts

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Differences:
    """Names of commands (slash commands with the slash) that Discord lacks, has in another form, or has in excess."""

    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.missing or self.changed or self.strange)

    def __str__(self) -> str:
        kinds = (("missing", self.missing), ("other than the bot's", self.changed), ("not the bot's", self.strange))
        return "; ".join(f"{what}: {', '.join(names)}" for what, names in kinds if names)


class NotRegisteredError(EmbeddingsError):
    """Discord does not take the commands, or cannot be reached."""


class Tree(CommandTree[HostClient]):
    """The bot's commands: they work in servers, in direct messages and installed by a user alone."""

    def __init__(self, client: HostClient) -> None:
        super().__init__(
            client,
            allowed_contexts=AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=AppInstallationType(guild=True, user=True),
        )
        add_commands(self)

    def _from_interaction(self, interaction: Interaction[HostClient]) -> None:
        """Begin the task that answers a command, in which all that is logged bears the interaction's reference."""
        with working_on(interaction):
            super()._from_interaction(interaction)

    async def payload(self) -> list[dict[str, Any]]:
        """The commands in the form in which they are sent to Discord, in English and every language that has texts."""
        return [await command.get_translated_payload(self, _Names()) for command in self.get_commands()]


class _Names(app_commands.Translator):
    """What the commands are called in other languages. They are found under their English names, too."""

    async def translate(self, string: locale_str, locale: Locale, context: TranslationContextTypes) -> str | None:
        """A name or description in one of Discord's locales; None where it is the English one."""
        of_menu = isinstance(context.data, app_commands.ContextMenu)
        found = catalogue(locale.value).pgettext(MENU if of_menu else _CONTEXTS[context.location], string.message)
        return None if found == string.message else found


async def sync_commands(settings: DiscordSettings, *, force: bool = False) -> str:
    """Log in, register the commands if Discord's are different, and log out; returns a sentence for the operator.

    Raises:
        InputError: if there is no token.
        NotRegisteredError: if Discord does not take them, or cannot be reached.
    """
    token = settings.given_token()
    Route.BASE = str(settings.api_url)
    async with HostClient(intents=Intents(guilds=True), max_ratelimit_timeout=LONGEST_RATE_LIMIT_S) as client:
        tree = Tree(client)
        try:
            await client.login(token)
            before = await register(tree, force=force)
        except (DiscordException, aiohttp.ClientError, OSError, *_STRANGE) as error:
            raise NotRegisteredError(_refusal(error)) from error
    names = ", ".join(_name(each.to_dict(tree)) for each in tree.get_commands())
    if before:
        return f"registered {names}; until now Discord's were different ({before})"
    return f"{'registered anew' if force else 'Discord has the commands as they are'}: {names}"


def _refusal(error: Exception) -> str:
    if (sentence := final_sentence(error)) is not None:
        return sentence
    wait_s = asked_wait_s(error, time.time)
    when = "try again later" if wait_s is None else f"try again in {wait_s:.0f} s"
    return f"Discord did not take the commands ({describe(error)}); {when}"


async def register(tree: Tree, *, force: bool = False) -> Differences:
    """Make Discord hold the bot's commands and no others; one request if it does so already.

    Args:
        force: register them whatever Discord says that it has.

    Returns:
        What was different before.

    Raises:
        NotRegisteredError: if Discord's answer lacks some of the commands.
        discord.DiscordException, aiohttp.ClientError, OSError: if Discord refuses or cannot be reached.
    """
    theirs = await _registered(tree.client)
    entry_points = [each for each in theirs if each.get("type") == _ENTRY_POINT]
    ours = [*await tree.payload(), *entry_points]
    found = differences(ours, theirs)
    if found or force:
        answered: Any = await tree.client.http.bulk_upsert_global_commands(_application(tree.client), ours)
        if not isinstance(answered, list) or (lost := differences(ours, answered).missing):
            told = f"without {', '.join(lost)}" if isinstance(answered, list) else f"with {str(answered)[:_QUOTED]!r}"
            raise NotRegisteredError(f"Discord took the commands, and answered {told}")
    return found


async def _registered(client: HostClient) -> list[dict[str, Any]]:
    """The commands that Discord has. discord.py's own request leaves the translations out."""
    route = Route("GET", "/applications/{application_id}/commands", application_id=_application(client))
    answered: Any = await client.http.request(route, params={"with_localizations": "true"})
    if not isinstance(answered, list) or not all(isinstance(each, dict) for each in answered):
        raise NotRegisteredError(f"Discord was asked for the commands, and answered with {str(answered)[:_QUOTED]!r}")
    return answered


def _application(client: HostClient) -> int:
    if client.application_id is None:
        raise MissingApplicationID  # before the login
    return client.application_id


def differences(ours: Iterable[Payload], theirs: Iterable[Payload]) -> Differences:
    """Compare the bot's commands, as it registers them, with those that Discord has, as it lists them."""
    own, there = ({_name(each): each for each in side} for side in (ours, theirs))
    return Differences(
        missing=tuple(name for name in own if name not in there),
        changed=tuple(name for name, each in own.items() if name in there and not _holds(there[name], each)),
        strange=tuple(name for name in there if name not in own),
    )


def _name(command: Payload) -> str:
    return f"/{command.get('name')}" if command.get("type", _SLASH) == _SLASH else str(command.get("name"))


def _holds(theirs: Any, ours: Any, key: str = "") -> bool:
    """Whether Discord's value says the same as the bot's own; Discord adds ids, versions and defaults."""
    if isinstance(ours, Mapping):
        if not isinstance(theirs, Mapping):
            return False
        if key in _TRANSLATIONS:
            return dict(theirs) == dict(ours)
        counted = (ours.keys() - _OLD) | (theirs.keys() & _COUNTED)
        return all(_holds(_value(theirs, each), _value(ours, each), each) for each in counted)
    if not isinstance(ours, str) and isinstance(ours, Sequence):
        if not isinstance(theirs, Sequence) or len(theirs) != len(ours):
            return False
        if key in _WITHOUT_ORDER:
            return sorted(theirs) == sorted(ours)
        return all(_holds(each, own) for each, own in zip(theirs, ours, strict=True))
    if key == "default_member_permissions":  # Discord writes the number as a string
        return str(theirs) == str(ours)
    return bool(theirs == ours)


def _value(payload: Payload, key: str) -> Any:
    value = payload.get(key)
    return _DEFAULTS.get(key) if value is None else value
