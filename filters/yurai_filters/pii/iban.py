"""Find bank account numbers: country, check digits, account; right length and remainder 1 modulo 97.

Source: ISO 13616-1 and the SWIFT IBAN registry (lengths by country).
"""

from __future__ import annotations

import functools

from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.typed_re2 import pattern

_LENGTHS = (
    "NO15 BE16 DK18 FI18 FO18 FK18 GL18 NL18 SD18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 MN20 XK20 CH21 HR21 "
    "LI21 LV21 BG22 BH22 CR22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 OM23 SO23 TL23 AD24 CZ24 "
    "DZ24 ES24 MD24 PK24 RO24 SA24 SE24 SK24 TN24 VG24 LY25 PT25 ST25 IS26 TR26 DJ27 FR27 GR27 IT27 MC27 MR27 "
    "SM27 AL28 AZ28 BY28 CY28 DO28 GT28 HN28 HU28 LB28 NI28 PL28 SV28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 "
    "SC31 LC32 MT31 RU33"
)
LENGTHS = {entry[:2].encode(): int(entry[2:]) for entry in _LENGTHS.split()}
_HEAD = pattern(rf"(?i)\b(?:{'|'.join(entry[:2] for entry in _LENGTHS.split())})[0-9][0-9][ -]?[A-Z0-9]{{4}}")
_LONGEST = 42
_VALUES = {code: str(int(chr(code), 36)) for code in b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_GOES_ON = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_\0\x02")


def find_ibans(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of account numbers in the shadow."""
    codes, spans, last = shadow.codes, [], 0
    for match in _HEAD.finditer(codes):
        start = match.start()
        if start < last or (start and codes[start - 1] in _GOES_ON):
            continue
        end = _end(codes, start)
        if end is not None:
            spans.append((start, end))
            last = end
    return spans


@functools.lru_cache(4096)
def is_iban(number: bytes) -> bool:
    """Whether `number` (no spaces) has its country's length, is of one case, and leaves 1 modulo 97."""
    if LENGTHS.get(number[:2].upper()) != len(number) or not number.isalnum():
        return False
    if number.upper() != number and number.lower() != number:
        return False
    return int("".join([_VALUES[code] for code in number[4:] + number[:4]])) % 97 == 1


def _end(codes: bytes, start: int) -> int | None:
    """Return where the account number at `start` ends: as long as its country says, tight or in groups of four."""
    near = codes[start : start + _LONGEST]
    length = LENGTHS[near[:2].upper()]
    gap = near[4:5]
    if gap in (b" ", b"-"):
        end = length + (length - 1) // 4
        whole = near[:end]
        if whole[4::5].strip(gap) or whole.count(gap) != (length - 1) // 4:
            return None
        number = whole.replace(gap, b"")
    else:
        end, number = length, near[:length]
    goes_on = end < len(near) and near[end] in _GOES_ON
    return start + end if not goes_on and is_iban(number) else None
