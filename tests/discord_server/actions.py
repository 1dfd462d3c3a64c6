"""What users of Discord do with the bot, each as the gateway event that Discord makes of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import EllipsisType
from typing import Any

from .clock import Snowflakes, Timing
from .command_limits import MESSAGE_MENU, SLASH
from .component_limits import LINK, SELECTS
from .component_limits import Kind as ComponentKind
from .errors import Json, NotAnsweredError, NotOfferedError
from .gateway import Gateway
from .interactions import Interaction, Interactions, Kind
from .messages import Message, message_payload
from .payloads import Place, Resolved, check_offered, modal_data, select_data, slash_data
from .replies import Reply, holder
from .world import EVERYBODY, Bits, Channel, Guild, Permission, User, bits, permissions_in

_BYTES = 10 * 1024 * 1024  # a file's limit


class Actions:
    """The half of `DiscordServer` that acts as users; what it needs of the other half is listed here."""

    application_id: int
    bot: User
    commands: dict[int | None, list[Json]]
    gateway: Gateway
    guild: Guild
    interactions: Interactions
    new_id: Snowflakes
    timing: Timing
    user: User
    users: dict[int, User]

    @property
    def base(self) -> str:
        raise NotImplementedError

    def direct_channel(self, user: User) -> Channel:
        raise NotImplementedError

    def say(
        self,
        content: str,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        files: Mapping[str, str | None] | None = None,
        **body: Any,
    ) -> Message:
        raise NotImplementedError

    def _place(self, user: User | None, guild: Guild | EllipsisType | None, channel: Channel | None) -> Place:
        user = user or self.user
        if channel is None:
            where = self.guild if guild is ... else guild
            channel = self.direct_channel(user) if where is None else where.channels[0]
        owners: Json = {}
        if channel.guild is not None:
            channel.guild.member(user)
            if channel.guild.bot_is_member:
                owners["0"] = str(channel.guild.id)
        elif channel.with_bot:
            owners["0"] = "0"
        if user.installed or not owners:
            owners["1"] = str(user.id)  # where the bot is no member, a user can only have installed it themselves
        return Place(user, channel.guild, channel, owners)

    def _command(self, name: str, kind: int, guild: Guild | None) -> Json:
        commands = [*(self.commands.get(guild.id, []) if guild else []), *self.commands.get(None, [])]
        for command in commands:
            if command["type"] == kind and command["name"] == name:
                return command
        known = sorted(each["name"] for each in commands if each["type"] == kind)
        message = f"there is no command {name!r}, only {known}; has the bot synced its commands?"
        raise NotOfferedError(message)

    def _interact(
        self,
        kind: Kind,
        place: Place,
        data: Json,
        *,
        locale: str | None,
        guild_locale: str | None,
        permissions: int,
        app_permissions: Bits | None = None,
        source: Message | None = None,
        option_kind: int = SLASH,
    ) -> Reply:
        """Send an INTERACTION_CREATE to the shard that serves the place."""
        guild, user, channel = place.guild, place.user, place.channel
        interaction = Interaction(
            self.new_id(),
            secrets.token_urlsafe(120),
            self.application_id,
            kind,
            user,
            guild,
            channel,
            data,
            place.owners,
            self.bot,
            source,
            option_kind,
            forced_ephemeral="0" not in place.owners
            and guild is not None
            and not permissions & Permission.USE_EXTERNAL_APPS,
        )
        self.interactions.by_token[interaction.token] = interaction
        if app_permissions is None:
            is_member = guild is None or guild.bot_is_member
            app_permissions = permissions_in(channel, self.bot) if is_member else EVERYBODY
        payload: Json = {
            "id": str(interaction.id),
            "application_id": str(self.application_id),
            "type": int(kind),
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": {**channel.payload(), "permissions": str(permissions)},
            "locale": locale or user.locale,
            "app_permissions": str(bits(app_permissions)),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": place.owners,
            "context": place.context,
            "attachment_size_limit": _BYTES,
        }
        if guild is None:
            payload["user"] = user.payload()
        else:
            payload["guild_id"] = str(guild.id)
            payload["guild"] = guild.partial()
            payload["guild_locale"] = guild_locale or guild.locale
            payload["member"] = {**guild.member(user).payload(), "permissions": str(permissions)}
        if source is not None:
            payload["message"] = message_payload(source, self.base, self.users)
        reply = Reply(interaction, self.timing)
        if not self.gateway.dispatch(guild, "INTERACTION_CREATE", payload):
            reply.error = "The application did not respond: no gateway session serves this place"
        return reply

    @staticmethod
    async def _finish(reply: Reply, wait: bool, timeout_s: float | None) -> Reply:
        return await reply.wait(timeout_s=timeout_s) if wait and reply.error is None else reply

    async def slash(
        self,
        name: str,
        options: Json | None = None,
        /,
        *,
        user: User | None = None,
        guild: Guild | EllipsisType | None = ...,
        channel: Channel | None = None,
        locale: str | None = None,
        guild_locale: str | None = None,
        permissions: Bits | None = None,
        app_permissions: Bits | None = None,
        forced: bool = False,
        wait: bool = True,
        timeout_s: float | None = None,
        **more: Any,
    ) -> Reply:
        """Use a slash command and wait for its answer.

        Args:
            name: the command, with group and sub-command after spaces: `daily set`.
            options: name -> value: text, number, truth value, User, Channel or Role. `more` adds to them.
            guild: where; None means direct messages with the bot. Default: `channel`'s guild, else the first one.
            permissions: what the user may do, where it is not what their roles say.
            forced: also where Discord would not offer the command to this user.
            wait: whether to wait until there is an answer to see; `Reply.wait` waits for other things.
        Raises:
            NotOfferedError: if a user could not do this: no such command, an option missing or out of its limits.
        """
        place = self._place(user, guild, channel)
        granted = permissions_in(place.channel, place.user) if permissions is None else bits(permissions)
        first, *path = name.split()
        command = self._command(first, SLASH, place.guild)
        if not forced:
            check_offered(command, place, granted)
        data = slash_data(command, path, {**(options or {}), **more}, Resolved(place))
        reply = self._interact(
            Kind.COMMAND,
            place,
            data,
            locale=locale,
            guild_locale=guild_locale,
            permissions=granted,
            app_permissions=app_permissions,
        )
        return await self._finish(reply, wait, timeout_s)

    async def autocomplete(
        self,
        name: str,
        options: Json,
        /,
        focused: str,
        *,
        user: User | None = None,
        guild: Guild | EllipsisType | None = ...,
        channel: Channel | None = None,
        locale: str | None = None,
        guild_locale: str | None = None,
    ) -> list[Json]:
        """Type into an option; returns the choices that are offered, each with `name` and `value`.

        Raises:
            NotAnsweredError: if no choices came in time or Discord refused them.
        """
        place = self._place(user, guild, channel)
        first, *path = name.split()
        command = self._command(first, SLASH, place.guild)
        data = slash_data(command, path, {focused: "", **options}, Resolved(place), focused)
        offered = command["options"]
        for step in path:
            offered = next(each for each in offered if each["name"] == step).get("options") or []
        option_kind = next(each["type"] for each in offered if each["name"] == focused)
        reply = self._interact(
            Kind.AUTOCOMPLETE,
            place,
            data,
            locale=locale,
            guild_locale=guild_locale,
            permissions=permissions_in(place.channel, place.user),
            option_kind=option_kind,
        )
        await self._finish(reply, True, None)
        if reply.interaction.choices is None:
            message = f"autocompletion of /{name} {focused}: {reply.error}"
            raise NotAnsweredError(message)
        return reply.interaction.choices

    async def message_menu(
        self,
        name: str,
        message: Message | str,
        *,
        user: User | None = None,
        locale: str | None = None,
        guild_locale: str | None = None,
        permissions: Bits | None = None,
        forced: bool = False,
        wait: bool = True,
        timeout_s: float | None = None,
    ) -> Reply:
        """Use a command of a message's menu; a text is written as a message first."""
        target = self.say(message, user=user) if isinstance(message, str) else message
        place = self._place(user, ..., target.channel)
        granted = permissions_in(place.channel, place.user) if permissions is None else bits(permissions)
        command = self._command(name, MESSAGE_MENU, place.guild)
        if not forced:
            check_offered(command, place, granted)
        data: Json = {
            "id": command["id"],
            "name": name,
            "type": MESSAGE_MENU,
            "target_id": str(target.id),
            "resolved": {"messages": {str(target.id): message_payload(target, self.base, self.users)}},
        }
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        reply = self._interact(Kind.COMMAND, place, data, locale=locale, guild_locale=guild_locale, permissions=granted)
        return await self._finish(reply, wait, timeout_s)

    def _on(self, message: Message, user: User | None) -> Place:
        """Where a message's components are used."""
        place = self._place(user, ..., message.channel)
        if message.interaction is not None and "0" not in place.owners:
            place.owners = message.interaction.owners
        if message.ephemeral and message.interaction is not None and message.interaction.user is not place.user:
            text = f"only {message.interaction.user.name} sees this message, not {place.user.name}"
            raise NotOfferedError(text)
        return place

    async def press(
        self,
        message: Message | Reply,
        which: str,
        *,
        user: User | None = None,
        locale: str | None = None,
        guild_locale: str | None = None,
        permissions: Bits | None = None,
        wait: bool = True,
        timeout_s: float | None = None,
    ) -> Reply:
        """Press a button, named by its `custom_id` or label, and wait for what that does."""

        def fits(component: Json) -> bool:
            is_button = component["type"] == ComponentKind.BUTTON
            return is_button and which in {component.get("custom_id"), component.get("label")}

        source, button = holder(message, fits, f"button {which!r}")
        if button.get("disabled") or button["style"] == LINK:
            text = f"button {which!r} is disabled or a link"
            raise NotOfferedError(text)
        data = {"custom_id": button["custom_id"], "component_type": int(ComponentKind.BUTTON), "id": button["id"]}
        place = self._on(source, user)
        granted = permissions_in(place.channel, place.user) if permissions is None else bits(permissions)
        reply = self._interact(
            Kind.COMPONENT,
            place,
            data,
            locale=locale,
            guild_locale=guild_locale,
            permissions=granted,
            source=source,
        )
        return await self._finish(reply, wait, timeout_s)

    async def choose(
        self,
        message: Message | Reply,
        which: str,
        values: list[object] | str,
        *,
        user: User | None = None,
        locale: str | None = None,
        guild_locale: str | None = None,
        permissions: Bits | None = None,
        wait: bool = True,
        timeout_s: float | None = None,
    ) -> Reply:
        """Choose in a select, named by its `custom_id` or placeholder; options by value or label."""

        def fits(component: Json) -> bool:
            return component["type"] in SELECTS and which in {component["custom_id"], component.get("placeholder")}

        source, select = holder(message, fits, f"select {which!r}")
        place = self._on(source, user)
        granted = permissions_in(place.channel, place.user) if permissions is None else bits(permissions)
        chosen: list[object] = [values] if isinstance(values, str) else values
        reply = self._interact(
            Kind.COMPONENT,
            place,
            select_data(select, chosen, Resolved(place)),
            locale=locale,
            guild_locale=guild_locale,
            permissions=granted,
            source=source,
        )
        return await self._finish(reply, wait, timeout_s)

    async def modal(
        self,
        opened: Reply,
        values: Json,
        *,
        locale: str | None = None,
        wait: bool = True,
        timeout_s: float | None = None,
    ) -> Reply:
        """Fill in and send the modal that a reply opened; `values`: the fields' `custom_id` -> text or choices."""
        if opened.modal is None:
            message = f"no modal was opened: {opened!r}"
            raise NotOfferedError(message)
        earlier = opened.interaction
        place = Place(earlier.user, earlier.guild, earlier.channel, earlier.owners)
        reply = self._interact(
            Kind.MODAL,
            place,
            modal_data(opened.modal, values),
            locale=locale,
            guild_locale=None,
            permissions=permissions_in(place.channel, place.user),
            source=earlier.source,
        )
        return await self._finish(reply, wait, timeout_s)
