"""Write the text of any extractor in one form: its spaces, its full-width tilde, and no line that is one mark.

**Full-width space** (U+3000) is the width of a letter, not a letter: at the start of a line it is the indent of a
paragraph, as `text-indent` is, and goes; within a line it is one space, as Unicode's compatibility decomposition
has it and as trafilatura writes it. Other spaces of a width of their own (Unicode's class Zs) go the same way.

**Wave dash**: the same sign of JIS X 0208 (1-33) is U+301C by one table and U+FF5E by Microsoft's; EUC-JP and
ISO-2022-JP pages came out with the first, Shift_JIS ones with the second, UTF-8 ones with either. The form is U+FF5E:
the Encoding Standard's table for all three charsets has it, so browsers show it, and most pages in UTF-8 write it.

Code keeps its spaces: lines that stand in `<pre>` are left as they are.
"""

# ruff: noqa: RUF001 - marks of all scripts are meant
from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml.html import HtmlElement

from yurai.extraction.records import Span

_CODE: Final = ("pre", "listing", "xmp", "plaintext")
_WIDTHS: Final = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SPACES: Final = re.compile(rf"(?<=\S) {{2,}}| *[{_WIDTHS}][ {_WIDTHS}]*")
_ENDS: Final = re.compile(rf"^[{_WIDTHS}][ {_WIDTHS}]*|[ \t{_WIDTHS}]+$")
_OPENING: Final = frozenset("([{（［｛「『【〔〈《“‘")
_CLOSING: Final = frozenset(")]}）］｝」』】〕〉》”’.,;:!?、。，．；：！？")
_PARTING: Final = frozenset("|｜¦/／\\•·・‹›«»-–—*") | {
    "()",
    "[]",
    "{}",
    "（）",
    "［］",
    "「」",
    "『』",
    "【】",
    "〔〕",
    "||",
}
_UNTIDY: Final = re.compile(rf"[{_WIDTHS}]|\S  |[ \t]$|^[ \t]*[^\w\s]{{1,2}}$", re.MULTILINE)


def one_form(text: str) -> str:
    """Return text with the wave dash in its one form."""
    return text.replace("\u301c", "\uff5e")


def as_written(tree: HtmlElement) -> frozenset[str]:
    """Return the lines of code of a page, without the spaces around them."""
    lines = (line.strip() for code in tree.iter(*_CODE) for line in "".join(code.itertext()).split("\n"))
    return frozenset(lines) - {""}


def tidied(
    text: str, spans: Sequence[Span] | None, written: Callable[[], Collection[str]]
) -> tuple[str, tuple[Span, ...] | None]:
    """Return text in its one form, and its spans where they are then; `written` gives lines that stay as they are."""
    text = one_form(text)
    if _UNTIDY.search(text) is None:
        return text, None if spans is None else tuple(spans)
    old, code = text.split("\n"), written()
    joined = _Joined()
    for line in old:
        joined.take(line if line.strip() in code else _SPACES.sub(" ", _ENDS.sub("", line)), code)
    return "\n".join(joined.lines), None if spans is None else tuple(_moved(spans, old, joined))


@dataclass(slots=True)
class _Joined:
    """Lines without those that are one mark: what closes is on the line before, what opens on the one behind.

    `firsts` and `lasts` have, for each line that was taken, the first of these lines that holds it or what stood
    behind it, and the last that holds it or what stood before it.
    """

    lines: list[str] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    filled: int = -1
    opening: str = ""

    def take(self, line: str, code: Collection[str]) -> None:
        """Take the next line."""
        mark, first, last = line.strip(), len(self.lines), len(self.lines) - 1
        if mark and (mark in code or mark not in _MARKS):
            self.lines.append(self.opening + line)
            self.opening, self.filled, last = "", first, first
        elif mark in _OPENING:
            self.opening += mark
            last = first
        elif mark in _CLOSING and self.opening:
            self.opening = self.opening[:-1]
        elif mark in _CLOSING and self.filled >= 0:
            self.lines[self.filled] += mark
            first = last = self.filled
        elif not mark:
            self.lines.append(line)
        self.firsts.append(first)
        self.lasts.append(last)


_MARKS: Final = _OPENING | _CLOSING | _PARTING


def _moved(spans: Sequence[Span], old: Sequence[str], joined: _Joined) -> Iterator[Span]:
    """Yield spans of whole lines where their lines are now; one whose lines went, or are part of another's, goes."""
    starts, ends = _bounds(old)
    at_start, at_end = ({place: number for number, place in enumerate(places)} for places in (starts, ends))
    new_starts, new_ends = _bounds(joined.lines)
    behind = 0
    for kind, start, end in spans:
        first, last = max(joined.firsts[at_start[start]], behind), joined.lasts[at_end[end]]
        last = min(last, len(joined.lines) - 1)
        if first <= last and new_starts[first] < new_ends[last]:
            yield kind, new_starts[first], new_ends[last]
            behind = last + 1


def _bounds(lines: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return where lines start and end, in bytes of UTF-8."""
    starts, ends, at = [], [], 0
    for line in lines:
        starts.append(at)
        ends.append(at + len(line.encode()))
        at = ends[-1] + 1
    return starts, ends
