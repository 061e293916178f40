"""Read the date of a row, in any form that leaves no doubt, as UTC seconds.

Capture dates of web archives come first (W3C-DTF, 14 digits); then what data sets hold: BigQuery and SQL (`UTC`,
`+00`), slashes, RFC 5322, 850 and asctime as in HTTP (RFC 9110, 5.6.7), names of months, Japanese, and counts since
1970.
`10/11/2019` may be of October or of November, so it is no date.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from yurai.sources.warc.dates import capture_date

BAD, PARTIAL = ("bad-date",), ("partial-date",)
MAX_LENGTH = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_ABBREVIATION, _CENTURY, _PIVOT, _LEAP = 3, 100, 50, 60
_HOURS = {"Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
          "PST": -8, "PDT": -7}  # fmt: skip
"""Hours of the zones that RFC 5322, 4.3, knows; others mean different places to different people."""

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
_ZONE = r"(?P<zone>[A-Za-z]{1,3}|[+-]\d\d?(?::?\d\d)?)(?:\[[\w/+-]+\])?(?:\s*\([\w ]+\))?"
_LATER = rf"(?:(?:\s*[,Tt]\s*|\s+){_TIME}\s*(?:{_ZONE})?)?"
_DIGITS = r"[Tt]?(?P<hour>\d\d)(?P<minute>\d\d)(?:(?P<second>\d\d)(?:[.,]\d+)?)?"
_NAME, _WEEKDAY = r"(?P<name>[A-Za-z]{3,9})\.?", r"(?:[A-Za-z]{3,9}\.?,?\s+)?"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-/])(?P<month>\d{1,2})",
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_LATER}",
        rf"(?P<year>\d{{4}})年\s*(?P<month>\d{{1,2}})月(?:\s*(?P<day>\d{{1,2}})日{_LATER})?",
        rf"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:{_DIGITS}\s*(?:{_ZONE})?)?",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[\s-]{_NAME}[\s,-]\s*(?P<year>\d{{4}}|\d\d){_LATER}",
        rf"{_WEEKDAY}{_NAME}\s+(?P<day>\d{{1,2}})(?:,\s*|\s+)(?P<year>\d{{4}}){_LATER}",
        rf"[A-Za-z]{{3,9}},?\s+{_NAME}\s+(?P<day>\d{{1,2}})\s+{_TIME}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})",
        rf"{_NAME},?\s+(?P<year>\d{{4}})",
    )
)
_COUNT = re.compile(r"(-?\d{9,20})(?:\.\d*)?", re.ASCII)


def row_date(value: str | float) -> tuple[str | None, tuple[str, ...]]:
    """Normalise to `YYYY-MM-DDTHH:MM:SSZ`; the flags say `bad-date` (none, impossible) or `partial-date`.

    A number that spells a day, as 20191012 does, is that day; others of 9 digits and more count seconds, milliseconds,
    microseconds or nanoseconds since 1970, the first that lies in 1973 to 5138, or for negative ones in 1653 to 1966.
    A leap second is the one before it. NaN, pandas' mark for a missing number, is none.
    """
    if isinstance(value, float):
        if math.isnan(value):
            return None, ()  # how pandas writes that there is none
        if not math.isfinite(value):
            return None, BAD
        value = math.floor(value)
    text = str(value).strip() if isinstance(value, str) or abs(value) < 10**20 else ""
    date, flags = capture_date(text)
    if date is not None or not text or len(text) > MAX_LENGTH:
        return date, flags
    for form in _FORMS:
        if (match := form.fullmatch(text)) and (moment := _moment(match.groupdict())):
            return _written(moment), () if match.groupdict().get("second") else PARTIAL
    count = _COUNT.fullmatch(text)
    moment = _since(int(count[1])) if count else None
    return (_written(moment), ()) if moment else (None, BAD)


def _written(moment: datetime) -> str:
    return f"{moment.isoformat()[:19]}Z"


def _moment(part: dict[str, str | None]) -> datetime | None:
    """Return the moment that named parts spell; None: there is none, as on 30 February."""
    month, shift = _month(part), _shift(part.get("zone"))
    if month is None or shift is None:
        return None
    hour, minute, second = (int(part.get(unit) or 0) for unit in ("hour", "minute", "second"))
    try:
        day = datetime(_year(part["year"] or ""), month, int(part.get("day") or 1), tzinfo=UTC)
        moment = day.replace(hour=hour, minute=minute, second=min(second, _LEAP - 1)) - shift
    except (ValueError, OverflowError):
        return None
    leaps = (moment.hour, moment.minute) == (23, 59)
    return moment if second < _LEAP or (second == _LEAP and leaps) else None


def _year(digits: str) -> int:
    """Return the year; two digits are read as RFC 5322, 4.3, says."""
    year = int(digits)
    return year if year >= _CENTURY or len(digits) > 2 else year + (2000 if year < _PIVOT else 1900)  # noqa: PLR2004


def _month(part: dict[str, str | None]) -> int | None:
    name = (part.get("name") or "").lower()
    if not name:
        return int(part["month"] or 0)
    matches = [place for place, month in enumerate(_MONTHS, 1) if name in (month, month[:_ABBREVIATION])]
    return matches[0] if matches else 9 if name == "sept" else None


def _shift(zone: str | None) -> timedelta | None:
    """Return how far a zone is ahead of UTC; None: nobody knows."""
    if not zone or zone[0] not in "+-":
        hours = _HOURS.get((zone or "Z").upper())
        return None if hours is None else timedelta(hours=hours)
    head, _, tail = zone[1:].partition(":")
    hours, minutes = (int(head), int(tail or 0)) if tail or len(head) <= 2 else (int(head[:-2]), int(head[-2:]))  # noqa: PLR2004
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - as in RFC 3339
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def _since(count: int) -> datetime | None:
    """Return the moment that a count since 1970 means, by its size."""
    for per_second in (1, 10**3, 10**6, 10**9):
        if 10**8 * per_second <= abs(count) < (10**11 if count > 0 else 10**10) * per_second:
            return EPOCH + timedelta(seconds=count // per_second)
    return None
