"""How long a line must be to be judged: by its script, since a word of Japanese has two letters."""

# ruff: noqa: RUF001 - forms of Japanese are what is tested
from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from yurai.exchange.row_types import NODE
from yurai.stages.line_dedup.lines import Least, line_rows, normalise
from yurai.stages.line_dedup.settings import LineDedup


def judged(text: str, **given: int) -> int:
    """Count the lines that are judged."""
    return len(line_rows(pa.array([text]), np.zeros(1, NODE), "line", LineDedup(**given).least))


@pytest.mark.parametrize(
    ("line", "is_judged"),
    [
        ("この記事へのトラックバック一覧です", True),
        ("この記事へのトラックバック一覧", False),
        ("無断転載を禁じます。無断転載を禁じます", True),
        ("会社概要・利用規約・個人情報・問合せ先", True),
        ("会社概要、利用規約、個人情報、問合", False),
        ("All rights reserved by us", False),
        ("All rights reserved by us and by all of them", True),
        ("Copyright 2024 Example Inc. 無断転載を禁じます", False),
        ("Copyright 無断転載を禁じます。複写も禁じます", True),
        ("이 기사의 저작권은 신문사에 있습니다", False),
        ("ข้อกำหนดการใช้งานและนโยบาย", True),
        ("ｺﾉ記事ﾍﾉﾄﾗｯｸﾊﾞｯｸ一覧ﾃﾞｽﾖﾈ", True),
        ("1234567890123456789", False),
    ],
)
def test_least_by_script(line: str, is_judged: bool) -> None:
    assert judged(line) == is_judged


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({}, 1),
        ({"min_unspaced": 17}, 1),
        ({"min_unspaced": 18}, 0),
        ({"min_characters": 8}, 2),
        ({"min_unspaced": 8}, 1),
    ],
)
def test_settings_of_both(given: dict[str, int], count: int) -> None:
    assert judged("この記事へのトラックバック一覧です\nShort line", **given) == count


def test_the_least_is_never_more_than_that_of_other_scripts() -> None:
    assert LineDedup(min_characters=5).least == Least(5, 5)
    assert LineDedup().least == Least(16, 40)


def test_half_width_and_full_width_forms_are_one_line() -> None:
    forms = pa.array(["ﾊﾟｿｺﾝの１番、ＡＢＣ．", "パソコンの2番､abc。", "パソコンの３番，ABC"])
    assert len(set(normalise(forms).to_pylist())) == 1
