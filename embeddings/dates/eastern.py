"""What counts from today, seasons and joining words in Chinese, Japanese and Korean.

There are no blanks between words, or endings behind them, so that each of these is one token, by a pattern.
"""

from __future__ import annotations

import re

from embeddings.dates.ranges import WEEK, YEAR_MONTHS, Unit
from embeddings.dates.words_abroad import numbered

_DAY, _MONTH, _YEAR = Unit(1, 0), Unit(0, 1), Unit(0, YEAR_MONTHS)
_NUMBER = "[0-9]{1,3}|[一二两兩三四五六七八九十]{1,3}|[한두세네](?=\\s?[주달해])|일(?=주일)"
_UNITS = {
    "天": _DAY, "日": _DAY, "周": WEEK, "週": WEEK, "星期": WEEK, "月": _MONTH, "年": _YEAR,
    "周间": WEEK, "週間": WEEK, "日間": _DAY, "年間": _YEAR,
    "일": _DAY, "주일": WEEK, "주": WEEK, "개월": _MONTH, "달": _MONTH, "년": _YEAR, "해": _YEAR,
}  # fmt: skip
_LONGEST_FIRST = "|".join(sorted(_UNITS, key=len, reverse=True))
_UNIT = f"[个個箇ヶケかカヵ]?(?:{_LONGEST_FIRST})"
_BEFORE = r"\s*(?:以?前|전)"
_DAYS = {
    "今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "明天": -1, "明日": -1, "一昨日": 2, "おととい": 2,
    "きのう": 1, "きょう": 0, "오늘": 0, "어제": 1, "그저께": 2, "그제": 2, "엊그제": 2, "내일": -1,
}  # fmt: skip
_PERIODS = {
    "去年": (_YEAR, -1), "今年": (_YEAR, 0), "明年": (_YEAR, 1), "前年": (_YEAR, -2), "昨年": (_YEAR, -1),
    "一昨年": (_YEAR, -2), "来年": (_YEAR, 1), "先月": (_MONTH, -1), "今月": (_MONTH, 0), "来月": (_MONTH, 1),
    "先々月": (_MONTH, -2), "先週": (WEEK, -1), "今週": (WEEK, 0), "来週": (WEEK, 1), "先々週": (WEEK, -2),
    "작년": (_YEAR, -1), "지난해": (_YEAR, -1), "올해": (_YEAR, 0), "금년": (_YEAR, 0), "내년": (_YEAR, 1),
    "재작년": (_YEAR, -2), "지난달": (_MONTH, -1), "지난 달": (_MONTH, -1), "이번달": (_MONTH, 0),
    "이번 달": (_MONTH, 0), "다음달": (_MONTH, 1), "다음 달": (_MONTH, 1), "지난주": (WEEK, -1), "지난 주": (WEEK, -1),
    "저번주": (WEEK, -1), "저번 주": (WEEK, -1), "이번주": (WEEK, 0), "이번 주": (WEEK, 0), "다음주": (WEEK, 1),
    "다음 주": (WEEK, 1),
} | {
    f"{step}{unit}": (length, number)
    for steps, number in (("上 上个 上個", -1), ("本 这 这个 這個", 0), ("下 下个 下個", 1))
    for step in steps.split()
    for unit, length in (("周", WEEK), ("週", WEEK), ("星期", WEEK), ("月", _MONTH))
}  # fmt: skip
_WEEKDAYS = (
    {f"{sign}曜{day}": at for at, sign in enumerate("月火水木金土日") for day in ("日", "")}
    | {f"{sign}요일": at for at, sign in enumerate("월화수목금토일")}
    | {f"{week}{sign}": at for week in ("周", "星期", "礼拜") for at, sign in enumerate("一二三四五六日")}
    | {f"{week}天": 6 for week in ("周", "星期", "礼拜")}
)
_STEPS_OF_WEEKDAYS = {"上": -1, "本": 0, "这": 0, "這": 0, "下": 1}
_SEASONS = {"春天": 3, "夏天": 6, "秋天": 9, "冬天": 12, "봄": 3, "여름": 6, "가을": 9, "겨울": 12} | {
    f"{sign}{season}": month for sign, month in zip("春夏秋冬", (3, 6, 9, 12), strict=True) for season in ("季", "")
}
_THIRDS = {
    "初め": 0, "初頭": 0, "年初": 0, "初": 0, "半ば": 1, "中旬": 1, "中期": 1, "年底": 2, "年末": 2, "末": 2, "底": 2,
    "초": 0, "초반": 0, "중반": 1, "말": 2, "후반": 2,
}  # fmt: skip
_WORDS = ("から", "まで", "の", "부터", "까지", "以降", "이후", "이래", "이전", "사이")
_CLASSES: dict[str, dict[str, object]] = {
    **{word: {"DAYS_AGO": days} for word, days in _DAYS.items()},
    **{word: {"CALENDAR": period} for word, period in _PERIODS.items()},
    **{word: {"WEEKDAY_ABROAD": weekday} for word, weekday in _WEEKDAYS.items()},
    **{word: {"SEASON_AFTER": month} for word, month in _SEASONS.items()},
    **{word: {"THIRD_AFTER": third} for word, third in _THIRDS.items()},
    **{word: {word: None} for word in _WORDS},
}
_COUNTED = rf"(?:(?:过去|過去|最近|지난|최근)\s*(?:{_NUMBER})\s*{_UNIT}|(?:{_NUMBER})\s*{_UNIT}{_BEFORE})(?![0-9])"
_WEEKDAY_OF = "[上本这這下]个?(?:周|週|星期|礼拜)[一二三四五六日天]"
_OTHER_WORDS = r"初めて|春[节節晚]|前年度"  # which begin like one of these
TOKENS = "|".join((_COUNTED, _WEEKDAY_OF, _OTHER_WORDS, *map(re.escape, sorted(_CLASSES, key=len, reverse=True))))
_PARTS = re.compile(rf"({_NUMBER})\s*[个個箇ヶケかカヵ]?({_LONGEST_FIRST})")
_DIGITS = numbered("一/한/일 二/两/兩/두 三/세 四/네 五 六 七 八 九")

ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}  # the year before the first of each
DAY_OR_MONTH = re.compile("[0-9]+|元")


