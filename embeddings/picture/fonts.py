"""Fonts for texts of any script: those that come with matplotlib, then what the system has."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

OWN = "DejaVu Sans"  # comes with matplotlib: Latin, Cyrillic, Greek, Arabic, Hebrew, Armenian and Georgian

# How files with the letters of a script begin, by the first word of a letter's name in Unicode. Noto's fonts of the
# others are called by that word: DEVANAGARI LETTER KA is in NotoSansDevanagari-Regular.ttf.
_CJK = (
    "NotoSansCJK-", "NotoSansCJK", "SourceHanSans", "wqy-", "DroidSansFallback",
    "msyh", "YuGoth", "malgun", "PingFang", "Hiragino", "AppleSDGothicNeo",
)  # fmt: skip
_FILES = dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "FULLWIDTH"), _CJK)
_STYLES = ("-regular", "-bold", "")  # at the end of a file's name, of those that are wanted


@cache
def families_for(text: str) -> tuple[str, ...] | None:
    """The fonts that have all letters of a text, in the order in which they are tried; None where there are none.

    Signs that no font has, such as emoji, do not count: `showable` leaves them out.
    """
    families = [OWN]
    for letter in dict.fromkeys(text):
        if _is_letter(letter) and not any(_has(family, letter) for family in families):
            family = _family_with(letter)
            if family is None:
                return None
            families.append(family)
    return tuple(families)


@cache
def font(text: str, size: int, *, bold: bool = False) -> FontProperties:
    """The font in which a text is set."""
    return FontProperties(family=list(families_for(text) or (OWN,)), size=size, weight="bold" if bold else "normal")


def showable(text: str) -> str:
    """A text without the signs that its fonts lack."""
    families = families_for(text) or (OWN,)
    kept = "".join(each for each in text if each == " " or any(_has(family, each) for family in families))
    return " ".join(kept.split())


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


@cache
def _open(family: str) -> FT2Font:
    return font_manager.get_font(font_manager.findfont(FontProperties(family=[family]), fallback_to_default=False))


def _has(family: str, letter: str) -> bool:
    return bool(_open(family).get_char_index(ord(letter)))


@cache
def _family_with(letter: str) -> str | None:
    """A font of the system that has a letter, made known to matplotlib."""
    script = unicodedata.name(letter, "").partition(" ")[0]
    beginnings = _FILES.get(script, (f"NotoSans{script.title()}-", f"NotoSans{script.title()}["))
    files = _files()
    for beginning in filter(None, beginnings):
        found = [path for path in files if path.stem.lower().startswith(beginning.lower())]
        wanted = [path for path in found if path.stem.lower().endswith(_STYLES[:2])] or found
        families = [family for path in wanted if (family := _known(path)) is not None]  # all, for the bold ones
        if having := [family for family in families if _has(family, letter)]:
            return having[0]
    return None


@cache
def _known(path: Path) -> str | None:
    """The family of a font's file, which is made known to matplotlib; None if it cannot read it."""
    try:
        font_manager.fontManager.addfont(path)
        return FT2Font(path).family_name
    except (OSError, RuntimeError, ValueError):
        return None


@cache
def _files() -> list[Path]:
    """The files of all fonts of the system."""
    return sorted(map(Path, font_manager.findSystemFonts()))
