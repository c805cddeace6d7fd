"""Schedule expressions of Application Auto Scaling: at(…), rate(…) and cron(…).

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator.world.errors import EcsError

_UNITS: Final = {"minute": 60, "hour": 3600, "day": 86400}
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_LONGEST: Final = 4 * 366  # days between two runs of any cron expression, leap years included
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


@dataclass(frozen=True, slots=True)
class _Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 1 is Sunday
    years: frozenset[int]

    def fits(self, day: datetime) -> bool:
        weekday = (day.weekday() + 1) % 7 + 1
        if day.month not in self.months or day.year not in self.years:
            return False
        return day.day in self.days and weekday in self.weekdays


def next_run(expression: str, timezone: str, after: datetime) -> datetime | None:
    """Return the first moment after another at which an expression is due; None where there is none."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise _invalid(f"The timezone {timezone} is unknown.") from unknown
    kind, _, rest = expression.partition("(")
    text = rest.removesuffix(")").strip()
    match kind:
        case "at":
            return _at(text, zone, after)
        case "rate":
            return _rate(text, after)
        case "cron":
            return _next(_cron(text), after.astimezone(zone))
        case _:
            raise _invalid(f"The schedule {expression} is none of at(…), rate(…) and cron(…).")


def _at(text: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except ValueError as wrong:
        raise _invalid(f"at({text}) needs a time of the form yyyy-mm-ddThh:mm:ss.") from wrong
    return moment if moment > after else None


def _rate(text: str, after: datetime) -> datetime:
    value, _, unit = text.partition(" ")
    seconds = _UNITS.get(unit.removesuffix("s"))
    if seconds is None or not value.isdigit() or int(value) < 1:
        raise _invalid(f"rate({text}) needs a number above 0 and minute(s), hour(s) or day(s).")
    return after + timedelta(seconds=int(value) * seconds)


def _cron(text: str) -> _Cron:
    fields = text.split()
    if len(fields) != len(_RANGES):
        raise _invalid(f"cron({text}) needs six fields: minutes, hours, day, month, weekday and year.")
    return _Cron(*(_field(given, *limits) for given, limits in zip(fields, _RANGES, strict=True)))


def _field(text: str, lowest: int, highest: int) -> frozenset[int]:
    allowed: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low = lowest if first in ("*", "?") else _number(first)
        high = _number(last) if last else highest if step or first in ("*", "?") else low
        every = _number(step or "1")
        if not lowest <= low <= high <= highest or every < 1:
            raise _invalid(f"{text} is no field of a cron expression between {lowest} and {highest}.")
        allowed.update(range(low, high + 1, every))
    return frozenset(allowed)


def _number(text: str) -> int:
    name = text.upper()
    if name in _DAYS:
        return _DAYS.index(name) + 1
    if name in _MONTHS:
        return _MONTHS.index(name) + 1
    if not re.fullmatch(r"\d+", text):
        raise _invalid(f"{text} is no value that this world knows in a cron expression.")
    return int(text)


def _next(cron: _Cron, after: datetime) -> datetime | None:
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    for offset in range(_LONGEST):
        day = midnight + timedelta(days=offset)
        if not cron.fits(day):
            continue
        for hour in sorted(cron.hours):
            for minute in sorted(cron.minutes):
                moment = day.replace(hour=hour, minute=minute)
                if moment > after:
                    return moment.astimezone(UTC)
    return None


def _invalid(message: str) -> EcsError:
    return EcsError("ValidationException", message)
