"""Tell which digits are a phone number of which country, by the tables of libphonenumber, matched on RE2.

`phonenumbers.is_valid_number` says the same (a test compares them on its own examples), but takes some 100 microseconds
a number; pages with lists of numbers have thousands.
"""

from __future__ import annotations

import functools
import re

from yurai_filters.pii.typed_re2 import Pattern, pattern

_KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
_WORLD = "001"


@functools.cache
def _regions() -> dict[int, tuple[str, ...]]:
    """Regions by calling code. The package is imported here, so that recipes that look for no number go without it."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE  # noqa: PLC0415

    return COUNTRY_CODE_TO_REGION_CODE


def is_international(digits: bytes) -> bool:
    """Whether `digits` are a calling code and a number that its country has given out."""
    for length in (1, 2, 3):
        code = int(digits[:length] or b"0")
        if code in _regions():
            return is_national(code, digits[length:])
    return False


def is_calling_code(code: int) -> bool:
    """Whether calls from abroad to some country begin with `code`."""
    return code in _regions()


@functools.lru_cache(4096)
def is_national(code: int, digits: bytes) -> bool:
    """Whether `digits`, without the digit that begins calls inside the country, are a number of calling code `code`."""
    return _of_code(code).fullmatch(digits) is not None


@functools.cache
def _of_code(code: int) -> Pattern:
    from phonenumbers import PhoneMetadata  # noqa: PLC0415 - as above

    written: dict[str, None] = {}
    for region in _regions()[code]:
        ranges = (
            PhoneMetadata.metadata_for_nongeo_region(code)
            if region == _WORLD
            else PhoneMetadata.metadata_for_region(region)
        )
        kinds = [getattr(ranges, kind) for kind in _KINDS]
        written |= dict.fromkeys(
            kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern
        )
    return pattern("|".join(f"(?:{one})" for one in written))


@functools.cache
def _groups_of_japan() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """First digits, and the pattern of the groups, of each way to write numbers in Japan."""
    from phonenumbers import PhoneMetadata  # noqa: PLC0415 - as above

    metadata = PhoneMetadata.metadata_for_region("JP")
    written = [(one.leading_digits_pattern, one.pattern) for one in (metadata.number_format if metadata else ())]
    return tuple((re.compile((first or [""])[-1] or ""), re.compile(whole or "")) for first, whole in written)


@functools.lru_cache(4096)
def groups_in_japan(digits: str) -> tuple[int, ...]:
    """Return how many digits each group of a number in Japan has, the 0 before it counted; empty if it is none."""
    for first, whole in _groups_of_japan():
        if first.match(digits, 1) and (match := whole.fullmatch(digits, 1)):
            area, *others = map(len, match.groups())
            return (area + 1, *others)
    return ()
