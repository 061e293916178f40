"""Tell damaged UTF-8 from bytes of another charset: whether what is broken stands alone, and how much is whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from yurai.extraction.latin import looks_latin

# with what is cut, overlong, or half of a surrogate pair (CESU-8): broken, but of no other charset
_SHAPED: Final = re.compile(rb"[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{1,2}|[\xf0-\xf4][\x80-\xbf]{1,3}")
_ASCII: Final = bytes(range(0x80))
FEW: Final = 2
"""Broken characters that no page is judged by."""
_FEW_SHARE: Final = 0.002
_BROKEN_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Utf8:
    """What a body is as UTF-8: `good` characters beyond ASCII, `bad` bytes or sequences, U+FFFD as `replaced`.

    `alone` says that the bad ones form no words of a script.
    """

    text: str
    replaced: int
    good: int
    bad: int
    alone: bool
    size: int

    @property
    def sure(self) -> bool:
        """Whether the good ones are no accident, whatever is declared: a fifth may be broken."""
        return self.replaced <= _BROKEN_SHARE * self.good

    @property
    def mended(self) -> bool:
        """Whether it is rather UTF-8 with broken characters than a Latin charset with lucky ones."""
        return self.alone and self.good >= max(self.bad, FEW)

    @property
    def few(self) -> bool:
        """Whether so few are broken that a declaration of UTF-8 holds."""
        return self.alone and self.bad <= max(FEW, _FEW_SHARE * self.size)


def as_utf8(body: bytes) -> Utf8:
    """Read a body as UTF-8."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    else:
        return Utf8(text, 0, len(body) - len(text), 0, alone=True, size=len(body))
    replaced = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
    good = len(text) - len(text.encode("ascii", "ignore")) - replaced
    rest, shaped = _SHAPED.subn(b" ", body)
    bad = len(rest.translate(None, _ASCII)) + max(shaped - good, 0)
    return Utf8(text, replaced, good, bad, alone=looks_latin(rest), size=len(body))
