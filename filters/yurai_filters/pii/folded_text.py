"""Fold a text to one byte a character: the shadow on which patterns for personal data are matched.

Numbers and addresses are written in full-width digits, with a dozen kinds of dashes, with marks that nobody sees. One
byte for each character lets RE2 read a text of any script as fast as ASCII, and keeps places: a match in the shadow is
a match in the text. What is left out of the shadow (marks without width) or decoded (`%40`) is kept in `origin`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yurai_filters.pii.kinds import PLACEHOLDERS
from yurai_filters.pii.typed_re2 import pattern

BARRIER = 0
"""Stands where something was found, or where a placeholder is; no match touches it and no context reaches over it."""
PHONE_BARRIER = 2
"""As BARRIER, where it was a phone number: `Tel. A, B` is context for B too."""
OTHER, LETTER, MARK = 0x80, 0xC0, 0xC1
"""Any other character; a letter of an alphabet (Latin, Greek, Cyrillic) beyond ASCII; a mark that combines with it."""
AREA, BLOCK, NUMERAL, POSTAL_MARK = 0xC2, 0xC3, 0xC4, 0xC5
"""Kanji that end names of areas, that follow numbers of an address, that are numerals; the postal mark."""
SIGN, OPENS, CLOSES, KANA_A = 0xC6, 0xC7, 0xC8, 0xC9
"""Signs and brackets that people write for `@` or around it, and the first letter of `アットマーク`."""
_OWN_BYTES = {
    AREA: "都道府県市区町村郡",
    BLOCK: "丁番条号",
    NUMERAL: "〇一二三四五六七八九十百",
    POSTAL_MARK: "〒〶",
    SIGN: "★☆◎●■◆※♪",
    OPENS: "【〔「《〈«『",  # noqa: RUF001 - as people write them
    CLOSES: "】〕」》〉»』",  # noqa: RUF001 - as above
    KANA_A: "アあｱ",
}
_LEFT_OUT = 0xFF

_DASHES = "‐‑‒–—―−─━ーｰ"  # noqa: RUF001 - dashes as people type them between digits
_INVISIBLE = (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
_ALPHABETS = ((0xC0, 0x250), (0x370, 0x530), (0x1E00, 0x2000), (0xFB00, 0xFB07))
_MARKS = (0x300, 0x370)
_NO_DIGITS = ("<super>", "<sub>", "<circle>", "<fraction>")
"""Compatibility forms that stand beside a number, not in it: footnotes, list bullets."""

_PLACEHOLDERS = tuple(
    (name.encode(), bytes([PHONE_BARRIER if kind == "phone" else BARRIER]) * len(name))
    for kind, name in PLACEHOLDERS.items()
)
_NUMBER = pattern(r"[0-9](?:[-./() \x80]{0,4}[0-9]){5}|[A-Za-z]{6}[0-9]{2}[A-Za-z][0-9]{2}[A-Za-z]")
NOT_CONTEXT_END = bytes(code for code in range(256) if chr(code) not in "0123456789\0\x02")
_WINDOW = 40
_BARRIERS = re.compile(rb"[\0\x02]")


@dataclass(slots=True)
class Shadow:
    """`codes` has one byte for each character of `text`, or `origin` says for each byte which character it is of."""

    text: str
    codes: bytes
    origin: npt.NDArray[np.int64] | None = None
    labels: list[tuple[int, int, int]] | None = None
    """Rule, start and end of each label of a number, once they were looked for."""

    def has_number(self) -> bool:
        """Whether six digits stand together, signs between them or not, or those of a codice fiscale."""
        return _NUMBER.search(self.codes) is not None

    def place_of(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the shadow the characters of the text from `start` to `end` are."""
        if self.origin is None:
            return start, end
        first, last = np.searchsorted(self.origin, (start, end)).tolist()
        return int(first), int(last)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text the bytes from `start` to `end` are."""
        if self.origin is None:
            return start, end
        return int(self.origin[start]), int(self.origin[end - 1]) + 1

    def before(self, start: int) -> str:
        """Return up to 40 characters before `start`, back to the last digit or barrier; NFKC, lower case."""
        floor = max(0, start - _WINDOW)
        near = self.codes[floor:start]
        floor += len(near.rstrip(NOT_CONTEXT_END))
        return "" if floor == start else self.folded(floor, start)

    def after(self, end: int, length: int = 6) -> str:
        """Return up to `length` characters after `end`, up to the next barrier; NFKC, lower case."""
        near = self.codes[end : end + length]
        barrier = _BARRIERS.search(near)
        stop = end + (barrier.start() if barrier else len(near))
        return "" if stop == end else self.folded(end, stop)

    def folded(self, start: int, end: int) -> str:
        """Return the text of the bytes from `start` to `end`; NFKC, lower case."""
        if (near := self.codes[start:end]).isascii():
            return near.decode("ascii").lower()
        start, end = self.place(start, end)
        whole = self.text[start:end].encode("utf-8", "replace").decode()  # RE2 takes no lone surrogate
        return unicodedata.normalize("NFKC", whole).lower()

    def spelled(self, start: int, end: int) -> str:
        """Return one character for each byte from `start` to `end`: ASCII as folded, all else as the text has it."""
        near = self.codes[start:end]
        if near.isascii():
            return near.decode("ascii")
        places = range(start, end) if self.origin is None else self.origin[start:end].tolist()
        return "".join([chr(code) if code < OTHER else self.text[at] for code, at in zip(near, places, strict=True)])

    def block(self, spans: list[tuple[int, int]], barrier: int = BARRIER) -> None:
        """Put barriers where `spans` are; they are in order and do not overlap."""
        if not spans:
            return
        pieces, last = [], 0
        for start, end in spans:
            pieces += [self.codes[last:start], bytes([barrier]) * (end - start)]
            last = end
        self.codes = b"".join([*pieces, self.codes[last:]])


def shadow_of(text: str) -> Shadow:
    """Fold `text`; lone surrogates are other characters."""
    if text.isascii():
        shadow = Shadow(text, text.encode("ascii"))
    else:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = _table()[points]
        shadow = Shadow(text, codes.tobytes())
        if bytes([_LEFT_OUT]) in shadow.codes:
            origin = np.flatnonzero(codes != _LEFT_OUT)
            shadow = Shadow(text, codes[origin].tobytes(), origin)
    if b"%" in shadow.codes:
        shadow = _decoded(shadow)
    if b"<|" in shadow.codes:
        for placeholder, barrier in _PLACEHOLDERS:
            shadow.codes = shadow.codes.replace(placeholder, barrier)
    return shadow


def _decoded(shadow: Shadow) -> Shadow:
    """Read `%40` and `%2540` as `@`, and so the few other signs of addresses and numbers that URLs encode."""
    codes = np.frombuffer(shadow.codes + bytes(4), np.uint8)
    percent = np.flatnonzero(codes == ord("%"))
    twice = (codes[percent + 1] == ord("2")) & (codes[percent + 2] == ord("5"))
    digits = percent + 1 + 2 * twice
    signs = _signs()[codes[digits], codes[digits + 1]]
    percent, digits, signs = percent[signs > 0], digits[signs > 0], signs[signs > 0]
    if not len(percent):
        return shadow
    keep, codes = np.ones(len(shadow.codes), bool), codes[: len(shadow.codes)].copy()
    codes[percent] = signs
    for further in range(1, 5):
        keep[(percent + further)[percent + further < digits + 2]] = False
    origin = np.flatnonzero(keep)
    return Shadow(shadow.text, codes[keep].tobytes(), origin if shadow.origin is None else shadow.origin[origin])


@functools.cache
def _signs() -> npt.NDArray[np.uint8]:
    """Return the sign that each pair of bytes encodes; 0 for those that are left as they are."""
    signs = np.zeros((256, 256), np.uint8)
    for sign in "@+-._":
        for written in {f"{ord(sign):02x}", f"{ord(sign):02X}"}:
            signs[ord(written[0]), ord(written[1])] = ord(sign)
    return signs


@functools.cache
def _table() -> npt.NDArray[np.uint8]:
    table = np.full(0x110000, OTHER, np.uint8)
    table[:128] = np.arange(128)
    for first, end in _ALPHABETS:
        table[[point for point in range(first, end) if chr(point).isalpha()]] = LETTER
    table[slice(*_MARKS)] = MARK
    for point in range(0x80, 0x10000):
        folded = unicodedata.normalize("NFKC", chr(point))
        if (
            len(folded) == 1
            and " " <= folded <= "~"
            and not unicodedata.decomposition(chr(point)).startswith(_NO_DIGITS)
        ):
            table[point] = ord(folded)
    table[[ord(dash) for dash in _DASHES]] = ord("-")
    for code, letters in _OWN_BYTES.items():
        table[[ord(letter) for letter in letters]] = code
    table[list(_INVISIBLE)] = _LEFT_OUT
    return table
