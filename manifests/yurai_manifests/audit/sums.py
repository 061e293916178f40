"""Check that run.json says what its steps and files say together."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from yurai_manifests.counts import EVIDENCE_NOTE, StageCounts, check_chain
from yurai_manifests.errors import AuditError
from yurai_manifests.findings import Finding
from yurai_manifests.names import most_frequent
from yurai_manifests.run import FOLDERS, RunRecord, token_shards, token_sum
from yurai_manifests.step import StepRecord
from yurai_manifests.takedown.counts import more
from yurai_manifests.takedown.tombstones import Tombstone
from yurai_manifests.task import OutputValue

DO = "do not publish; restore run.json or rebuild"
Wrote: TypeAlias = tuple[str, str, int, int, int]
"""(name, sha256, bytes, rows, size) of one output of a task."""


class Sums:
    """What the steps of a run say together; filled while they are checked."""

    def __init__(self, run: RunRecord) -> None:
        carried = run.value["carried"]
        self.unreadable: list[dict[str, Any]] = list(carried.get("unreadable", []))
        self.other_records = Counter[str](carried.get("other_records", {}))
        self.stages: list[StageCounts] = []
        self.tasks: list[int] = []
        """Tasks of each step."""
        self.broken = False
        """A step could not be read, so that these sums say nothing."""
        self.delivered: list[list[Wrote]] = []
        """Outputs of each task of the step that delivers, in order."""
        self.packed: list[list[Wrote]] = []
        """Outputs of each task of the step that packs tokens, in order."""
        self.sources: dict[str, str] = {}
        """{source: sha256} of the tasks of the first step, in order."""
        self.source_bytes = 0
        self.side: dict[str, str] = {}
        """{file of a side input: sha256} of the tasks that read it, in order."""
        self.side_rows = 0
        """Rows that they wrote."""
        self.tombstones: list[Tombstone] = []
        """What takedowns say that they took, oldest first."""
        self.rewritten: dict[str, Wrote] = {}
        """{delivered file: what the last takedown wrote in its place}."""
        self.noted: dict[str, dict[str, tuple[list[int], list[int]]]] = {}
        """{base of the step: {name: (sums, greatest)}} of numbers that tasks noted in their index."""

    def add(self, step: StepRecord) -> None:
        """Add a checked step."""
        totals = step.value["totals"]
        self.other_records.update(totals["other_records"])
        self.stages += step.stages
        self.tasks.append(totals["tasks"])


def wrote(outputs: Iterable[OutputValue]) -> list[Wrote]:
    """Return what a task manifest says of its outputs."""
    return [(one["name"], one["sha256"], one["bytes"], one["rows"], one["size"]) for one in outputs]


def check_sums(run: RunRecord, sums: Sums) -> Iterator[Finding]:
    """Compare what run.json says with the counting law and with what its steps say."""
    try:
        check_chain(run.stages, "run")
    except AuditError as error:
        yield Finding("error", "counting-law", "run.json", str(error), DO)
    expected = _expected(run, sums)
    for name, value in run.value["totals"].items():
        if name not in expected:
            yield Finding("error", "totals", "run.json", f"totals.{name} is not known", DO)
        elif name == "other_records" and (sums.broken or value == most_frequent(expected[name])):
            continue
        elif value != expected[name]:
            message = f"totals.{name} is {value}, {expected[name]} by the stages and files"
            yield Finding("error", "totals", "run.json", message, DO)
    if not sums.broken:
        yield from (Finding("error", "run-sums", "run.json", fault, DO) for fault in _contradictions(run, sums))


def _expected(run: RunRecord, sums: Sums) -> dict[str, Any]:
    shards = token_shards(run.files("shards"))
    return {
        "candidates": run.stages[0].seen,
        "kept": run.stages[-1].kept,
        "dropped": sum(counts.dropped.total() for counts in run.stages),
        "failed": sum(counts.failed.total() for counts in run.stages),
        "tokens": token_sum(run.files("shards")),
        "shards": len(shards),
        "other_records": dict(sums.other_records),
    }


def _contradictions(run: RunRecord, sums: Sums) -> Iterator[str]:
    carried = len(run.stages) - len(sums.stages)
    if carried < 0 or (carried and not run.value["carried"]):
        yield f"{len(run.stages)} stages are counted, the steps have {len(sums.stages)}"
    else:
        whole = run.stages
        for stone in sums.tombstones:
            whole = more(whole, stone.counts)
        for counts, sums_of in zip(whole[carried:], sums.stages, strict=True):
            if counts != sums_of:
                yield f"counts of stage {counts.stage} are not those of its step"
    yield from _files(run, sums)
    yield from _facts(run, sums)


def _files(run: RunRecord, sums: Sums) -> Iterator[str]:
    """Compare the files of each folder with what tasks wrote, in their order, without empty ones unless all are."""
    for folder in sorted({*FOLDERS, *run.value["files"]}):
        named = [(file.name, file.sha256, file.bytes, file.rows, file.size) for file in run.files(folder)]
        made = [sums.rewritten.get(one[0], one) for one in _made(folder, sums)]
        for at, (found, due) in enumerate(zip(named, made, strict=False)):
            if found != due:
                yield f"{found[0]} is not what any task of the run wrote as file {at} of {folder}/"
        if len(named) != len(made):
            yield f"files.{folder} names {len(named)} files, tasks of the run wrote {len(made)}"


def _made(folder: str, sums: Sums) -> list[Wrote]:
    if folder == "shards":
        filled = [task for task in sums.packed if task and task[0][3]] or sums.packed[:1]
        return [(f"shards/{at:05}.{one[0]}", *one[1:]) for at, task in enumerate(filled) for one in task]
    outputs = [one for task in sums.delivered for one in task if one[0] == folder]
    full = [one for one in outputs if one[3]] or outputs[:1]
    return [(f"{folder}/{at:05}.parquet", *one[1:]) for at, one in enumerate(full)]


def _facts(run: RunRecord, sums: Sums) -> Iterator[str]:
    """Compare `facts` with what tasks of the step noted under the same name: sums, or the greatest, in some order."""
    for base, tables in run.value.get("facts", {}).items():
        noted = sums.noted.get(base)
        if noted is None:
            if not run.value["carried"]:
                yield f"facts.{base} is of no step"
            continue
        for name, table in tables.items():
            if not _adds_up(_numbers(table), *noted.get(name, ([], []))):
                yield f"facts.{base}.{name} is not what the tasks of its step noted"


def _numbers(table: object) -> list[int]:
    """Return the whole numbers in a table or in lists, in their order; of a table they are in that of their names."""
    if isinstance(table, dict):
        table = list(table.values())
    if isinstance(table, list):
        return [number for part in table for number in _numbers(part)]
    return [table] if type(table) is int else []


def _adds_up(numbers: list[int], total: list[int], greatest: list[int]) -> bool:
    if not total:  # no task of the step had anything to note
        return not any(numbers)
    swapped = (sorted([*total[:at], one, *total[at + 1 :]]) for at, one in enumerate(greatest))
    return sorted(numbers) == sorted(total) or any(sorted(numbers) == one for one in swapped)


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
