"""Pictures of what to click in Discord's developer portal, drawn as far as they help to find it."""

from __future__ import annotations

from tests.manual import svg

_WIDTH, _HEIGHT = 440, 230
_DARK, _PANEL, _FIELD, _PALE, _WHITE = "#2b2d31", "#313338", "#1e1f22", "#b5bac1", "#f2f3f5"
_BLURPLE, _MARK = "#5865f2", "#f0b232"
_MENU = ("General Information", "Installation", "OAuth2", "Bot")


def drawn() -> dict[str, str]:
    """The pictures as SVG, by name."""
    return {"portal-1": _new_application(), "portal-2": _token(), "portal-3": _invitation()}


def _window(number: int, title: str, address: str, parts: list[str]) -> str:
    frame = [
        svg.rect(0.5, 0.5, _WIDTH - 1, _HEIGHT - 1, _PANEL, edge=svg.EDGE, round_by=8),
        svg.rect(12, 10, _WIDTH - 24, 24, _FIELD, round_by=12),
        svg.text(26, 26, address, 11, fill=_PALE, code=True),
    ]
    return svg.document(_WIDTH, _HEIGHT, f"{number}. {title}", [*frame, *parts])


def _button(x: float, y: float, width: float, label: str, *, marked: bool = False) -> list[str]:
    parts = [
        svg.rect(x, y, width, 28, _BLURPLE, round_by=4),
        svg.text(x + width / 2, y + 19, label, 13, fill="#ffffff", anchor="middle", bold=True),
    ]
    if marked:
        parts.append(
            svg.rect(x - 4, y - 4, width + 8, 36, "none", edge=_MARK, round_by=7).replace("/>", ' stroke-width="3"/>')
        )
    return parts


def _number(x: float, y: float, number: str) -> list[str]:
    return [
        f'<circle cx="{x:g}" cy="{y:g}" r="11" fill="{_MARK}"/>',
        svg.text(x, y + 5, number, 13, fill="#1f2328", anchor="middle", bold=True),
    ]


def _new_application() -> str:
    parts = [svg.text(20, 68, "Applications", 18, fill=_WHITE, bold=True)]
    parts += [*_button(278, 48, 142, "New Application", marked=True), *_number(262, 62, "1")]
    parts += [svg.rect(70, 96, 300, 118, _DARK, edge="#46484e", round_by=8), svg.text(90, 124, "NAME", 11, fill=_PALE)]
    parts += [svg.rect(90, 132, 260, 28, _FIELD, round_by=4), svg.text(102, 151, "Dateline", 13, fill=_WHITE)]
    parts += [*_number(370, 146, "2"), *_button(270, 172, 80, "Create", marked=True), *_number(254, 186, "3")]
    return _window(1, "New Application, a name, Create", "discord.com/developers/applications", parts)


def _token() -> str:
    parts = [svg.rect(12, 44, 150, _HEIGHT - 56, _DARK, round_by=6)]
    for number, name in enumerate(_MENU):
        y = 72 + 32 * number
        if name == "Bot":
            parts += [svg.rect(20, y - 20, 134, 29, "#404249", round_by=4), *_number(140, y - 5, "1")]
        parts.append(svg.text(30, y, name, 13, fill=_WHITE if name == "Bot" else _PALE))
    parts += [svg.text(186, 70, "Bot", 18, fill=_WHITE, bold=True), svg.text(186, 100, "TOKEN", 11, fill=_PALE)]
    parts += [
        svg.rect(186, 110, 232, 28, _FIELD, round_by=4),
        svg.text(198, 129, "MTIzNDU2Nzg5…", 12, fill=_WHITE, code=True),
    ]
    parts += [*_button(186, 156, 110, "Reset Token", marked=True), *_number(186, 198, "2")]
    parts += [*_button(326, 156, 60, "Copy", marked=True), *_number(326, 198, "3")]
    return _window(2, "Bot, Reset Token, Copy", "discord.com/developers/applications/…/bot", parts)


def _invitation() -> str:
    parts = [svg.rect(90, 46, 260, 172, _DARK, edge="#46484e", round_by=8)]
    parts += [svg.text(220, 74, "Dateline", 16, fill=_WHITE, anchor="middle", bold=True)]
    parts += [svg.text(220, 93, "wants to access your server", 12, fill=_PALE, anchor="middle")]
    parts += [svg.text(110, 118, "ADD TO SERVER", 11, fill=_PALE), svg.rect(110, 126, 220, 30, _FIELD, round_by=4)]
    parts += [svg.text(122, 146, "Your server", 13, fill=_WHITE), svg.text(312, 146, "▾", 13, fill=_PALE)]
    parts += [*_number(350, 141, "1"), *_button(226, 176, 104, "Authorize", marked=True), *_number(210, 190, "2")]
    return _window(
        3, "The link that setup prints: choose a server, Authorize", "discord.com/oauth2/authorize?client_id=…", parts
    )
