"""Two runs are compared down to the cause: each planted difference is named, and nothing else."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import yurai as package
from query_trees import BURST, POLICY, Trees, chain
from run_helpers import run
from yurai.report.changes import Change, Difference, compare
from yurai.report.changes.causes import OTHERS, UNKNOWN, cause_of
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said
    from yurai.report.changes import Caused, Compared

    Yurai = Callable[..., Said]

BURSTS = re.compile(r"https://b\d\.example/")


def compared(old: Path, new: Path) -> Compared:
    return compare(open_store(str(old)), open_store(str(new)))


def told(found: Compared) -> set[tuple[str, int, str, tuple[str, ...]]]:
    """Each change by kind, documents, cause and examples; which copy of several stays is the run's to choose."""
    return {
        (one.change.kind, one.change.documents, one.cause, tuple(one.change.examples))
        for one in found.changes
        if not BURSTS.match(one.change.examples[0])
    }


def of_burst(found: Compared) -> list[Caused]:
    return [one for one in found.changes if BURSTS.match(one.change.examples[0])]


def test_a_run_equals_itself(planted: Trees) -> None:
    found = compared(planted.new, planted.new)
    assert found.equal
    assert (found.made, found.inputs, found.side, found.code, found.changes) == ((), {}, (), (), ())


def test_every_planted_difference_has_its_cause(planted: Trees) -> None:
    found = compared(planted.old, planted.new)
    assert not found.equal
    assert found.made == (Difference("filter", "setting min_characters of length", "20", "200"),)
    assert {kind: (one.files, one.names) for kind, one in found.inputs.items()} == {
        "added": (1, ["more.warc.gz"]),
        "changed": (1, ["robots.warc.gz"]),
        "removed": (1, ["gone.warc.gz"]),
    }
    changed = "the bytes of their input file changed"
    assert told(found) - {one for one in told(found) if one[2] == changed} == {
        ("removed", 1, "filter setting min_characters of length: 20 -> 200", ("https://short.example/o",)),
        ("removed", 1, "their input file is gone", ("https://gone.example/g",)),
    }
    assert {one[3][0] for one in told(found) if one[2] == changed} <= {
        "https://res.example/robots.txt",
        "https://by.example/robots.txt",
    }
    assert {(one.change.kind, one.change.documents, one.cause) for one in of_burst(found)} == {
        ("added", 1, "their input file is new"),
        ("decision", BURST - 1, "their input file is new"),
    }
    totals = [found.old.value["totals"]["tokens"], found.new.value["totals"]["tokens"]]
    sums = [sum(getattr(one.change, side) for one in found.changes) for side in ("old_tokens", "new_tokens")]
    assert totals[1] - totals[0] == sums[1] - sums[0]


def test_the_other_way_round_it_is_the_opposite(planted: Trees) -> None:
    there, back = compared(planted.old, planted.new), compared(planted.new, planted.old)
    opposite = {"added": "removed", "removed": "added"}
    assert sorted(
        (opposite.get(one.change.kind, one.change.kind), one.change.documents) for one in there.changes
    ) == sorted((one.change.kind, one.change.documents) for one in back.changes)
    assert back.made == tuple(one._replace(old=one.new, new=one.old) for one in there.made)


