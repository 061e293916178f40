"""Read and write the run manifest, `run.json`: written last, so that its presence means done.

It names every delivered file with its sha256, the root manifest of every step, and the content digest of the whole.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yurai_manifests.canonical import canonical, sha256
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.step import StepRecord, load_step, tasks
from yurai_manifests.store import Store

RUN = "run.json"
SHAPE: dict[str, type] = {
    "recipe": dict,
    "fingerprint": str,
    "steps": list,
    "sources": dict,
    "carried": dict,
    "counts": list,
    "totals": dict,
    "files": dict,
    "digest": str,
}
TOTALS = ("candidates", "kept", "dropped", "failed", "tokens", "shards", "other_records")
FOLDERS = ("documents", "extracted", "dropped", "evidence", "index", "shards")


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivered file: `folder/NNNNN.suffix`."""

    name: str
    sha256: str
    bytes: int
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What run.json says."""

    value: dict[str, Any]

    @property
    def digest(self) -> str:
        """Content digest of the run."""
        return str(self.value["digest"])

    def files(self, folder: str) -> list[Delivered]:
        """Return the delivered files of one folder, in order."""
        return [Delivered(**entry) for entry in self.value["files"].get(folder, [])]

    @property
    def stages(self) -> list[StageCounts]:
        """Counts of each stage of the whole chain, in order; stages of an earlier tree come first."""
        return [StageCounts.of(counts) for counts in self.value["counts"]]

    @property
    def recipe_stages(self) -> list[dict[str, Any]]:
        """All stages with their settings, in order; those of an earlier tree come first."""
        return [*self.value["carried"].get("stages", []), *self.value["recipe"]["stages"]]

    @property
    def source_tables(self) -> list[dict[str, Any]]:
        """The [[source]] tables of the run, or of the earlier tree that it went on from."""
        return [*self.value["carried"].get("tables", []), *self.value["recipe"]["sources"]]

    def steps(self, store: Store) -> Iterator[StepRecord]:
        """Yield the root manifest of each step, its digest checked."""
        for entry in self.value["steps"]:
            yield load_step(store, entry["manifest"], entry["sha256"])

    def unreadable(self, store: Store) -> list[dict[str, Any]]:
        """Return every unreadable byte range: {file, offset, bytes}."""
        ranges = list(self.value["carried"].get("unreadable", []))
        for step in self.steps(store):
            if step.value["totals"]["bytes"].get("unreadable"):
                ranges += [
                    {"file": task.source, "offset": offset, "bytes": count}
                    for task in tasks(store, step)
                    for offset, count in task.unreadable
                ]
        return ranges


def token_shards(files: Iterable[Delivered]) -> list[Delivered]:
    """Return the file of each token shard that holds its ids: its `.bin`, or the only one it has, its `.parquet`."""
    named = {file.name: file for file in files}
    return [
        file
        for name, file in named.items()
        if name.endswith(".bin") or (name.endswith(".parquet") and f"{name[:-8]}.bin" not in named)
    ]


def content_digest(files: Mapping[str, list[Delivered]]) -> str:
    """Return the digest of delivered content: sha256 of the sorted canonical list of (logical name, sha256)."""
    return sha256(canonical(sorted([file.name, file.sha256] for folder in FOLDERS for file in files.get(folder, []))))


def load_run(store: Store) -> RunRecord:
    """Read the run manifest of an output tree.

    Raises:
        RecipeError: there is none: not an output tree, or the run has not ended.
        AuditError: it is not what a run writes.
    """
    try:
        data = store.read(RUN)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RecipeError(
            f"{store.url} has no run.json: the run has not ended (run the same command again to resume), "
            "or this is not an output"
        ) from error
    try:
        value = json.loads(data)
        if canonical(value) != data or value["schema_version"].partition(".")[0] != "1":
            raise AuditError(
                f"{store.url}/run.json is not in canonical form or of another schema; restore it or rebuild"
            )
        return _checked(value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuditError(f"{store.url}/run.json is damaged: {error!r}; restore it or run again") from error


def _checked(value: dict[str, Any]) -> RunRecord:
    """Return the record of `value` after looking at all that its readers rely on."""
    for name, kind in SHAPE.items():
        if not isinstance(value[name], kind):
            raise TypeError(f"{name} is not of type {kind.__name__}")
    missing = [name for name in TOTALS if name not in value["totals"]] + ["count"] * ("count" not in value["sources"])
    if missing:
        raise KeyError(*missing)
    run = RunRecord(value)
    for folder in value["files"]:
        run.files(folder)
    if not run.stages or not all(entry["manifest"] and entry["sha256"] for entry in value["steps"]):
        raise ValueError("it names no stage")
    return run
