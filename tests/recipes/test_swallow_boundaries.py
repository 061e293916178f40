"""Each limit of swallow-v1 by two documents that differ in one piece: the last that stays, and the first that goes."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

import pytest

from recipe_rows import reasons
from recipe_swallow import TABLE, statistics

KANA = [chr(at) for at in range(0x3042, 0x3094)]
KATAKANA = [chr(at) for at in range(0x30A2, 0x30F4)]
KANJI = [chr(at) for at in range(0x4E00, 0x4F00)]
EVERY = 900
LATIN = [chr(at) for at in (*range(0x61, 0x7B), *range(0x430, 0x450))]


def letters(count: int, seed: int = 0, alphabet: list[str] | None = None) -> str:
    chance = random.Random(seed)
    return "".join(chance.choice(alphabet or KANA + KANJI[:80]) for _ in range(count))


def sentences(text: str, length: int = 40) -> str:
    """Put a full stop in the place of each last letter of so many."""
    return "".join("。" if at % length == length - 1 else one for at, one in enumerate(text))


def plain(count: int, seed: int = 0) -> str:
    return sentences(letters(count, seed))


def lines(count: int, length: int, seed: int = 0) -> list[str]:
    return [letters(length - 1, seed + at) + "。" for at in range(count)]


def inlaid(n: int) -> Callable[[int], str]:
    """k times the same run of n letters, each before another letter."""
    pieces = ["あいうえ"[:n] + (chr(0x5000 + at) if at % 10 != 9 else "。") for at in range(EVERY)]
    return lambda k: ("".join(pieces[:k]) + plain(1200))[: 1000 + n - 1]


def mixed(alphabet: list[str], rest: list[str], count: int) -> Callable[[int], str]:
    return lambda k: sentences(
        "".join(random.Random(1).sample(letters(k, 2, alphabet) + letters(count - k, 3, rest), count))
    )


class Edge(NamedTuple):
    """Texts by a number, of which the larger ones break a limit; `inside`: what goes on to drop the last that stays."""

    name: str
    build: Callable[[int], str]
    inside: str | None = None
    side: int = 0


def after(n: int) -> str | None:
    return f"character-repetition:duplicate-{n + 1}-characters" if n < 10 else None


EDGES = [
    Edge("letters", lambda k: plain(500 - k)),
    Edge("lines", lambda k: "\n".join(one + ("\n" if at < k else "") for at, one in enumerate(lines(70, 40)))),
    Edge("sentences", lambda k: "".join(one + ("あ。" if at < k else "") for at, one in enumerate(lines(70, 40)))),
    Edge("letters of lines", lambda k: "\n".join([*lines(30, 33), *([plain(19, 9) + "。"] * k)])),
    Edge("letters of sentences", lambda k: "\n".join(one + (plain(19, 9) + "。" if at < k else "") for at, one in enumerate(lines(30, 33)))),
    *(Edge(f"top {n}", inlaid(n)) for n in (2, 3, 4)),
    *(Edge(f"dup {n}", lambda k: plain(2000) + letters(1, 5) + plain(2000)[7 : 7 + k], after(n)) for n in range(5, 11)),
    Edge("hiragana", lambda k: mixed(KANA, KANJI, 1000)(500 - k)),
    Edge("katakana", mixed(KATAKANA, KANA, 1000)),
    Edge("japanese share", lambda k: plain(600) + sentences(letters(k, 4, LATIN))),
    Edge("japanese", lambda k: plain(500 - k) + letters(100, 4, LATIN) + "。"),
    Edge("mean sentence", lambda k: "".join(one[1:] if at < k else one for at, one in enumerate(lines(40, 20)))),
    Edge("mean sentence", lambda k: "".join(one[:-1] + letters(1, at) * (at < k) + "。" for at, one in enumerate(lines(10, 90))), side=1),
    Edge("longest sentence", lambda k: plain(800) + letters(99 + k, 7) + "。"),
    Edge("ellipsis", lambda k: "\n".join(one[:-1] + "…" if at < k else one for at, one in enumerate(lines(40, 30)))),
]  # fmt: skip


@pytest.mark.parametrize("edge", EDGES, ids=[f"{one.name} {one.side}" for one in EDGES])
def test_the_last_that_stays_and_the_first_that_goes(edge: Edge) -> None:
    least, most, words = next((low, high, said) for name, low, high, said in TABLE if name == edge.name)

    def breaks(k: int) -> bool:
        value = statistics(edge.build(k))[edge.name]
        return (least is not None and value < least) or (most is not None and value > most)

    first = bisect_left(range(EVERY), True, lo=1, key=breaks)
    assert breaks(first)
    assert not breaks(first - 1)
    inside, outside = reasons("swallow-v1", [edge.build(first - 1), edge.build(first)])
    assert (inside, outside) == (edge.inside, words[edge.side])


def test_every_limit_has_its_edge() -> None:
    assert {one.name for one in EDGES} == {name for name, *_ in TABLE}
