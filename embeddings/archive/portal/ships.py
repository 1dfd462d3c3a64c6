"""Names of ships as their templates show them: `{{USS|Cole|DDG-67}}` is "USS Cole (DDG-67)", an article too."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PREFIXES = {
    prefix.casefold(): prefix
    for prefix in (
        "USS USNS USCGC USAT USRC USC&GS NOAAS HMS HMAS HMCS HMNZS HMIS HMSAS HMNLS HMBS RFA RMS RV RRS SS SMS MS MV "
        "MT MY MF MTS MSC TSS PS GTS SV FV INS PNS ROKS ROCS JS JDS BNS KRI KD RSS BRP ARA BAP ARM ARC TCG HNoMS HNLMS "
        "HDMS HSwMS ORP HTMS SAS NRP LÉ CCGS CGC CSS EML UMS SLNS NNS ICGV ICGS TS HSC STS ST GSP VLCC"
    ).split()
}
_KINDS = (
    "ship|submarine|cruiser|battlecruiser|heavy cruiser|light cruiser|frigate|destroyer|corvette|battleship|"
    "aircraft carrier|icebreaker|ferry|tanker|oil tanker|trawler|tug|tugboat|patrol boat|gunboat|missile boat|"
    "minesweeper|minelayer|landing ship|amphibious assault ship|hospital ship|research vessel|vessel|yacht|"
    "steamship|ironclad|brig|torpedo boat|coast guard ship|replenishment ship|ocean liner|motor ship|sloop"
)
_NATIONAL = re.compile(rf"([a-z][a-z.]+(?: [a-z.]+)?) ({_KINDS})", re.IGNORECASE)
_CLASSES = frozenset(("sclass", "sclass-", "sclass2", "sclass2-"))
_NO_NATION = frozenset(("sail", "cargo", "container", "passenger", "infobox"))


def ship(template: str, values: Sequence[str]) -> tuple[str, str] | None:
    """What a template of a ship or of a class of ships shows, and the article it links to; None for other templates.

    Args:
        template: its name, as it is written.
        values: its unnamed parameters: name, hull number or year, and what to show of them ("2": the name alone, "3":
            without the number, "6": without the prefix).
    """
    name = " ".join(template.replace("_", " ").split())
    values = [value.strip() for value in values]
    key = name.casefold()
    if key in _CLASSES:
        return _ship_class(values)
    if key == "ship":
        prefix, values = (values[0] if values else ""), values[1:]
    elif key in _PREFIXES:
        prefix = _PREFIXES[key]
    elif (match := _NATIONAL.fullmatch(name)) is not None and match[1].casefold() not in _NO_NATION:
        prefix = name[0].upper() + name[1:]
    else:
        return None
    own, number, form = (*values, "", "", "")[:3]
    if not own:
        return None
    whole = " ".join(f"{prefix} {own}".split())
    article = f"{whole} ({number})" if number else whole
    shown = {
        "1": number or own,
        "2": own,
        "3": whole,
        "4": f"{prefix} {number}".strip() if number else whole,
        "5": f"{prefix} ({number})".strip() if number else whole,
        "6": f"{own} ({number})" if number else own,
    }
    return shown.get(form, article), article


def _ship_class(values: Sequence[str]) -> tuple[str, str] | None:
    own, kind = (*values, "", "")[:2]
    if not own:
        return None
    text = f"{own}-class {kind}".strip()
    return text, text
