"""Make the report of an ended run and put it at OUT/report/index.html."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace

from yurai.declare.rules import rules_identity
from yurai.declare.stage import restored_use
from yurai.engine.engine import Engine, Runner, shard_task
from yurai.engine.local import LocalRunner
from yurai.engine.progress import Reporter
from yurai.engine.state import of_files
from yurai.engine.task import AnyTask
from yurai.report.copies_count import count_copies, dedup_stages, step_of
from yurai.report.count_sources import overlapping
from yurai.report.facts import READ, CountFile, count_file
from yurai.report.journal import paces
from yurai.report.merge import Facts, merge
from yurai.report.page import Report, page
from yurai.report.readers.said import Language
from yurai.run.publish import PAGE
from yurai.sources.fetch import Shard
from yurai.sources.rows import SourceTable
from yurai_manifests.audit import Audit, audit
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.lease import held
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import Store, open_store
from yurai_manifests.task import StepId

STEP = "report.facts"
VERSION = 4


def end_run(output: str, runner: Runner, reporter: Reporter, *, report: bool, rebuild: bool = False) -> Audit:
    """Audit the tree that a run has ended, write its report if `report`, and return the audit."""
    store = open_store(output)
    result = audit(store, just_made=True)
    if report:
        write_report(store, result, runner, reporter, rebuild=rebuild)
    return result


def write_report(store: Store, result: Audit, runner: Runner, reporter: Reporter, *, rebuild: bool = False) -> None:
    """Count what the tree holds, as tasks that `runner` runs and that are not run twice; put the page.

    Raises:
        LeaseError: another driver has begun to write to the tree.
        ShardError: a file of a tree that adds up cannot be read, or the page cannot be written.
    """
    run = load_run(store)
    with held(store):  # its tasks have spools, which who holds the tree may remove
        store.put(PAGE, _page(store, run, result, lambda: _facts(Engine(store, runner, reporter, rebuild), store, run)))


def make_page(store: Store, result: Audit, language: Language = "en") -> str:
    """Return the page of the tree without writing to it: facts that are not there yet are counted in this process.

    Raises:
        ShardError: a file of a tree that adds up cannot be read.
    """
    run = load_run(store)
    return _page(store, run, result, lambda: _counted(store, run), language).decode()


def _page(store: Store, run: RunRecord, result: Audit, count: Callable[[], Facts], language: Language = "en") -> bytes:
    """A tree that does not add up may have files that cannot be read; its page says so in their place."""
    try:
        return page(Report(run, result, count(), paces(store, run)), language).encode()
    except (AuditError, ShardError) as error:
        if result.ok:
            raise
        return page(Report(run, result, None, [], unread=str(error)), language).encode()


def _counted(store: Store, run: RunRecord) -> Facts:
    runner, quiet = LocalRunner(1), Reporter(quiet=True)
    last = step_of(run, "removed") if dedup_stages(run) else _step(run)
    if any(True for _ in store.names(f"{last.folder}/commits")):
        return _facts(Engine(store, runner, quiet), store, run)
    with tempfile.TemporaryDirectory(prefix="yurai-report-") as folder:
        return _facts(Engine(open_store(folder), runner, quiet), store, run)


def _step(run: RunRecord) -> StepId:
    return StepId(STEP, fingerprint(_identity(run)))


def _identity(run: RunRecord) -> dict[str, Json]:
    rules = [rules_identity(restored_use(stage).settings) for stage in run.recipe_stages]
    return {"report": VERSION, "digest": run.digest, "stages": run.recipe_stages, "rules": rules}


def _facts(engine: Engine, store: Store, run: RunRecord) -> Facts:
    """Count the delivered files of the tree at `store`; what was counted is written where `engine` writes."""
    step = _step(run)
    folders = [(kind, of_files(store, run.files(kind))) for kind in READ]

    def expected() -> Iterator[AnyTask]:
        for kind, shards in folders:
            yield from _tasks(engine, step, kind, list(shards), _token_index(store, run), _arguments(run))

    record = engine.step(step, _identity(run), expected, sum(shards.count for _, shards in folders))
    facts = merge(engine.store, record)
    facts.copies = count_copies(engine, store, run)
    return facts


def _arguments(run: RunRecord) -> CountFile:
    stages = tuple(restored_use(value) for value in run.recipe_stages)
    return CountFile("", stages, tuple(SourceTable.of(one) for one in run.source_tables))


def _token_index(store: Store, run: RunRecord) -> list[Shard]:
    """Return the files that say which page has how many tokens, in order."""
    return list(of_files(store, [one for one in run.files("shards") if one.name.endswith(".parquet")]))


def _tasks(
    engine: Engine, step: StepId, kind: str, shards: list[Shard], index: list[Shard], args: CountFile
) -> Iterator[AnyTask]:
    reached = overlapping([one.rows for one in shards], index if kind == "documents" else [])
    for shard, (skip, own) in zip(shards, reached, strict=True):
        made = shard_task(count_file, step, engine.store, shard, replace(args, kind=kind, skip=skip))
        yield replace(made, inputs=(shard, *own))
