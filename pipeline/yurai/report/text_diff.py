"""Mark the words of one text that another lacks."""

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
    places = [(word.start(), word.end()) for word in WORDS.finditer(text)]
    words = [text[start:end] for start, end in places]
    new = sorted({index for other in others for index in _lacking(words, WORDS.findall(other))})
    children, last = list[str](), 0
    for start, end in _runs([places[index] for index in new], text):
        if start < length:
            last, before = min(end, length), last
            children += [text[before:start], el("mark", text[start:last])]
    return join(*children, text[last:length], "…" if len(text) > length else None)


def _lacking(words: list[str], other: list[str]) -> list[int]:
    codes = SequenceMatcher(None, other, words, autojunk=False).get_opcodes()
    return [index for name, _, _, first, end in codes if name != "equal" for index in range(first, end)]


def _runs(places: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Join neighbours that white space alone parts."""
    runs: list[tuple[int, int]] = []
    for start, end in places:
        if runs and not text[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs
