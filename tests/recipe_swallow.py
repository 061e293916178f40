"""The rules of Swallow Corpus v1 in plain Python, written from the published text and not from our filters."""

# ruff: noqa: RUF001 - marks of Japanese are what is counted
from __future__ import annotations

import re
from collections import Counter
from functools import cache

NEAR = 1e-6
"""Shares are compared to 1e-6: within that of a limit nothing is promised."""


def runs(text: str, n: int) -> Counter[str]:
    return Counter(text[at : at + n] for at in range(len(text) - n + 1))


def repeats(parts: list[str]) -> tuple[float, float]:
    """Share of the parts that were there before, and of their letters."""
    seen: set[str] = set()
    again = [one for one in parts if one in seen or seen.add(one)]  # type: ignore[func-returns-value] # add gives None
    letters = sum(map(len, parts))
    return len(again) / len(parts) if parts else 0.0, sum(map(len, again)) / letters if letters else 0.0


@cache
def statistics(text: str) -> dict[str, float]:
    """What arXiv:2404.17733 counts of a text: its sentences, scripts, runs of letters."""
    lines = [re.findall(r"[^。．！？!?]+[。．！？!?]?", line) for line in text.split("\n")]
    sentences = [one for line in lines for one in line]
    hiragana = sum("ぁ" <= one <= "\u3096" for one in text)
    katakana = sum("ァ" <= one <= "\u30fa" for one in text)
    kanji = len(re.findall("[々〇〻\u3400-\u9fff\uf900-\ufaff]", text))
    marks = sum(one in "、，。．！？" for one in text)
    japanese = hiragana + katakana + kanji + marks
    found = {
        "letters": float(len(text)),
        "japanese": float(japanese),
        "japanese share": japanese / len(text) if text else 0.0,
        "hiragana": hiragana / japanese if japanese else 0.0,
        "katakana": katakana / japanese if japanese else 0.0,
        "mean sentence": sum(map(len, sentences)) / len(sentences) if sentences else 0.0,
        "longest sentence": float(max(map(len, sentences), default=0)),
        "ellipsis": sum(one.strip().endswith(("・", "…")) for one in sentences) / max(len(sentences), 1),
    }
    found["lines"], found["letters of lines"] = repeats(["".join(line) for line in lines])
    found["sentences"], found["letters of sentences"] = repeats(sentences)
    for n in (2, 3, 4):
        counts = runs(text, n)
        found[f"top {n}"] = max(counts.values(), default=0) / max(counts.total(), 1)
    for n in range(5, 11):
        counts = runs(text, n)
        found[f"dup {n}"] = sum(one > 1 for one in counts.values()) / max(len(counts), 1)
    return found


# In the published order: what is counted, the least and the most that stays, and what our recipe calls it.
TABLE: list[tuple[str, float | None, float | None, tuple[str, ...]]] = [
    ("letters", 400, None, ("length:too-short",)),
    ("lines", None, 0.3, ("sentence-shapes:duplicate-lines",)),
    ("sentences", None, 0.3, ("sentence-shapes:duplicate-sentences",)),
    ("letters of lines", None, 0.2, ("sentence-shapes:duplicate-line-characters",)),
    ("letters of sentences", None, 0.2, ("sentence-shapes:duplicate-sentence-characters",)),
    *((f"top {n}", None, limit, (f"character-repetition:common-{n}-characters",))
      for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16))),
    *((f"dup {n}", None, limit, (f"character-repetition:duplicate-{n}-characters",))
      for n, limit in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1))),
    ("hiragana", 0.2, None, ("scripts:too-little-hiragana",)),
    ("katakana", None, 0.5, ("scripts:too-much-katakana",)),
    ("japanese share", 0.5, None, ("scripts:too-little-japanese",)),
    ("japanese", 400, None, ("scripts:too-few-japanese",)),
    ("mean sentence", 20, 90, ("sentence-shapes:sentences-too-short", "sentence-shapes:sentences-too-long")),
    ("longest sentence", None, 200, ("sentence-shapes:sentence-too-long",)),
    ("ellipsis", None, 0.2, ("sentence-shapes:cut-sentences",)),
]  # fmt: skip


def published(text: str) -> str | None:
    """Return what the published rules say first against a text, in the words of our recipe."""
    found = statistics(text)
    for name, least, most, words in TABLE:
        if least is not None and found[name] < least:
            return words[0]
        if most is not None and found[name] > most:
            return words[-1]
    return None


def is_clear(text: str) -> bool:
    """Tell whether no measure lies so near to its limit that rounding could decide."""
    found = statistics(text)
    limits = [(found[name], limit) for name, *both, _ in TABLE for limit in both if limit is not None]
    return all(value == limit or abs(value - limit) > NEAR for value, limit in limits)
