"""A stand-in for Discord on 127.0.0.1, which the unmodified discord.py client connects to.

`discord_server()` starts one, `DiscordServer` is what it gives; README.md shows how a test uses it.
"""

from __future__ import annotations

from .clock import Timing
from .errors import ApiError, NotAnsweredError, NotOfferedError
from .faults import Faults
from .messages import Message
from .replies import Reply
from .running import connected, discord_server, quicken
from .server import DiscordServer
from .world import Channel, Guild, Permission, Role, User

__all__ = [
    "ApiError",
    "Channel",
    "DiscordServer",
    "Faults",
    "Guild",
    "Message",
    "NotAnsweredError",
    "NotOfferedError",
    "Permission",
    "Reply",
    "Role",
    "Timing",
    "User",
    "connected",
    "discord_server",
    "quicken",
]
