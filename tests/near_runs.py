"""Runs of near-dedup for tests, in this process or in one that is to die."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe
from yurai.run.run import continue_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from yurai.engine.engine import Runner

SURE = {"bands": 60, "rows": 4}
"""Bands that miss one pair in 10^13 at the threshold, so that decisions can be compared one by one."""
TINY = 1 << 17
"""Bytes of memory that force every exchange, segments of one shard, and rounds over the graph."""

SERVED = {"pytest", "pyarrow", "numpy", "yurai", "yurai_filters", "yurai_manifests"}


def deduplicate(
    inputs: Sequence[Path | str],
    out: Path | str,
    runner: Runner | None = None,
    *,
    rebuild: bool = False,
    keep_work: bool = False,
    **given: Any,
) -> str:
    """Run near-dedup over Parquet files or a tree; return the digest."""
    uses = (STAGES["near-dedup"].use(given),)
    recipe = Recipe("near-dedup", "", uses, dict(DELIVER))
    state = state_of([str(path) for path in inputs])
    manner = {"rebuild": rebuild, "keep_work": keep_work}
    return continue_tree(uses, state, recipe, str(out), runner or LocalRunner(1), **manner).digest


def outcome(out: Path) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """(ids that stay, {id that goes: its row})."""
    kept = pq.read_table(out / "documents", columns=["doc_id"])["doc_id"].to_pylist()
    gone = {row["doc_id"]: row for row in pq.read_table(out / "dropped").to_pylist()}
    return kept, gone


def steps_of(out: Path, stage: str = "00-near-dedup") -> list[str]:
    """The steps of a stage in the order in which they ran."""
    steps = json.loads((out / "run.json").read_bytes())["steps"]
    return [step["step"] for step in steps if step["step"].startswith(f"{stage}.")]


def killed_at(
    failpoint: str,
    inputs: Sequence[Path] | Path,
    out: Path,
    given: dict[str, Any],
    run: Callable[..., str] = deduplicate,
) -> int:
    """Run near-dedup, or what `run` does, in a process that dies at `failpoint`; return its exit code.

    A server that has imported everything already is forked: a program of its own would take a second to start. Only what
    is installed can be named to it, since it does not know this process's `sys.path`.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([name for name in sys.modules if name.partition(".")[0] in SERVED])
    child = context.Process(target=_run, args=(failpoint, run, inputs, out, given))
    child.start()
    child.join()
    assert child.exitcode is not None
    return child.exitcode


def _run(
    failpoint: str, run: Callable[..., str], inputs: Sequence[Path] | Path, out: Path, given: dict[str, Any]
) -> None:
    os.environ["YURAI_FAILPOINT"] = failpoint
    run(inputs, out, **given)
