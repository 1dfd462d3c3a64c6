"""Abbreviations of time zones, each with everything that it is used for.

Most abbreviations of a standard time are used for two things: for the clocks of a place, which change, and for one
offset all the year. Several are used in more than one part of the world.
"""

from __future__ import annotations

from functools import lru_cache

# The abbreviations; then each reading as "what it is @ stored zone", the likeliest first.
_TABLE = """
ET EASTERN | New York: clocks change @ America/New_York
EST | New York: clocks change @ America/New_York | all year @ UTC-05:00
EDT | New York: clocks change @ America/New_York | all year @ UTC-04:00
EST5EDT | New York: clocks change @ America/New_York
CT CENTRAL | Chicago: clocks change @ America/Chicago
CST | Chicago: clocks change @ America/Chicago | China @ Asia/Shanghai | all year @ UTC-06:00 | Cuba @ America/Havana
CDT | Chicago: clocks change @ America/Chicago | all year @ UTC-05:00 | Cuba @ America/Havana
CST6CDT | Chicago: clocks change @ America/Chicago
MT MOUNTAIN | Denver: clocks change @ America/Denver | Phoenix: no change @ America/Phoenix
MST | Denver: clocks change @ America/Denver | Phoenix, all year @ UTC-07:00 | Malaysia @ Asia/Kuala_Lumpur
MDT | Denver: clocks change @ America/Denver | all year @ UTC-06:00
MST7MDT | Denver: clocks change @ America/Denver
PT PACIFIC | Los Angeles: clocks change @ America/Los_Angeles
PST | Los Angeles: clocks change @ America/Los_Angeles | all year @ UTC-08:00 | Philippines @ Asia/Manila
PDT | Los Angeles: clocks change @ America/Los_Angeles | all year @ UTC-07:00
PST8PDT | Los Angeles: clocks change @ America/Los_Angeles
AKST AKT | Anchorage: clocks change @ America/Anchorage | all year @ UTC-09:00
AKDT | Anchorage: clocks change @ America/Anchorage | all year @ UTC-08:00
HST HAST | Hawaii @ Pacific/Honolulu | all year @ UTC-10:00 | Aleutian Islands: clocks change @ America/Adak
HDT HADT | Aleutian Islands: clocks change @ America/Adak | all year @ UTC-09:00
AT ATLANTIC | Halifax: clocks change @ America/Halifax | Puerto Rico @ America/Puerto_Rico
AST | Halifax: clocks change @ America/Halifax | all year @ UTC-04:00 | Saudi Arabia @ Asia/Riyadh
ADT | Halifax: clocks change @ America/Halifax | all year @ UTC-03:00
NST NT | Newfoundland: clocks change @ America/St_Johns | all year @ UTC-03:30
NDT | Newfoundland: clocks change @ America/St_Johns | all year @ UTC-02:30
BST | London: clocks change @ Europe/London | all year @ UTC+01:00 | Bangladesh @ Asia/Dhaka
BST | Bougainville @ Pacific/Bougainville
IST | India @ Asia/Kolkata | Ireland: clocks change @ Europe/Dublin | Israel: clocks change @ Asia/Jerusalem
IDT | Israel: clocks change @ Asia/Jerusalem | all year @ UTC+03:00
WET | Lisbon: clocks change @ Europe/Lisbon | all year @ UTC
WEST WESZ | Lisbon: clocks change @ Europe/Lisbon | all year @ UTC+01:00
WEZ | Lisbon: clocks change @ Europe/Lisbon | all year @ UTC
CET MEZ MET | Berlin: clocks change @ Europe/Berlin | all year @ UTC+01:00
CEST MESZ MEST | Berlin: clocks change @ Europe/Berlin | all year @ UTC+02:00
HEC HNEC | Paris: clocks change @ Europe/Paris | all year @ UTC+01:00
HAEC HEEC | Paris: clocks change @ Europe/Paris | all year @ UTC+02:00
EET OEZ | Athens: clocks change @ Europe/Athens | all year @ UTC+02:00
EEST OESZ | Athens: clocks change @ Europe/Athens | all year @ UTC+03:00
MSK MCK | Moscow @ Europe/Moscow
SAMT | Samara @ Europe/Samara | Samoa @ Pacific/Apia
YEKT | Yekaterinburg @ Asia/Yekaterinburg
OMST | Omsk @ Asia/Omsk
NOVT | Novosibirsk @ Asia/Novosibirsk
KRAT | Krasnoyarsk @ Asia/Krasnoyarsk
IRKT | Irkutsk @ Asia/Irkutsk
YAKT | Yakutsk @ Asia/Yakutsk
VLAT | Vladivostok @ Asia/Vladivostok
MAGT | Magadan @ Asia/Magadan
SAKT | Sakhalin @ Asia/Sakhalin
SRET | Srednekolymsk @ Asia/Srednekolymsk
PETT | Kamchatka @ Asia/Kamchatka
ANAT | Anadyr @ Asia/Anadyr
TRT | Turkey @ Europe/Istanbul
FET | Minsk @ Europe/Minsk
WAT | West Africa @ Africa/Lagos
CAT | Central Africa @ Africa/Maputo
EAT | East Africa @ Africa/Nairobi
SAST | South Africa @ Africa/Johannesburg
MUT | Mauritius @ Indian/Mauritius
RET | Réunion @ Indian/Reunion
SCT | Seychelles @ Indian/Mahe
AZOT AZOST | Azores: clocks change @ Atlantic/Azores
CVT | Cape Verde @ Atlantic/Cape_Verde
GST | Gulf: Dubai @ Asia/Dubai | South Georgia @ Atlantic/South_Georgia | Guam @ Pacific/Guam
IRST | Iran @ Asia/Tehran
AZT | Azerbaijan @ Asia/Baku
GET | Georgia (country) @ Asia/Tbilisi
AMT | Manaus, Brazil @ America/Manaus | Armenia @ Asia/Yerevan
AFT | Afghanistan @ Asia/Kabul
PKT | Pakistan @ Asia/Karachi
UZT | Uzbekistan @ Asia/Tashkent
TJT | Tajikistan @ Asia/Dushanbe
TMT | Turkmenistan @ Asia/Ashgabat
ALMT QYZT | Kazakhstan @ Asia/Almaty
KGT | Kyrgyzstan @ Asia/Bishkek
NPT | Nepal @ Asia/Kathmandu
BTT | Bhutan @ Asia/Thimphu
BDT | Bangladesh @ Asia/Dhaka | Brunei @ Asia/Brunei
BNT | Brunei @ Asia/Brunei
SLST | Sri Lanka @ Asia/Colombo
MVT | Maldives @ Indian/Maldives
MMT | Myanmar @ Asia/Yangon
ICT | Bangkok, Thailand @ Asia/Bangkok | Vietnam @ Asia/Ho_Chi_Minh
WIB | Jakarta, Indonesia @ Asia/Jakarta
WITA | Makassar, Indonesia @ Asia/Makassar
WIT | Jayapura, Indonesia @ Asia/Jayapura
SGT | Singapore @ Asia/Singapore
SST | American Samoa @ Pacific/Pago_Pago | Singapore @ Asia/Singapore
MYT | Malaysia @ Asia/Kuala_Lumpur
PHT PHST | Philippines @ Asia/Manila
HKT | Hong Kong @ Asia/Hong_Kong
ULAT | Ulaanbaatar, Mongolia @ Asia/Ulaanbaatar
HOVT | Khovd, Mongolia @ Asia/Hovd
JST | Japan @ Asia/Tokyo
KST | Korea @ Asia/Seoul
TLT | East Timor @ Asia/Dili
PGT | Papua New Guinea @ Pacific/Port_Moresby
AWST | Perth, Australia @ Australia/Perth
ACWST | Eucla, Australia @ Australia/Eucla
ACST | Adelaide, Australia: clocks change @ Australia/Adelaide | Darwin, Australia: all year @ Australia/Darwin
ACDT | Adelaide, Australia: clocks change @ Australia/Adelaide | all year @ UTC+10:30
ACT | Adelaide, Australia: clocks change @ Australia/Adelaide | Darwin, Australia: all year @ Australia/Darwin
ACT | Acre, Brazil @ America/Rio_Branco
AEST AET | Sydney, Australia: clocks change @ Australia/Sydney | Brisbane, Australia: all year @ Australia/Brisbane
AEDT | Sydney, Australia: clocks change @ Australia/Sydney | all year @ UTC+11:00
LHST LHDT | Lord Howe Island: clocks change @ Australia/Lord_Howe
NFT | Norfolk Island: clocks change @ Pacific/Norfolk
NCT | New Caledonia @ Pacific/Noumea
SBT | Solomon Islands @ Pacific/Guadalcanal
VUT | Vanuatu @ Pacific/Efate
NZST NZT | New Zealand: clocks change @ Pacific/Auckland | all year @ UTC+12:00
NZDT | New Zealand: clocks change @ Pacific/Auckland | all year @ UTC+13:00
CHAST CHADT | Chatham Islands: clocks change @ Pacific/Chatham
FJT | Fiji @ Pacific/Fiji
TVT | Tuvalu @ Pacific/Funafuti
TOT | Tonga @ Pacific/Tongatapu
WST | Samoa @ Pacific/Apia | Perth, Australia @ Australia/Perth
TKT | Tokelau @ Pacific/Fakaofo
LINT | Line Islands, Kiribati @ Pacific/Kiritimati
PHOT | Phoenix Islands, Kiribati @ Pacific/Kanton
GILT | Gilbert Islands, Kiribati @ Pacific/Tarawa
MHT | Marshall Islands @ Pacific/Majuro
CHST CHUT | Guam @ Pacific/Guam
PWT | Palau @ Pacific/Palau
NUT | Niue @ Pacific/Niue
CKT | Cook Islands @ Pacific/Rarotonga
TAHT | Tahiti @ Pacific/Tahiti
MART | Marquesas Islands @ Pacific/Marquesas
GAMT | Gambier Islands @ Pacific/Gambier
EAST | Easter Island: clocks change @ Pacific/Easter
GALT | Galápagos Islands @ Pacific/Galapagos
BRT BRST | São Paulo, Brazil @ America/Sao_Paulo
FNT | Fernando de Noronha, Brazil @ America/Noronha
ART | Argentina @ America/Argentina/Buenos_Aires
UYT | Uruguay @ America/Montevideo
PYT | Paraguay @ America/Asuncion
CLT CLST | Chile: clocks change @ America/Santiago
BOT | Bolivia @ America/La_Paz
PET | Peru @ America/Lima
ECT | Ecuador @ America/Guayaquil
COT | Colombia @ America/Bogota
VET | Venezuela @ America/Caracas
GYT | Guyana @ America/Guyana
SRT | Suriname @ America/Paramaribo
GFT | French Guiana @ America/Cayenne
FKT FKST | Falkland Islands @ Atlantic/Stanley
WGT WGST | Nuuk, Greenland: clocks change @ America/Nuuk
EGT EGST | Ittoqqortoormiit, Greenland: clocks change @ America/Scoresbysund
PMST PMDT | Saint Pierre and Miquelon: clocks change @ America/Miquelon
"""


@lru_cache(maxsize=1)
def abbreviations() -> dict[str, tuple[tuple[str, str], ...]]:
    """What each abbreviation, in capital letters, is used for: what it is and the stored zone, the likeliest first."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in _TABLE.strip().splitlines():
        names, *readings = line.split(" | ")
        meanings = tuple((what, zone) for what, _, zone in (reading.partition(" @ ") for reading in readings))
        for name in names.split():
            found[name] = found.get(name, ()) + meanings
    return found
