"""What templates of numbers, units, money and ships show."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive.portal.bullet import read_bullet
from embeddings.archive.portal.units import number
from tests.rows import for_each

NUMBERS = {"7": "7", "12000": "12,000", "12,000": "12,000", "1234567": "1,234,567", "0.5": "0.5", "1500.25": "1,500.25"}
UNITS = {
    "km2": ("square kilometres", "km²"),
    "sqmi": ("square miles", "sq mi"),
    "oilbbl": ("barrels", "bbl"),
    "km/h": ("kilometres per hour", "km/h"),
    "mph": ("miles per hour", "mph"),
    "ft": ("feet", "ft"),
    "nmi": ("nautical miles", "nmi"),
    "m3": ("cubic metres", "m³"),
    "acre": ("acres", "acres"),
    "e6acre": ("million acres", "million acres"),
    "e9cuft": ("billion cubic feet", "billion cu ft"),
    "t": ("tonnes", "t"),
    "USgal": ("US gallons", "US gal"),
    "MW": ("megawatts", "MW"),
    "C": ("°C", "°C"),
}
RANGES = {"to": " to ", "-": "–", "and": " and ", "or": " or ", "by": " by ", "x": " by ", "–": "–", "+/-": " ± "}


RESTS = ("", "|in", "|mi ft|0", "|sigfig=2", "|lk=on", "|disp=or")
CASES = [
    (value, shown, unit, names, RESTS[(of_number + of_unit) % len(RESTS)])
    for of_number, (value, shown) in enumerate(NUMBERS.items())
    for of_unit, (unit, names) in enumerate(UNITS.items())
]


@for_each(("value", "shown", "unit", "names", "rest"), CASES)
def test_numbers_have_their_units(value: str, shown: str, unit: str, names: tuple[str, str], rest: str) -> None:
    assert read_bullet(f"It is {{{{convert|{value}|{unit}{rest}}}}} now.").text == f"It is {shown} {names[0]} now."
    assert read_bullet(f"It is {{{{Convert|{value}|{unit}{rest}|abbr=on}}}}.").text == f"It is {shown} {names[1]}."
    assert read_bullet(f"It is {{{{cvt | {value} | {unit}{rest}}}}}.").text == f"It is {shown} {names[1]}."


@for_each(("word", "between"), RANGES.items())
@for_each(("unit", "names"), UNITS.items())
def test_ranges_have_both_numbers(word: str, between: str, unit: str, names: tuple[str, str]) -> None:
    text = read_bullet(f"It is {{{{convert|1000|{word}|2500|{unit}|in}}}}.").text
    assert text == f"It is 1,000{between}2,500 {names[0]}."


@for_each(
    ("template", "text"),
    [
        ("convert|1|mi|km", "1 mile"),
        ("convert|1|ft", "1 foot"),
        ("convert|-5|C|F", "−5 °C"),
        ("convert|1/2|mi", "1/2 mile"),
        ("convert|1+1/2|mi", "1 1/2 miles"),
        ("convert|5|ft|11|in|cm", "5 feet 11 inches"),
        ("convert|6|lb|4|oz", "6 pounds 4 ounces"),
        ("convert|10|x|20|x|3000|m", "10 by 20 by 3,000 metres"),
        ("convert|10|km|adj=on", "10-kilometre"),
        ("convert|100|ft|adj=on", "100-foot"),
        ("convert|10|mi|km|adj=mid|-wide", "10-mile-wide"),
        ("convert|10000|m|sp=us", "10,000 meters"),
        ("convert|5|km2|sp=us", "5 square kilometers"),
        ("convert|12000|km|comma=off", "12000 kilometres"),
        ("convert|2|e6oilbbl/d", "2 million barrels per day"),
        ("convert|7|unheard", "7 unheard"),
        ("convert|about ten|km", "about ten km"),
        ("convert|10", "10"),
        ("formatnum:1234567", "1,234,567"),
        ("val|12000|u=km", "12,000 km"),
        ("frac|1|2", "1/2"),
        ("frac|3|1|2", "3 1/2"),
        ("circa|1500", "c. 1500"),
        ("US$|10 million", "US$10 million"),
        ("GBP|12000", "£12,000"),
        ("INRConvert|500|c", "₹500 crore"),
        ("nowrap|{{convert|12000|km2}}", "12,000 square kilometres"),
    ],
)
def test_templates_of_numbers(template: str, text: str) -> None:
    assert read_bullet(f"It is {{{{{template}}}}} now.").text == f"It is {text} now."


@for_each("prefix", ["USS", "HMS", "HMAS", "INS", "MV", "SS", "RMS", "USCGC", "HNoMS", "KRI", "MS", "TCG"])
@for_each("name", ["Ardun", "Lake Belmora", "U-12"])
@for_each(
    ("parameters", "shown"),
    [
        ("", "{prefix} {name}"),
        ("|D12", "{prefix} {name} (D12)"),
        ("|1912", "{prefix} {name} (1912)"),
        ("|D12|2", "{name}"),
        ("|D12|3", "{prefix} {name}"),
        ("|D12|6", "{name} (D12)"),
    ],
)
def test_ships_have_their_prefix_and_name(prefix: str, name: str, parameters: str, shown: str) -> None:
    shown = shown.format(prefix=prefix, name=name)
    article = f"{prefix} {name}{' (' + parameters.split('|')[1] + ')' if parameters else ''}"
    for template in (f"{prefix}|{name}{parameters}", f"ship|{prefix}|{name}{parameters}"):
        bullet = read_bullet(f"The ''{{{{{template}}}}}'' sinks off [[Ardun]].")
        assert (bullet.text, bullet.links) == (f"The {shown} sinks off Ardun.", (article, "Ardun"))


@for_each("kind", ["submarine", "cruiser", "frigate", "aircraft carrier", "ship", "destroyer", "ferry"])
@for_each("nation", ["Russian", "Japanese", "South Korean", "german"])
def test_ships_without_a_prefix_have_their_nation(nation: str, kind: str) -> None:
    bullet = read_bullet(f"{{{{{nation} {kind}|Ardun}}}} sinks.")
    whole = f"{nation[0].upper()}{nation[1:]} {kind} Ardun"
    assert (bullet.text, bullet.links) == (f"{whole} sinks.", (whole,))


def test_a_class_of_ships() -> None:
    bullet = read_bullet("A {{sclass|Ardun|frigate}} sinks.")
    assert (bullet.text, bullet.links) == ("A Ardun-class frigate sinks.", ("Ardun-class frigate",))


@given(st.integers(min_value=0))
def test_a_number_is_parted_in_threes(value: int) -> None:
    shown = number(str(value))
    assert shown is not None
    assert shown.replace(",", "") == str(value)


@given(st.text(max_size=30))
def test_any_parameter_gives_a_text(text: str) -> None:
    read_bullet(f"It is {{{{convert|{text}|{text}|{text}}}}} {{{{USS|{text}|{text}}}}}.")


@pytest.mark.parametrize("unit", ["{{convert|", "{{nowrap|", "{{USS|a|", "{{val|"])
def test_templates_in_one_another_take_no_longer_for_it(unit: str) -> None:
    started = time.process_time()
    read_bullet(unit * 38 + "1" + "}}" * 38)
    assert time.process_time() - started < 2
