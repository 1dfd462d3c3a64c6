from __future__ import annotations

from .fixtures import discord_server

__all__ = ["discord_server"]
