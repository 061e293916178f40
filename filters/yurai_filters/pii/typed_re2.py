"""Give patterns of google-re2 over bytes the types that the package lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import re2

_LATIN = re2.Options()
_LATIN.encoding = re2.Options.Encoding.LATIN1
_LATIN.log_errors = False


class Found(Protocol):
    """A match."""

    @property
    def lastindex(self) -> int | None:
        """Number of the last group that matched."""

    def span(self, group: int = 0) -> tuple[int, int]:
        """Return where a group is."""

    def start(self, group: int = 0) -> int:
        """Return where a group begins."""

    def end(self, group: int = 0) -> int:
        """Return where a group ends."""

    def group(self, group: int = 0) -> bytes:
        """Return what a group matched."""

    def __getitem__(self, group: int) -> bytes:
        """Return what a group matched."""


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Found | None:
        """Return the first match."""

    def fullmatch(self, text: bytes) -> Found | None:
        """Return the match of the whole text."""

    def finditer(self, text: bytes, pos: int = 0) -> Iterator[Found]:
        """Yield all matches."""


def pattern(written: str) -> Pattern:
    """Compile a pattern over the bytes of a shadow, each of which is a character."""
    compiled: Pattern = re2.compile(written.encode("latin-1"), _LATIN)
    return compiled


def short(written: str) -> re.Pattern[bytes]:
    """Compile a pattern that is matched at one place of a shadow, over a number or name.

    Calling `re` costs a fifth of calling RE2 there. For no form in which two repeats could take the same bytes, so that
    its time is linear.
    """
    return re.compile(written.encode("latin-1"))


def pattern_of_utf8(written: str) -> Pattern:
    """Compile a pattern over the bytes of UTF-8."""
    compiled: Pattern = re2.compile(written.encode())
    return compiled
