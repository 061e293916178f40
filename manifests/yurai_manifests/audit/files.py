"""Check the files of a tree: those that run.json names, those that tasks wrote, and what nothing names."""

import os
import re
from collections.abc import Iterator
from typing import Final

from yurai_manifests.audit.case import FEW_TASKS, FULL_HASH_BYTES, Case
from yurai_manifests.canonical import sha256
from yurai_manifests.card import CARD, card, is_written, read_card
from yurai_manifests.derived import KINDS
from yurai_manifests.findings import Finding
from yurai_manifests.lease import FOLDER, holder_of
from yurai_manifests.run import FOLDERS, RUN, content_digest
from yurai_manifests.shape import TABLE, TEXT, Fields, parsed
from yurai_manifests.spent import MARK, NONE, data_folder, mark_fault, mark_key, outputs_of, spent_names
from yurai_manifests.step import SHAPE, StepRecord, task_values
from yurai_manifests.store import LocalStore, digest_of
from yurai_manifests.takedown.tombstones import FOLDER as TOMBSTONES

OUTSIDE: Final = ("journal", "ledger", "report")
"""Folders beside the corpus: times and hosts, verdicts of limits, the rendered report. Nothing here is checked."""
KNOWN: Final = frozenset(
    (*FOLDERS, *KINDS, *OUTSIDE, ".work", "stages", "signatures", TOMBSTONES, "plan.json", CARD, RUN)
)
"""What a tree holds at its root."""
_WORK = re.compile(r"\.work/[^/]+/data/[0-9a-f]{2}/(?P<sha256>[0-9a-f]{64})(\.\w+)?")
_TASK = re.compile(r"stages/[^/]+/[0-9a-f]{16}/tasks/[0-9a-f]{2}/(?P<key>[0-9a-f]{64})\.json")
_COMMIT = re.compile(r"stages/[^/]+/[0-9a-f]{16}/commits/[0-9a-f]{16}/manifest\.json")
_PART = re.compile(r"(?P<folder>stages/[^/]+/[0-9a-f]{16}/commits/[0-9a-f]{16})/\d{5}\.parquet")
_ALARM = re.compile(r"stages/[^/]+/[0-9a-f]{16}/alarms/.*")
_BESIDE = (".work/spool/", ".work/lease/", ".work/probe-", ".work/report.", "stages/report.")
"""What comes and goes with a running driver, and the numbers that the report is drawn from."""
RESTORE = "restore it or rebuild"
UNMARK = "remove it, then run the same command with --rebuild"


def check_files(case: Case) -> Iterator[Finding]:
    """Compare delivered files with what run.json says of them."""
    files = {folder: case.run.files(folder) for folder in FOLDERS}
    named = {file.name: file for entries in files.values() for file in entries}
    stored = {key: size for folder in FOLDERS for key, size in case.store.list(folder)}
    for name in sorted(stored.keys() - named.keys()):
        advice = "remove it: it is not part of the corpus"
        yield Finding("error", "unreferenced", name, "no manifest names this file", advice)
    for name, file in sorted(named.items()):
        if name not in stored:
            case.damaged.add(name.partition("/")[0])
            yield Finding("error", "missing", name, "run.json names this file, it is not there", RESTORE)
        elif stored[name] != file.bytes or (case.hashing and digest_of(case.store, name) != file.sha256):
            case.damaged.add(name.partition("/")[0])
            yield Finding("error", "changed", name, "its bytes are not those that were published", RESTORE)
    if not case.hashing:
        message = "sizes were compared; contents, rows and work files were not"
        yield Finding("info", "not-hashed", "delivered files", message, "audit with --full")
    if content_digest(files) != case.run.digest:
        yield Finding("error", "digest", RUN, "its digest is not that of its files", RESTORE)
    for folder in sorted(case.run.value["files"].keys() - {*FOLDERS}):
        yield Finding("error", "digest", RUN, f"files.{folder} is no folder of a corpus", RESTORE)


def check_work(case: Case) -> Iterator[Finding]:
    """Compare what tasks wrote, as far as `.work/` is still there, with their manifests, and find what nothing names.

    `.work/` may be removed, by step or as a whole, and files that a step's mark says are spent.
    """
    if case.sums.broken or not case.hashing or not _is_small(case):
        return
    named = set[str]()
    for step in case.steps:
        named.update((step.key, mark_key(step.step)))
        named.update(part["path"] for part in step.value["parts"])
        yield from _check_outputs(case, step, named)
    for key in sorted(key for folder in ("stages", ".work") for key in case.store.names(folder)):
        if key not in named and not key.startswith(_BESIDE) and (finding := _unnamed(case, key)):
            yield finding


