"""Spans of blocks through everything that rewrites a text: redact, editors of filters, line dedup."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from row_helpers import documents
from yurai.declare.rules import check_rules
from yurai.declare.stage import STAGES
from yurai.engine.use import Settings, StageUse
from yurai.stages.carry_spans import carried
from yurai.stages.filter.decide import Decider
from yurai.stages.line_dedup.lines import without
from yurai.stages.map_tasks import measure
from yurai.stages.rewrite import rewritten
from yurai_manifests.counts import StageCounts
from yurai_manifests.schema import DOCUMENT

Span = dict[str, Any]
KINDS = ("h1", "li", "pre", "table", "")
LINE = st.text("a猫é 	😀", min_size=1, max_size=8).filter(str.strip)
BLOCKS = st.lists(st.tuples(st.sampled_from(KINDS), st.lists(LINE, min_size=1, max_size=3)), min_size=1, max_size=8)
"""Blocks of a text: the type of each, and its lines."""


def written(blocks: list[tuple[str, list[str]]]) -> tuple[str, list[Span]]:
    text, spans = "", []
    for kind, lines in blocks:
        start = len(text.encode())
        text += "\n".join(lines)
        spans += [{"type": kind, "start": start, "end": len(text.encode())}] if kind else []
        text += "\n"
    return text.removesuffix("\n"), spans


def parts(text: str, spans: list[Span]) -> list[tuple[str, str]]:
    data = text.encode()
    return [(span["type"], data[span["start"] : span["end"]].decode()) for span in spans]


def batch_of(text: str, spans: list[Span] | None) -> pa.RecordBatch:
    row = {"doc_id": "0" * 32, "source": "s", "source_sha256": "0" * 64, "warc_offset": 0, "warc_length": 1}
    row |= {"text": text, "text_sha256": hashlib.sha256(text.encode()).hexdigest(), "text_bytes": len(text.encode())}
    return pa.RecordBatch.from_pylist([row | {"lang": "en", "block_spans": spans}], schema=DOCUMENT)


def found(batch: pa.RecordBatch) -> list[tuple[str, str]]:
    return parts(batch.column("text")[0].as_py(), batch.column("block_spans")[0].as_py())


def numbered(blocks: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """The same blocks, no two lines of them equal."""
    numbers = iter(range(1000))
    return [(kind, [f"{line}{next(numbers)}" for line in lines]) for kind, lines in blocks]


@given(BLOCKS, st.data())
def test_lines_that_go_take_no_other_with_them(blocks: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    blocks = numbered(blocks)
    text, spans = written(blocks)
    stays = [[data.draw(st.booleans()) for _ in lines] for _, lines in blocks]
    left = [
        (kind, [line for line, stay in zip(lines, flags, strict=True) if stay])
        for (kind, lines), flags in zip(blocks, stays, strict=True)
    ]
    new, expected = written([(kind, lines) for kind, lines in left if lines])
    assert carried(spans, text, new) == expected


@given(BLOCKS, st.lists(LINE, max_size=12))
def test_spans_of_any_new_text_are_whole_lines_in_order_and_apart(
    blocks: list[tuple[str, list[str]]], lines: list[str]
) -> None:
    text, spans = written(blocks)
    new = "\n".join(lines)
    data, at = b"\n" + new.encode() + b"\n", 0
    for span in carried(spans, text, new):
        assert at <= span["start"] < span["end"] <= len(new.encode())
        assert data[span["start"] : span["start"] + 1] == data[span["end"] + 1 : span["end"] + 2] == b"\n"
        at = span["end"] + 1


@given(BLOCKS)
def test_a_text_that_stays_keeps_its_spans(blocks: list[tuple[str, list[str]]]) -> None:
    text, spans = written(blocks)
    assert carried(spans, text, text) == spans


@given(BLOCKS, st.data())
def test_redact_changes_lines_and_keeps_their_types(blocks: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    mail = [
        (kind, [f"{line} ask:someone@site.example.org" if data.draw(st.booleans()) else line for line in lines])
        for kind, lines in blocks
    ]
    text, spans = written(mail)
    stage = STAGES["redact"]
    new = measure(batch_of(text, spans), [StageUse("redact", stage.settings())], [StageCounts("redact")])
    expected = [
        (kind, "\n".join(lines).replace("someone@site.example.org", "<|EMAIL|>")) for kind, lines in mail if kind
    ]
    assert found(new) == expected


def test_an_editor_of_lines() -> None:
    text, spans = written(
        [
            ("h1", ["A heading without an end mark"]),
            ("", ["This sentence is long enough to stay."]),
            ("li", ["an item"]),
            ("li", ["This item is a sentence of enough words."]),
            ("pre", ["x = f(a)", "The code ends in a sentence, it says."]),
        ]
    )
    decider = Decider("filter", check_rules("filter", [{"use": "c4-lines"}]), ())
    batch, _ = decider.trace(batch_of(text, spans))
    assert found(batch) == [
        ("li", "This item is a sentence of enough words."),
        ("pre", "The code ends in a sentence, it says."),
    ]


def test_an_editor_of_characters() -> None:
    text, spans = written([("h1", ["Cafe\u0301s"]), ("", ["e\u0301"]), ("li", ["u\u0308ber"])])
    batch, _ = Decider("filter", check_rules("filter", [{"use": "nfc"}]), ()).trace(batch_of(text, spans))
    assert found(batch) == [("h1", "Cafés"), ("li", "über")]


@given(BLOCKS, st.data())
def test_line_dedup(blocks: list[tuple[str, list[str]]], data: st.DataObject) -> None:
    blocks = numbered(blocks)
    text, spans = written(blocks)
    lines = [(kind, line) for kind, lines in blocks for line in lines]
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=len(lines) - 1))
    new = rewritten(batch_of(text, spans), [without(text, gone, "line")], [{"line": 1}], (), "dedup", Counter())
    stayed = [(kind, line) for number, (kind, line) in enumerate(lines) if number not in gone and kind]
    assert [(kind, line) for kind, part in found(new) for line in part.split("\n")] == stayed


def test_a_measure_that_writes_spans_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def upper(batch: pa.RecordBatch, _: Settings) -> pa.RecordBatch:
        return batch_of(batch.column("text")[0].as_py().upper(), [{"type": "h2", "start": 0, "end": 1}])

    monkeypatch.setattr(type(STAGES["redact"]), "measure", property(lambda _: upper))
    stage = STAGES["redact"]
    new = measure(batch_of("a\nb", []), [StageUse("redact", stage.settings())], [StageCounts("redact")])
    assert found(new) == [("h2", "A")]


def test_a_text_without_told_blocks_gets_none() -> None:
    new = rewritten(batch_of("a\nb", None), ["a"], [{"line": 1}], (), "dedup", Counter())
    assert new.column("block_spans").to_pylist() == [None]


def test_spans_of_a_delivered_corpus_are_lines_of_its_texts(demo_tree: Path) -> None:
    """After redaction, editors and all stages behind them."""
    types = Counter[str]()
    for row in documents(demo_tree):
        data, at = row["text"].encode(), 0
        for span in row["block_spans"] or ():
            assert at <= span["start"] < span["end"] <= len(data)
            assert data[: span["start"]][-1:] in {b"", b"\n"}
            assert data[span["end"] :][:1] in {b"", b"\n"}
            at, types[span["type"]] = span["end"], types[span["type"]] + 1
    assert types.keys() >= {"h1", "li"}
