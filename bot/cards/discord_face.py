"""Pages as Discord shows them: one container of text, a select to open an event, a row of buttons."""

from __future__ import annotations

from typing import Any

from discord import SelectOption, ui

from bot import words
from bot.cards.pages import AnswerPage
from bot.views.items import Go, OpenEvent
from bot.views.state import Target

BUTTONS_A_ROW = 5  # Discord's limit
ACCENT = 0x3B6EA5  # a calm blue, legible on dark and light


def layout(page: AnswerPage, asker: int) -> ui.LayoutView:
    """A page as a message.

    Args:
        asker: id of the user whose use of a button or select changes the message; for anybody else it opens a private
            copy.
    """
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=ACCENT)
    for number, block in enumerate(page.blocks):
        if number:
            container.add_item(ui.Separator(visible=number == len(page.blocks) - 1))
        container.add_item(ui.TextDisplay(block))
    view.add_item(container)
    if page.choices and page.place is not None:
        options = [SelectOption(label=c.label, value=c.event_id, description=c.description) for c in page.choices]
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        row.add_item(OpenEvent(Target(asker, page.place), options, words.OPEN))
        container.add_item(row)
    buttons: list[ui.Item[Any]] = []
    buttons.extend(Go(Target(asker, step.place), step.action, step.label) for step in page.steps)
    buttons.extend(ui.Button(label=label, url=url) for label, url in page.links)
    for start in range(0, len(buttons), BUTTONS_A_ROW):
        container.add_item(ui.ActionRow(*buttons[start : start + BUTTONS_A_ROW]))
    # Its components answer by their custom_id; discord.py would otherwise keep every view that was ever sent.
    view.stop()
    return view
