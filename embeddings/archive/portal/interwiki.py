"""Links to Wikimedia's other projects: `[[n:Title|(Wikinews)]]` is a source, as an external link would be."""

from __future__ import annotations

import re
from urllib.parse import quote

_NAMES = {
    "n": "Wikinews",
    "wikinews": "Wikinews",
    "s": "Wikisource",
    "wikisource": "Wikisource",
    "q": "Wikiquote",
    "wikiquote": "Wikiquote",
    "b": "Wikibooks",
    "wikibooks": "Wikibooks",
    "v": "Wikiversity",
    "wikiversity": "Wikiversity",
    "voy": "Wikivoyage",
    "wikivoyage": "Wikivoyage",
    "wikt": "Wiktionary",
    "wiktionary": "Wiktionary",
    "c": "Wikimedia Commons",
    "commons": "Wikimedia Commons",
    "m": "Meta-Wiki",
    "meta": "Meta-Wiki",
    "wikimedia": "Wikimedia",
    "foundation": "Wikimedia",
}
_HOSTS = {
    "Wikimedia Commons": "commons.wikimedia.org",
    "Meta-Wiki": "meta.wikimedia.org",
    "Wikimedia": "foundation.wikimedia.org",
}
_WIKIPEDIAS = ("w", "wikipedia")
_PREFIX = re.compile(r"\s*([A-Za-z]{1,10})\s*:\s*")
_SAFE = "/:;@$!*(),~#"  # what MediaWiki writes as it is


def project_page(target: str) -> tuple[str, str, str] | None:
    """The project's name, the page's title and its address, of a link's target; None where it leads to no project.

    Args:
        target: without markup, such as "n:Title", ":wikinews:de:Titel" or ":de:n:Titel". Title and address are empty
            where it names none.
    """
    rest = target.replace("_", " ").strip().removeprefix(":")
    language, name = "en", ""
    while (match := _PREFIX.match(rest)) is not None:
        prefix = match[1].casefold()
        if prefix in _NAMES and not name:
            name = _NAMES[prefix]
        elif prefix not in _NAMES and match[1].islower() and len(prefix) in (2, 3):
            language = prefix
        elif prefix not in _WIKIPEDIAS or name:
            break
        rest = rest[match.end() :]
    if not name:
        return None
    title = " ".join(rest.split())
    if not title.partition("#")[0]:
        return name, "", ""
    host = _HOSTS.get(name) or f"{language}.{name.casefold()}.org"
    return name, title, f"https://{host}/wiki/{quote(title.replace(' ', '_'), safe=_SAFE)}"
