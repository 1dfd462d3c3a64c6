"""Headlines that want to be more than text."""

from __future__ import annotations

_TRICKS = (
    "@everyone and @here and <@{n}> and <@&{n}> and <#{n}> and </ask:{n}>",
    "**bold** __under__ ~~struck~~ ||spoiler|| `code` ```block``` > quote # heading - list",
    "[https://bank.example](https://evil.example/{n}) and [text](<javascript:alert(1)>)",
    "\u202eesrever\u202c \u2066isolate\u2069 \u200bzero\u200d\u2060width\ufeff",
    "<:emoji:{n}> <a:moving:{n}> :smile: <t:{n}:R> <id:customize>",
    "a\\*b \\@everyone \\\\ \\[x](y)",
    "NUL \0 BEL \7 DEL \x7f tab\tline\nbreak\r\nparagraph\u2029",
    "{long}",
    "國際新聞" * 60,
    "🏳️‍🌈👨‍👩‍👧‍👦" * 40,
    "]( ]](( <<>> ((( )))",
    "https://evil.example/{n} discord.gg/{n} mailto:x@y.example",
    "-# small\n## large\n1. one\n* star",
    "e\u0301" * 300,
    "مرحبا بالعالم " * 30,
    "{n}",
)


def headlines(count: int = 200) -> list[str]:
    """So many hostile headlines, each another."""
    found = []
    for number in range(count):
        trick = _TRICKS[number % len(_TRICKS)]
        text = trick.replace("{n}", str(123456789012345678 + number)).replace("{long}", "w" * 4_000)
        found.append(f"{text} {number}")
    return found
