"""A message's payload to a page of HTML that looks as Discord's dark theme does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from tests.pictures.markdown import to_html

STYLE = (Path(__file__).parent / "discord.css").read_text(encoding="utf-8")
ASKER = "Ada"
TIME = "14:05"
_OUTWARD = '<svg viewBox="0 0 24 24"><path d="M14 4h6v6M20 4l-9 9M18 14v5H5V6h5"/></svg>'
_DOWN = '<svg viewBox="0 0 24 24"><path d="M6 9l6 6 6-6"/></svg>'

Component = dict[str, Any]


def document(components: Sequence[Component], command: str, width: int) -> str:
    """A page with one message, `width` CSS pixels wide; its height stands in `data-height` of the root element.

    Args:
        components: the message's, as Discord gets them.
        command: the name of the command that it answers; "" if it answers none.
    """
    used = (
        f'<p class="used"><i>{ASKER[0]}</i><b>{ASKER}</b> used <span>/{escape(command)}</span></p>' if command else ""
    )
    body = "".join(map(_component, components))
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Dateline</title><style>{STYLE}</style>
<main style="width: {width}px">
{used}
<div class="avatar">D</div>
<p class="author"><b>Dateline</b> <span>APP</span> <time>{TIME}</time></p>
{body}
</main>
<script>document.documentElement.dataset.height = Math.ceil(document.querySelector("main").offsetHeight)</script>
</html>
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
    return f'<span class="button">{escape(component["label"])}{outward}</span>'


def _select(component: Component) -> str:
    return f'<span class="select">{escape(component["placeholder"])}{_DOWN}</span>'


def _text(component: Component) -> str:
    return f'<div class="text">{to_html(component["content"])}</div>'


def _separator(component: Component) -> str:
    return "<hr>" if component.get("divider", True) else '<hr class="unseen">'


def _container(component: Component) -> str:
    colour = component.get("accent_color")
    bar = f' style="border-left: 4px solid #{colour:06x}"' if colour is not None else ""
    return f'<div class="container"{bar}>{"".join(map(_component, component["components"]))}</div>'


# Component types as in Discord's documentation.
_KINDS: dict[int, Callable[[Component], str]] = {
    1: _row, 2: _button, 3: _select, 10: _text, 14: _separator, 17: _container,
}  # fmt: skip
