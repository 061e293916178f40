"""Tell by one hash whether two texts hold the same numbers, in whatever order."""

import re
from hashlib import sha256
from typing import Final

# fmt: off
ZEROS: Final = (
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10,
)
# fmt: on
"""The zeros of scripts whose digits are ten characters in a row; a list, so that no version of Unicode changes it."""
_DIGITS: Final = {zero + value: str(value) for zero in ZEROS for value in range(10)}
_NUMBER: Final = re.compile("[0-9]+(?:[.,][0-9]+)*")


def numbers_of(text: str) -> list[str]:
    """Return the numbers of a text in order: runs of digits, in which points may stand; commas are left out.

    `1,234.5` is one number, as is each part of `s390x` and `2024-05-01`; digits of other scripts are those of ASCII.
    Numbers in words, or in Han characters, are none.
    """
    digits = text if text.isascii() else text.translate(_DIGITS)
    return [number.replace(",", "") for number in _NUMBER.findall(digits)]


def numbers_hash(text: str) -> int:
    """Return 64 bits that texts with the same numbers share, each as often."""
    return int.from_bytes(sha256("\n".join(sorted(numbers_of(text))).encode()).digest()[:8], "little")
