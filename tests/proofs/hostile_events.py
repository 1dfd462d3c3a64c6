"""An archive of events whose every text and address wants to be more than that: each text in each place, one by one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from tests.discord_server.errors import Json

# What stands in an event's place. The name says what it tries; the text is short enough for any place.
TEXTS: dict[str, str] = {
    "emoji": "🚀" * 150,
    "bold, italics, spoilers": "**bold** __under__ *it* ~~struck~~ ||spoiler|| \\*not\\*",
    "mentions": "@everyone @here <@80351110224678912> <@&80351110224678912> <#80351110224678912> </ask:1>",
    "a masked link": "[https://bank.example](https://evil.example/) and [x](<javascript:alert(1)>)",
    "code fences": "```ansi\n\x1b[31mred``` `` ` `` and `@everyone`",
    "headings and lists": "# large\n## smaller\n-# small\n- list\n1. one\n> quote\n>>> all the rest",
    "emoji of Discord": "<:emoji:80351110224678912> <a:moving:80351110224678912> :smile: <t:0:R> <id:customize>",
    "backslashes": "\\ \\\\ \\\\\\ a\\*b \\@everyone \\[x](y) \\",
    "brackets": "]( ]](( <<>> ((( ))) [] () {} [[[[[[[[[[",
    "bare addresses": "https://evil.example/ discord.gg/evil mailto:x@y.example www.evil.example",
    "control characters": "NUL \0 BEL \7 DEL \x7f tab\tline\nbreak\r\nescape\x1b",
    "line ends of Unicode": "a\u2028b\u2029c\x85d\x0be\x0cf",
    "right to left": "مرحبا بالعالم " * 12,
    "direction marks": "\u202eesrever\u202c \u2066isolate\u2069 \u200f\u200e \u061c",
    "invisible characters": "zero\u200bwidth\u200d\u2060\ufeff\u00ad\u180e\ufff9",
    "half surrogate pairs as references": "&#xD83D; &#xDE00; &#55357;",
    "families": "👨‍👩‍👧‍👦" * 60,
    "flags": "🇦🇨🇺🇳" * 60,
    "skins and selectors": "👍🏿✈️❤️☠︎" * 40,
    "keycaps": "1️⃣#️⃣*️⃣" * 40,
    "four bytes each": "𠀀𠀁𠀂𝔸𝕏𓀀𐍈" * 60,
    "four bytes after one": "a𝟘" * 150,
    "Chinese": "國際新聞" * 100,
    "Thai": "ภาษาไทย" * 60,
    "Devanagari": "क्षत्रिय " * 50,
    "combining marks": "e\u0301\u0323\u0308" * 120,
    "Zalgo": "".join(letter + "\u0300\u0301\u0302\u0316\u0317" * 4 for letter in "zalgo") * 4,
    "letters that grow when composed": "\u0958\ufb2c\U0001d15e" * 100,
    "ligatures": "\ufdfa" * 60,
    "one long word": "w" * 4_000,
    "long words": ("x" * 300 + " ") * 8,
    "thousands of characters": "all work and no play " * 180,
    "only marks": "*" * 300,
    "only brackets": "[" * 150 + "]" * 150,
    "nearly empty": "\u200b \u00a0 \u3164 \u2800",
    "blanks": "a \u2003 \u3000 b" * 30,
    "entities": "&lt;@everyone&gt; &amp;amp;amp; &#64;here &#42;&#42;bold&#42;&#42; &nbsp;",
    "wiki markup": "'''bold''' [[File:x.png|thumb]] {{template|a=b}} <ref>x</ref> <!-- --> ''''''",
    "HTML": "<script>alert(1)</script><b onclick=x>y</b><!doctype html>",
    "percent signs and braces": "%s %n {0} {name} ${x} %%%(a)s",
    "dots and commas": "... ,,, ;;; ::: --- ___ ~~~ ''' \"\"\"",
    "private use": "\ue000\uf8ff\U000f0000\U0010fffd" * 40,
    "no characters": "\ufffe\uffff\ufdd0\U0001ffff" * 40,
}
PLACES = ("headline", "summary", "topics", "contexts", "sources", "related")

ADDRESSES: tuple[str, ...] = (
    "https://news.example/2015/12/23?id=1&x=2#top",
    "http://news.example",
    "HTTPS://NEWS.EXAMPLE/A",
    "https://news.example:8443/a",
    "https://news.example:99999/",
    "https://news.example:0/",
    "https://news.example:-1/",
    "https://news.example:port/",
    "https://news.example:/",
    "https://münchen.example/straße",
    "https://例え.テスト/ニュース?クエリ=値#断片",
    "https://xn--mnchen-3ya.example/",
    "https://xn--zzzzzzzz.example/",
    "https://xn--.example/",
    "https://😀.example/",
    "https://ﬀ.example/",
    "https://a\u0301.example/",
    "https://ا.example/",
    "https://\u200dx.example/",
    "https://user:pass@news.example/",
    "https://bank.example@evil.example/",
    "https://@news.example/",
    "https://[::1]/",
    "https://[2001:db8::1]:443/a",
    "https://[::1",
    "https://[zz]/",
    "https://1.2.3.4/",
    "https://1.2.3.999/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://localhost/",
    "https://intern/",
    "https://news..example/",
    "https://.news.example/",
    "https://news.example./",
    "https://-news-.example/",
    "https://a_b.example/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 130 + "example/",
    "https://%6eews.example/",
    "https://news%20x.example/",
    "https://news.example\\evil.example/",
    "https://news.example/%zz%",
    "https://news.example/100%",
    "https://news.example/%e4%bd",
    "https://news.example/%00%0a",
    "https://news.example/a%2Fb%252F",
    "https://news.example/(a)_[b]_{c}|d^e`f",
    "https://news.example/)](https://evil.example/",
    "https://news.example/a#b#c",
    "https://news.example/?q=[a]&r={b}&s=\\",
    "https://news.example/a'b*c,d;e=f!$&+@:",
    "https://news.example/" + "ü" * 100,
    "https://news.example/" + "国" * 60,
    "https://news.example/" + "y" * 480,
    "https://news.example/" + "y" * 492,
    "https://news.example/" + "y" * 1_900,
    "https://news.example/" + "😀" * 50,
    "https://news.example/\ufeff\u202e\u200b",
    "https://news.example/a/../../b/./c",
    "https://news.example//a///b",
    "https://news.example/\ud83d",
    "https://news.example?x",
    "https://news.example#x",
    "https:///news.example/",
    "https:/news.example/",
    "https:news.example",
    "ftp://news.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "mailto:x@news.example",
    "//news.example/",
    "/wiki/X",
    "discord://-/channels/1",
    "",
    "https://news.example/a b c",
    " https://news.example/ ",
    "https://news.example/\n",
    "https://news.example/a\tb",
    'https://news.example/<b>"',
)

FIRST_YEAR = 1960
FIRST_DAY = dt.date(FIRST_YEAR, 3, 1)
_DAYS = 12  # of the year, on which the events of a place fall


def day_of(number: int) -> dt.date:
    """The day of an event: another year for each text, and for some weeks a few events on each day of the year."""
    place, text = divmod(number, len(TEXTS))
    day = FIRST_DAY + dt.timedelta(days=place * _DAYS + text % _DAYS)
    return day.replace(year=FIRST_YEAR + text)


def records() -> list[Json]:
    """The events as a JSONL archive holds them: as many as there are places for texts, times texts."""
    texts = list(TEXTS.values())
    return [_record(number, place, text) for place in PLACES for text in texts for number in [_number(place, text)]]


def _number(place: str, text: str) -> int:
    return PLACES.index(place) * len(TEXTS) + list(TEXTS.values()).index(text)


def _record(number: int, place: str, text: str) -> Json:
    """An event with a text in a place; around it are addresses, and now and then dozens of everything."""
    count = (1, 3, 12, 60)[number % 4]
    sources: list[Json] = [
        {"name": f"Source {n}", "url": _sendable(ADDRESSES[(number + n * 7) % len(ADDRESSES)])} for n in range(count)
    ]
    if number % 5 == 0:  # the address stands for a name, too
        sources[0]["name"] = ""
    others = [(number + step) % (len(TEXTS) * len(PLACES)) for step in range(1, count + 1)]
    related: list[Json] = [
        {"date": str(day_of(n)), "headline": f"Rain number {n}", "contexts": ["Rain"]} for n in others[:40]
    ]
    record: Json = {
        "date": str(day_of(number)),
        "headline": f"Rain number {number}",
        "summary": f"It rains for the {number}th time in Rainland.",
        "topics": ["Weather", "Rain"],
        "category": "Weather",
        "contexts": ["Rain", f"Rainland {number % 7}"],
        "sources": sources,
        "related": related,
        "attribution": "Hostile archive, CC0",
    }
    many = [text, *(f"{text} {n}" for n in range(number % 3 * 6))]
    if place == "headline":
        record["headline"] = f"{text} rain {number}"
    elif place == "summary":
        record |= {"summary": text, "attribution": f"{text} {number}"}
    elif place == "topics":
        record |= {"topics": many[:20], "category": text}
    elif place == "contexts":
        record["contexts"] = many
    elif place == "sources":
        for n, source in enumerate(sources):
            source["name"] = f"{text} {n}"
    else:
        for each in related:
            each |= {"headline": f"{text} {each['headline']}", "contexts": [text, "Rain"]}
    return record


def _sendable(address: str) -> str:
    """JSON in UTF-8 has no half of a pair, but an archive may have it as a reference."""
    return address.replace("\ud83d", "&#xD83D;")


def write_archive(path: Path) -> Path:
    """Write the events as a JSONL file."""
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records()), encoding="utf-8")
    return path
