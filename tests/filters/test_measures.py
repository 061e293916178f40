"""Taggers and editors: cases, laws, an independent count in plain Python; and what rules do with measures."""

from __future__ import annotations

import gzip
import json
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf

CASES = Path(__file__).parents[1] / "cases"
LAW = settings(deadline=None, max_examples=60)
FLAGS = st.sampled_from([True, False, None])
SPACES = st.sampled_from(["", " ", "\n", "\t ", "\u3000", "\u00a0", "\r\n", "\u2028", "\x1c", "\u0085"])
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.tuples(SPACES, st.text("ab1.-猫がé\u3099\u0301ह\u093f😀", max_size=5)), max_size=8).map(
        lambda parts: "".join(a + b for a, b in parts)
    ),
)
ROWS = st.lists(st.tuples(st.one_of(st.none(), TEXTS), st.sampled_from([None, "en", "ja", "tha", "und"])), max_size=10)


def cases(names: Any) -> list[Any]:
    found = []
    for name in sorted(names):
        lines = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        found += [pytest.param(name, case, id=f"{name}: {case['note']}") for case in map(json.loads, lines)]
    return found


def columns(rows: list[tuple[str | None, str | None]]) -> dict[str, pa.Array]:
    return {
        "text": pa.array([row[0] for row in rows], pa.string()),
        "lang": pa.array([row[1] for row in rows], pa.string()),
    }