@pytest.fixture(scope="module")
def judged(planted: Trees, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newer crawl under another policy, e-mail addresses left as they are."""
    folder = tmp_path_factory.mktemp("judged")
    recipe = chain(200, planted.new.parent / "rulings.toml", policy="open-licence-only", email="off")
    run(folder / "out", [planted.new.parent / "new"], recipe=recipe)
    return folder / "out"


def test_texts_and_verdicts_that_changed(planted: Trees, judged: Path) -> None:
    found = compared(planted.new, judged)
    assert found.inputs == {}
    assert {(one.stage, one.what) for one in found.made} == {
        ("redact", "setting email"),
        ("select", "setting policy"),
        ("select", "model policy"),
    }
    texts = [one for one in found.changes if one.change.kind == "text"]
    assert [(one.change.examples, one.cause) for one in texts] == [
        (["https://plain.example/f"], 'redact setting email: "redact" -> "off"')
    ]
    assert texts[0].change.new_tokens != texts[0].change.old_tokens
    verdicts = [one for one in found.changes if one.change.kind == "verdict"]
    assert verdicts
    assert all(one.cause.startswith("select model policy: ") for one in verdicts)
    kept = found.old.value["totals"]["kept"]
    assert sum(one.change.documents for one in found.changes) <= kept


CHANGE = Change("removed", "kept", None, None, "dropped", "filter", "length:too-short", "same", None, False, 1, 9, 0, ["u"])  # fmt: skip
LENGTH = Difference("filter", "setting min_characters of length", "1", "2")
GOPHER = Difference("filter", "setting min_words of gopher-quality", "1", "2")
LXML = Difference("extract", "package lxml", "6.0", "6.1")
MODEL = Difference("language", "model lid.176.ftz", "aa", "bb")
STAGES = ("read", "extract", "language", "filter", "dedup")
COPY = CHANGE._replace(new_stage="dedup", new_reason="exact-duplicate", copy=True)


@pytest.mark.parametrize(
    ("change", "made", "other_inputs", "cause"),
    [
        (CHANGE, [LXML, GOPHER, LENGTH], False, "filter setting min_characters of length: 1 -> 2"),
        (CHANGE, [LXML, MODEL, GOPHER], False, "language model lid.176.ftz: aa -> bb"),
        (CHANGE, [GOPHER], False, "filter setting min_words of gopher-quality: 1 -> 2"),
        (CHANGE, [LXML], False, "extract package lxml: 6.0 -> 6.1"),
        (CHANGE, [Difference("dedup", "version", "1", "2")], False, UNKNOWN),
        (CHANGE._replace(input="changed"), [LENGTH], True, "the bytes of their input file changed"),
        (COPY, [], True, OTHERS),
        (COPY, [], False, UNKNOWN),
        (COPY, [LENGTH], True, f"filter setting min_characters of length: 1 -> 2; or {OTHERS}"),
        (COPY, [LENGTH, Difference("dedup", "version", "1", "2")], True, "dedup version: 1 -> 2"),
    ],
)
def test_causes(change: Change, made: list[Difference], other_inputs: bool, cause: str) -> None:
    assert cause_of(change, made, STAGES, other_inputs=other_inputs) == cause


def test_json_says_all_of_it(planted: Trees, yurai: Yurai) -> None:
    said = yurai("diff", planted.old, planted.new, "--format", "json")
    assert said.code == 1
    value: dict[str, Any] = json.loads(said.out)
    found = package.open(planted.old).diff(planted.new)
    assert value == json.loads(json.dumps(found.json()))
    assert [one["cause"] for one in value["changes"]] == [one.cause for one in found.changes]
    assert said == yurai("diff", planted.old, planted.new, "--format", "json")


def test_text_says_it_and_the_code_is_that_of_diff(planted: Trees, yurai: Yurai, tmp_path: Path) -> None:
    said = yurai("diff", planted.old, planted.new)
    assert said.code == 1
    assert "1 input removed: gone.warc.gz" in said.out
    assert "cause: filter setting min_characters of length: 20 -> 200" in said.out
    assert said.out.rstrip().endswith("\ndifferent")
    same = yurai("diff", planted.old, planted.old)
    assert (same.code, same.out.rstrip().rpartition("\n")[2]) == (0, "equal")
    assert yurai("diff", planted.old, tmp_path).code == 2


def test_code_that_differs_is_named_and_is_no_difference(planted: Trees) -> None:
    found = compared(planted.new, planted.new)
    assert dataclasses.replace(found, code=(Difference("", "package lxml", "1", "2"),)).equal
    assert not dataclasses.replace(found, made=(LENGTH,)).equal
    assert POLICY in json.dumps(found.old.value["recipe"])
