"""Write a release: rows of each folder without what stays, token shards that may go, and the pages beside them.

One file is in work at a time, and of it one batch of rows, so memory does not grow with the run. Nothing but the tree
decides a byte. release.json is written last: a folder without it is no release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai.reproduce.release import attribution, card, columns, shards
from yurai.reproduce.release.cuts import Cuts
from yurai.reproduce.release.manifest import RELEASE, RUN_FOLDER, Release, Written
from yurai.rights.licences import NOASSERTION
from yurai.stages.deliver import SCHEMAS
from yurai_manifests.canonical import canonical, sha256, sha256_file
from yurai_manifests.errors import RecipeError
from yurai_manifests.files import copied, spooled, unchanged
from yurai_manifests.names import most_frequent
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.plan import PLAN
from yurai_manifests.run import FOLDERS, RUN, Delivered, RunRecord, load_run
from yurai_manifests.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from yurai_manifests.store import Store

BATCH_ROWS: Final = 128
"""Rows that are held at a time: a document may have some megabytes."""


def release(store: Store, folder: Store, *, policy: str | None = None) -> Release:
    """Write what of the tree `store` may be given to others into the empty `folder`, and say what it holds.

    `policy` is the id that all verdicts have to be by, such as `evidence-only@1+0123456789ab`.

    Raises:
        RecipeError: the tree is none or not finished, of another schema, judged by another policy, or the folder holds
            something. AuditError: a file of the tree was changed after the run.
    """
    run = load_run(store)
    refuse_filled(folder)
    if run.value["schema_version"] != SCHEMA_VERSION:
        raise RecipeError(
            f"{store.url} has schema {run.value['schema_version']}, and Yurai here writes {SCHEMA_VERSION}; release it "
            "with the version that made it (code.yurai in its run.json)"
        )
    if policy is not None:
        _refuse_other_policy(store, run, policy)
    return _Writing(store, run, folder)()


def refuse_filled(folder: Store) -> None:
    """Raise RecipeError where a folder holds anything: nothing is written over."""
    if (there := next(iter(folder.names("")), None)) is not None:
        raise RecipeError(
            f"{folder.url} holds {there.removeprefix('.').lstrip('/')}; nothing is written over, name an empty folder"
        )


def _refuse_other_policy(store: Store, run: RunRecord, policy: str) -> None:
    for file in run.files("documents"):
        with store.open(file.name) as handle:
            for batch in read_rows(handle, ["policy_id"]):
                others = set(batch.column("policy_id").to_pylist()) - {policy}
                if others:
                    by = next(iter(sorted(one or "no policy" for one in others)))
                    name = policy.partition("@")[0]
                    raise RecipeError(
                        f"documents of {store.url} were judged by {by}, not by {policy}; `yurai policy replay "
                        f"{store.url} --policy {name} --output NEW` judges them again, and where the recipe has no "
                        f"stage select, `yurai select {store.url} --policy {name} --output NEW`"
                    )


class _Writing:
    """A release that is being written."""

    def __init__(self, store: Store, run: RunRecord, folder: Store) -> None:
        self._store, self._run, self._folder = store, run, folder
        self._made = Release(run.digest)
        self._cuts = Cuts(store, run)
        self._policies: set[str] = set()
        self._licences: Counter[str] = Counter()

    def __call__(self) -> Release:
        self._documents()
        for name in FOLDERS:
            if name not in ("documents", "shards", *columns.LEFT_OUT):
                for file in self._run.files(name):
                    schema = columns.public(SCHEMAS[name], columns.UNSAID.get(name, ()))
                    self._rows(file, schema, self._others(file, name, schema))
        self._shards()
        for name in (RUN, PLAN):
            self._put(f"{RUN_FOLDER}/{name}", self._store.read(name))
        self._made.policies = sorted(self._policies)
        self._made.licences = most_frequent(self._licences)
        self._put(card.NAME, card.card(self._run, self._made))
        self._made.files.sort(key=lambda one: one.name)
        self._folder.put(RELEASE, canonical(self._made.json()))
        return self._made

    def _documents(self) -> None:
        """Write documents/, and on the way the line of each that is given."""
        with spooled(self._folder) as path:
            with path.open("w", encoding="utf-8", newline="") as file:
                lines = attribution.Attributions(file)
                for one in self._run.files("documents"):
                    self._rows(one, columns.DOCUMENTS, self._judged(one, lines))
            self._move(path, attribution.NAME, self._made.counts.given)

    def _judged(self, file: Delivered, lines: attribution.Attributions) -> Iterator[pa.RecordBatch]:
        counts = self._made.counts
        with unchanged(self._store, file) as handle:
            for batch in read_rows(handle, batch_rows=BATCH_ROWS):
                rows = columns.documents(batch, self._cuts.of(batch))
                lines.add(rows)
                given = rows.filter(rows.column(columns.GIVEN))
                counts.documents += rows.num_rows
                counts.given += given.num_rows
                counts.text_bytes += pc.sum(rows.column("text_bytes")).as_py() or 0
                counts.given_bytes += pc.sum(given.column("text_bytes")).as_py() or 0
                self._policies |= set(cast("list[str]", rows.column("policy_id").drop_null().to_pylist()))
                self._licences.update(str(one or NOASSERTION) for one in given.column("concluded_spdx").to_pylist())
                yield rows

    def _others(self, file: Delivered, folder: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with unchanged(self._store, file) as handle:
            for batch in read_rows(handle, schema.names, batch_rows=BATCH_ROWS):
                yield columns.others(folder, batch)

    def _rows(self, file: Delivered, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
        with spooled(self._folder) as path:
            sink = ParquetSink(path, schema)
            for batch in batches:
                sink.write(batch)
            sink.close()
            self._move(path, file.name, file.rows, file.sha256)

    def _shards(self) -> None:
        """Copy token shards of which all documents are given, and write of the others the index without tokens."""
        given = shards.given_documents(self._folder, [one.name for one in self._made.of_folder("documents")])
        for stem, files in shards.by_stem(self._run.files("shards")).items():
            self._made.counts.shards += 1
            index = files["parquet"]
            with unchanged(self._store, index) as handle:
                whole = shards.is_given(read_rows(handle, ["doc_id", "url"]), given, f"{self._store.url}/{index.name}")
            if whole:
                self._made.counts.given_shards += 1
                for file in files.values():
                    self._copy(file)
                continue
            self._made.withheld_shards.append(stem)
            with unchanged(self._store, index) as handle:
                self._rows(index, shards.POINTERS, read_rows(handle, shards.POINTERS.names))

    def _copy(self, file: Delivered) -> None:
        with unchanged(self._store, file) as handle, spooled(self._folder) as path:
            copied(handle, path)
            self._move(path, file.name, file.rows, file.sha256)

    def _move(self, path: Path, name: str, rows: int, of_sha256: str = "") -> None:
        self._made.files.append(Written(name, sha256_file(path), path.stat().st_size, rows, of_sha256))
        self._folder.put_file(path, name)

    def _put(self, name: str, data: bytes) -> None:
        self._made.files.append(Written(name, sha256(data), len(data), 0))
        self._folder.put(name, data)
