"""Check the digits of numbers that states give to people.

Sources: Japan's My Number by order 85 of 2014 of the Ministry of Internal Affairs, article 5; Aadhaar by Verhoeff
(1969); China by GB 11643-1999 (ISO 7064 MOD 11-2); Germany's tax number by ISO 7064 MOD 11,10; the others as their
registries publish them. Each function takes digits and letters alone, letters as capitals.
"""

# ruff: noqa: PLR2004 - lengths, months and days
from __future__ import annotations

from collections.abc import Iterable

from yurai_filters.pii.card import is_luhn


def _sum(digits: bytes, weights: Iterable[int]) -> int:
    return sum((digit - 48) * weight for digit, weight in zip(digits, weights, strict=False))


def _is_day(month: bytes, day: bytes) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def is_japan(number: bytes) -> bool:
    """My Number: the twelfth digit is 11 minus the weighted sum modulo 11, or 0."""
    rest = _sum(number, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest <= 1 else 11 - rest) == number[11] - 48


def is_social_security(number: bytes) -> bool:
    """SSN of the United States: no area 000, 666 or 9.., no group 00, no serial 0000 (SSA POMS RM 10201.035)."""
    return number[:3] not in (b"000", b"666") and number[:1] != b"9" and number[3:5] != b"00" and number[5:] != b"0000"


def is_china(number: bytes) -> bool:
    """Resident identity card."""
    last = _sum(number, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return b"10X98765432"[last] == number[17] and _is_day(number[10:12], number[12:14])


def is_korea(number: bytes) -> bool:
    """Resident registration number, as given out before October 2020."""
    last = (11 - _sum(number, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return last == number[12] - 48 and _is_day(number[2:4], number[4:6])


def is_taiwan(number: bytes) -> bool:
    """National identification card."""
    letter = b"ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[:1]) + 10
    return (letter // 10 + letter % 10 * 9 + _sum(number[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def is_singapore(number: bytes) -> bool:
    """NRIC and FIN."""
    extra = {b"T": 4, b"G": 4, b"M": 3}.get(number[:1], 0)
    rest = (_sum(number[1:8], (2, 7, 6, 5, 4, 3, 2)) + extra) % 11
    letters = {b"S": b"JZIHGFEDCBA", b"T": b"JZIHGFEDCBA", b"M": b"XWUTRQPNJLK"}.get(number[:1], b"XWUTRQPNMLK")
    return letters[rest] == number[8]


_VERHOEFF: tuple[str, ...] = ("0123456789", "1234067895", "2340178956", "3401289567", "4012395678")
_VERHOEFF += ("5987604321", "6598710432", "7659821043", "8765932104", "9876543210")
_TURNS = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def is_india(number: bytes) -> bool:
    """Aadhaar: Verhoeff's scheme; none begins with 0 or 1."""
    state = 0
    for place, digit in enumerate(reversed(number)):
        state = int(_VERHOEFF[state][int(_TURNS[place % 8][digit - 48])])
    return state == 0 and number[:1] >= b"2"


def is_germany(number: bytes) -> bool:
    """IdNr: of the first ten digits one stands there two or three times, and others once (section 139b AO)."""
    if len(set(number[:10])) not in (8, 9):
        return False
    state = 10
    for digit in number[:10]:
        state = (((state + digit - 48) % 10 or 10) * 2) % 11
    return (11 - state) % 10 == number[10] - 48 and number[:1] != b"0"


def is_france(number: bytes) -> bool:
    """NIR: the key is 97 minus the number modulo 97; Corsica's departments 2A, 2B count as 19, 18."""
    digits = number[:13].replace(b"2A", b"19").replace(b"2B", b"18")
    return digits.isdigit() and 97 - int(digits) % 97 == int(number[13:])


_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def is_italy(number: bytes) -> bool:
    """Codice fiscale: values of odd and even places, modulo 26, are the last letter."""
    values = [code - 65 if code >= 65 else code - 48 for code in number]
    total = sum(_ODD[value] if place % 2 == 0 else value for place, value in enumerate(values[:15]))
    return total % 26 == values[15]


def is_spain(number: bytes) -> bool:
    """DNI and NIE."""
    digits = number[:-1].translate(bytes.maketrans(b"XYZ", b"012"))
    return b"TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def is_netherlands(number: bytes) -> bool:
    """BSN."""
    return _sum(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and number.strip(b"0") != b""


def is_poland(number: bytes) -> bool:
    """PESEL."""
    return _sum(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0 and 1 <= int(number[4:6]) <= 31


def is_sweden(number: bytes) -> bool:
    """Personnummer, of ten or twelve digits."""
    last = number[-10:]
    return is_luhn(last) and 1 <= int(last[2:4]) <= 12 and 1 <= int(last[4:6]) % 60 <= 31


def is_finland(number: bytes) -> bool:
    """HETU: day, month, year, a sign of the century (which is left out here where it is no letter), three digits."""
    digits = bytes(code for code in number[:-1] if code in b"0123456789")
    rest = b"0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] if len(digits) == 9 else 0
    return rest == number[-1] and _is_day(digits[2:4], digits[:2])


def is_brazil(number: bytes) -> bool:
    """CPF."""
    first, second = (_sum(number, range(start, 1, -1)) * 10 % 11 % 10 for start in (10, 11))
    return first == number[9] - 48 and second == number[10] - 48 and len(set(number)) > 1


def is_canada(number: bytes) -> bool:
    """Social Insurance Number."""
    return is_luhn(number) and number[:1] not in (b"0", b"8")


def is_turkey(number: bytes) -> bool:
    """T.C. Kimlik No."""
    digits = [code - 48 for code in number]
    tenth = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    return digits[0] != 0 and tenth == digits[9] and sum(digits[:10]) % 10 == digits[10]


def is_belgium(number: bytes) -> bool:
    """Rijksregisternummer; of those born from 2000 on the number counts with a 2 before it."""
    return any(97 - int(century + number[:9]) % 97 == int(number[9:]) for century in (b"", b"2"))


def is_switzerland(number: bytes) -> bool:
    """AHV/AVS number."""
    return number.startswith(b"756") and _sum(number, (1, 3) * 6 + (1,)) % 10 == 0


def is_norway(number: bytes) -> bool:
    """Fødselsnummer."""
    first = _sum(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    return first == 0 and _sum(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def is_scandinavia(number: bytes) -> bool:
    """Sweden and Norway call it alike; Norway's has eleven digits."""
    return is_norway(number) if len(number) == 11 else is_sweden(number)


def is_health_service(number: bytes) -> bool:
    """NHS number of England: modulo 11 (NHS Data Dictionary)."""
    return _sum(number, range(10, 0, -1)) % 11 == 0


def is_australia(number: bytes) -> bool:
    """Tax File Number of nine digits."""
    return _sum(number, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0
