"""A rule of a package that fails is named in one line: package, rule, file and line, and the document it fails on."""

from __future__ import annotations

import inspect
import pickle
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import yurai_filters as yf
from yurai.declare.rules import RuleUse
from yurai.stages.filter.decide import Decider
from yurai.stages.measure import Measure, run_taggers
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import ContractError
from yurai_manifests.schema import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("registry")
TEXTS = ["a quiet text", "a text with a trap", "another\x0ctext of pages"]
FAULTS: dict[str, Callable[[], object]] = {
    "ValueError: invalid literal": lambda: int("no number"),
    "ZeroDivisionError": lambda: 1 // 0,
    "KeyError": lambda: {}["key"],
    "IndexError": lambda: [0].pop(5),
    "RecursionError": lambda: (_ for _ in ()).throw(RecursionError),
    "StopIteration": lambda: next(iter(())),
    "AttributeError": lambda: None.nothing,  # type: ignore[attr-defined]
    "FileNotFoundError: [Errno 2] no list": lambda: (_ for _ in ()).throw(OSError(2, "no list")),
    "UnicodeDecodeError": lambda: str(b"\xff", "ascii"),
    "ArrowInvalid": lambda: pa.array(["x"]).cast(pa.int32()),
}


def rows(texts: list[str]) -> pa.RecordBatch:
    made: list[dict[str, Any]] = [
        {"doc_id": f"{number:032x}", "source": "crawl/a.warc", "url": f"https://example.com/{number}", "text": text}
        for number, text in enumerate(texts)
    ]
    columns = [pa.array([row.get(field.name) for row in made], field.type) for field in DOCUMENT]
    return pa.RecordBatch.from_arrays(columns, names=DOCUMENT.names)


def trip(text: pa.StringArray, fault: Callable[[], object]) -> None:
    if any("trap" in (one or "") for one in text.to_pylist()):
        fault()


def failing(kind: str, fault: Callable[[], object]) -> Callable[[pa.RecordBatch], object]:
    """Declare a rule of a kind that fails on a trap; return what runs it over a batch."""
    if kind == "tagger":

        @yf.tagger("trapped", version=1, writes={"trapped": pa.float32()})
        def tag(text: pa.StringArray) -> dict[str, pa.FloatArray]:
            """Fail."""
            trip(text, fault)
            return {"trapped": pa.array([0.0] * len(text), pa.float32())}

        return lambda batch: run_taggers(batch, Measure(taggers=("trapped",)))
    if kind == "filter":

        @yf.document_filter("trapped", version=1, cites="a test")
        def judge(text: pa.StringArray) -> pa.StringArray:
            """Fail."""
            trip(text, fault)
            return pa.nulls(len(text), pa.string())

    else:

        @yf.editor("trapped", version=1, cites="a test")
        def edit(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
            """Fail."""
            trip(text, fault)
            return text, {"lines": pa.array([0] * len(text), pa.int32())}

    decider = Decider("filter", (RuleUse("trapped", {}),), ())
    return lambda batch: decider(batch, StageCounts("filter"))


@pytest.mark.parametrize("kind", ["tagger", "filter", "editor"])
@pytest.mark.parametrize("words", FAULTS)
def test_the_rule_its_file_and_the_document_are_named(kind: str, words: str) -> None:
    run = failing(kind, FAULTS[words])
    with pytest.raises(ContractError) as caught:
        run(rows(TEXTS))
    said = str(caught.value)
    assert said.startswith(f"{kind} trapped of ")
    assert f"raised {words}" in said
    assert f"{inspect.getfile(trip)}:" in said
    assert f"document {1:032x} (https://example.com/1) of crawl/a.warc" in said
    assert "\n" not in said
    assert str(pickle.loads(pickle.dumps(caught.value))) == said  # it comes back from a worker


def test_a_rule_that_fails_on_rows_together_names_no_row() -> None:
    @yf.document_filter("crowded", version=1, cites="a test")
    def crowded(text: pa.StringArray) -> pa.StringArray:
        """Fail on two."""
        if len(text) > 1:
            raise RuntimeError("too many")
        return pa.nulls(len(text), pa.string())

    with pytest.raises(ContractError, match="too many") as caught:
        Decider("filter", (RuleUse("crowded", {}),), ())(rows(TEXTS), StageCounts("filter"))
    assert "document" not in str(caught.value)


def test_a_rule_of_a_wrong_length_is_named_as_before() -> None:
    @yf.document_filter("short", version=1, cites="a test")
    def short(text: pa.StringArray) -> pa.StringArray:
        """Return too little."""
        return pa.nulls(0, pa.string())

    with pytest.raises(ContractError, match=r"filter short of .*: column reason must be string x 3 rows"):
        Decider("filter", (RuleUse("short", {}),), ())(rows(TEXTS), StageCounts("filter"))


def test_memory_that_is_gone_is_no_fault_of_the_rule() -> None:
    run = failing("filter", lambda: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        run(rows(TEXTS))