def _is_small(case: Case) -> bool:
    tasks = max((step.value["totals"]["tasks"] for step in case.steps), default=0)
    outputs = [one for step in case.steps for one in step.value["totals"]["outputs"].values()]
    return tasks <= FEW_TASKS and (case.full or sum(one["bytes"] for one in outputs) <= FULL_HASH_BYTES)


def _check_outputs(case: Case, step: StepRecord, named: set[str]) -> Iterator[Finding]:
    there, spent = dict(case.store.list(data_folder(step.step))), spent_names(case.store, step.step, outputs_of(step))
    if isinstance(spent, str):
        yield Finding("error", "work", mark_key(step.step), f"the mark of spent files is damaged: {spent}", UNMARK)
        spent = NONE
    for task in task_values(case.store, step):
        named.add(step.step.task_key(task["key"]))
        for output in task["outputs"]:
            name = output["path"]
            if name in named:
                continue
            named.add(name)
            match = _WORK.fullmatch(name)
            if match is None or match["sha256"] != output["sha256"]:
                message = f"{name}, which task {task['key'][:16]} wrote, is not named by its content"
                yield Finding("error", "work", step.key, message, RESTORE)
            elif name not in there and (not there or output["name"] in spent):
                continue
            elif name not in there:
                yield Finding("error", "work", name, "a task wrote this file, it is not there", RESTORE)
            elif there[name] != output["bytes"] or digest_of(case.store, name) != output["sha256"]:
                yield Finding("error", "work", name, "its bytes are not those that the task wrote", RESTORE)


def _unnamed(case: Case, key: str) -> Finding | None:
    """Judge a file that no step of this run names: an earlier run left it as it wrote it, or no run did."""
    if _ALARM.fullmatch(key):
        message = "two attempts at one task made different content"
        return Finding("error", "alarm", key, message, "compare it with the task manifest; report it")
    if match := _WORK.fullmatch(key):
        whole = digest_of(case.store, key) == match["sha256"]
    elif match := _TASK.fullmatch(key):
        value, wrong = parsed(case.store.read(key), Fields({"key": TEXT, "source": TEXT, "index": TABLE}))
        whole = wrong is None and value["key"] == match["key"]
    elif _COMMIT.fullmatch(key):
        whole = parsed(case.store.read(key), SHAPE)[1] is None
    elif MARK.fullmatch(key):
        whole = mark_fault(case.store.read(key)) is None
    else:
        whole = _is_part(case, key)
    if whole:
        return None
    message = "no manifest names this file, and no run wrote it as it is"
    return Finding("error", "unreferenced", key, message, "remove it: it is not part of this tree")


def _is_part(case: Case, key: str) -> bool:
    match = _PART.fullmatch(key)
    if match is None:
        return False
    try:
        value, wrong = parsed(case.store.read(f"{match['folder']}/manifest.json"), SHAPE)
    except FileNotFoundError:
        return True  # of a step that was not committed in the end
    parts: object = value.get("parts")
    digest = sha256(case.store.read(key))
    if wrong is not None or not isinstance(parts, list):
        return False
    return any(part["path"] == key and part["sha256"] == digest for part in parts)


def check_surroundings(case: Case) -> Iterator[Finding]:
    """What a killed writer left half-written, and what else lies in the folder; nothing while a driver works on it."""
    store, holder = case.store, holder_of(case.store)
    if holder is not None and holder.lives():
        yield Finding("info", "in-use", FOLDER, f"the tree is being written by {holder}", "audit again when it is done")
    elif isinstance(store, LocalStore) and (found := sorted(store.litter())):
        size = sum(path.stat().st_size for path in found)
        message = f"{len(found):,} half-written files of a killed writer, {size:,} bytes"
        advice = "remove them, or run the same command, which does"
        yield Finding("info", "litter", str(found[0].relative_to(store.root)), message, advice)
    if isinstance(store, LocalStore):
        for name in sorted({*os.listdir(store.root)} - KNOWN):  # noqa: PTH208 - names alone
            message = "it is no part of the corpus and was not checked"
            yield Finding("info", "foreign", name, message, "keep such things beside the output")
    yield from _card(case)


def _card(case: Case) -> Iterator[Finding]:
    there, advice = read_card(case.store), "remove it and run the same command to have it written anew"
    if there is not None and there != card(case.run):
        edited = "somebody wrote or edited the dataset card, so runs leave it as it is"
        other = "it is the dataset card of another run, or of another version of Yurai"
        yield Finding("info", "card", CARD, other if is_written(there) else edited, advice)
