"""A page in several languages says how much of it is in which, line by line; a page in one says nothing of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import grows_linearly
from gate_pages import TEXTS
from yurai.declare.batches import named_scores
from yurai.declare.language.identify import identifier
from yurai.declare.language.lines import line_shares
from yurai.declare.models import LID_176, model_digest
from yurai.stages.language import COLUMN, SHARE, Language, label
from yurai_manifests.schema import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = identifier(LID_176, model_digest(LID_176, ""))
MIXED = {
    "japanese and english": ([*TEXTS["ja"], *TEXTS["en"]], {"ja", "en"}),
    "in turns": ([line for pair in zip(TEXTS["ja"], TEXTS["en"], strict=True) for line in pair], {"ja", "en"}),
    "korean and english": ([*TEXTS["ko"], *TEXTS["en"]], {"ko", "en"}),
    "japanese and chinese with english": ([*TEXTS["ja"], *TEXTS["zh"], *TEXTS["en"]], {"ja", "zh", "en"}),
    "russian and german": ([*TEXTS["ru"], *TEXTS["de"]], {"ru", "de"}),
    "english and german": ([TEXTS["de"][0], *TEXTS["en"][:2], TEXTS["de"][1], TEXTS["en"][2]], {"en", "de"}),
    "headings in chinese characters": (["人口統計", *TEXTS["ja"], "社会科学", *TEXTS["en"]], {"ja", "en"}),
    "short lines": (["Menu", *TEXTS["ja"], "Top", "Help", *TEXTS["en"]], {"ja", "en"}),
    "blank lines": (["", *TEXTS["ru"], "", " ", "12", *TEXTS["en"], ""], {"ru", "en"}),
    "three scripts": ([*TEXTS["ru"], *TEXTS["ko"], *TEXTS["de"]], {"ru", "ko", "de"}),
}


def shares(text: str) -> dict[str, float]:
    return line_shares(text, MODEL.decide(text), MODEL)


@pytest.mark.parametrize("name", MIXED)
def test_shares_of_a_text_in_several_languages(name: str) -> None:
    lines, languages = MIXED[name]
    found = shares("\n".join(lines))
    assert set(found) == languages
    assert sum(found.values()) == pytest.approx(1.0, abs=0.001)
    counts = {code: sum(map(str.isalpha, "".join(set(lines) & set(TEXTS[code])))) for code in languages}
    for code, share in found.items():
        assert share == pytest.approx(counts[code] / sum(counts.values()), abs=0.06), code


@pytest.mark.parametrize("code", TEXTS)
def test_a_text_in_one_language_has_no_shares(code: str) -> None:
    assert shares("\n".join(TEXTS[code])) == {}
    assert shares("\n".join(["GIMP 2.10", *TEXTS[code] * 3, "URL"])) == {}


def test_a_line_of_characters_of_both_languages_is_as_the_line_before() -> None:
    found = {code: shares("\n".join([*TEXTS[code], "人口文化政治", *TEXTS["en"]]))[code] for code in ("ja", "zh")}
    without = {code: shares("\n".join([*TEXTS[code], *TEXTS["en"]]))[code] for code in ("ja", "zh")}
    assert all(found[code] > without[code] for code in found)


def test_shares_are_named_scores_of_the_row() -> None:
    texts = ["\n".join(MIXED["japanese and english"][0]), TEXTS["ja"][0], "\n".join(MIXED["russian and german"][0])]
    rows = [{"text": text, "quality": [{"name": "mine", "score": 0.5}]} for text in texts]
    batch = pa.RecordBatch.from_pylist(rows, DOCUMENT)
    names = [[one["name"] for one in row] for row in label(batch, Language()).column("quality").to_pylist()]
    en, ja, de, ru = (f"{COLUMN}_{SHARE}{code}" for code in ("en", "ja", "de", "ru"))
    assert names == [[en, ja, "mine"], ["mine"], [de, ru, "mine"]]
    scores = named_scores(label(batch, Language()))[ja].to_pylist()
    assert scores[0] == pytest.approx(shares(texts[0])["ja"])
    assert scores[1:] == [None, None]
    assert label(batch, Language(scripts=False)).column("quality").equals(batch.column("quality"))


@given(
    st.lists(
        st.sampled_from([*TEXTS["ja"], *TEXTS["en"], *TEXTS["ko"], "人口統計", "12", "", "Menu", "\u2028"]), max_size=12
    )
)
@settings(max_examples=60, deadline=None)
def test_shares_are_shares(lines: list[str]) -> None:
    found = shares("\n".join(lines))
    assert all(0.05 <= share <= 1 for share in found.values())
    assert sum(found.values()) <= 1.001
    assert len(found) != 1


def test_shares_cost_in_line_with_the_text() -> None:
    def prepare(size: int) -> Callable[[], object]:
        text = "すべての人は\nare born free\n" * size
        return lambda: line_shares(text, MODEL.best("x"), MODEL)

    assert grows_linearly(prepare, 2_000)
