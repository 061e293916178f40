"""Check every law of the manifests again over what lies there, and return findings.

A finding has a severity (error, warning, info), the check's name, where, what is wrong, and what to do. Only errors
mean that the corpus must not be published.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from yurai_manifests.canonical import canonical, fingerprint
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.evidence_rows import check_evidence
from yurai_manifests.findings import Finding, Severity
from yurai_manifests.lease import FOLDER, holder_of
from yurai_manifests.names import most_frequent
from yurai_manifests.run import FOLDERS, RunRecord, content_digest, load_run
from yurai_manifests.run_sums import Sums, check_rows, check_sums
from yurai_manifests.step import StepRecord, load_step, task_values
from yurai_manifests.store import LocalStore, Store, digest_of
from yurai_manifests.totals import Totals

__all__ = ["Audit", "Finding", "Severity", "audit"]
FULL_HASH_BYTES = 4 << 30


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
    sums = Sums(run)
    files = [*_check_files(store, run, full=full)]
    findings = [*_check_steps(store, run, sums), *files, *check_sums(run, sums), *check_rows(run), *_litter(store)]
    if _hashes(run, full=full) and not any(finding.where.startswith(("evidence/", "extracted/")) for finding in files):
        findings += check_evidence(store, run)
    return Audit(
        totals=run.value["totals"]
        | {"unreadable": sums.unreadable, "other_records": most_frequent(run.value["totals"]["other_records"])},
        dropped_by={counts.stage: most_frequent(counts.dropped) for counts in run.stages if counts.dropped},
        failed_by={counts.stage: most_frequent(counts.failed) for counts in run.stages if counts.failed},
        notes={counts.stage: dict(counts.notes) for counts in run.stages if counts.notes},
        findings=findings,
        digest=run.digest,
    )


def _check_steps(store: Store, run: RunRecord, sums: Sums) -> Iterator[Finding]:
    for entry in run.value["steps"]:
        try:
            step = load_step(store, entry["manifest"], entry["sha256"])
            if entry.get("step") != step.value["step"]:
                message = f"run.json calls it {entry.get('step')!r}, it says {step.value['step']!r}"
                yield Finding("error", "manifest-chain", entry["manifest"], message, "restore run.json or rebuild")
            yield from _check_tasks(store, step, sums)
            sums.add(step)
        except (AuditError, ShardError, OSError) as error:
            sums.broken = True
            message = str(error)
            yield Finding("error", "manifest-chain", entry["manifest"], message, "restore it, or run with --rebuild")


def _check_tasks(store: Store, step: StepRecord, sums: Sums) -> Iterator[Finding]:
    """Recompute the sums of a step from its task records, and both counting laws for each task."""
    name, totals = step.value["step"], Totals(step.value["step"])
    for task in task_values(store, step):
        totals.add(task)
        unreadable_bytes = sum([count for _, count in task["unreadable"]]) if task["unreadable"] else 0
        if task["file_bytes"] != task["record_bytes"] + task["padding_bytes"] + unreadable_bytes:
            yield _byte_law(name, task, unreadable_bytes)
        if unreadable_bytes:
            yield _unreadable(name, task, unreadable_bytes)
            gaps = task["unreadable"]
            sums.unreadable += [{"file": task["source"], "offset": offset, "bytes": count} for offset, count in gaps]
        for warning in task["warnings"]:
            where, advice = f"{name} {task['source']}", "check that the file is what its name says"
            yield Finding("warning", "source", where, warning, advice)
        for output in task["outputs"]:
            if output["sha256"] in sums.published:
                sums.outputs.add((output["sha256"], output["bytes"], output["rows"], output["size"]))
    if canonical(step.value["totals"]) not in _written(totals):
        message = "its totals are not the sums of its tasks"
        yield Finding("error", "stage-sums", step.key, message, "run again with --rebuild")
    if fingerprint(step.value["identity"]) != step.value["fingerprint"]:
        message = "its fingerprint is not that of its identity"
        yield Finding("error", "identity", step.key, message, "run again with --rebuild")


def _written(totals: Totals) -> Iterator[bytes]:
    """Yield what a step may say of these totals: the most frequent names, or all of them, as in older trees."""
    yield canonical(totals.json())
    yield canonical(totals.json(whole=True))


def _byte_law(step: str, task: dict[str, Any], unreadable_bytes: int) -> Finding:
    message = (
        f"{task['file_bytes']} bytes, but {task['record_bytes']} in records, "
        f"{task['padding_bytes']} padding, {unreadable_bytes} unreadable"
    )
    advice = "report this file: the reader miscounted it"
    return Finding("error", "byte-law", f"{step} {task['source']}", message, advice)


def _unreadable(step: str, task: dict[str, Any], unreadable_bytes: int) -> Finding:
    message = f"{unreadable_bytes:,} of {task['file_bytes']:,} bytes are unreadable in {len(task['unreadable'])} ranges"
    advice = "fetch the file again if its origin still has it whole"
    return Finding("warning", "unreadable", f"{step} {task['source']}", message, advice)


def _litter(store: Store) -> Iterator[Finding]:
    """What a killed writer left half-written; nothing while a driver works on the tree."""
    holder = holder_of(store)
    if holder is not None and holder.lives():
        yield Finding("info", "in-use", FOLDER, f"the tree is being written by {holder}", "audit again when it is done")
    elif isinstance(store, LocalStore) and (found := sorted(store.litter())):
        size = sum(path.stat().st_size for path in found)
        message = f"{len(found):,} half-written files of a killed writer, {size:,} bytes"
        advice = "remove them, or run the same command, which does"
        yield Finding("info", "litter", str(found[0].relative_to(store.root)), message, advice)


def _hashes(run: RunRecord, *, full: bool) -> bool:
    """Whether contents are read, and not sizes alone."""
    return full or sum(file.bytes for folder in FOLDERS for file in run.files(folder)) <= FULL_HASH_BYTES


def _check_files(store: Store, run: RunRecord, *, full: bool) -> Iterator[Finding]:
    files = {folder: run.files(folder) for folder in FOLDERS}
    named = {file.name: file for entries in files.values() for file in entries}
    stored = {key: size for folder in FOLDERS for key, size in store.list(folder)}
    hashing = _hashes(run, full=full)
    for name in sorted(stored.keys() - named.keys()):
        yield Finding(
            "error", "unreferenced", name, "no manifest names this file", "remove it: it is not part of the corpus"
        )
    for name, file in sorted(named.items()):
        if name not in stored:
            yield Finding(
                "error", "missing", name, "run.json names this file, it is not there", "restore it or rebuild"
            )
        elif stored[name] != file.bytes or (hashing and digest_of(store, name) != file.sha256):
            yield Finding(
                "error", "changed", name, "its bytes are not those that were published", "restore it or rebuild"
            )
    if not hashing:
        yield Finding(
            "info", "not-hashed", "delivered files", "sizes were compared, contents were not", "audit with --full"
        )
    if content_digest(files) != run.digest:
        yield Finding("error", "digest", "run.json", "its digest is not that of its files", "restore it or rebuild")
