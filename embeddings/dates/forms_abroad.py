"""The forms of dates in German, French, Spanish and Chinese, as a table; days and months are read in more languages.

They join the rules of `embeddings.dates.forms` that have the same names. The classes are those of
`embeddings.dates.abroad`.
"""

from __future__ import annotations

from embeddings.dates import days, periods
from embeddings.dates.grammar import Form
from embeddings.dates.ranges import DAY, calendar_period, from_to, one_day, part_of

NUMBERS = (
    Form("NUMBER"),
    Form("NUMBER_ABROAD"),
)

PERIODS = (
    Form("DAYS_AGO", lambda days_ago, today: one_day(today - days_ago * DAY)),
    Form("avant - hier", days.days_ago(2)),
    Form("CALENDAR", lambda calendar, today: calendar_period(today, *calendar)),
    Form("AGO", lambda ago, today: days.units_ago(ago[0], ago[1], today)),
    Form("PAST", lambda past, today: periods.past(past[0], past[1], today)),
    # German
    Form("letzte|letzten|letzter|letztes|vorige|vorigen|voriges|vergangene|vergangenen|vergangenes period:UNIT_ABROAD",
         periods.period(-1)),
    Form("diese|diesen|dieser|dieses|diesem period:UNIT_ABROAD", periods.period(0)),
    Form("nächste|nächsten|nächster|nächstes period:UNIT_ABROAD", periods.period(1)),
    Form("vor count:<number_abroad> unit:UNIT_ABROAD", days.units_ago),
    Form("die|den letzten|vergangenen count:<number_abroad> unit:UNIT_ABROAD", periods.past),
    # French
    Form("la|le? period:UNIT_ABROAD dernière|derniere|dernier|passée|passé", periods.period(-1)),
    Form("cette|ce period:UNIT_ABROAD", periods.period(0)),
    Form("ce period:UNIT_ABROAD - ci", periods.period(0)),
    Form("la|le? period:UNIT_ABROAD prochaine|prochain", periods.period(1)),
    Form("il y a count:<number_abroad> unit:UNIT_ABROAD", days.units_ago),
    Form("ces|les|des count:<number_abroad> dernières|dernieres|derniers unit:UNIT_ABROAD", periods.past),
    # Spanish
    Form("la|el? period:UNIT_ABROAD pasada|pasado", periods.period(-1)),
    Form("esta|este period:UNIT_ABROAD", periods.period(0)),
    Form("la|el próxima|proxima|próximo|proximo period:UNIT_ABROAD", periods.period(1)),
    Form("hace count:<number_abroad> unit:UNIT_ABROAD", days.units_ago),
    Form("los|las últimos|ultimos|últimas|ultimas count:<number_abroad> unit:UNIT_ABROAD", periods.past),
    # Portuguese
    Form("WEEKDAY - feira ,? <day>", lambda weekday, day: day),
    # years
    Form("jahr|jahre|année|l'année|l'an|año YEAR", periods.whole_year),
    Form("die|der|den SHORT_DECADE jahre|jahren?", periods.latest_decade),
    Form("années|años short_decade:TWO_FIGURES", periods.latest_decade),
)  # fmt: skip

PARTS = (
    Form("mi - days:<period>", lambda days: part_of(days, 1, 3)),
    Form("third:THIRD_ABROAD de|des? days:<period>", lambda third, days: part_of(days, third, 3)),
    Form("a? third:THIRD_OF de|del los? days:<period>", lambda third, days: part_of(days, third, 3)),
)

STARTS = (
    Form("seit|depuis|desde days:<point>", lambda days: days.first),
    Form("nach|après days:<point>", lambda days: days.last + DAY),
    Form("después|despues de|del days:<point>", lambda days: days.last + DAY),
    Form("days:<point> 以 来|來", lambda days: days.first),
    Form("days:<point> 以|之 后|後", lambda days: days.last + DAY),
)

STOPS = (
    Form("bis|hasta|jusqu'en|jusqu'à|jusqu'au days:<point>", lambda days: days.last),
    Form("vor|avant days:<point>", lambda days: days.first - DAY),
    Form("antes de|del days:<point>", lambda days: days.first - DAY),
    Form("days:<point> 以|之 前", lambda days: days.first - DAY),
)

SPANS = (
    Form("von|vom|du|del first_day:DAY .? bis|au|al DAY .|de? MONTH de|del? <year>", periods.days_of_month),
    Form("von|de first_month:MONTH bis|à|a MONTH de|del? <year>", periods.months_of_year),
    Form("von|vom? a:<point> bis b:<point>", lambda a, b: from_to(a.first, b.last)),
    Form("zwischen a:<point> und b:<point>", lambda a, b: from_to(a.first, b.last)),
    Form("de|du a:<point> à|au|a|al b:<point>", lambda a, b: from_to(a.first, b.last)),
    Form("entre a:<point> et|y b:<point>", lambda a, b: from_to(a.first, b.last)),
)

EXPRESSIONS = (
    Form("im|am|vom|in den|die? <point>"),
    Form("en|le|les|du|au|aux|des <point>"),
    Form("de la|l'|los|las? <point>"),
    Form("en? el|del|los|las <point>"),
    Form("au cours <point>"),
    Form("em|nel|del|в|w <point>"),
)
