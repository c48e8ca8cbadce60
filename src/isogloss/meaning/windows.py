"""How far back a term looks: durations, which roll along, and periods of the calendar.

Source: XML Schema 1.1 Part 2, §3.3.6 (duration); a month has no fixed number of days there either.
"""

import re
from dataclasses import dataclass

_DURATION = re.compile(
    r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_NAMES = ("year", "month", "week", "day", "hour", "minute", "second")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400

UNBOUNDED = "unbounded"
CALENDAR = {
    # Each to those whose parts it is. A week may lie in two months, quarters and years.
    "calendarDay": {"calendarWeek", "calendarMonth", "calendarQuarter", "calendarYear"},
    "calendarWeek": set(),
    "calendarMonth": {"calendarQuarter", "calendarYear"},
    "calendarQuarter": {"calendarYear"},
    "calendarYear": set(),
}


@dataclass(frozen=True, slots=True)
class _Duration:
    months: int
    seconds: int

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most seconds that it can take."""
        years, months = divmod(self.months, 12)
        fewest = self.seconds + (years * 365 + months * 28) * _DAY
        return fewest, self.seconds + (years * 366 + months * 31) * _DAY


def is_window(text: str) -> bool:
    """Tell whether it is a duration, a period of the calendar, or all of the past."""
    return text == UNBOUNDED or text in CALENDAR or _parse(text) is not None


def is_within(one: str, other: str) -> bool:
    """Tell whether the first lies inside the second, whenever one looks; or is equal.

    What rolls along is never inside a period of the calendar, nor the other way round.

    >>> is_within("P7D", "P30D"), is_within("P30D", "P1M"), is_within("P1D", "calendarMonth")
    (True, False, False)
    """
    if not (is_window(one) and is_window(other)):
        return False
    if one == other or other == UNBOUNDED:
        return True
    first, second = _parse(one), _parse(other)
    if first and second:
        return first == second or first.bounds[1] <= second.bounds[0]
    return other in CALENDAR.get(one, ())


def in_words(window: str) -> str:
    """Say it for people.

    >>> in_words("P7D"), in_words("P1Y6M"), in_words("calendarMonth")
    ('7 days', '1 year and 6 months', 'the calendar month')
    """
    if window == UNBOUNDED:
        return "all of the past"
    if window in CALENDAR:
        return f"the calendar {window.removeprefix('calendar').lower()}"
    found = _DURATION.fullmatch(window)
    if not found:
        return window
    parts = [
        f"{number} {name}{'' if int(number) == 1 else 's'}"
        for number, name in zip(found.groups(), _NAMES, strict=True)
        if number
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _parse(text: str) -> _Duration | None:
    found = _DURATION.fullmatch(text)
    if not found:
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(n or 0) for n in found.groups())
    return _Duration(
        years * 12 + months,
        (weeks * 7 + days) * _DAY + hours * _HOUR + minutes * _MINUTE + seconds,
    )
