"""A post that needs no index."""

from __future__ import annotations

from discord import ui

from bot.daily.claims import Claim
from bot.views.state import NOBODY, DailyList, Place, Target, encode


def post(claim: Claim, beside: bool = False) -> ui.LayoutView:
    """A post, whose button says whose it is, below its text or beside it."""
    found = ui.LayoutView(timeout=None)
    list_of = DailyList(claim.subscription.key, claim.date)
    button: ui.Button[ui.LayoutView] = ui.Button(label="More", custom_id=encode("e", Target(NOBODY, Place(list_of))))
    if claim.subscription.role is not None:
        found.add_item(ui.TextDisplay(f"<@&{claim.subscription.role}> @everyone"))
    found.add_item(ui.Section("Day", accessory=button) if beside else ui.ActionRow(button))
    return found
