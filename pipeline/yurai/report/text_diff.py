"""Show where two texts differ: the longest differences, each with the words around it, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from yurai.report.markup import Markup, el, join

ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
"""Thai, Lao, Burmese, Khmer, kana and Han: no spaces part their words, so each letter stands for one."""
WORDS = re.compile(rf"[{ALONE}]|[^\s{ALONE}]+")
BY_CHANCE = re.compile(rf"[{ALONE}]{{1,2}}")
"""So few letters of such a script between two differences are equal by chance, and are marked with them."""
ENDS = (".", "!", "?", "。", "！", "？")  # noqa: RUF001 - full stops of Japanese and Chinese
SENTENCE = 40
"""Words after which a sentence counts as ended."""
PRODUCT = 2_000_000
"""Words of one text times words of the other up to which words are compared; longer texts by sentences first."""
AROUND = 60
"""Characters shown on either side of a difference."""
LENGTH = 240
"""Characters shown of a difference."""
NEAR = 4
"""Differences with at most so many equal words between them are shown together."""

Span = tuple[int, int, int, int]
"""Words [0:1] of the first text stand where words [2:3] of the second do."""


Part = tuple[str, bool]
"""Some of a text, and whether the other one lacks it."""


class Difference(NamedTuple):
    """The same place in both texts; what the other lacks is marked, an empty mark is where the other has more."""

    first: Markup
    second: Markup


def differences(first: str, second: str, most: int | None, *, length: int | None = LENGTH) -> list[Difference]:
    """Return the `most` longest differences, in the order of the texts; none where they have the same words.

    `length` characters of each are shown. Without `most` all are given, without `length` each is whole.
    """
    return [Difference(*map(_marked, sides)) for sides in _differing(first, second, most, length)]


def differing_parts(first: str, second: str, most: int) -> tuple[str, str]:
    """Return the same for a file of plain text, on a line each: what the other lacks there is in brackets."""
    every = _differing(first, second, most, LENGTH)
    return _bracketed(one for one, _ in every), _bracketed(other for _, other in every)


def _differing(first: str, second: str, most: int | None, length: int | None) -> list[tuple[list[Part], list[Part]]]:
    places = [[(word.start(), word.end()) for word in WORDS.finditer(text)] for text in (first, second)]
    words = [[text[start:end] for start, end in held] for text, held in zip((first, second), places, strict=True)]
    groups = list(_together(changes(*words)))
    longest = sorted(groups, key=lambda group: (-sum(b - a + d - c for a, b, c, d in group), group))[:most]
    return [
        (
            list(_shown(first, places[0], [(a, b) for a, b, _, _ in group], length)),
            list(_shown(second, places[1], [(c, d) for _, _, c, d in group], length)),
        )
        for group in sorted(longest)
    ]


def _marked(parts: list[Part]) -> Markup:
    return join(*((el("mark", text) if text else el("mark", class_="gap")) if own else text for text, own in parts))


def _bracketed(every: Iterable[list[Part]]) -> str:
    return " ".join("".join(f"[{text}]" if own else text for text, own in parts) for parts in every)


def changes(first: Sequence[str], second: Sequence[str]) -> Iterator[Span]:
    """Yield where two lists of words differ; cost is bounded by PRODUCT for each stretch between equal sentences."""
    head = next(
        (at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    rest = min(len(first), len(second)) - head
    pairs = zip(reversed(first), reversed(second), strict=False)
    tail = next((at for at, (a, b) in enumerate(pairs) if a != b or at == rest), rest)
    ends = len(first) - tail, len(second) - tail
    inner = first[head : ends[0]], second[head : ends[1]]
    if len(inner[0]) * len(inner[1]) <= PRODUCT:
        yield from _moved(_opcodes(*inner), head, head)
        return
    sentences = [_sentences(words) for words in inner]
    starts = [_starts(one) for one in sentences]
    for a, b, c, d in _opcodes(*sentences):
        low, high = (starts[0][a], starts[0][b]), (starts[1][c], starts[1][d])
        within = (low[1] - low[0]) * (high[1] - high[0])
        found = (
            _opcodes(inner[0][slice(*low)], inner[1][slice(*high)])
            if within <= PRODUCT
            else [(0, low[1] - low[0], 0, high[1] - high[0])]
        )
        yield from _moved(found, head + low[0], head + high[0])


def _opcodes(first: Sequence[object], second: Sequence[object]) -> list[Span]:
    codes = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    return [(a, b, c, d) for name, a, b, c, d in codes if name != "equal"]


def _moved(spans: list[Span], first: int, second: int) -> Iterator[Span]:
    return ((a + first, b + first, c + second, d + second) for a, b, c, d in spans)


def _sentences(words: Sequence[str]) -> list[tuple[str, ...]]:
    made, held = list[tuple[str, ...]](), list[str]()
    for word in words:
        held.append(word)
        if word.endswith(ENDS) or len(held) == SENTENCE:
            made.append(tuple(held))
            held = []
    return [*made, tuple(held)] if held else made


def _starts(sentences: list[tuple[str, ...]]) -> list[int]:
    starts = [0]
    for one in sentences:
        starts.append(starts[-1] + len(one))
    return starts


def _together(spans: Iterator[Span]) -> Iterator[list[Span]]:
    held: list[Span] = []
    for span in spans:
        if held and span[0] - held[-1][1] > NEAR:
            yield held
            held = []
        held.append(span)
    if held:
        yield held


def _shown(
    text: str, places: Sequence[tuple[int, int]], runs: Sequence[tuple[int, int]], length: int | None
) -> Iterator[Part]:
    """Yield the words around these runs of words, and the runs."""
    spans = list(_joined(text, [_characters(text, places, *run) for run in runs]))
    last = spans[-1][1] if length is None else min(spans[-1][1], spans[0][0] + length)
    start, end = _low(text, spans[0][0] - AROUND), _high(text, last + AROUND)
    if start:
        yield "…", False
    last = start
    for low, high in spans:
        if low <= end:
            yield text[last:low], False
            yield text[low : min(high, end)], True
            last = min(high, end)
    yield text[last:end] + ("…" if end < len(text) else ""), False


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    held = spans[0]
    for low, high in spans[1:]:
        if held[0] < held[1] and low < high and BY_CHANCE.fullmatch(text, held[1], low):
            held = (held[0], high)
        else:
            yield held
            held = (low, high)
    yield held


def _characters(text: str, places: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    if start < end:
        return places[start][0], places[end - 1][1]
    at = places[start][0] if start < len(places) else len(text)
    return at, at


def _low(text: str, at: int) -> int:
    """Return the end of a word at or before `at`, unless that is far."""
    at = max(at, 0)
    space = text.rfind(" ", max(at - AROUND // 3, 0), at)
    return space + 1 if at and space >= 0 else at


def _high(text: str, at: int) -> int:
    at = min(at, len(text))
    space = text.find(" ", at, at + AROUND // 3)
    return space if space >= 0 else at
