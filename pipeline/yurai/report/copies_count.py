"""Have tasks count what the delivered files say of duplicates, and join their counts."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from yurai.declare.stage import Kind, restored_use, stage_of
from yurai.engine.engine import Engine, shard_task
from yurai.engine.state import of_files, of_step
from yurai.engine.task import A, AnyTask, TaskFunction
from yurai.engine.use import AnyUse
from yurai.report.copies import (
    GROUPS,
    Cluster,
    Copied,
    Copies,
    Ended,
    Group,
    Groups,
    Leader,
    Led,
    largest,
    least_similar,
)
from yurai.report.copies_tasks import DRAWN, CopiesOf, Leaders, Removed, copies, leaders, removed
from yurai.report.merge import insert_counts, read_output
from yurai.report.pairs.strata import Losses, ids_of
from yurai.sources.fetch import Shard
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.database import bounded
from yurai_manifests.parquet import read_table
from yurai_manifests.run import RunRecord
from yurai_manifests.step import StepRecord, outputs, tasks
from yurai_manifests.store import Store
from yurai_manifests.task import StepId

if TYPE_CHECKING:
    import duckdb

VERSION = 4
TOP = 12
Name = Literal["leaders", "copies", "removed"]


def dedup_stages(run: RunRecord) -> list[AnyUse]:
    """Return the stages of a run, and of the trees it went on from, that look for duplicates."""
    uses = [restored_use(value) for value in run.recipe_stages]
    return [use for use in uses if stage_of(use).kind is Kind.DEDUP]


def step_of(run: RunRecord, name: Name) -> StepId:
    """Return the step of this name over the tree of `run`."""
    return StepId(f"report.{name}", fingerprint(_identity(run, name)))


def _identity(run: RunRecord, name: Name) -> dict[str, Json]:
    return {"report": VERSION, "step": name, "digest": run.digest, "stages": run.recipe_stages}


@dataclass(frozen=True, slots=True)
class _Counting:
    """Runs steps over the delivered files of the tree at `store`; what they write lies where `engine` writes."""

    engine: Engine
    store: Store
    run: RunRecord

    def shards(self, kinds: Iterable[str]) -> list[tuple[str, Shard]]:
        return [(kind, shard) for kind in kinds for shard in of_files(self.store, self.run.files(kind))]

    def step(self, name: Name, count: int, made: Callable[[StepId], Iterator[AnyTask]]) -> StepRecord:
        step = step_of(self.run, name)
        return self.engine.step(step, _identity(self.run, name), lambda: made(step), count)

    def over(self, name: Name, kinds: Iterable[str], function: TaskFunction[A], args: Callable[[str], A]) -> StepRecord:
        shards = self.shards(kinds)

        def made(step: StepId) -> Iterator[AnyTask]:
            for kind, shard in shards:
                yield shard_task(function, step, self.engine.store, shard, args(kind))

        return self.step(name, len(shards), made)

    def facts(self, record: StepRecord) -> Iterator[bytes]:
        """Yield the JSON that each task of a step wrote, in order."""
        store = self.engine.store
        return (read_output(store, task.output("facts")) for task in tasks(store, record))


def count_copies(engine: Engine, store: Store, run: RunRecord) -> Copies | None:
    """Return what the delivered files say of duplicates; None where no stage looked for any.

    Raises:
        ShardError: a delivered file or a partial result cannot be read.
    """
    uses = dedup_stages(run)
    if not uses:
        return None
    counting = _Counting(engine, store, run)
    led = counting.over("leaders", ("extracted", "documents"), leaders, Leaders)
    known: list[Led] = [json.loads(facts) for facts in counting.facts(led)]
    counted = Copies(clusters=[Cluster(one["doc_id"], one["size"]) for one in _leaders(known)])
    names = [cluster.doc_id for cluster in counted.clusters]
    kinds = ("dropped", *(["documents"] if any(getattr(use.settings, "annotate", False) for use in uses) else []))
    stages = sorted({use.name for use in uses})
    copied = counting.over("copies", kinds, copies, lambda kind: CopiesOf(kind, stages, names))
    held: list[Copied] = [json.loads(facts) for facts in counting.facts(copied)]
    _add_copies(counted, held)
    removed_ids = [
        (facts["sources"], shard) for facts, shard in zip(held, of_step(engine.store, copied, "gone"), strict=True)
    ]
    show = {*names, *(one["doc_id"] for cluster in counted.clusters for one in cluster.copies)}
    losses = counted.losses
    longest = ids_of(losses.longest)
    compared = longest | ids_of(itertools.chain(*losses.drawn.values()))
    ended = _removed(
        counting, [facts["sources"] for facts in known], removed_ids, sorted(show | longest), sorted(compared)
    )
    _add_removed(counted, [json.loads(facts) for facts in counting.facts(ended)])
    counted.texts = dict(_texts(engine.store, ended))
    counted.groups = _groups(engine.store, [led, ended])
    counted.marked = _of_all(counted.groups["source"], "marked")
    return counted


def _leaders(known: list[Led]) -> list[Leader]:
    return largest(one for facts in known for one in facts["leaders"])


def _removed(
    counting: _Counting,
    sources: list[list[str] | None],
    removed_ids: list[tuple[list[str] | None, Shard]],
    show: list[str],
    texts: list[str],
) -> StepRecord:
    """Meet each extracted file with the ids of what was removed of its sources."""
    shards = [shard for _, shard in counting.shards(["extracted"])]
    full = [(None if names is None else set(names), shard) for names, shard in removed_ids if shard.rows]

    def made(step: StepId) -> Iterator[AnyTask]:
        for shard, own in zip(shards, sources, strict=False):  # those of documents follow
            near = (one for names, one in full if names is None or own is None or not names.isdisjoint(own))
            plain = shard_task(removed, step, counting.engine.store, shard, Removed(own, show, texts))
            yield replace(plain, inputs=(shard, *near))

    return counting.step("removed", len(shards), made)


def _add_copies(copies: Copies, held: list[Copied]) -> None:
    copies.losses = Losses(DRAWN)
    for facts in held:
        copies.losses.join(facts["losses"])
        for by, bins in facts["bins"].items():
            sums = copies.similarity.setdefault(by, Counter())
            sums.update({int(number): rows for number, rows in bins.items()})
    shown = least_similar(one for facts in held for one in facts["copies"])
    for cluster in copies.clusters:
        cluster.copies = [one for one in shown if one["leader"] == cluster.doc_id]


def _add_removed(copies: Copies, ended: list[Ended]) -> None:
    copies.pages = {page["doc_id"]: page for facts in ended for page in facts["pages"]}
    copies.removed = sum(rows for by, bins in copies.similarity.items() if by != "marked" for rows in bins.values())
    copies.lost = copies.removed - sum(facts["removed"] for facts in ended)


def _texts(store: Store, record: StepRecord) -> Iterator[tuple[str, str]]:
    """Yield doc_id and text of what a step has found."""
    for _, output in outputs(store, record, "texts"):
        with store.open(output.path) as file:
            rows = read_table(file).to_pylist()
        yield from ((row["doc_id"], row["text"]) for row in rows)


def _groups(store: Store, records: list[StepRecord]) -> dict[str, Groups]:
    """Add up the groups on disk."""
    with tempfile.TemporaryDirectory(prefix="yurai-report-") as folder:
        import duckdb  # noqa: PLC0415 - as in `merge`

        database = duckdb.connect(str(Path(folder) / "groups.duckdb"))
        try:
            bounded(database, folder)
            database.execute(
                "CREATE TABLE counts (what VARCHAR, name VARCHAR, kept BIGINT, marked BIGINT, removed BIGINT)"
            )
            for record in records:
                for _, output in outputs(store, record, "counts"):
                    insert_counts(database, store, output)
            database.execute(
                "CREATE TABLE sums AS SELECT what, name, sum(kept)::BIGINT AS kept, sum(marked)::BIGINT AS marked, "
                "sum(removed)::BIGINT AS removed FROM counts GROUP BY what, name"
            )
            return {group_by: _top(database, group_by) for group_by in GROUPS}
        finally:
            database.close()


def _top(database: duckdb.DuckDBPyConnection, group_by: str) -> Groups:
    rows = database.execute(
        "SELECT name, kept, marked, removed FROM sums WHERE what = ? AND marked + removed > 0 "
        "ORDER BY marked + removed DESC, name LIMIT ?",
        [group_by, TOP],
    ).fetchall()
    groups = Groups([Group(*row) for row in rows])
    totals = database.execute(
        "SELECT coalesce(sum(kept), 0)::BIGINT, coalesce(sum(marked), 0)::BIGINT, coalesce(sum(removed), 0)::BIGINT, "
        "count(*), count(*) FILTER (removed > kept), count(*) FILTER (removed > 0 AND kept = 0) "
        "FROM sums WHERE what = ?",
        [group_by],
    ).fetchall()[0]
    kept, marked, removed, groups.count, groups.most, groups.whole = (int(value) for value in totals)
    top = groups.top
    groups.rest = Group(
        "",
        kept - sum(one.kept for one in top),
        marked - sum(one.marked for one in top),
        removed - sum(one.removed for one in top),
    )
    return groups


def _of_all(groups: Groups, name: str) -> int:
    return int(getattr(groups.rest, name)) + sum(int(getattr(one, name)) for one in groups.top)
