"""Restore: bring the documents of a release back from the archives, file by file, and say which are as they were.

OUT/documents/NNNNN.parquet    rows that came back, and those that were given; byte by byte the run's where all did
OUT/failed/NNNNN.csv           of rows that did not: which, and why
OUT/restore.json               counts, reasons, versions that differ; written last
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, astuple, dataclass, field, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from yurai.declare.stage import restored_use
from yurai.engine.local import in_order
from yurai.reproduce.places import Places
from yurai.reproduce.release.manifest import RUN_FOLDER, Release, Written, load_release
from yurai.reproduce.release.restored import Failure, Restorer
from yurai.reproduce.release.write import BATCH_ROWS, refuse_filled
from yurai.reproduce.remake import Chain, Remaker, chain_of
from yurai.reproduce.versions import changes
from yurai.sources.rows import SourceTable
from yurai_manifests.canonical import Json, canonical, sha256, sha256_file
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.files import spooled, unchanged
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.run import Delivered, RunRecord, load_run
from yurai_manifests.schema import DOCUMENT, SCHEMA_VERSION
from yurai_manifests.store import Store, open_store
from yurai_manifests.visible import cell

RESTORE: Final = "restore.json"


@dataclass(frozen=True, slots=True)
class File:
    """A file of documents/ that was written; `equal`: it has the digest of the run's file."""

    name: str
    sha256: str
    rows: int
    equal: bool
    whole: int
    """Rows that are as the run had them."""
    reasons: dict[str, int]


@dataclass(slots=True)
class Restored:
    """What came back: documents of the release, those that are as the run had them, and reasons of the others."""

    release: str
    documents: int
    files: list[File] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> int:
        """Documents that are as the run had them, column by column."""
        return sum(one.whole for one in self.files)

    @property
    def reasons(self) -> Counter[str]:
        """How many of the others there are for each reason."""
        return sum((Counter(one.reasons) for one in self.files), Counter[str]())

    @property
    def ok(self) -> bool:
        """Whether each file is byte by byte that of the run."""
        return all(one.equal for one in self.files)

    def json(self) -> dict[str, Json]:
        """Return it as it is written."""
        return {**asdict(self), "whole": self.whole, "reasons": dict(self.reasons), "ok": self.ok}


def restore(store: Store, places: Places, out: Store, *, workers: int = 1) -> Restored:
    """Make the files of documents/ of the release `store` anew in the empty folder `out`, a file in each worker.

    Raises:
        RecipeError: no release, one of stages that are not here, of another schema, or `out` holds something.
        AuditError: a file of the release was changed.
    """
    made = load_release(store)
    refuse_filled(out)
    record = open_store(f"{store.url}/{RUN_FOLDER}")
    run = _run_of(record, made)
    _chain(run)  # refused before anything is written
    changed = [str(one) for one in changes(record, run, [restored_use(value) for value in run.recipe_stages])]
    found = Restored(made.digest, made.counts.documents, changes=changed)
    given = (store.url, out.url, tuple(map(str, places.inputs)), places.base, places.allow, bool(changed))
    jobs = [_Job(*given, file) for file in made.of_folder("documents")]
    found.files += in_order(_file, jobs, workers)
    out.put(RESTORE, canonical(found.json()))
    return found


def _run_of(record: Store, made: Release) -> RunRecord:
    for one in made.of_folder(RUN_FOLDER):
        if sha256(record.read(one.name.removeprefix(f"{RUN_FOLDER}/"))) != one.sha256:
            raise AuditError(f"{one.name} of the release was changed; fetch it again from where it was published")
    run = load_run(record)
    if run.value["schema_version"] != SCHEMA_VERSION:
        raise RecipeError(
            f"{record.url} has schema {run.value['schema_version']}, and Yurai here writes {SCHEMA_VERSION}; restore "
            "it with the version that made it (code.yurai in run/run.json)"
        )
    return run


def _chain(run: RunRecord) -> Chain:
    uses = [restored_use(value) for value in run.recipe_stages]
    return chain_of(uses, [SourceTable.of(value) for value in run.source_tables])


@dataclass(frozen=True, slots=True)
class _Job:
    """What a worker needs to make one file."""

    store: str
    out: str
    inputs: tuple[str, ...]
    base: str
    allow: tuple[str, ...]
    changed: bool
    file: Written


def _file(job: _Job) -> File:
    store, out, file = open_store(job.store), open_store(job.out), job.file
    chain = _chain(load_run(open_store(f"{job.store}/{RUN_FOLDER}")))
    with ExitStack() as stack:
        spool = Path(stack.enter_context(TemporaryDirectory(prefix="yurai-")))
        remaker = stack.enter_context(closing(Remaker(chain, Places(job.inputs, job.base, job.allow), spool)))
        path = stack.enter_context(spooled(out))
        failed = _Failed(stack.enter_context(spooled(out)))
        delivered = Delivered(file.name, file.sha256, file.bytes, file.rows, 0)
        batches = read_rows(stack.enter_context(unchanged(store, delivered)), batch_rows=BATCH_ROWS)
        sink = ParquetSink(path, DOCUMENT)
        restorer = Restorer(remaker, changed=job.changed)
        for batch in batches:
            sink.write(restorer(batch))
            failed.add(restorer.taken())
        sink.close()
        return _placed(out, file, sink, failed)


def _placed(out: Store, file: Written, sink: ParquetSink, failed: _Failed) -> File:
    digest = sha256_file(sink.path)
    out.put_file(sink.path, file.name)
    failed.place(out, file.name)
    count = sum(failed.reasons.values())
    equal = digest == file.of_sha256
    return File(file.name, digest, sink.rows, equal, file.rows - count, dict(failed.reasons))


class _Failed:
    """Writes failures of one file as CSV (RFC 4180), and counts them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.reasons: Counter[str] = Counter()

    def add(self, failures: Sequence[Failure]) -> None:
        """Append failures."""
        is_first = not self.reasons
        self.reasons.update(one.reason for one in failures)
        if failures:
            with self._path.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(_lines(failures, head=is_first))

    def place(self, out: Store, name: str) -> None:
        """Give the file its name, where there is one."""
        if self.reasons:
            out.put_file(self._path, f"failed/{name.rpartition('/')[2].removesuffix('.parquet')}.csv")


def _lines(failures: Sequence[Failure], *, head: bool) -> Iterator[tuple[str, ...]]:
    if head:
        yield tuple(one.name for one in fields(Failure))
    for one in failures:
        yield tuple(cell(str(value)) for value in astuple(one))
