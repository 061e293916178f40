"""Keep orders against plain Python sorting, and what is said before a run starts of an order that cannot be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yurai.exchange.row_types import NEW, hex_ids, in_order
from yurai.run.recipe import make_recipe
from yurai.sources.warc.dates import capture_date
from yurai.stages.keep_order import LAST, Keep, columns, nodes, ranks
from yurai_manifests.errors import RecipeError
from yurai_manifests.schema import DOCUMENT, document_id

NEEDED = {"source": "s", "source_sha256": "0" * 64, "warc_offset": 0, "warc_length": 1, "text_sha256": "0" * 64}
DATES = st.one_of(st.none(), st.datetimes().map(lambda one: capture_date(one.isoformat() + "Z")[0]))
RECENT = st.integers(0, 4_000_000_000).map(
    lambda seconds: str(np.datetime_as_string(np.datetime64(seconds, "s"))) + "Z"
)
SCORES = st.one_of(st.none(), st.floats(width=32, allow_nan=False, min_value=-1e6, max_value=1e6))


def batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    """DOCUMENT rows; columns that matter to no order are filled in."""
    full = [
        NEEDED | {"doc_id": document_id("s", place), "text": "", "text_bytes": 0} | row
        for place, row in enumerate(rows)
    ]
    return pa.RecordBatch.from_pylist(full, schema=DOCUMENT)


def found(rows: list[dict[str, Any]], keep: Keep, quality: str | None = None) -> list[int]:
    return ranks(batch(rows), keep, quality).tolist()


@settings(max_examples=100, deadline=None)
@given(dates=st.lists(st.one_of(DATES, RECENT), max_size=12))
@example(dates=["1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", None, "0001-01-01T00:00:00Z", "2106-01-01T00:00:00Z"])
def test_dates_sort_as_their_strings_do(dates: list[str | None]) -> None:
    rows = [{"capture_date": date} for date in dates]
    for keep, sign in (("oldest", 1), ("newest", -1)):
        keys = found(rows, keep)  # type: ignore[arg-type] # a Keep
        assert all(0 <= key <= LAST for key in keys)
        for one, key in zip(dates, keys, strict=True):
            assert (one is None) == (key == LAST)
            for other, another in zip(dates, keys, strict=True):
                if one and other and one < other:
                    assert sign * key <= sign * another
                    same_day = one[:10] == other[:10] and one < "1970"
                    late = one >= "2106"
                    assert key != another or same_day or late


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 2**31 - 1)), st.text(max_size=9)), max_size=9))
def test_the_longest_comes_first(rows: list[tuple[int | None, str]]) -> None:
    lengths = [len(text) if count is None else count for count, text in rows]
    keys = found([{"char_count": count, "text": text} for count, text in rows], "longest")
    assert np.argsort(keys, kind="stable").tolist() == np.argsort([-size for size in lengths], kind="stable").tolist()


@settings(max_examples=100, deadline=None)
@given(scores=st.lists(SCORES, max_size=12), named=st.booleans())
@example(scores=[-0.00001, 0.0, 0.00004, None, -1.5, 1e6], named=True)
def test_the_best_score_comes_first(scores: list[float | None], named: bool) -> None:
    if named:
        rows: list[dict[str, Any]] = [
            {"quality": [{"name": "edu", "score": score}] if score is not None else None} for score in scores
        ]
    else:
        rows = [{"lang_score": score} for score in scores]
    keys = found(rows, "best-quality", "edu" if named else "lang_score")
    rounded = [-math.inf if score is None else float(np.float32(round(score, 4))) + 0.0 for score in scores]
    assert np.argsort(keys, kind="stable").tolist() == np.argsort([-one for one in rounded], kind="stable").tolist()
    assert [key == LAST for key in keys] == [score is None for score in scores]


def test_scores_that_round_to_the_same_are_equal() -> None:
    assert len(set(found([{"lang_score": 0.81234}, {"lang_score": 0.81231}], "best-quality", "lang_score"))) == 1
    assert len(set(found([{"lang_score": 0.8123}, {"lang_score": 0.8124}], "best-quality", "lang_score"))) == 2


def test_integers_are_scores_too() -> None:
    keys = found([{"word_count": count} for count in (5, None, 50)], "best-quality", "word_count")
    assert np.argsort(keys).tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (0, ["CC0-1.0", "CC-PDM-1.0", "CC-PDDC", "PDDL-1.0", "Unlicense", "LicenseRef-CC0-2.0", "MIT-0"]),
        (1, ["CC-BY-4.0", "CC-BY-3.0-IGO", "LicenseRef-CC-BY-unspecified", "MIT", "Apache-2.0", "BSD-3-Clause"]),
        (1, ["ODC-By-1.0", "OGL-UK-3.0", "etalab-2.0", "LicenseRef-Etalab-unspecified", "DL-DE-BY-2.0"]),
        (2, ["CC-BY-SA-4.0", "CC-SA-1.0", "GPL-3.0-only", "LGPL-2.1-only", "GFDL-1.3-or-later", "ODbL-1.0"]),
        (3, ["CC-BY-NC-4.0", "CC-BY-ND-2.0", "CC-BY-NC-SA-3.0-IGO", "CC-BY-NC-ND-4.0", "LicenseRef-CC-Sampling-1.0"]),
        (4, ["Proprietary", "LicenseRef-Nobody-Knows", "", None]),
    ],
)
def test_classes_of_licences(number: int, names: list[str | None]) -> None:
    assert found([{"declared_spdx": name} for name in names], "most-permissive-licence") == [number] * len(names)
    assert found([{"concluded_spdx": name} for name in names], "most-permissive-licence") == [number] * len(names)


def test_what_was_concluded_goes_before_what_was_declared() -> None:
    assert found([{"concluded_spdx": "CC-BY-NC-4.0", "declared_spdx": "CC0-1.0"}], "most-permissive-licence") == [3]


def test_every_licence_that_is_read_from_pages_has_a_class() -> None:
    from yurai.evidence.normalise import _ADDRESSES, _IDS

    known = sorted({*_IDS.values(), *_ADDRESSES.values()})
    classes = dict(
        zip(known, found([{"declared_spdx": name} for name in known], "most-permissive-licence"), strict=True)
    )
    assert [name for name, number in classes.items() if number == 4] == []


def test_nodes_hold_id_and_place_and_older_ones_precede() -> None:
    rows = batch([{"capture_date": "2020-01-01T00:00:00Z"}, {"capture_date": "0001-01-01T00:00:00Z"}])
    new = nodes(rows, "oldest", None, 7, 100, older=False)
    old = nodes(rows, "oldest", None, 3, 0, older=True)
    assert hex_ids(new["id_high"], new["id_low"]) == rows.column("doc_id").to_pylist()
    assert (new["shard"].tolist(), new["row"].tolist()) == ([7, 7], [100, 101])
    assert old["rank"].tolist() == [0, 0]
    assert new["rank"].min() >= NEW
    assert set(in_order(np.concatenate([new, old]))[:2].tolist()) == {2, 3}


@pytest.mark.parametrize("keep", ["newest", "oldest", "longest", "best-quality", "most-permissive-licence"])
def test_columns_are_enough(keep: Keep) -> None:
    quality = "edu" if keep == "best-quality" else None
    rows = batch([{}, {}]).select(columns(keep, quality))
    assert len(nodes(rows, keep, quality, 0, 0, older=False)) == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"keep": "best-quality"}, "needs quality"),
        ({"keep": "best-quality", "quality": "url"}, "not a column of numbers"),
        ({"keep": "newest", "quality": "lang_score"}, "best-quality"),
        ({"quality": "lang_score"}, "best-quality"),
        ({"keep": "biggest"}, "keep must be one of"),
    ],
)
def test_an_order_that_cannot_be_is_refused(settings: dict[str, str], message: str) -> None:
    stages = [{"use": "read"}, {"use": "extract"}, {"use": "dedup", **settings}]
    with pytest.raises(RecipeError, match=message):
        make_recipe({"name": "x", "stage": stages}, where="x")
