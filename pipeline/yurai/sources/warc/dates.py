"""Read capture dates: W3C-DTF of WARC (to any precision, WARC/1.1 5.4) and the 14 digits of ARC, as UTC seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_W3C = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|z|[+-]\d\d:?\d\d)?)?)?)?"
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")


def capture_date(value: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Normalise to `YYYY-MM-DDTHH:MM:SSZ`; the flags say `bad-date` (none, impossible) or `partial-date`."""
    match = _W3C.fullmatch(value or "") or _DIGITS.fullmatch(value or "")
    if match is None:
        return None, ("bad-date",)
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    zone = match[7] if match.re is _W3C else "Z"
    try:
        moment = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
        moment -= _shift(zone)
    except (ValueError, OverflowError):
        return None, ("bad-date",)
    return f"{moment.isoformat()[:19]}Z", (() if second is not None else ("partial-date",))


def _shift(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
