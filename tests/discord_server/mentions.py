"""Whom a message would ping: what its text mentions, as far as `allowed_mentions` lets it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import FormErrors, Json

_USER = re.compile(r"<@!?(\d{15,21})>")
_ROLE = re.compile(r"<@&(\d{15,21})>")
_EVERYONE = re.compile(r"@(?:everyone|here)")


@dataclass(frozen=True)
class Pings:
    """Ids of those whom a message notifies. Escapes and code blocks are not taken into account: a mention is one."""

    everyone: bool = False
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everyone or bool(self.users or self.roles)


def check_allowed_mentions(allowed: object, errors: FormErrors) -> None:
    if allowed is None:
        return
    path = ("allowed_mentions",)
    if not isinstance(allowed, dict):
        errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    parse = allowed.get("parse") or []
    for number, kind in enumerate(parse):
        errors.choice(kind, (*path, "parse", number), ("users", "roles", "everyone"))
    for kind in ("users", "roles"):
        ids = allowed.get(kind) or []
        errors.array(ids, (*path, kind), 100)
        if kind in parse and ids:
            message = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            errors.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def pings(texts: list[str], allowed: Json | None) -> Pings:
    """Find whom `texts` ping; without `allowed` everything that they mention."""
    text = "\n".join(texts)
    users = frozenset(int(found) for found in _USER.findall(text))
    roles = frozenset(int(found) for found in _ROLE.findall(text))
    everyone = bool(_EVERYONE.search(text))
    if allowed is None:
        return Pings(everyone, users, roles)
    parse = allowed.get("parse") or []
    named_users = {int(each) for each in allowed.get("users") or []}
    named_roles = {int(each) for each in allowed.get("roles") or []}
    return Pings(
        everyone and "everyone" in parse,
        users if "users" in parse else users & named_users,
        roles if "roles" in parse else roles & named_roles,
    )
