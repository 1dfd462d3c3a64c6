"""The text that is stored for a time zone, and the tzinfo that it stands for.

A zone is stored as its name in the IANA database, or, if its clocks have the same offset from UTC for good, as that
offset: `UTC+05:30`. The database's own names of such zones have the opposite sign (`Etc/GMT+1` is an hour behind UTC),
so they are read, for rows of earlier versions have them, but neither written nor shown.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

UTC = "UTC"
LEAST, MOST = -12 * 60, 14 * 60
"""Minutes: no clocks on land are further from UTC."""

_FIXED = re.compile(r"UTC([+-])([0-9]{2}):([0-9]{2})")
_ETC = re.compile(r"Etc/(?:GMT|UTC)([+-])([0-9]{1,2})")


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The zones of the database that are fit to be chosen; looking for them on the disk takes a while."""
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def fixed_zone(minutes: int) -> str:
    """The stored text for an offset from UTC in minutes, from `LEAST` to `MOST`."""
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}" if minutes else UTC


def fixed_offset(zone: str) -> int | None:
    """The offset in minutes of a zone that is stored, or was in earlier versions, as one; None for all others."""
    if zone in {UTC, "Etc/UTC", "Etc/GMT"}:
        return 0
    if match := _FIXED.fullmatch(zone):
        minutes = int(match[2]) * 60 + int(match[3])
        minutes = -minutes if match[1] == "-" else minutes
        return minutes if int(match[3]) < 60 and LEAST <= minutes <= MOST else None
    if match := _ETC.fullmatch(zone):
        minutes = int(match[2]) * 60
        minutes = minutes if match[1] == "-" else -minutes
        return minutes if LEAST <= minutes <= MOST else None
    return None


def zone_clocks(zone: str) -> dt.tzinfo:
    """The clocks of a stored zone.

    Raises:
        ZoneInfoNotFoundError: if there is no such zone.
    """
    if _FIXED.fullmatch(zone) and (minutes := fixed_offset(zone)) is not None:
        return dt.timezone(dt.timedelta(minutes=minutes), zone)
    return ZoneInfo(zone)


def shown_zone(zone: str) -> str:
    """A stored zone as users read it: a fixed offset as what it is."""
    minutes = fixed_offset(zone)
    return zone if minutes is None else fixed_zone(minutes)
