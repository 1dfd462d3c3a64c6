"""What a user typed or chose -> the data of an INTERACTION_CREATE, checked as Discord's own client checks it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .command_limits import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    SLASH,
    STRING,
    SUBCOMMAND,
    USER,
)
from .component_limits import Kind
from .errors import Json, NotOfferedError
from .world import Channel, Guild, Permission, Role, User, permissions_in


@dataclass
class Place:
    """Where a user does something, and on whose behalf the app is there."""

    user: User
    guild: Guild | None
    channel: Channel
    owners: Json

    @property
    def context(self) -> int:
        """0 in a guild, 1 in direct messages with the bot, 2 in those of others."""
        if self.guild is not None:
            return 0
        return 1 if self.channel.with_bot else 2


@dataclass
class Resolved:
    """The things that ids in the data stand for."""

    place: Place
    users: Json = field(default_factory=dict)
    members: Json = field(default_factory=dict)
    roles: Json = field(default_factory=dict)
    channels: Json = field(default_factory=dict)
    messages: Json = field(default_factory=dict)

    def add(self, thing: User | Role | Channel) -> str:
        """Note a thing; returns its id as the data has it."""
        key = str(thing.id)
        guild = self.place.guild
        if isinstance(thing, User):
            self.users[key] = thing.payload()
            if guild is not None and thing.id in guild.members:
                self.members[key] = {**guild.members[thing.id].payload(with_user=False), "permissions": "0"}
        elif isinstance(thing, Role):
            self.roles[key] = thing.payload()
        else:
            permissions = str(permissions_in(thing, self.place.user))
            self.channels[key] = {**thing.payload(), "permissions": permissions}
        return key

    def payload(self) -> Json:
        kinds = ("users", "members", "roles", "channels", "messages")
        return {kind: getattr(self, kind) for kind in kinds if getattr(self, kind)}


def check_offered(command: Json, place: Place, permissions: int) -> None:
    """Refuse what Discord would not show to this user here.

    Raises:
        NotOfferedError: with the reason.
    """
    name = command["name"]
    if command.get("contexts") is not None and place.context not in command["contexts"]:
        message = f"{name!r} is offered in contexts {command['contexts']}, not in {place.context}"
        raise NotOfferedError(message)
    installs = command["integration_types"]
    offered = ("0" in place.owners and 0 in installs) or ("1" in place.owners and 1 in installs)
    if not offered:
        message = f"{name!r} is for integration types {installs}; here the app is installed by {place.owners}"
        raise NotOfferedError(message)
    needed = command.get("default_member_permissions")
    if place.guild is None or needed is None or permissions & Permission.ADMINISTRATOR:
        return
    if int(needed) == 0 or permissions & int(needed) != int(needed):
        message = f"{name!r} needs the permissions {needed}, {place.user.name} has {permissions}"
        raise NotOfferedError(message)


def slash_data(command: Json, path: list[str], values: Json, resolved: Resolved, focused: str | None = None) -> Json:
    """The data of a slash command or, with `focused`, of its autocompletion.

    Args:
        command: as it was registered.
        path: the names of group and sub-command below it.
        values: option name -> what was typed or chosen; None leaves an option out.
    Raises:
        NotOfferedError: if a user could not send this.
    """
    data: Json = {"id": command["id"], "name": command["name"], "type": SLASH}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    offered, inner = command["options"], data
    for name in path:
        sub = next((each for each in offered if each["name"] == name and each["type"] in {SUBCOMMAND, GROUP}), None)
        if sub is None:
            message = f"/{command['name']} has no sub-command {name!r}, only {[each['name'] for each in offered]}"
            raise NotOfferedError(message)
        step: Json = {"name": name, "type": sub["type"]}
        inner["options"] = [step]
        offered, inner = sub.get("options") or [], step
    if any(each["type"] in {SUBCOMMAND, GROUP} for each in offered):
        message = f"/{command['name']} needs one of the sub-commands {[each['name'] for each in offered]}"
        raise NotOfferedError(message)
    inner["options"] = _options(command["name"], offered, values, resolved, focused)
    if resolved.payload():
        data["resolved"] = resolved.payload()
    return data


def _options(name: str, offered: list[Json], values: Json, resolved: Resolved, focused: str | None) -> list[Json]:
    by_name = {option["name"]: option for option in offered}
    given = {key: value for key, value in values.items() if value is not None}
    unknown = set(given) - set(by_name)
    if unknown:
        message = f"/{name} has no option {sorted(unknown)}, only {sorted(by_name)}"
        raise NotOfferedError(message)
    missing = [each["name"] for each in offered if each.get("required") and each["name"] not in given]
    if missing and focused is None:
        message = f"/{name} needs the options {missing}"
        raise NotOfferedError(message)
    found = []
    for key, value in given.items():
        option = by_name[key]
        entry: Json = {"name": key, "type": option["type"]}
        if key == focused:
            if not option.get("autocomplete"):
                message = f"option {key!r} of /{name} has no autocompletion"
                raise NotOfferedError(message)
            entry |= {"value": str(value), "focused": True}
        elif focused is not None and option.get("autocomplete"):
            entry["value"] = value
        else:
            entry["value"] = _value(option, value, resolved)
        found.append(entry)
    return found


def _value(option: Json, value: object, resolved: Resolved) -> object:
    kind, name = option["type"], option["name"]
    things: dict[int, type | tuple[type, ...]] = {
        USER: User,
        CHANNEL: Channel,
        ROLE: Role,
        MENTIONABLE: (User, Role),
    }
    if kind in things:
        if not isinstance(value, things[kind]):
            message = f"option {name!r} takes a {things[kind]}, got {value!r}"
            raise NotOfferedError(message)
        assert isinstance(value, User | Channel | Role)
        kinds = option.get("channel_types")
        if isinstance(value, Channel) and kinds and value.kind not in kinds:
            message = f"option {name!r} takes channels of the types {kinds}, {value.name!r} is a {value.kind}"
            raise NotOfferedError(message)
        return resolved.add(value)
    if kind == ATTACHMENT:
        message = f"option {name!r} is an attachment, which is not supported here"
        raise NotOfferedError(message)
    choices = option.get("choices") or []
    if choices:
        for choice in choices:
            if value in {choice["name"], choice["value"]}:
                return choice["value"]
        message = f"option {name!r} offers {[choice['name'] for choice in choices]}, got {value!r}"
        raise NotOfferedError(message)
    types: dict[int, type | tuple[type, ...]] = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}
    if not isinstance(value, types[kind]) or (kind != BOOLEAN and isinstance(value, bool)):
        message = f"option {name!r} has type {kind}, got {value!r}"
        raise NotOfferedError(message)
    size = len(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if kind == STRING else ("min_value", "max_value")
    assert isinstance(size, int | float)
    if kind != BOOLEAN and not option.get(low, size) <= size <= option.get(high, size):
        message = f"option {name!r} takes {option.get(low)} to {option.get(high)}, got {value!r}"
        raise NotOfferedError(message)
    return value


def select_data(select: Json, chosen: list[object], resolved: Resolved) -> Json:
    """The data of a choice in a select, where options may be named by value or label."""
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if select.get("disabled") or not least <= len(chosen) <= most:
        message = f"select {select['custom_id']!r} takes {least} to {most} values, got {chosen!r}"
        raise NotOfferedError(message)
    values = []
    for each in chosen:
        if select["type"] != Kind.SELECT:
            assert isinstance(each, User | Role | Channel)
            values.append(resolved.add(each))
            continue
        for option in select["options"]:
            if each in {option["value"], option["label"]}:
                values.append(option["value"])
                break
        else:
            message = f"select {select['custom_id']!r} has no option {each!r}, only {select['options']}"
            raise NotOfferedError(message)
    data: Json = {"custom_id": select["custom_id"], "component_type": select["type"], "id": select.get("id", 0)}
    data["values"] = values
    if resolved.payload():
        data["resolved"] = resolved.payload()
    return data


def modal_data(modal: Json, values: Json) -> Json:
    """The data of a modal that was filled in; fields that `values` does not name keep what they came with."""
    used: set[str] = set()

    def fill(field: Json) -> Json:
        key = field["custom_id"]
        used.add(key)
        filled: Json = {"type": field["type"], "custom_id": key, "id": field.get("id", 0)}
        value = values.get(key, field.get("value"))
        if field["type"] == Kind.TEXT_INPUT:
            text = str(value or "")
            if field.get("required", True) and not text:
                message = f"field {key!r} of the modal must be filled in"
                raise NotOfferedError(message)
            return {**filled, "value": text}
        return {**filled, "values": list(value or [])}

    components = []
    for component in modal["components"]:
        entry: Json = {"type": component["type"], "id": component.get("id", 0)}
        if component["type"] == Kind.LABEL:
            entry["component"] = fill(component["component"])
        elif component["type"] == Kind.ROW:
            entry["components"] = [fill(each) for each in component["components"]]
        components.append(entry)
    if set(values) - used:
        message = f"the modal has no field {sorted(set(values) - used)}, only {sorted(used)}"
        raise NotOfferedError(message)
    return {"custom_id": modal["custom_id"], "components": components}
