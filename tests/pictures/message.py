"""Messages to pages of HTML that look as Discord shows them, in its dark and its light theme."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from tests.pictures.markdown import to_html

STYLE = (Path(__file__).parent / "discord.css").read_text(encoding="utf-8")
ASKER = "Ada"
TIME = "14:05"
THEMES = ("dark", "light")
DESKTOP, PHONE = 688, 390  # CSS pixels; containers grow to 600 on a desktop, and 88 go to avatar and margins
_OUTWARD = '<svg viewBox="0 0 24 24"><path d="M14 4h6v6M20 4l-9 9M18 14v5H5V6h5"/></svg>'
_DOWN = '<svg viewBox="0 0 24 24"><path d="M6 9l6 6 6-6"/></svg>'
_MENTION = re.compile(r'(<span class="mention" data-id="(\d+)">[@#])\d+')
_PRIMARY = 1  # a button's style

Component = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: a message or a form.

    Attributes:
        components: the message's, as Discord gets them.
        content: its text, where it has no components.
        used: the command that it answers; "" if it answers none.
        private: whether only one user sees it.
        title: of the thread that it begins, in a forum.
        modal: a form, in place of a message.
        names: of users, roles and channels, by their ids.
    """

    components: tuple[Component, ...] = ()
    content: str = ""
    used: str = ""
    private: bool = False
    title: str = ""
    modal: Component | None = None
    names: Mapping[int, str] = field(default_factory=dict)


def document(picture: Picture, views: Sequence[tuple[str, int]]) -> str:
    """A page with a picture once a view, side by side; its size stands in attributes of the root element.

    Args:
        views: theme and width in CSS pixels.
    """
    shown = "".join(_view(picture, theme, width) for theme, width in views)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Dateline</title><style>{STYLE}</style>
{shown}
<script>
document.documentElement.dataset.height = Math.ceil(Math.max(
  ...Array.from(document.querySelectorAll("main"), (each) => each.offsetHeight)))
</script>
</html>
"""


def _view(picture: Picture, theme: str, width: int) -> str:
    inner = _form(picture.modal) if picture.modal is not None else _message(picture)

    def named(found: re.Match[str]) -> str:
        return found[1] + escape(picture.names.get(int(found[2]), found[2]))

    size = "desktop" if width >= DESKTOP else "phone"
    return f'<main class="{theme} {size}" style="width: {width}px">{_MENTION.sub(named, inner)}</main>\n'


def _message(picture: Picture) -> str:
    title = f'<p class="title">{escape(picture.title)}</p>' if picture.title else ""
    used = (
        f'<p class="used"><i>{ASKER[0]}</i><b>{ASKER}</b> used <span>{escape(picture.used)}</span></p>'
        if picture.used
        else ""
    )
    body = f'<div class="text">{to_html(picture.content)}</div>' if picture.content else ""
    body += "".join(map(_component, picture.components))
    private = '<p class="private">Only you can see this · <a>Dismiss message</a></p>' if picture.private else ""
    return f"""{title}{used}
<div class="message"><div class="avatar">D</div>
<p class="author"><b>Dateline</b> <span>APP</span> <time>{TIME}</time></p>
{body}{private}</div>
"""


def _form(modal: Component) -> str:
    fields = "".join(map(_component, modal["components"]))
    return f"""<div class="form"><p class="title">{escape(modal["title"])}</p>{fields}
<div class="row"><span class="button">Cancel</span><span class="button primary">Submit</span></div></div>
"""


def _component(component: Component) -> str:
    draw = _KINDS.get(component["type"])
    if draw is None:
        raise ValueError(f"component type {component['type']} has no drawing in {__name__}; add it to _KINDS")
    return draw(component)


def _row(component: Component) -> str:
    return f'<div class="row">{"".join(map(_component, component["components"]))}</div>'


def _button(component: Component) -> str:
    outward = _OUTWARD if component.get("url") else ""
    kinds = "button" + " disabled" * bool(component.get("disabled")) + " primary" * (component["style"] == _PRIMARY)
    return f'<span class="{kinds}"><span>{escape(component["label"])}</span>{outward}</span>'


def _select(component: Component) -> str:
    chosen = [escape(each["label"]) for each in component.get("options", []) if each.get("default")]
    chosen += [
        f'<span class="mention" data-id="{each["id"]}">#{each["id"]}</span>'
        for each in component.get("default_values") or []
    ]
    shown = f"<b>{' '.join(chosen)}</b>" if chosen else f"<span>{escape(component['placeholder'])}</span>"
    return f'<span class="select">{shown}{_DOWN}</span>'


def _text(component: Component) -> str:
    return f'<div class="text">{to_html(component["content"])}</div>'


def _separator(component: Component) -> str:
    return "<hr>" if component.get("divider", True) else '<hr class="unseen">'


def _gallery(component: Component) -> str:
    shown = (
        f'<img src="{escape(each["media"]["url"])}" alt="{escape(each.get("description") or "")}">'
        for each in component["items"]
    )
    return f'<div class="gallery">{"".join(shown)}</div>'


def _container(component: Component) -> str:
    colour = component.get("accent_color")
    bar = f' style="border-left: 4px solid #{colour:06x}"' if colour is not None else ""
    return f'<div class="container"{bar}>{"".join(map(_component, component["components"]))}</div>'


def _label(component: Component) -> str:
    description = component.get("description")
    below = f"<small>{escape(description)}</small>" if description else ""
    return f'<div class="label"><b>{escape(component["label"])}</b>{below}{_component(component["component"])}</div>'


def _input(component: Component) -> str:
    return f'<span class="input">{escape(component.get("placeholder") or "")}</span>'


# Component types as in Discord's documentation.
_KINDS: dict[int, Callable[[Component], str]] = {
    1: _row, 2: _button, 3: _select, 4: _input, 8: _select, 10: _text, 12: _gallery, 14: _separator,
    17: _container, 18: _label,
}  # fmt: skip
