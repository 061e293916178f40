"""CPU seconds by part: no second twice, none lost, and a table at the end of a run."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from run_helpers import SMALL
from yurai.engine import clock
from yurai.report.profile import profile
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

Tree = list["Tree"]


@given(st.recursive(st.builds(list[Tree]), lambda inner: st.lists(inner, max_size=3), max_leaves=12))
def test_no_second_counts_twice(tree: Tree) -> None:
    """On a clock of whole ticks, one for each question, parts add up to what passed."""
    ticks = iter(range(10_000))

    def walk(branch: Tree, depth: int) -> None:
        with clock.part(f"depth {depth}"):
            for one in branch:
                walk(one, depth + 1)

    real, time.process_time = time.process_time, lambda: float(next(ticks))
    try:
        clock.taken()
        walk(tree, 0)
        last = next(ticks) - 1
    finally:
        time.process_time = real
    assert sum(clock.taken().values()) == last


def test_items_keep_their_order_and_an_error_its_way() -> None:
    assert list(clock.parts("x", iter(range(5)))) == list(range(5))
    assert clock.taken().keys() == {"x"}


def test_profile_of_a_run(yurai: Callable[..., Said], tmp_path: Path) -> None:
    inputs = [word for path in SMALL for word in ("--input", str(path))]
    said = yurai("run", "demo", *inputs, "--output", tmp_path / "out", "--runner", "local", "--workers", "1", "--profile", "--no-report")  # fmt: skip
    assert said.code == 0
    assert all(len(line) <= 80 for line in said.out.splitlines() if "%" in line)
    store = open_store(str(tmp_path / "out"))
    parts = profile(store, load_run(store))
    names = {(one.step, one.name) for one in parts}
    assert {("00-extract", "extract"), ("00-extract", "read"), ("00-extract", "tagger words")} <= names
    assert {("05-filter", "filter gopher-quality"), ("05-filter", "editor nfc"), ("09-tokenize", "rest")} <= names
    assert "filter gopher-quality" in said.out
    again = yurai("run", "demo", *inputs, "--output", tmp_path / "out", "--runner", "local", "--workers", "1", "--profile", "--no-report")  # fmt: skip
    assert "filter gopher-quality" in again.out, "what was done before is told all the same"


def test_a_tree_of_before_counts_its_seconds_whole(small_tree: Path, tmp_path: Path) -> None:
    out = shutil.copytree(small_tree, tmp_path / "out")
    for path in (out / "journal" / "00-extract").rglob("*.json"):
        entry = json.loads(path.read_bytes())
        entry.pop("cpu_seconds")
        path.write_text(json.dumps(entry | {"ended": entry["started"] + 7}))
    store = open_store(str(out))
    first = [one for one in profile(store, load_run(store)) if one.step == "00-extract"]
    assert [(one.name, one.seconds % 7) for one in first] == [("rest", 0)]
