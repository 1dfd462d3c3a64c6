"""Pages as Discord shows them: one container of text, selects, a row of buttons; and what a message says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from discord import ChannelType, Component, MediaGalleryItem, Message, Object, SelectMenu, SelectOption, ui
from discord.components import TextDisplay

from bot import settings_words
from bot.cards.page import AnswerPage, Channels, Frame, Options, Press
from bot.server_settings import MOST_CHANNELS
from bot.views.answer_actions import REMARK
from bot.views.items import Go, Narrow, OpenEvent, opens_events
from bot.views.state import NOBODY, Place, Target

BUTTONS_A_ROW = 5  # Discord's limit
SMALL = "-# "  # begins a block of small print; a line parts the last one from the text
ACCENT = 0x3B6EA5  # a calm blue, legible on dark and light
# Ids of components, for good: by them a message that is turned says what was asked, which is stored nowhere else.
SHARED_ID, QUESTION_ID = 1_001, 1_002
PICTURE = "story.png"

# Discord's description of its API has no media channels in a select.
_ANSWERED_IN = [ChannelType.text, ChannelType.news, ChannelType.voice, ChannelType.stage_voice, ChannelType.forum]


def layout(page: AnswerPage, asker: int, *, drawn: bool = False) -> ui.LayoutView:
    """A page as a message.

    Args:
        asker: id of the user whose use of a button or select changes the message; for anybody else it opens a private
            copy.
        drawn: whether the page's picture comes with the message, as the file `PICTURE`.
    """
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=ACCENT)
    for component_id, text in ((SHARED_ID, page.frame.shared), (QUESTION_ID, page.frame.question)):
        if text:
            container.add_item(ui.TextDisplay(text, id=component_id))
    gallery: list[ui.Item[Any]] = []
    if drawn and page.picture is not None:
        gallery = [ui.MediaGallery(MediaGalleryItem(f"attachment://{PICTURE}", description=page.picture.alt))]
    for number, block in enumerate(page.blocks):
        if number:
            is_foot = number == len(page.blocks) - 1 and block.startswith(SMALL)
            if is_foot and gallery:
                container.add_item(gallery.pop())
            container.add_item(ui.Separator(visible=is_foot))
        container.add_item(ui.TextDisplay(block))
    for picture in gallery:  # where there is no small print
        container.add_item(picture)
    view.add_item(container)
    if page.choices and page.place is not None:
        options = [SelectOption(label=c.label, value=c.event_id, description=c.description) for c in page.choices]
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        row.add_item(OpenEvent(Target(asker, page.place), options, page.open_label))
        container.add_item(row)
    if page.place is not None:
        whole = Target(asker, Place(page.place.of))
        for narrow in page.narrows:
            options = [SelectOption(label=label, value=value, default=now) for value, label, now in narrow.options]
            container.add_item(ui.ActionRow(Narrow(whole, narrow.action, options, narrow.placeholder)))
    buttons: list[ui.Item[Any]] = []
    for control in page.controls:
        if isinstance(control, Press):
            buttons.append(ui.Button(label=control.label, custom_id=control.custom_id))
        else:
            container.add_item(ui.ActionRow(_select(control)))
    buttons.extend(
        Go(Target(NOBODY if step.aside else asker, step.place), step.action, step.label) for step in page.steps
    )
    buttons.extend(ui.Button(label=label, url=url) for label, url in page.links)
    for start in range(0, len(buttons), BUTTONS_A_ROW):
        container.add_item(ui.ActionRow(*buttons[start : start + BUTTONS_A_ROW]))
    # Its components answer by their custom_id; discord.py would otherwise keep every view that was ever sent.
    view.stop()
    return view


def _select(control: Options | Channels) -> ui.Select[Any] | ui.ChannelSelect[Any]:
    if isinstance(control, Channels):
        return ui.ChannelSelect(
            custom_id=control.custom_id,
            placeholder=control.placeholder,
            channel_types=_ANSWERED_IN,
            min_values=0,
            max_values=MOST_CHANNELS,
            default_values=[Object(channel) for channel in control.chosen],
        )
    options = [
        SelectOption(label=label, value=value, default=value == control.chosen) for value, label in control.options
    ]
    return ui.Select(custom_id=control.custom_id, placeholder=control.placeholder, options=options)


def form(custom_id: str, longest: int) -> ui.Modal:
    """The form in which somebody says what they meant, or nothing.

    Args:
        longest: characters of what is said.
    """
    modal = ui.Modal(title=str(settings_words.NOT_MEANT), custom_id=custom_id, timeout=None)
    line: ui.TextInput[Any] = ui.TextInput(custom_id=REMARK, required=False, max_length=longest)
    modal.add_item(
        ui.Label(text=str(settings_words.MEANT), description=str(settings_words.MEANT_EXAMPLE), component=line)
    )
    modal.stop()  # it answers by its custom_id, as all components do
    return modal


def frame_of(message: Message | None) -> Frame:
    """What stands around the answer in a message of the bot's."""
    texts = {each.id: each.content for each in _components(message) if isinstance(each, TextDisplay)}
    return Frame(texts.get(QUESTION_ID, ""), texts.get(SHARED_ID, ""))


def listed_events(message: Message | None) -> tuple[str, ...]:
    """Ids of the events that can be opened from a message of the bot's."""
    selects = [each for each in _components(message) if isinstance(each, SelectMenu)]
    return tuple(option.value for select in selects if opens_events(select.custom_id) for option in select.options)


def without_button(message: Message, custom_id: str, label: str) -> ui.LayoutView:
    """A message as it is, with one of its buttons for good out of use."""
    view = ui.LayoutView.from_message(message, timeout=None)
    for item in view.walk_children():
        if isinstance(item, ui.Button) and item.custom_id == custom_id:
            item.disabled, item.label = True, label
    view.stop()
    return view


def _components(message: Message | None) -> Iterator[Component]:
    """Every component of a message."""
    waiting: list[Sequence[Any]] = [[] if message is None else message.components]
    while waiting:
        for each in waiting.pop():
            yield each
            waiting.append(getattr(each, "children", ()))
