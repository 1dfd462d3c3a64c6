"""The words of dates in ten other languages: what counts from today, seasons, parts, what joins two dates.

They are German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Russian and Ukrainian; those of
the East stand in `embeddings.dates.eastern`. Each class holds the words of all of them, in all their cases, since the
forms in `embeddings.dates.forms_abroad` are the same for all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from embeddings.dates.ranges import CENTURY_MONTHS, DECADE_MONTHS, WEEK, YEAR_MONTHS, Unit

_DAY, _MONTH, _YEAR = Unit(1, 0), Unit(0, 1), Unit(0, YEAR_MONTHS)
_DECADE, _CENTURY = Unit(0, DECADE_MONTHS), Unit(0, CENTURY_MONTHS)
_WITHOUT_MARKS = str.maketrans("łıß", "lis")  # which are letters of their own


def numbered(words: str) -> dict[str, int]:
    """Words by their place in a list, counted from 1; `/` stands between forms of one word."""
    return {form: number for number, forms in enumerate(words.split(), 1) for form in forms.split("/")}


def plain(word: str) -> str:
    """A word without accents: `fevrier`."""
    if word.isascii():
        return word
    letters = unicodedata.normalize("NFKD", word.translate(_WITHOUT_MARKS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _each(words: Mapping[object, str]) -> dict[str, object]:
    """Words by what they mean, the other way round."""
    return {word: meaning for meaning, listed in words.items() for word in listed.split()}


_NUMBERS = {
    "de": "ein/eine/einem/einer/einen zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "un/une deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "un/una/uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "pt": "um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze",
    "it": "un/uno/una due tre quattro cinque sei sette otto nove dieci undici dodici",
    "nl": "een/één twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "pl": "jeden/jedną dwa/dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście",
    "tr": "bir iki üç dört beş altı yedi sekiz dokuz on onbir oniki",
    "ru": "один/одну два/две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
    "uk": "один/одну два/дві три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять",
}
_ROUND_NUMBERS: dict[object, str] = {
    20: "zwanzig vingt veinte vinte venti twintig dwadzieścia yirmi двадцать двадцять",
    30: "dreißig trente treinta trinta trenta dertig trzydzieści otuz тридцать тридцять",
    50: "fünfzig cinquante cincuenta cinquenta cinquanta vijftig pięćdziesiąt elli пятьдесят п'ятдесят",
    100: "hundert cent cien cem cento honderd sto yüz сто",
}
_UNITS: dict[object, str] = {
    _DAY: "tag tage tagen jour jours día días dia dias giorno giorni dag dagen dzień dni dnia dniu gün "
    "день дня дней дні днів",
    WEEK: "woche wochen semaine semaines semana semanas settimana settimane weken tydzień tygodnie tygodni tygodnia "
    "tygodniu hafta неделя недели недель неделю неделе тиждень тижні тижнів тижня",
    _MONTH: "monat monate monaten monats mois mes meses mês mese mesi maand maanden miesiąc miesiące miesięcy miesiąca "
    "miesiącu ay месяц месяца месяцев месяце місяць місяці місяців місяця",
    _YEAR: "jahr jahre jahren jahres an ans année années l'an l'année año años ano anos anno anni l'anno dell'anno "
    "jaar jaren rok roku lata lat yıl sene год года лет году рік роки років року році",
    _DECADE: "jahrzehnt jahrzehnte jahrzehnten décennie décennies década décadas decennio decenni decennium decennia "
    "dekada dekady dekadę dekad десятилетие десятилетия десятилетий десятиліття",
    _CENTURY: "jahrhundert jahrhunderte jahrhunderten siècle siècles siglo siglos século séculos secolo secoli eeuw "
    "eeuwen wiek wieki wieków yüzyıl век века веков століття",
}
_STEPS: dict[object, str] = {  # to the last, this or the next period
    -1: "letzte letzten letzter letztes letztem vorige vorigen voriges vergangene vergangenen vergangenes "
    "dernière dernier passée passé pasada pasado último última passada passado scorso scorsa ultimo ultima "
    "nell'ultimo nell'ultima vorig afgelopen zeszły zeszłym zeszłego zeszłej zeszłą zeszła ubiegły ubiegłym ubiegłego "
    "ubiegłej ubiegłą ubiegła ostatni ostatnim ostatniego ostatniej ostatnią geçen geçtiğimiz "
    "прошлый прошлая прошлое прошлую прошлой прошлом прошлого минувший минувшую минувшей минувшем "
    "минулий минула минулого минулої минулому минулу минулій",
    0: "diese diesen dieser dieses diesem cette ce esta este questo questa deze dit tym tego tej tę bu "
    "этот эта эту этом этой этого цей ця цього цьому цю цієї цій",
    1: "nächste nächsten nächster nächstes prochaine prochain próxima próximo prossima prossimo volgende komende "
    "przyszły przyszłym przyszłego przyszłą gelecek önümüzdeki "
    "следующий следующую следующей следующем наступний наступного наступному",
}
_DAYS_AGO: dict[object, str] = {
    0: "heute aujourd'hui d'aujourd'hui hoy oggi hoje vandaag dzisiaj dziś bugün сегодня сьогодні",
    1: "gestern hier d'hier ayer ieri ontem gisteren wczoraj dün вчера вчора учора",
    2: "vorgestern anteayer antier anteontem l'altroieri altroieri avantieri eergisteren przedwczoraj "
    "позавчера позавчора",
    -1: "demain amanhã domani jutro yarın завтра",
    -2: "übermorgen dopodomani overmorgen pojutrze послезавтра післязавтра",
}
_SEASONS: dict[object, str] = {
    3: "frühling frühjahr printemps primavera voorjaar wiosna wiosną wiosny ilkbahar ilkbaharı весна весной весны "
    "весною навесні весни",
    6: "sommer été l'été verano verão zomer latem летом лето лета літо влітку літа nell'estate dell'estate l'estate",
    9: "herbst automne l'automne otoño outono autunno nell'autunno dell'autunno herfst najaar jesień jesienią jesieni "
    "sonbahar sonbaharı осень осенью осени осінь восени",
    12: "hiver l'hiver invierno inverno zimą zimy kışı зима зимой зимы зимою взимку зими",
}
_SEASONS_TYPED: dict[object, str] = {  # names or words of English in questions
    3: "lente bahar baharı",
    6: "estate lato yaz yazı yazında",
    12: "zima kış kışında",
}
_TENS: dict[object, str] = {
    20: "zwanziger veinte vinte venti twintig dwudzieste двадцатые двадцяті",
    30: "dreißiger trente treinta trinta trenta dertig trzydzieste тридцатые тридцяті",
    40: "vierziger quarante cuarenta quarenta quaranta veertig czterdzieste сороковые сорокові",
    50: "fünfziger cinquante cincuenta cinquenta cinquanta vijftig pięćdziesiąte пятидесятые п'ятдесяті",
    60: "sechziger soixante sesenta sessenta sessanta zestig sześćdziesiąte шестидесятые шістдесяті",
    70: "siebziger setenta settanta zeventig siedemdziesiąte семидесятые сімдесяті",
    80: "achtziger ochenta oitenta ottanta tachtig osiemdziesiąte восьмидесятые вісімдесяті",
    90: "neunziger noventa novanta negentig dziewięćdziesiąte девяностые дев'яності",
}
_THIRDS: dict[object, str] = {
    0: "anfang début inizio inizi início principio principios comienzo comienzos inicios początku początek "
    "начале начало початку başında başları",
    1: "mitte mediados metà meados midden połowie середине середина середині ortasında ortaları",
    2: "ende fin finales fines eind końcu koniec конце конец кінці наприкінці sonunda sonları",
}


def _with_plain(words: Mapping[str, object]) -> dict[str, object]:
    """Words, and as they are typed without accents, unless that is English."""
    return {other: value for word, value in words.items() if (other := plain(word)) not in _ENGLISH} | dict(words)


_ENGLISH = frozenset({"dun", "sene", "on", "once", "ten", "ete", "bes"})


def _either(words: str) -> str:
    """Words as a pattern of `embeddings.dates.grammar`, also without accents."""
    return "|".join(_with_plain(dict.fromkeys(words.split())))


# Words that stand in the forms as they are.
AGO = _either("fa geleden temu önce назад тому atrás")
LAST_MANY = _either(
    "letzten vergangenen dernières derniers últimos últimas ultimi ultime afgelopen laatste ostatnie ostatnich son "
    "последние последних останні останніх"
)
FROM = _either("von vom de du desde del da dal dalla van od с со із з від")
TO = _either("bis à au a al até tot do po по до")
BETWEEN = _either("zwischen entre tra fra tussen między pomiędzy między между між")
AND = _either("und et y e i en a и і й та ile ve")
OF = "de|del|do|des|di"
BEFORE_YEAR = _either("jahr jahre année l'année l'an año ano anno dell'anno nell'anno jaar roku rok")
AFTER_YEAR = _either("года году год г гг р рр року році рік roku rok yılı yılında yılının yılından senesinde")
YEARS = _either(
    "jahre jahren années años anos anni jaren lata latach lat годы годов годах года роки років роках "
    "yıllar yıllarda yılları"
)
JOINS_MONTHS = frozenset(f"{TO}|{AND}|-|/".split("|"))

# The classes of words that only the forms in other languages use.
CLASSES: tuple[tuple[str, Mapping[str, object]], ...] = (
    (
        "NUMBER_ABROAD",
        _with_plain(
            {word: number for words in _NUMBERS.values() for word, number in numbered(words).items()}
            | _each(_ROUND_NUMBERS)
        ),
    ),
    ("UNIT_ABROAD", _with_plain(_each(_UNITS))),
    ("STEP", _with_plain(_each(_STEPS))),
    ("DAYS_AGO", _with_plain(_each(_DAYS_AGO))),
    ("CALENDAR", _with_plain({"quest'anno": (_YEAR, 0), "торік": (_YEAR, -1), "цьогоріч": (_YEAR, 0)})),
    ("TENS_ABROAD", _with_plain(_each(_TENS))),
    ("THIRD_ABROAD", _with_plain(_each(_THIRDS))),
    ("THIRD_TYPED", {"begin": 0, "fine": 2, "final": 2, "fim": 2}),  # words of English, too
    ("SEASON_TYPED", _with_plain(_each(_SEASONS_TYPED))),
)
SEASONS = _with_plain(_each(_SEASONS))
