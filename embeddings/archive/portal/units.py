"""Numbers with units as people write them: what `{{convert|12000|km2}}` shows, without the converted value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# Of each unit, by its codes, its name for one, for several, and short.
_UNITS: dict[str, tuple[str, str, str]] = {}


def _add(codes: str, one: str, several: str, short: str) -> None:
    for code in codes.split():
        _UNITS[code] = (one, several, short)


for _prefix, _sign in (("kilo", "k"), ("centi", "c"), ("milli", "m"), ("micro", "μ"), ("nano", "n"), ("", "")):
    _add(
        f"{_sign}m {_prefix}metre {_prefix}metres {_prefix}meter {_prefix}meters",
        f"{_prefix}metre",
        f"{_prefix}metres",
        f"{_sign}m",
    )
    _add(f"{_sign}m2 sq{_sign}m", f"square {_prefix}metre", f"square {_prefix}metres", f"{_sign}m²")
    _add(f"{_sign}m3 cu{_sign}m", f"cubic {_prefix}metre", f"cubic {_prefix}metres", f"{_sign}m³")
    _add(f"{_sign}g {_prefix}gram", f"{_prefix}gram", f"{_prefix}grams", f"{_sign}g")
for _prefix, _sign in (("giga", "G"), ("mega", "M"), ("kilo", "k"), ("tera", "T"), ("", "")):
    _add(f"{_sign}W", f"{_prefix}watt", f"{_prefix}watts", f"{_sign}W")
    _add(f"{_sign}Wh {_sign}W.h", f"{_prefix}watt-hour", f"{_prefix}watt-hours", f"{_sign}Wh")
    _add(f"{_sign}J", f"{_prefix}joule", f"{_prefix}joules", f"{_sign}J")
    _add(f"{_sign}tTNT {_sign}t(TNT)", f"{_prefix}tonne of TNT", f"{_prefix}tonnes of TNT", f"{_sign}t of TNT")
    _add(f"{_sign}Hz", f"{_prefix}hertz", f"{_prefix}hertz", f"{_sign}Hz")
for _sign, _one, _several in (
    ("mi", "mile", "miles"),
    ("ft", "foot", "feet"),
    ("in", "inch", "inches"),
    ("yd", "yard", "yards"),
    ("nmi", "nautical mile", "nautical miles"),
):
    _add(f"{_sign} {_several.split()[-1] if _sign != 'nmi' else 'NM'} {_one.split()[0]}", _one, _several, _sign)
    _add(f"sq{_sign} {_sign}2", f"square {_one}", f"square {_several}", f"sq {_sign}")
    _add(f"cu{_sign} {_sign}3", f"cubic {_one}", f"cubic {_several}", f"cu {_sign}")
for _codes, _one, _several, _short in (
    ("ha hectare hectares", "hectare", "hectares", "ha"),
    ("acre acres", "acre", "acres", "acres"),
    ("L l litre liter", "litre", "litres", "L"),
    ("ML", "megalitre", "megalitres", "ML"),
    ("USgal U.S.gal usgal", "US gallon", "US gallons", "US gal"),
    ("impgal", "imperial gallon", "imperial gallons", "imp gal"),
    ("gal", "gallon", "gallons", "gal"),
    ("oilbbl bbl", "barrel", "barrels", "bbl"),
    ("oilbbl/d bbl/d", "barrel per day", "barrels per day", "bbl/d"),
    ("t tonne tonnes MT", "tonne", "tonnes", "t"),
    ("kt", "kilotonne", "kilotonnes", "kt"),
    ("Mt", "megatonne", "megatonnes", "Mt"),
    ("ST shortton", "short ton", "short tons", "short tons"),
    ("LT longton", "long ton", "long tons", "long tons"),
    ("ton tons", "ton", "tons", "tons"),
    ("lb lbs", "pound", "pounds", "lb"),
    ("oz", "ounce", "ounces", "oz"),
    ("ozt troyoz", "troy ounce", "troy ounces", "ozt"),
    ("st", "stone", "stone", "st"),
    ("km/h kmh kph", "kilometre per hour", "kilometres per hour", "km/h"),
    ("mph mi/h", "mile per hour", "miles per hour", "mph"),
    ("m/s", "metre per second", "metres per second", "m/s"),
    ("km/s", "kilometre per second", "kilometres per second", "km/s"),
    ("ft/s", "foot per second", "feet per second", "ft/s"),
    ("m3/s", "cubic metre per second", "cubic metres per second", "m³/s"),
    ("cuft/s", "cubic foot per second", "cubic feet per second", "cu ft/s"),
    ("kn knot knots", "knot", "knots", "kn"),
    ("C °C", "°C", "°C", "°C"),
    ("F °F", "°F", "°F", "°F"),
    ("K", "kelvin", "kelvins", "K"),
    ("hPa", "hectopascal", "hectopascals", "hPa"),
    ("kPa", "kilopascal", "kilopascals", "kPa"),
    ("mbar", "millibar", "millibars", "mbar"),
    ("inHg", "inch of mercury", "inches of mercury", "inHg"),
    ("psi", "pound per square inch", "pounds per square inch", "psi"),
    ("hp bhp", "horsepower", "horsepower", "hp"),
    ("ly", "light-year", "light-years", "ly"),
    ("AU", "astronomical unit", "astronomical units", "AU"),
    ("pc", "parsec", "parsecs", "pc"),
    ("furlong", "furlong", "furlongs", "furlongs"),
    ("fathom", "fathom", "fathoms", "fathoms"),
    ("PD/sqkm /km2", "inhabitant per square kilometre", "inhabitants per square kilometre", "/km²"),
    ("/sqmi", "inhabitant per square mile", "inhabitants per square mile", "/sq mi"),
):
    _add(_codes, _one, _several, _short)

_POWERS = {"e3": "thousand", "e6": "million", "e9": "billion", "e12": "trillion"}
_POWER = re.compile(r"(e3|e6|e9|e12)(?=[^\W\d_/])")
_RANGES = {
    "-": "–",
    "–": "–",
    "to": " to ",
    "to(-)": " to ",
    "to-": " to ",
    "and": " and ",
    "and(-)": " and ",
    "or": " or ",
    "by": " by ",
    "x": " by ",
    "×": " by ",
    "xx": " by ",
    "by(x)": " by ",
    "*": " by ",
    "+/-": " ± ",
    "±": " ± ",
    "+": " + ",
    "to about": " to about ",
    ",": ", ",
    ", and": ", and ",
    ", or": ", or ",
}
_NUMBER = re.compile(r"([+\-−]?)(\d[\d,]*)?((?:\.\d*)?(?:[eE][+-]?\d+)?)")
_FRACTION = re.compile(r"([+\-−]?)(?:(\d+)\+)?(\d+)\s*[/⁄]+\s*(\d+)")
_IS_ONE = frozenset(("1", "−1", "1/2", "1/3", "1/4", "3/4", "2/3"))


def number(text: str, *, parts: bool = True) -> str | None:
    """A number with its thousands parted by commas; None where it is no number."""
    text = text.strip()
    if fraction := _FRACTION.fullmatch(text):
        sign, whole, top, bottom = fraction.groups()
        return f"{_minus(sign)}{whole + ' ' if whole else ''}{top}/{bottom}"
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3][1:2].isdigit()):
        return None
    whole = (match[2] or "0").replace(",", "")
    return f"{_minus(match[1])}{_thousands(whole) if parts else whole}{match[3]}"


def _thousands(digits: str) -> str:
    return digits if len(digits) > 40 or digits.startswith("0") else f"{int(digits):,}"


def _minus(sign: str) -> str:
    return "−" if sign in ("-", "−") and sign else ""


def quantity(values: Sequence[str], options: Mapping[str, str], *, is_short: bool = False) -> str | None:
    """What `{{convert}}` shows of what was measured; None where its parameters are not understood.

    Args:
        values: its unnamed parameters: numbers, words of a range between them, the unit, units that come after.
        options: its named ones.
        is_short: whether units are short unless it says otherwise, as with `{{cvt}}`.
    """
    values = [value.strip() for value in values]
    parts = options.get("comma", "") not in ("off", "no", "none")
    first = number(values[0], parts=parts) if values else None
    if first is None:
        return None
    shown, last, at = first, first, 1
    while at + 1 < len(values) and values[at] in _RANGES and (other := number(values[at + 1], parts=parts)) is not None:
        shown, last, at = shown + _RANGES[values[at]] + other, other, at + 2
    if at >= len(values):
        return shown
    abbr = options.get("abbr", "on" if is_short else "")
    is_short = abbr in ("on", "in", "y", "yes", "~")
    adjective = options.get("adj", "")
    unit = _unit(values[at], is_one=last in _IS_ONE and at == 1, is_short=is_short, is_adjective=adjective != "")
    if adjective in ("on", "mid", "1") and not is_short and not unit.startswith("°"):
        middle = values[-1] if adjective == "mid" and len(values) > at + 1 and values[-1].startswith("-") else ""
        return f"{shown}-{unit.replace(' ', '-') if unit.startswith(('million', 'billion')) else unit}{middle}"
    text = f"{shown} {unit}"
    rest = values[at + 1 :]
    while len(rest) >= 2 and _known(rest[1]) and (small := number(rest[0])) is not None:  # 5 feet 11 inches
        text += f" {small} {_unit(rest[1], is_one=small in _IS_ONE, is_short=is_short, is_adjective=False)}"
        rest = rest[2:]
    if options.get("sp") == "us":
        text = re.sub(r"\b(square |cubic )?(kilo|centi|milli)?(met|lit)res?\b", _american, text)
    return text


def _american(match: re.Match[str]) -> str:
    return f"{match[0].removesuffix('s').removesuffix('re')}er{'s' if match[0].endswith('s') else ''}"


def _known(code: str) -> bool:
    return _POWER.sub("", code, count=1) in _UNITS


def _unit(code: str, *, is_one: bool, is_short: bool, is_adjective: bool) -> str:
    power = _POWER.match(code)
    names = _UNITS.get(code[power.end() :] if power is not None else code)
    if names is None:
        return code
    one, several, short = names
    name = short if is_short else one if is_adjective or (is_one and power is None) else several
    return f"{_POWERS[power[1]]} {name}" if power is not None else name


_MONEY = {
    "us$": "US$",
    "usd": "US$",
    "a$": "A$",
    "au$": "A$",
    "aud": "A$",
    "c$": "C$",
    "ca$": "C$",
    "cad": "C$",
    "nz$": "NZ$",
    "nzd": "NZ$",
    "hk$": "HK$",
    "s$": "S$",
    "r$": "R$",
    "mex$": "Mex$",
    "gbp": "£",
    "£": "£",
    "pound sterling": "£",
    "eur": "€",
    "€": "€",
    "euro": "€",
    "inr": "₹",
    "₹": "₹",
    "indian rupee": "₹",
    "indian rupees": "₹",
    "inrconvert": "₹",
    "jpy": "¥",
    "¥": "¥",
    "cny": "CN¥",
    "cn¥": "CN¥",
    "rmb": "CN¥",
    "krw": "₩",
    "won": "₩",
    "php": "₱",
    "peso": "₱",
    "philippine peso": "₱",
    "rub": "₽",
    "try": "₺",
    "chf": "CHF ",
    "ils": "₪",
    "nis": "₪",
    "ngn": "₦",
    "uah": "₴",
}
_SCALES = {
    "m": "million",
    "b": "billion",
    "c": "crore",
    "l": "lakh",
    "lc": "lakh crore",
    "t": "trillion",
    "k": "thousand",
}


def measured(template: str, values: Sequence[str], options: Mapping[str, str]) -> str | None:
    """What a template of numbers, units or money shows; None for other templates, or if its parameters do not fit.

    Args:
        template: its name in lower case.
        values: its parameters without a name, in order.
        options: those with a name, by name in lower case.
    """
    values = [value.strip() for value in values]
    if template in ("convert", "cvt", "conv", "convinfobox"):
        return quantity(values, options, is_short=template == "cvt")
    if template.startswith("formatnum:"):
        return number(template.partition(":")[2])
    if not values:
        return None
    if template in ("val", "nts", "number", "formatnum", "commas"):
        shown = number(values[0])
        unit = options.get("u") or options.get("ul") or ""
        return shown if shown is None or not unit else f"{shown} {unit}"
    if template in ("frac", "fraction", "sfrac"):
        return {1: f"1/{values[0]}", 2: "/".join(values), 3: f"{values[0]} {'/'.join(values[1:])}"}.get(len(values))
    if template in ("circa", "c."):
        return f"c. {values[0]}"
    if template in _MONEY:
        scale = values[1].casefold() if len(values) > 1 else ""
        named = f" {_SCALES[scale]}" if template == "inrconvert" and scale in _SCALES else ""
        return f"{_MONEY[template]}{number(values[0]) or values[0]}{named}"
    return None
