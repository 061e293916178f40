"""Check each step of a run: its manifest, its parts, every task manifest in them, and the sums of all."""

from collections.abc import Callable, Iterator, Mapping
from typing import cast

import orjson

from yurai_manifests.audit.case import FEW_TASKS, Case
from yurai_manifests.audit.sums import wrote
from yurai_manifests.canonical import canonical, fingerprint, sha256
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.findings import Finding
from yurai_manifests.step import PartRow, StepRecord, load_step, manifest_key, part_tables
from yurai_manifests.takedown.tombstones import TASK_ID
from yurai_manifests.task import TaskValue
from yurai_manifests.totals import Flow, Totals

RESTORE = "restore it, or run with --rebuild"
REBUILD = "run again with --rebuild"
SHAPELESS = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What reading a task manifest raises that has another shape: nothing checks a million of them beforehand."""


def check_steps(case: Case) -> Iterator[Finding]:
    """Walk the chain of digests from run.json to the tasks, and recompute all sums on the way."""
    loaded: list[StepRecord] = []
    for entry in case.run.value["steps"]:
        try:
            step = load_step(case.store, entry["manifest"], entry["sha256"])
        except (AuditError, ShardError, OSError) as error:
            case.sums.broken = True
            yield Finding("error", "manifest-chain", entry["manifest"], str(error), RESTORE)
            continue
        if entry.get("step") != step.value["step"]:
            message = f"run.json calls it {entry.get('step')!r}, it says {step.value['step']!r}"
            yield Finding("error", "manifest-chain", entry["manifest"], message, "restore run.json or rebuild")
        loaded.append(step)
    roles = _roles(loaded, tokens=bool(case.run.files("shards")))
    for number, step in enumerate(loaded):
        try:
            yield from _check_tasks(case, step, roles.get(number, ""))
            case.sums.add(step)
            case.steps.append(step)
        except (AuditError, ShardError, OSError) as error:
            case.sums.broken = True
            yield Finding("error", "manifest-chain", step.key, str(error), RESTORE)
        except SHAPELESS as error:
            case.sums.broken = True
            yield Finding("error", "manifest-chain", step.key, f"a task manifest in it is damaged: {error!r}", RESTORE)


def _roles(steps: list[StepRecord], *, tokens: bool) -> dict[int, str]:
    """Return which step read the sources or side inputs, delivers, packs tokens just before it, or is of a takedown."""
    deliver = next((at for at, step in enumerate(steps) if "deliver" in step.value["identity"]), None)
    if deliver is None:
        return {}
    roles = {0: "sources"} if deliver else {}
    roles |= {at: "side" for at, step in enumerate(steps) if "side" in step.value["identity"]}
    roles |= {at: "takedown" for at, step in enumerate(steps) if TASK_ID in step.value["identity"]}
    return roles | ({deliver - 1: "tokens"} if tokens and deliver else {}) | {deliver: "deliver"}


def _check_tasks(case: Case, step: StepRecord, role: str) -> Iterator[Finding]:
    """Recompute the sums of a step from its task records, and both counting laws for each task."""
    totals, keys = Totals(step.value["step"]), list[str]()
    facts = _facts_of(case, step)
    for table in part_tables(case.store, step):
        rows = cast("list[PartRow]", table.to_pylist())
        yield from _check_manifests(case, step, rows)
        for row in rows:
            keys.append(row["task"])
            task: TaskValue = orjson.loads(row["record"])
            if _columns(row, task, totals.add(task)) != row:
                message = "its row in the part of its step says something else"
                yield Finding("error", "manifest-chain", step.step.task_key(row["task"]), message, RESTORE)
            yield from _check_bytes(case, step.value["step"], task)
            _keep(case, role, task)
            facts(task["index"])
    if canonical(step.value["totals"]) not in _written(totals):
        yield Finding("error", "stage-sums", step.key, "its totals are not the sums of its tasks", REBUILD)
    if fingerprint(step.value["identity"]) != step.value["fingerprint"]:
        yield Finding("error", "identity", step.key, "its fingerprint is not that of its identity", REBUILD)
    if manifest_key(step.step, keys) != step.key:
        yield Finding("error", "manifest-chain", step.key, "its name is not that of its step and tasks", REBUILD)


def _columns(row: PartRow, task: TaskValue, flow: Flow) -> PartRow:
    """Return the row of PART that belongs to the manifest in it."""
    return {
        "task": task["key"],
        "source": task["source"],
        "manifest_sha256": sha256(row["record"]),
        "seen": flow.seen,
        "kept": flow.kept,
        "dropped": flow.dropped,
        "failed": flow.failed,
        "record": row["record"],
    }


def _check_manifests(case: Case, step: StepRecord, rows: list[PartRow]) -> Iterator[Finding]:
    """Compare the records of a part with the manifests that tasks put, as far as there are few or all are asked for."""
    if not case.hashing or (step.value["totals"]["tasks"] > FEW_TASKS and not case.full):
        return
    for row in rows:
        name = step.step.task_key(row["task"])
        try:
            if case.store.read(name) != row["record"]:
                yield Finding("error", "manifest-chain", name, "its bytes are not those that were committed", RESTORE)
        except FileNotFoundError:
            yield Finding("error", "manifest-chain", name, "it is missing", RESTORE)


def _check_bytes(case: Case, step: str, task: TaskValue) -> Iterator[Finding]:
    lost = sum([count for _, count in task["unreadable"]]) if task["unreadable"] else 0
    read = task["file_bytes"] - task.get("not_selected_bytes", 0)
    if read != task["record_bytes"] + task["padding_bytes"] + lost:
        yield _byte_law(step, task, lost)
    if lost:
        yield _unreadable(step, task, lost)
        gaps = task["unreadable"]
        case.sums.unreadable += [{"file": task["source"], "offset": offset, "bytes": count} for offset, count in gaps]
    for warning in task["warnings"]:
        advice = "check that the file is what its name says"
        yield Finding("warning", "source", f"{step} {task['source']}", warning, advice)


def _keep(case: Case, role: str, task: TaskValue) -> None:
    """Remember what later checks compare with run.json."""
    sums = case.sums
    if role == "sources":
        sums.sources[task["source"]] = task["source_sha256"]
        sums.source_bytes += task["file_bytes"]
    elif role == "side":
        sums.side[task["source"]] = task["source_sha256"]
        sums.side_rows += sum(one["rows"] for one in task["outputs"])
    elif role == "tokens":
        sums.packed.append(wrote(task["outputs"]))
    elif role == "deliver":
        sums.delivered.append(wrote(task["outputs"]))
    elif role == "takedown":
        stem = task["source"].rpartition(".")[0]
        in_shard = task["source"].startswith("shards/")
        for one in wrote(task["outputs"]):
            name = f"{stem}.{one[0]}" if in_shard else task["source"]
            sums.rewritten[name] = (name, *one[1:])


def _facts_of(case: Case, step: StepRecord) -> Callable[[Mapping[str, list[int]]], None]:
    """Return what adds up the numbers of a task's index that `facts` of run.json name for this step."""
    base = step.value["step"].partition(".")[0]
    names = case.run.value.get("facts", {}).get(base, {})
    noted = case.sums.noted.setdefault(base, {}) if names else {}

    def add(index: Mapping[str, list[int]]) -> None:
        for name in names:
            if name in index:
                sums, most = noted.get(name) or ([0] * len(index[name]), [0] * len(index[name]))
                pairs = list(zip(sums, most, index[name], strict=True))
                noted[name] = [one + new for one, _, new in pairs], [max(one, new) for _, one, new in pairs]

    return add


def _written(totals: Totals) -> Iterator[bytes]:
    """Yield what a step may say of these totals: the most frequent names, or all of them, as in older trees."""
    yield canonical(totals.json())
    yield canonical(totals.json(whole=True))


def _byte_law(step: str, task: TaskValue, lost: int) -> Finding:
    message = (
        f"{task['file_bytes']} bytes, but {task['record_bytes']} in records, "
        f"{task['padding_bytes']} padding, {lost} unreadable, {task.get('not_selected_bytes', 0)} not selected"
    )
    return Finding(
        "error", "byte-law", f"{step} {task['source']}", message, "report this file: the reader miscounted it"
    )


def _unreadable(step: str, task: TaskValue, lost: int) -> Finding:
    message = f"{lost:,} of {task['file_bytes']:,} bytes are unreadable in {len(task['unreadable'])} ranges"
    advice = "fetch the file again if its origin still has it whole"
    return Finding("warning", "unreadable", f"{step} {task['source']}", message, advice)
