"""Posts that need no index, and how long their posters wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from discord import ui

from bot.daily.claims import Claim
from bot.posting.channels import Post
from bot.posting.poster import Pace, Poster
from bot.views.state import NOBODY, DailyList, Place, Target, encode
from tests.discord_server import Channel, DiscordServer, Message

PATIENT_PACE = Pace(attempt_s=60_000)
"""No try is broken off because the machine is slow: a second of these clocks takes a hundredth of one."""

Start = Callable[..., Poster]

of_discord = pytest.mark.parametrize("new_store", ["sqlite"], indirect=True)
"""Of what is tested of Discord or the process and not of the store: SQLite's does."""


def posts(server: DiscordServer, channel: Channel | None = None) -> list[Message]:
    """What the bot has posted in a channel, the server's first one where none is named."""
    return [message for message in server.post_history(channel) if message.author is server.bot]


def post(claim: Claim, beside: bool = False, text: str = "") -> Post:
    """A post, whose button says whose it is, below its text or beside it; what it mentions stands in `text`."""
    found = ui.LayoutView(timeout=None)
    list_of = DailyList(claim.subscription.key, claim.date)
    button: ui.Button[ui.LayoutView] = ui.Button(label="More", custom_id=encode("e", Target(NOBODY, Place(list_of))))
    if text:
        found.add_item(ui.TextDisplay(text))
    found.add_item(ui.Section("Day", accessory=button) if beside else ui.ActionRow(button))
    return Post(found, "Day")