def four_digits(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def listed(written: dict[str, pa.Array]) -> dict[str, list[Any]]:
    """Values as they are read: float32 to four digits."""
    return {
        name: [four_digits(v) for v in column.to_pylist()] if pa.types.is_floating(column.type) else column.to_pylist()
        for name, column in written.items()
    }


@pytest.mark.parametrize(("name", "case"), cases(yf.TAGGERS))
def test_tagger_case(name: str, case: dict[str, Any]) -> None:
    found = yf.measure(yf.TAGGERS[name], columns([(case["text"], case.get("lang"))]), {})
    assert listed(found) == {column: [value] for column, value in case["out"].items()}


@pytest.mark.parametrize(("name", "case"), cases(yf.EDITORS))
def test_editor_case(name: str, case: dict[str, Any]) -> None:
    lang = pa.array([case.get("lang")], pa.string())
    found = yf.edit(yf.EDITORS[name], pa.array([case["text"]]), case.get("settings", {}), lang)
    assert found.text.to_pylist() == [case["out"]]
    assert {rule: column.to_pylist() for rule, column in found.counts.items()} == {
        rule: [count] for rule, count in case["counts"].items()
    }
    assert found.changed.to_pylist() == [case["text"] != case["out"]]


@pytest.mark.parametrize("name", sorted(yf.EDITORS))
def test_every_rule_of_an_editor_has_a_case(name: str) -> None:
    rows = [param.values[1] for param in cases([name])]
    for rule in yf.rules(yf.EDITORS[name]):
        assert {case["counts"][rule] > 0 for case in rows} == {True, False}


def expected(rows: list[tuple[str | None, str | None]]) -> dict[str, list[Any]]:
    """The measures of any language once more, one text at a time; those of words: tests/filters/test_rules_gopher.py."""
    found: dict[str, list[Any]] = {"char_count": [], "letter_share": [], "line_count": []}
    for text, _ in rows:
        chars = None if text is None else len(text)
        letters = sum(unicodedata.category(c)[0] in "LM" for c in text or "")
        found["char_count"].append(chars)
        found["letter_share"].append(letters / chars if chars else None)
        found["line_count"].append(
            None if text is None else sum(not line.isspace() for line in text.split("\n") if line)
        )
    return found


def close(found: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> None:
    assert found.keys() == wanted.keys()
    for name, column in wanted.items():
        for value, exact in zip(found[name], column, strict=True):
            # Half a unit of the fourth digit, and what float32 and the rounding of a tie may add.
            assert value == exact or abs(value - exact) <= 5.1e-5 + 1e-6 * exact, name


def all_measures(table: dict[str, Any]) -> dict[str, pa.Array]:
    written = {}
    for name in sorted(yf.TAGGERS):
        written |= yf.measure(yf.TAGGERS[name], table, {})
    return written


def plain_measures(table: dict[str, Any]) -> dict[str, pa.Array]:
    """What `expected` knows."""
    return {name: column for name, column in all_measures(table).items() if name in expected([])}


def is_settled(character: str) -> bool:
    """Whether its category is old: this Python and Arrow's patterns may know different versions of Unicode."""
    return unicodedata.ucd_3_2_0.category(character) == unicodedata.category(character) != "Cn"


KNOWN = ROWS.filter(lambda rows: all(is_settled(character) for row in rows for character in row[0] or ""))


@LAW
@given(KNOWN)
def test_measures_agree_with_plain_python(rows: list[tuple[str | None, str | None]]) -> None:
    close(listed(plain_measures(columns(rows))), expected(rows))


@LAW
@given(ROWS, st.data())
def test_texts_are_measured_one_by_one(rows: list[tuple[str | None, str | None]], data: st.DataObject) -> None:
    """Neither neighbours, nor order, nor how the columns are sliced and chunked matter."""
    cut = data.draw(st.integers(0, len(rows)))
    order = pa.array(data.draw(st.permutations(range(len(rows)))), pa.int64())
    table = columns(rows)
    whole = all_measures(table)
    sliced = all_measures({name: column.slice(cut) for name, column in table.items()})
    halves = {name: pa.chunked_array([column.slice(0, cut), column.slice(cut)]) for name, column in table.items()}
    chunked = all_measures(halves)
    taken = all_measures({name: column.take(order) for name, column in table.items()})
    for name, column in whole.items():
        column.validate(full=True)
        assert sliced[name].equals(column.slice(cut))
        assert chunked[name].equals(column)
        assert taken[name].equals(column.take(order))


@pytest.mark.parametrize("name", sorted(yf.EDITORS))
@LAW
@given(rows=ROWS, data=st.data())
def test_texts_are_edited_one_by_one_and_once(
    name: str, rows: list[tuple[str | None, str]], data: st.DataObject
) -> None:
    said, (text, lang) = yf.EDITORS[name], columns(rows).values()
    whole = yf.edit(said, text, {}, lang)
    cut = data.draw(st.integers(0, len(rows)))
    part = yf.edit(said, text.slice(cut), {}, lang.slice(cut))
    assert part.text.equals(whole.text.slice(cut))
    assert part.changed.equals(whole.changed.slice(cut))
    assert all(part.counts[rule].equals(column.slice(cut)) for rule, column in whole.counts.items())
    assert yf.edit(said, pa.chunked_array([text.slice(0, cut), text.slice(cut)]), {}, lang).text.equals(whole.text)
    again = yf.edit(said, whole.text, {}, lang)
    assert again.text.equals(whole.text)
    assert set(again.totals().values()) == {0}
    assert whole.totals()["documents"] == sum(
        a != b for a, b in zip(text.to_pylist(), whole.text.to_pylist(), strict=True)
    )


@LAW
@given(TEXTS)
def test_nfc_is_the_form_of_the_standard_library(text: str) -> None:
    assert yf.edit(yf.EDITORS["nfc"], pa.array([text]), {}).text.to_pylist() == [unicodedata.normalize("NFC", text)]


def test_no_rows_have_measures_too() -> None:
    written = all_measures(columns([]))
    declared = {name: kind for said in yf.TAGGERS.values() for name, kind in said.writes.items()}
    assert {name: column.type for name, column in written.items()} == declared
    assert all(len(column) == 0 for column in written.values())
    assert yf.edit(yf.EDITORS["nfc"], pa.array([], pa.string()), {}).totals() == {"documents": 0, "characters": 0}


def test_taggers_and_editors_keep_their_contract() -> None:
    with pytest.raises(yf.ContractViolation, match="tagger words reads column lang, which the rows do not have"):
        yf.measure(yf.TAGGERS["words"], {"text": pa.array(["a"])}, {})
    with pytest.raises(yf.ContractViolation, match="column text must be string x 1 rows, not large_string x 1"):
        yf.edit(yf.EDITORS["nfc"], pa.array(["a"], pa.large_string()), {})
    with pytest.raises(ValueError, match="editor nfc has no setting 'form'"):
        yf.edit(yf.EDITORS["nfc"], pa.array(["a"]), {"form": "NFKC"})


def test_real_texts_measure_as_in_plain_python(shared_data: Path) -> None:
    """Every tenth of 3,341 pages in six languages."""
    with gzip.open(shared_data / "dedup" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for at, line in enumerate(lines) if at % 10 == 0]
    rows = [(page["text"], page["lang"]) for page in pages]
    close(listed(plain_measures(columns(rows))), expected(rows))
    counted = yf.measure(yf.TAGGERS["words"], columns(rows), {})["word_count"].to_pylist()
    japanese = [count for count, (_, lang) in zip(counted, rows, strict=True) if lang == "ja"]
    assert japanese
    assert set(japanese) == {None}


def test_wrong_columns_are_a_contract_violation() -> None:
    said, settings = yf.FILTERS["gopher-quality"], {"languages": ["*"]}
    good = {name: pa.array(["1"]).cast(kind) for name, kind in said.types.items()}
    for name, column, message in (
        ("word_count", pa.array([1], pa.int64()), "column word_count must be int32 x 1 rows, not int64 x 1"),
        ("mean_word_length", pa.array([], pa.float32()), "must be float x 1 rows, not float x 0"),
        ("word_count", [1], "must be int32 x 1 rows, not list"),
    ):
        with pytest.raises(yf.ContractViolation, match=message):
            yf.judge(said, {**good, name: column}, settings, None)
    with pytest.raises(yf.ContractViolation, match="reads column mean_word_length, which the rows do not have"):
        yf.judge(said, {name: good[name] for name in good if name != "mean_word_length"}, settings, None)
    with pytest.raises(yf.ContractViolation, match="needs column lang"):
        yf.judge(said, good, {}, None)
    with pytest.raises(yf.ContractViolation, match="column lang must be string x 1 rows"):
        yf.judge(said, good, {}, pa.array(["en", "en"]))


def test_first_reason_refuses_what_is_no_condition() -> None:
    with pytest.raises(yf.ContractViolation, match="condition bad must be a boolean column, not Int64Array"):
        yf.first_reason(bad=pa.array([1]))
    with pytest.raises(yf.ContractViolation, match="of one length"):
        yf.first_reason(one=pa.array([True]), two=pa.array([True, False]))
    with pytest.raises(yf.ContractViolation, match="one or more conditions"):
        yf.first_reason()


@LAW
@given(st.lists(st.tuples(FLAGS, FLAGS, FLAGS), max_size=20))
def test_the_first_true_condition_wins(rows: list[tuple[bool | None, ...]]) -> None:
    first, second, third = (pa.array([row[at] for row in rows], pa.bool_()) for at in range(3))
    found = yf.first_reason(z_last=first, a_first=pa.chunked_array([second]), in_between=third)
    names = ("z-last", "a-first", "in-between")
    assert found.type == pa.string()
    assert found.to_pylist() == [next((n for n, hit in zip(names, row, strict=True) if hit), None) for row in rows]


@LAW
@given(st.floats(0, 1, width=32), st.integers(0, 10_000))
def test_a_score_compares_as_it_is_written(score: float, step: int) -> None:
    """A stored score that reads 0.7000 is neither below nor above the limit 0.7, whatever float32 makes of it."""
    limit = step / 10_000
    exact = pa.array([limit], pa.float32())
    assert yf.below(exact, limit).to_pylist() == yf.above(exact, limit).to_pylist() == [False]
    stored = yf.rounded(pa.array([score], pa.float32()))
    assert yf.rounded(stored.cast(pa.float32())).equals(stored)


def test_a_limit_that_is_off_gives_no_reason() -> None:
    column = pa.array([1, None], pa.int32())
    assert yf.below(column, None).to_pylist() == yf.above(column, None).to_pylist() == [None, None]
    assert yf.above(column, 0).to_pylist() == [True, None]
    assert yf.above(column, 0.5).to_pylist() == [True, None]
