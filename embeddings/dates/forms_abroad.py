"""The forms of dates in other languages, as a table; the same for all that build them from the same parts.

They join the rules of `embeddings.dates.forms` that have the same names. The classes are those of
`embeddings.dates.words_abroad` and `eastern`.
"""

from __future__ import annotations

from embeddings.dates import days, periods
from embeddings.dates import words_abroad as words
from embeddings.dates.grammar import Form, Where
from embeddings.dates.ranges import DAY, WEEK, calendar_period, from_to, one_day, part_of

_TYPED = Where.TYPED

NUMBERS = (
    Form("NUMBER"),
    Form("NUMBER_ABROAD"),
)

YEARS = (
    Form(f"year:YEAR {words.AFTER_YEAR} .?"),
    Form("year:YEAR r ."),
    Form("year:YEAR r", None, _TYPED),
    Form(f"{words.BEFORE_YEAR} de? year:YEAR", lambda year: year),
)

PERIODS = (
    # counted from today
    Form("DAYS_AGO", lambda days_ago, today: one_day(today - days_ago * DAY)),
    Form("avant - hier", days.days_ago(2)),
    Form("l'altro ieri", days.days_ago(2)),
    Form("evvelsi|önceki|onceki gün|gun", days.days_ago(2)),
    Form("CALENDAR", lambda calendar, today: calendar_period(today, *calendar)),
    Form("AGO", lambda ago, today: days.units_ago(ago[0], ago[1], today)),
    Form("PAST", lambda past, today: periods.past(past[0], past[1], today)),
    Form("vor|hace|há|ha|faz count:<number_abroad> unit:UNIT_ABROAD", days.units_ago),
    Form("il y a count:<number_abroad> unit:UNIT_ABROAD", days.units_ago),
    Form(f"count:<number_abroad> unit:UNIT_ABROAD {words.AGO}", days.units_ago),
    Form("count:<number_abroad> unit:UNIT_ABROAD once", days.units_ago, _TYPED),
    Form("count:<number_abroad> unit:PERIOD geleden", days.units_ago),
    Form("unit:UNIT_ABROAD temu|назад|тому", lambda unit, today: days.units_ago(1, unit, today)),
    # the last, this, the next
    Form("la|le|el? STEP period:UNIT_ABROAD", periods.stepped),
    Form("la|le|el|l'? period:UNIT_ABROAD STEP", periods.stepped),
    Form("vorige|vorig|afgelopen period:PERIOD", periods.period(-1)),
    Form("deze period:PERIOD", periods.period(0)),
    Form("volgende|komende period:PERIOD", periods.period(1)),
    Form("ce period:UNIT_ABROAD - ci", periods.period(0)),
    Form(f"los|las|les|des|ces|die|den|de|gli|le? {words.LAST_MANY} count:<number_abroad> unit:UNIT_ABROAD",
         periods.past),
    Form("ces|les|des count:<number_abroad> dernières|dernieres|derniers unit:UNIT_ABROAD", periods.past),
    Form("STEP weekday:WEEKDAY_ABROAD gün|günü|gunu?", days.stepped_weekday),
    Form("le|el|la? weekday:WEEKDAY_ABROAD STEP", days.stepped_weekday),
    Form("weekday:WEEKDAY_ABROAD - feira STEP", days.stepped_weekday),
    Form("STEP weekday:WEEKDAY_ABROAD - feira", days.stepped_weekday),
    Form("weekday:WEEKDAY_ABROAD - feira?", days.latest_weekday, _TYPED),
    Form("CALENDAR の? weekday:WEEKDAY_ABROAD", days.weekday_of_calendar),
    Form("WEEKDAY_OF_WEEK", lambda weekday_of_week, today: days.weekday_of(
        weekday_of_week[1], calendar_period(today, WEEK, weekday_of_week[0]))),
    Form("STEP month:MONTH_ABROAD", periods.stepped_month),
    Form("month:MONTH_ABROAD STEP", periods.stepped_month),
    Form("STEP season:SEASON", periods.stepped_season, _TYPED),
    Form("le|la|el|l'? season:SEASON STEP", periods.stepped_season, _TYPED),
    Form("day:<moment> ,? weekday:WEEKDAY_ABROAD", days.weekday_and_day, _TYPED),
    Form("WEEKDAY - feira ,? <day>", lambda weekday, day: day),
    # months, seasons
    Form("<year> の? MONTH", periods.month_of, _TYPED),
    Form("season:SEASON de|del|do|des|dell'? <year>", periods.season_of),
    Form("season:SEASON|SEASON_TYPED de|del|do|dell'? <year>", periods.season_of, _TYPED),
    Form("<year> の? season:SEASON_AFTER", periods.season_of),
    Form("<year> season:SEASON_TYPED", periods.season_of, _TYPED),
    # years and decades
    Form(f"year:YEAR {words.AFTER_YEAR} .?", periods.whole_year),
    Form("year:YEAR r .", periods.whole_year),
    Form("year:YEAR r", periods.whole_year, _TYPED),
    Form(f"{words.BEFORE_YEAR} de? YEAR", periods.whole_year),
    Form("die|der|den DECADE", periods.decade_from),
    Form(f"die|der|den SHORT_DECADE {words.YEARS}?", periods.latest_decade),
    Form(f"short_decade:DECADE_ABROAD {words.YEARS}?", periods.latest_decade),
    Form(f"decade:DECADE {words.YEARS}", periods.decade_from),
    Form(f"{words.YEARS} short_decade:TWO_FIGURES|SHORT_YEAR|TENS_ABROAD .?", periods.latest_decade),
    Form(f"short_decade:TENS_ABROAD {words.YEARS}", periods.latest_decade),
    Form(f"{words.YEARS} year:YEAR .?", periods.decade_or_year),
    Form("década|decada|décadas de|dos year:YEAR", periods.decade_or_year),
    Form("década|decada de|dos los? short_decade:TWO_FIGURES|TENS_ABROAD", periods.latest_decade),
    # what asks for its year
    Form("MONTH_DAY", lambda month_day, today: days.day_needs_year(month_day[0], month_day[1], today), _TYPED),
)  # fmt: skip