def read(word: str) -> dict[str, object]:
    """The readings of a token of `TOKENS`."""
    if word in _CLASSES:
        return dict(_CLASSES[word])
    if word[0] in _STEPS_OF_WEEKDAYS:
        return {"WEEKDAY_OF_WEEK": (_STEPS_OF_WEEKDAYS[word[0]], _WEEKDAYS["周" + word[-1]])}
    if not (found := _PARTS.search(word)):
        return {word: None}
    number, unit = found.groups()
    return {"AGO" if word[-1] in "前전" else "PAST": (_number(number), _UNITS[unit])}


def read_figures(word: str) -> dict[str, object]:
    """The readings of a year, month or day with signs behind its figures: `2015年12月23日`, `平成27年`, `7월`."""
    era = ERAS.get(word[:2], 0)
    numbers = tuple(1 if number == "元" else int(number) for number in DAY_OR_MONTH.findall(word))
    if "年" not in word and "년" not in word:
        return {"MONTH": numbers[0]} if len(numbers) == 1 else {"MONTH_DAY": numbers}
    numbers = (numbers[0] + era, *numbers[1:])
    if len(numbers) == 1:
        return {"YEAR": numbers[0]} if numbers[0] >= 1000 else {}
    return {"YEAR_MONTH_DAY": numbers} if len(numbers) > 2 else {"MONTH_YEAR": numbers[::-1]}


def _number(number: str) -> int:
    if number.isascii():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    return 10 * (_DIGITS.get(tens, 1) if ten else 0) + _DIGITS.get(ones, 0)
