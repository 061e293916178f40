"""Mark the files of a step as spent: no later step of the run reads them, so they may be gone.

A mark is a small object beside the manifests of the step, `stages/<step>/<fingerprint>/spent.json`. It is put before
the first file goes, and stays. A file of an output that it names is there, whole, or is not there: both are right.
Manifests of tasks stay as they are, so digests say nothing of what was spent, and whoever makes a file again is held to
them.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final, cast

from yurai_manifests.canonical import canonical
from yurai_manifests.errors import ShardError
from yurai_manifests.shape import TEXT, Fields, Many, parsed
from yurai_manifests.step import StepRecord, tasks
from yurai_manifests.store import Store
from yurai_manifests.task import Output, StepId

SHAPE: Final = Fields({"outputs": Many(TEXT, least=1)}, closed=True)
MARK: Final = re.compile(r"stages/[^/]+/[0-9a-f]{16}/spent\.json")
NONE: Final[frozenset[str]] = frozenset()


def mark_key(step: StepId) -> str:
    """Return where the mark of a step lies."""
    return f"{step.folder}/spent.json"


def spent_outputs(store: Store, step: StepId) -> frozenset[str]:
    """Return the names of the outputs of a step that are spent; none where no mark is.

    Raises:
        ShardError: the mark is damaged.
    """
    found = spent_names(store, step)
    if isinstance(found, str):
        where = f"{store.url}/{mark_key(step)}"
        raise ShardError(f"{where} is damaged: {found}; remove it and run the same command with --rebuild")
    return found


def spent_names(store: Store, step: StepId, known: Collection[str] | None = None) -> frozenset[str] | str:
    """Return the same as `spent_outputs`, or what is wrong with the mark; `known` are the outputs that there can be."""
    try:
        data = store.read(mark_key(step))
    except FileNotFoundError:
        return NONE
    return mark_fault(data, known) or frozenset(cast("list[str]", parsed(data, SHAPE)[0]["outputs"]))


def mark_fault(data: bytes, known: Collection[str] | None = None) -> str | None:
    """Say what is wrong with a mark; None where nothing is."""
    value, wrong = parsed(data, SHAPE)
    if wrong:
        return wrong
    names = cast("list[str]", value["outputs"])
    if data != _mark(names):
        return "it is not written as a run writes it"
    strange = sorted({*names} - {*(names if known is None else known)})
    return f"the step has no output {strange[0]!r}" if strange else None


def _mark(names: Iterable[str]) -> bytes:
    return canonical({"outputs": [*sorted({*names})]})


def mark_spent(store: Store, step: StepId, names: Iterable[str]) -> frozenset[str]:
    """Mark outputs of a step as spent, beside those that are, and return the names of all."""
    before = spent_outputs(store, step)
    after = before.union(names)
    if after != before:
        store.put(mark_key(step), _mark(after))
    return after


def removable(store: Store, record: StepRecord, spent: Collection[str]) -> Iterator[Output]:
    """Yield the files of these outputs that are there, each once; none that another output has the content of."""
    there = {*store.names(data_folder(record.step))}
    if not there:
        return
    kept = {one.path for task in tasks(store, record) for one in task.outputs if one.name not in spent}
    for task in tasks(store, record):
        for one in task.outputs:
            if one.name in spent and one.path in there and one.path not in kept:
                there.remove(one.path)
                yield one


def data_folder(step: StepId) -> str:
    """Return the folder that holds the files of a step, whatever its fingerprint."""
    return f".work/{step.name}/data"


def outputs_of(record: StepRecord) -> Collection[str]:
    """Return the names of the outputs that tasks of a committed step wrote."""
    return cast("dict[str, object]", record.value["totals"]["outputs"]).keys()
