"""Does it add up? Every law of the manifests, checked again over what lies there; findings, not prints.

A finding has a severity (error, warning, info), the check's name, where, what is wrong, and what to do. Only errors
mean that the corpus must not be published.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from yurai_manifests.canonical import CHUNK
from yurai_manifests.counts import StageCounts, check_chain, total
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.run import FOLDERS, RunRecord, content_digest, load_run
from yurai_manifests.stage import StageRecord, task_rows
from yurai_manifests.store import Store
from yurai_manifests.task import TaskRecord

Severity = Literal["error", "warning", "info"]
FULL_HASH_BYTES = 4 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an audit found."""

    severity: Severity
    check: str
    where: str
    message: str
    do: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Totals of a run and what was found."""

    totals: dict[str, Any]
    dropped_by: dict[str, dict[str, int]]
    failed_by: dict[str, dict[str, int]]
    notes: dict[str, dict[str, int]]
    findings: list[Finding]
    digest: str

    @property
    def ok(self) -> bool:
        """No finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)

    def json(self) -> dict[str, Any]:
        """Return the audit as the command prints it."""
        return asdict(self)


def audit(store: Store, *, full: bool = False) -> Audit:
    """Check the tree at `store`.

    Delivered files are hashed when they are 4 GiB or less together, or `full`; otherwise their sizes are compared.

    Raises:
        RecipeError: there is no ended run.
        AuditError: run.json itself is damaged.
    """
    run = load_run(store)
    findings = [*_check_steps(store, run), *_check_files(store, run, full=full), *_check_counts(run), *_check_rows(run)]
    totals = dict(run.value["totals"])
    try:
        totals["unreadable"] = run.unreadable(store)
    except (AuditError, FileNotFoundError) as error:
        totals["unreadable"] = []
        findings.append(Finding("error", "unreadable", "stages", str(error), "restore the manifests or rebuild"))
    return Audit(
        totals=totals,
        dropped_by={counts.stage: dict(counts.dropped) for counts in run.stages if counts.dropped},
        failed_by={counts.stage: dict(counts.failed) for counts in run.stages if counts.failed},
        notes={counts.stage: dict(counts.notes) for counts in run.stages if counts.notes},
        findings=findings,
        digest=run.digest,
    )


def _check_steps(store: Store, run: RunRecord) -> Iterator[Finding]:
    for entry in run.value["steps"]:
        where = entry["manifest"]
        try:
            for step in RunRecord(run.value | {"steps": [entry]}).steps(store):
                yield from _check_tasks(store, step)
        except (AuditError, FileNotFoundError, ShardError) as error:
            yield Finding(
                "error", "manifest-chain", where, str(error), "restore the manifest, or run again with --rebuild"
            )


def _check_tasks(store: Store, step: StageRecord) -> Iterator[Finding]:
    """Recompute the sums of a step from its task records, and both counting laws for each task."""
    sums: dict[str, StageCounts] = {}
    tasks = 0
    for data in task_rows(store, step):
        task = TaskRecord.of(data)
        tasks += 1
        where = f"{step.value['step']} {task.source}"
        check_chain(task.stages, where)
        for counts in total([task.stages]):
            sums.setdefault(counts.stage, StageCounts(counts.stage)).add(counts)
        lost = sum(count for _, count in task.unreadable)
        if task.file_bytes != task.record_bytes + task.padding_bytes + lost:
            message = f"{task.file_bytes} bytes, but {task.record_bytes} in records, {task.padding_bytes} padding, {lost} unreadable"
            yield Finding("error", "byte-law", where, message, "report this file: the reader miscounted it")
        if lost:
            message = f"{lost:,} of {task.file_bytes:,} bytes are unreadable in {len(task.unreadable)} ranges"
            yield Finding(
                "warning", "unreadable", where, message, "fetch the file again if its origin still has it whole"
            )
        for warning in task.warnings:
            yield Finding("warning", "source", where, warning, "check that the file is what its name says")
    found = {"tasks": tasks, "stages": [counts.json() for counts in sums.values()]}
    said = step.value["totals"]
    if found != {"tasks": said["tasks"], "stages": said["stages"]}:
        yield Finding(
            "error", "stage-sums", step.key, "its totals are not the sums of its tasks", "run again with --rebuild"
        )


def _check_files(store: Store, run: RunRecord, *, full: bool) -> Iterator[Finding]:
    files = {folder: run.files(folder) for folder in FOLDERS}
    named = {file.name: file for entries in files.values() for file in entries}
    there = {key: size for folder in FOLDERS for key, size in store.list(folder)}
    hashing = full or sum(file.bytes for file in named.values()) <= FULL_HASH_BYTES
    for name in sorted(there.keys() - named.keys()):
        yield Finding(
            "error", "unreferenced", name, "no manifest names this file", "remove it: it is not part of the corpus"
        )
    for name, file in sorted(named.items()):
        if name not in there:
            yield Finding(
                "error", "missing", name, "run.json names this file, it is not there", "restore it or rebuild"
            )
        elif there[name] != file.bytes or (hashing and _digest(store, name) != file.sha256):
            yield Finding(
                "error", "changed", name, "its bytes are not those that were published", "restore it or rebuild"
            )
    if not hashing:
        yield Finding(
            "info", "not-hashed", "delivered files", "sizes were compared, contents were not", "audit with --full"
        )
    if content_digest(files) != run.digest:
        yield Finding("error", "digest", "run.json", "its digest is not that of its files", "restore it or rebuild")


def _digest(store: Store, name: str) -> str:
    digest = hashlib.sha256()
    with store.open(name) as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _check_counts(run: RunRecord) -> Iterator[Finding]:
    totals = run.value["totals"]
    try:
        check_chain(run.stages, "run")
    except AuditError as error:
        yield Finding("error", "counting-law", "run.json", str(error), "do not publish; rebuild")
    if totals["candidates"] != totals["kept"] + totals["dropped"] + totals["failed"]:
        yield Finding(
            "error", "counting-law", "run.json", "candidates != kept + dropped + failed", "do not publish; rebuild"
        )


def _check_rows(run: RunRecord) -> Iterator[Finding]:
    """Compare the rows of the delivered files with the totals."""
    totals = run.value["totals"]
    expected = {"documents": totals["kept"], "dropped": totals["dropped"] + totals["failed"]}
    if run.files("shards"):
        expected["shards"] = totals["kept"]
    for folder, count in expected.items():
        rows = sum(file.rows for file in run.files(folder) if folder != "shards" or file.name.endswith(".bin"))
        if rows != count:
            message = f"{rows} rows in {folder}/, {count} by the counts"
            yield Finding("error", "rows", folder, message, "do not publish; rebuild")