PARTS = (
    Form("mi - days:<period>", lambda days: part_of(days, 1, 3)),
    Form("al|à|w|в|у|на|pod? third:THIRD_ABROAD de|des|del|do|di|du? days:<period>",
         lambda third, days: part_of(days, third, 3)),
    Form("no? third:THIRD_TYPED de|del|do|di? days:<period>", lambda third, days: part_of(days, third, 3), _TYPED),
    Form("days:<period> の? third:THIRD_AFTER", lambda days, third: part_of(days, third, 3)),
    Form("days:<period> third:THIRD_ABROAD", lambda days, third: part_of(days, third, 3), _TYPED),
)  # fmt: skip

STARTS = (
    Form("seit|depuis|desde|sinds days:<point>", lambda days: days.first),
    Form("dal|od|с|з|від days:<point>", lambda days: days.first, _TYPED),
    Form("начиная с days:<point>", lambda days: days.first),
    Form("nach|après|apres|dopo|после|після days:<point>", lambda days: days.last + DAY),
    Form("na|po days:<point>", lambda days: days.last + DAY, _TYPED),
    Form("después|despues|depois de|del days:<point>", lambda days: days.last + DAY),
    Form("days:<point> 以 来|來", lambda days: days.first),
    Form("days:<point> から|부터|以降|이래", lambda days: days.first),
    Form("days:<point> 以|之 后|後", lambda days: days.last + DAY),
    Form("days:<point> 이후", lambda days: days.last + DAY),
)

STOPS = (
    Form("bis|hasta|até|jusqu'en|jusqu'à|jusqu'au days:<point>", lambda days: days.last),
    Form("vor|avant|voor|przed|перед days:<point>", lambda days: days.first - DAY),
    Form("до days:<point>", lambda days: days.first - DAY),
    Form("antes|prima de|del|di days:<point>", lambda days: days.first - DAY),
    Form("days:<point> 以|之 前", lambda days: days.first - DAY),
    Form("days:<point> 이전", lambda days: days.first - DAY),
    Form("days:<point> まで|까지", lambda days: days.last),
)

SPANS = (
    Form("von|vom|du|del first_day:DAY .? bis|au|al DAY .|de? MONTH de|del? <year>", periods.days_of_month),
    Form(f"{words.FROM} first_month:MONTH {words.TO} MONTH {words.OF}? <year>", periods.months_of_year),
    Form(f"first_month:MONTH {words.TO} MONTH {words.OF}? <year>", periods.months_of_year, _TYPED),
    Form(f"{words.BETWEEN} first_month:MONTH {words.AND} MONTH {words.OF}? <year>", periods.months_of_year),
    Form("von|vom? a:<point> bis b:<point>", lambda a, b: from_to(a.first, b.last)),
    Form(f"{words.FROM} a:<point> {words.TO} b:<point>", lambda a, b: from_to(a.first, b.last)),
    Form(f"{words.BETWEEN} a:<point> {words.AND} b:<point>", lambda a, b: from_to(a.first, b.last)),
    Form("a:<point> ile|ve b:<point> arasında|arasinda|arası", lambda a, b: from_to(a.first, b.last)),
    Form("自|从|從? a:<point> から|부터|到|至 b:<yearless> まで|까지?", periods.from_to_next),
    Form("自|从|從? a:<point> から|부터|到|至 b:<point> まで|까지?", lambda a, b: from_to(a.first, b.last)),
)

EXPRESSIONS = (
    Form("im|am|vom|in|den|zum den|die? <point>"),
    Form("en|le|les|du|au|aux|des <point>"),
    Form("de la|l'|los|las? <point>"),
    Form("en|in? el|del|los|las|de|het|den <point>"),
    Form("au cours <point>"),
    Form("em|nel|del|в|во|у|w|we <point>"),
    Form("на <point>"),
    Form("op|il|lo|gli|negli|nei|na|no|nos|o|os|a|as|el|la|dia|den|de <point>", None, _TYPED),
    Form("YEAR ' te|ta|de|da", periods.whole_year),
)
