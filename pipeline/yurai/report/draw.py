"""Draw pages at random, the same ones each time: kept ones, or those that were dropped for a reason.

A page's place in the draw is a hash of its doc_id and the seed, and the smallest are taken: every page has the same
chance, whatever the order and number of files. Files are streamed; memory holds one batch and the pages drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypedDict, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai.declare.batches import strings
from yurai.declare.rules import rule
from yurai.report.explain import Row, decisions
from yurai.report.safe_text import EXCERPT, excerpt, shown, shown_url
from yurai_filters import FILTERS
from yurai_filters.watch_limits import limits
from yurai_manifests.errors import RecipeError
from yurai_manifests.names import OTHER, ranked
from yurai_manifests.parquet import ROW_GROUP, read_rows
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import Store

KEPT_SHOWS = ("char_count", "word_count", "lang_score")
LENGTH = 2 * EXCERPT


class Drawn(TypedDict):
    """What is shown of a drawn page; `measures` and `limits` are the numbers that decided."""

    doc_id: str
    title: str
    url: str
    lang: str | None
    capture_date: str
    source: str
    outcome: str
    stage: str | None
    reason: str | None
    detail: str | None
    measures: Mapping[str, float]
    limits: Mapping[str, float | None]
    excerpt: str | None


class Place(NamedTuple):
    """Where a drawn page lies; drawn pages are ordered by `rank`."""

    rank: int
    doc_id: str
    file: str
    row: int


class Which(NamedTuple):
    """Which rows of dropped/ are asked for: those whose `column` is `value`, or begins with it unless `whole`."""

    column: str
    value: str
    whole: bool


def draw(store: Store, reason: str | None, count: int, seed: int) -> list[Drawn]:
    """Return `count` pages in the order of the draw: kept ones, or those dropped by `reason`.

    `reason` is a whole reason (`length:too-short`), a stage, or the beginning of a reason. Texts are redacted, on one
    line, and show what would be invisible.

    Raises:
        RecipeError: nothing was dropped for such a reason; the message lists those there are.
        ShardError: a delivered file cannot be read.
    """
    run = load_run(store)
    if reason is None:
        places = _smallest(_ranked(store, run, "documents", None, seed), count)
        return [_page(run, row, row, None) for row in _rows(store, places)]
    places = _smallest(_ranked(store, run, "dropped", matching(run, reason), seed), count)
    if not places:
        raise _none(run, reason)
    dropped = _rows(store, places)
    pages = _extracted(store, run, [row["doc_id"] for row in dropped])
    return [_page(run, row, pages.get(row["doc_id"]), row) for row in dropped]


def matching(run: RunRecord, wanted: str) -> Which:
    """Tell which drops and failures `wanted` names; a reason that run.json has no number for is looked for in the rows.

    Raises:
        RecipeError: none.
    """
    known = [(one.stage, reason) for one in run.stages for reason in (one.dropped + one.failed) if reason != OTHER]
    if any(reason == wanted for _, reason in known):
        return Which("reason", wanted, whole=True)
    if any(stage == wanted for stage, _ in known):
        return Which("stage", wanted, whole=True)
    rare = any(OTHER in one.dropped + one.failed for one in run.stages)
    if wanted and (rare or any(reason.startswith(wanted) for _, reason in known)):
        return Which("reason", wanted, whole=False)
    raise _none(run, wanted)


def _none(run: RunRecord, wanted: str) -> RecipeError:
    rows = [(one.stage, *entry) for one in run.stages for entry in ranked(one.dropped + one.failed)]
    listed = ", ".join(f"{stage} {shown(reason)} ({count:,})" for stage, reason, count in sorted(rows))
    return RecipeError(f"nothing was dropped by {wanted!r}; what there is: {listed or 'nothing was dropped'}")


def ranks(names: list[str], seed: int) -> npt.NDArray[np.uint64]:
    """Return a number for each doc_id that says its place in the draw (splitmix64 of its lower half and the seed)."""
    if not names:
        return np.empty(0, np.uint64)
    low = np.frombuffer(bytes.fromhex("".join(names)), ">u8").reshape(-1, 2)[:, 1].astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = low + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _ranked(store: Store, run: RunRecord, folder: str, wanted: Which | None, seed: int) -> Iterator[list[Place]]:
    """Yield the places of each batch of a folder, of wanted rows alone."""
    columns = ["doc_id"] if wanted is None else ["doc_id", wanted.column]
    for file in run.files(folder):
        start = 0
        with store.open(file.name) as handle:
            for batch in read_rows(handle, columns):
                rows = _wanted(batch, wanted)
                names = strings(batch, "doc_id")
                ids = [names[row] for row in rows]
                yield [
                    Place(rank, name, file.name, start + row)
                    for rank, name, row in zip(ranks(ids, seed).tolist(), ids, rows, strict=True)
                ]
                start += batch.num_rows


def _wanted(batch: pa.RecordBatch, wanted: Which | None) -> list[int]:
    if wanted is None:
        return list(range(batch.num_rows))
    column = cast("pa.StringArray", batch.column(wanted.column))
    mask = pc.equal(column, pa.scalar(wanted.value)) if wanted.whole else pc.starts_with(column, wanted.value)
    rows: list[int] = pc.indices_nonzero(mask).to_numpy().tolist()
    return rows


def _smallest(batches: Iterator[list[Place]], count: int) -> list[Place]:
    held: list[Place] = []
    for places in batches:
        bound = held[-1].rank if len(held) == count else 2**64
        held = sorted(held + [candidate for candidate in places if candidate.rank <= bound])[:count]
    return held


def _rows(store: Store, places: list[Place]) -> list[Row]:
    """Return the whole rows at `places`, in their order; of a file, only the row groups that hold one are read."""
    rows_of: dict[Place, Row] = {}
    for name in sorted({wanted.file for wanted in places}):
        in_file = [wanted for wanted in places if wanted.file == name]
        with store.open(name) as handle, pq.ParquetFile(handle) as parquet:
            for group in sorted({wanted.row // ROW_GROUP for wanted in in_file}):
                table = parquet.read_row_group(group, use_threads=False)
                for wanted in in_file:
                    if wanted.row // ROW_GROUP == group:
                        rows_of[wanted] = table.slice(wanted.row % ROW_GROUP, 1).to_pylist()[0]
    return [rows_of[wanted] for wanted in places]


def _extracted(store: Store, run: RunRecord, names: list[str]) -> dict[str, Row]:
    """Return the extracted rows of these doc_ids; pages that were dropped before have none."""
    wanted = pa.array(names, pa.string())
    places: list[Place] = []
    for file in run.files("extracted"):
        start = 0
        with store.open(file.name) as handle:
            for batch in read_rows(handle, ["doc_id"]):
                row_numbers = pc.indices_nonzero(pc.is_in(batch.column("doc_id"), value_set=wanted))
                places += [
                    Place(0, strings(batch, "doc_id")[row], file.name, start + row)
                    for row in row_numbers.to_numpy().tolist()
                ]
                start += batch.num_rows
    return {row["doc_id"]: row for row in _rows(store, places)}


def _page(run: RunRecord, row: Row, page: Row | None, dropped: Row | None) -> Drawn:
    """Return what is shown of a page; `page` is its row with text, `dropped` its row in dropped/."""
    drawn: Drawn = {
        "doc_id": row["doc_id"],
        "title": shown((page or {}).get("title")),
        "url": shown_url(row["url"]),
        "lang": (page or {}).get("lang"),
        "capture_date": row["capture_date"],
        "source": row["source"],
        "outcome": dropped["outcome"] if dropped else "kept",
        "stage": dropped["stage"] if dropped else None,
        "reason": shown(dropped["reason"]) if dropped else None,
        "detail": shown(dropped["detail"]) if dropped and dropped["detail"] else None,
        "measures": {name: row[name] for name in KEPT_SHOWS if row[name] is not None} if not dropped else {},
        "limits": {},
        "excerpt": excerpt(page["text"], LENGTH) if page else None,
    }
    if dropped and page and dropped["reason"].partition(":")[0] in FILTERS:
        drawn["measures"], drawn["limits"] = _measured(decisions(run, page, dropped)[-1])
    return drawn


def _measured(decision: Row) -> tuple[dict[str, float], dict[str, float | None]]:
    """Return the numbers that the rule which decided has read, and its limits."""
    name = str(decision.get("rule", decision["stage"]))
    if "reads" not in decision:
        return {}, {}
    numbers = {key: value for key, value in decision["reads"].items() if isinstance(value, int | float)}
    compared = limits(rule(name), decision["settings"])
    return numbers, {one.setting: one.value for one in compared if one.setting and one.column in numbers}
