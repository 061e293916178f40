"""Check that run.json says what its steps and files say: the second half of the audit."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from yurai_manifests.counts import EVIDENCE_NOTE, StageCounts, check_chain
from yurai_manifests.errors import AuditError
from yurai_manifests.findings import Finding
from yurai_manifests.names import most_frequent
from yurai_manifests.run import FOLDERS, RunRecord, token_shards
from yurai_manifests.step import StepRecord


class Sums:
    """What the steps of a run say together; filled while they are checked."""

    def __init__(self, run: RunRecord) -> None:
        carried = run.value["carried"]
        self.unreadable: list[dict[str, Any]] = list(carried.get("unreadable", []))
        self.other_records = Counter[str](carried.get("other_records", {}))
        self.stages: list[StageCounts] = []
        self.fingerprints: set[str] = set()
        self.tasks: list[int] = []
        """Tasks of each step."""
        self.broken = False
        """A step could not be read, so that these sums say nothing."""
        self.published = {file.sha256 for folder in FOLDERS for file in run.files(folder)}
        self.outputs: set[tuple[str, int, int, int]] = set()
        """(sha256, bytes, rows, size) of every task output that was published."""

    def add(self, step: StepRecord) -> None:
        """Add a checked step."""
        totals = step.value["totals"]
        self.other_records.update(totals["other_records"])
        self.stages += step.stages
        self.fingerprints.add(step.value["fingerprint"])
        self.tasks.append(totals["tasks"])


def check_sums(run: RunRecord, sums: Sums) -> Iterator[Finding]:
    """Compare what run.json says with the counting law and with what its steps say."""
    advice = "do not publish; restore run.json or rebuild"
    try:
        check_chain(run.stages, "run")
    except AuditError as error:
        yield Finding("error", "counting-law", "run.json", str(error), advice)
    expected = _expected(run, sums)
    for name, value in run.value["totals"].items():
        if name not in expected:
            yield Finding("error", "totals", "run.json", f"totals.{name} is not known", advice)
        elif name == "other_records" and (sums.broken or value == most_frequent(expected[name])):
            continue
        elif value != expected[name]:
            message = f"totals.{name} is {value}, {expected[name]} by the stages and files"
            yield Finding("error", "totals", "run.json", message, advice)
    if not sums.broken:
        yield from (Finding("error", "run-sums", "run.json", fault, advice) for fault in _contradictions(run, sums))


def _expected(run: RunRecord, sums: Sums) -> dict[str, Any]:
    shards = token_shards(run.files("shards"))
    return {
        "candidates": run.stages[0].seen,
        "kept": run.stages[-1].kept,
        "dropped": sum(counts.dropped.total() for counts in run.stages),
        "failed": sum(counts.failed.total() for counts in run.stages),
        "tokens": sum(file.size for file in shards),
        "shards": len(shards),
        "other_records": dict(sums.other_records),
    }


def _contradictions(run: RunRecord, sums: Sums) -> Iterator[str]:
    carried = len(run.stages) - len(sums.stages)
    if carried < 0 or (carried and not run.value["carried"]):
        yield f"{len(run.stages)} stages are counted, the steps have {len(sums.stages)}"
        return
    for counts, sums_of in zip(run.stages[carried:], sums.stages, strict=True):
        if counts != sums_of:
            yield f"counts of stage {counts.stage} are not those of its step"
    if run.value["fingerprint"] not in sums.fingerprints:
        yield "its fingerprint is that of no step"
    if not run.value["carried"] and run.value["sources"]["count"] != sums.tasks[0]:
        yield f"{run.value['sources']['count']} sources, {sums.tasks[0]} by the first step"
    for folder in FOLDERS:
        for file in run.files(folder):
            if (file.sha256, file.bytes, file.rows, file.size) not in sums.outputs:
                yield f"{file.name} is not what any task of the run wrote"


def check_rows(run: RunRecord) -> Iterator[Finding]:
    """Compare the rows of the delivered files with the totals."""
    totals = run.value["totals"]
    notes = [note for counts in run.stages for note in counts.notes.items()]
    expected = {"documents": totals["kept"], "dropped": totals["dropped"] + totals["failed"]}
    expected["evidence"] = sum(count for name, count in notes if name.startswith(EVIDENCE_NOTE))
    if run.files("shards"):
        expected["shards"] = totals["kept"]
    for folder, count in expected.items():
        files = run.files(folder)
        rows = sum(file.rows for file in (token_shards(files) if folder == "shards" else files))
        if rows != count:
            message = f"{rows} rows in {folder}/, {count} by the counts"
            yield Finding("error", "rows", folder, message, "do not publish; rebuild")
