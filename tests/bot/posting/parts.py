"""A post that needs no index."""

from __future__ import annotations

from discord import ui

from bot.daily.claims import Claim
from bot.posting.channels import Post
from bot.views.state import NOBODY, DailyList, Place, Target, encode


def post(claim: Claim, beside: bool = False, text: str = "") -> Post:
    """A post, whose button says whose it is, below its text or beside it; what it mentions stands in `text`."""
    found = ui.LayoutView(timeout=None)
    list_of = DailyList(claim.subscription.key, claim.date)
    button: ui.Button[ui.LayoutView] = ui.Button(label="More", custom_id=encode("e", Target(NOBODY, Place(list_of))))
    if text:
        found.add_item(ui.TextDisplay(text))
    found.add_item(ui.Section("Day", accessory=button) if beside else ui.ActionRow(button))
    return Post(found, "Day")
