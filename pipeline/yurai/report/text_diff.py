"""Two texts side by side: the words of one that the other lacks, marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from yurai.report.markup import Markup, el, join

ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
"""Thai, Lao, Burmese, Khmer, kana and Han: no spaces part their words, so each letter stands for one."""
WORDS = re.compile(rf"[{ALONE}]|[^\s{ALONE}]+")


def marked(text: str, others: list[str], length: int) -> Markup:
    """Return the first `length` characters of `text`, with those words marked that one of `others` has not in place.

    Texts are compared to their end, so that what lies beyond `length` in one of them is not taken to be missing.
    """
    places = [(found.start(), found.end()) for found in WORDS.finditer(text)]
    words = [text[start:end] for start, end in places]
    new = sorted({place for other in others for place in _lacking(words, WORDS.findall(other))})
    children, last = list[str](), 0
    for start, end in _runs([places[place] for place in new], text):
        if start < length:
            last, before = min(end, length), last
            children += [text[before:start], el("mark", text[start:last])]
    return join(*children, text[last:length], "…" if len(text) > length else None)


def _lacking(words: list[str], other: list[str]) -> list[int]:
    codes = SequenceMatcher(None, other, words, autojunk=False).get_opcodes()
    return [place for name, _, _, first, end in codes if name != "equal" for place in range(first, end)]


def _runs(places: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Join neighbours that white space alone parts."""
    found: list[tuple[int, int]] = []
    for start, end in places:
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
