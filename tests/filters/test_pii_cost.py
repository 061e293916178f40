"""Time is linear in a text whatever it is made of: pieces of numbers, signs, labels and names, alone and in turns."""

# ruff: noqa: RUF001 - signs and letters of full width are meant
from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from cost import grows_linearly
from yurai_filters.pii import ALL, find

if TYPE_CHECKING:
    from collections.abc import Callable

PIECES = [
    "予約番号0466221100", "電話0466221100受付番号", "fax0466221100tel", "口座98765432109", "運転免許証の番号987654321098と", "パスポートTR7654321",
    "TR7654321（旅券）", "普通7654321 ", "SSN 223-45-6789 ", "個人番号 987654321098、", "212-555-0199 ", "06-6123-4567 ", "987654321098 ", "b@c.d ",
    "@b.net", "b★c.net", "b[at]c.net ", "b at c dot net ", "a.b-c_d", "〒9", "〒〒", "〒987-6543県", "区9番地8", "県市区町村", "三四五六", "東京都", "漢字かな",
    "98765漢", "98:76:", "ffff:", "9/8/7/", "(06)", "(06)6123-4567", "+44", "++", "0120-98-7654", "9 8 7 6 ", "9-8-7-", "9.8.7.", "9\u200b", "é9", "9、",
    "9,876,543", "9876543-2109876543 ", "電話", "個人番号9876", "%2B9", "８", "－", "第9条", "No.98765 ", "氏名山田太郎", "病歴", "<|PHONE|> ", "\n9\n", "\x0c",
]  # fmt: skip
SIZE = 8_000


def work_of(pieces: list[str]) -> Callable[[int], Callable[[], object]]:
    def prepare(size: int) -> Callable[[], object]:
        turn = "".join(pieces)
        text = turn * (size // len(turn.encode()) + 1)
        return lambda: find(text, ALL)

    return prepare


@pytest.mark.parametrize("piece", PIECES)
def test_one_piece_again_and_again(piece: str) -> None:
    assert grows_linearly(work_of([piece]), SIZE, times=4)


@pytest.mark.parametrize("seed", range(20))
def test_pieces_in_turns(seed: int) -> None:
    assert grows_linearly(work_of(random.Random(seed).sample(PIECES, 4)), SIZE, times=4)


@pytest.mark.parametrize("seed", range(4))
def test_pieces_in_no_order(seed: int) -> None:
    """Nothing that is remembered of earlier pieces helps where none comes twice alike."""

    def prepare(size: int) -> Callable[[], object]:
        drawn, pieces, length = random.Random(seed), list[str](), 0
        while length < size:
            pieces.append(drawn.choice(PIECES).replace("9", str(drawn.randrange(10))))
            length += len(pieces[-1].encode())
        text = "".join(pieces)
        return lambda: find(text, ALL)

    assert grows_linearly(prepare, SIZE, times=4)


@pytest.mark.parametrize(
    "letter", ["9", "漢", "区", "番", "一", "@", ".", "-", "a", "〒", "(", "ー", " ", "★", "％", ":", "+", "ア"]
)
def test_one_letter_without_end(letter: str) -> None:
    assert grows_linearly(work_of([letter]), SIZE, times=4)
