"""`--against TREE` on the command line, for each stage that takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from dedup_pages import Page, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

TEXT = "A text of some words that both crawls have, as long as a line has to be to be judged by stages of dedup."
LOCAL = ("--runner", "local", "--no-report", "--allow-empty")


@pytest.mark.parametrize("command", ["dedup", "line-dedup", "near-dedup"])
def test_copies_of_an_earlier_tree_go(command: str, yurai: Callable[..., Said], tmp_path: Path) -> None:
    for number, name in enumerate(("old", "older", "new")):
        write(tmp_path / name, [Page(number, 5 - number, TEXT if name != "older" else TEXT[::-1])], [])
        made = ["near-dedup", "--index"] if command == "near-dedup" and name != "new" else ["measure"]
        said = yurai(*made, "--input", tmp_path / name / "000.parquet", "--output", tmp_path / f"{name}-tree", *LOCAL)
        assert said.code == 0, said.err
    against = [word for name in ("older", "old") for word in ("--against", tmp_path / f"{name}-tree")]
    said = yurai(command, "--input", tmp_path / "new-tree", "--output", tmp_path / "out", *against, *LOCAL)
    assert said.code == 0, said.err
    (row,) = pq.read_table(tmp_path / "out/dropped").to_pylist()
    assert (row["stage"], row["detail"]) == (command, Page(0, 5, TEXT).doc_id)
