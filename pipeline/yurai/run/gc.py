"""Remove what nobody needs from a tree: what the dead left half-written, and what no step of its ended run names.

Of a run that has not ended, all that its tasks wrote stays, since the same command goes on from it. Manifests go before
the files that they name, and the marks of spent work after the manifests whose files they say are gone: whoever is
killed in between leaves files without a promise, never a promise without its file. See ADR 0066.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from yurai.engine.task import failpoint
from yurai_manifests.canonical import Json
from yurai_manifests.derived import KINDS
from yurai_manifests.errors import LeaseError, RecipeError
from yurai_manifests.lease import FOLDER, held, holder_of
from yurai_manifests.plan import PLAN
from yurai_manifests.run import RUN, RunRecord, load_run
from yurai_manifests.spent import mark_key, spent_outputs
from yurai_manifests.step import tasks
from yurai_manifests.store import LocalStore, Store, digest_of
from yurai_manifests.takedown.pending import refuse_pending
from yurai_manifests.verify.outside import is_outside

Why: TypeAlias = Literal["half-written", "superseded", "spent", "left over"]
WHY: Final[Mapping[Why, str]] = {
    "half-written": "files whose writer died",
    "superseded": "manifests that the run does not name: of another recipe, or of other inputs",
    "spent": "work that no later step reads, marked so by its run",
    "left over": "work that no manifest of the run names",
}
"""What may go, and why, in the order in which it goes."""
_DATA: Final = re.compile(r"\.work/[^/]+/data/[0-9a-f]{2}/[0-9a-f]{64}(\.\w+)?")
_MANIFEST: Final = re.compile(r"stages/[^/]+/[0-9a-f]{16}/(?P<kind>commits/|tasks/|spent\.json$).*")
_ORDER: Final = ("commits/", "tasks/", "spent.json")
_BESIDE: Final = (f"{FOLDER}/", ".work/.", *(f"{kind}/" for kind in KINDS))
"""Where those may write who do not hold the tree: who asks for its lease, and makers of what is derived from it."""


class Waste(NamedTuple):
    """A file that may go: its name in the tree, bytes, and why."""

    name: str
    size: int
    why: Why


@dataclass(frozen=True, slots=True)
class Collected:
    """What may go, or went: files and bytes by reason; `ended` tells whether the run has."""

    files: Mapping[Why, int]
    bytes: Mapping[Why, int]
    ended: bool

    def json(self) -> dict[str, Json]:
        """Return it as JSON."""
        by_reason: dict[str, Json] = {why: {"files": self.files[why], "bytes": self.bytes[why]} for why in self.files}
        return {"ended": self.ended, "by_reason": by_reason}


def collect(store: Store, *, dry_run: bool = False) -> Collected:
    """Remove what nobody needs from a tree, or with `dry_run` say what that is; who was killed here is called again.

    Raises:
        RecipeError: there is no tree.
        DriftError: a takedown has not ended.
        LeaseError: a driver writes to the tree.
        AuditError, ShardError: a manifest is damaged, so what is needed cannot be told; storage failed.
    """
    if store.size(PLAN) is None and store.size(RUN) is None:
        raise RecipeError(f"{store.url} is no output tree, it has neither {PLAN} nor {RUN}; name the folder of one")
    if not dry_run:
        with held(store):
            return _collected(store, remove=True)
    if (holder := holder_of(store)) and holder.lives():
        raise LeaseError(f"{store.url} is being written by {holder}; what may go can be told once it has ended")
    return _collected(store, remove=False)


def _collected(store: Store, *, remove: bool) -> Collected:
    refuse_pending(store)
    run = _ended(store)
    wastes = [*_half_written(store), *(_unnamed(store, run) if run else ())]  # all of it is known before any goes
    files, sizes = dict.fromkeys(WHY, 0), dict.fromkeys(WHY, 0)
    for waste in wastes:
        files[waste.why] += 1
        sizes[waste.why] += waste.size
        if remove:
            store.remove(waste.name)
            failpoint(f"in-gc {waste.why}")
    return Collected(files, sizes, run is not None)


def _ended(store: Store) -> RunRecord | None:
    """Return the run of a tree; None where there is none, or a later one has begun, which its plan tells."""
    if store.size(RUN) is None:
        return None
    run = load_run(store)
    return run if run.value.get("plan") == digest_of(store, PLAN) else None


def _half_written(store: Store) -> Iterator[Waste]:
    """Yield what writers of the run left that died: who holds the tree knows that none lives."""
    if not isinstance(store, LocalStore):
        return  # elsewhere an object is whole or not there, and attempts spool on their own machines
    for path in sorted(store.litter()):
        name = path.relative_to(store.root).as_posix()
        if not name.startswith(_BESIDE):
            yield Waste(name, store.size(name) or 0, "half-written")


def _unnamed(store: Store, run: RunRecord) -> Iterator[Waste]:
    """Yield what the steps of a run do not name, manifests before files.

    Steps outside the chain of run.json stay: those of the report, and cuts of large inputs, which resuming asks for.
    """
    named, spent = _named(store, run)
    left = [
        (_ORDER.index(match["kind"]), name, size)
        for name, size in store.list("stages")
        if name not in named and not is_outside(name) and (match := _MANIFEST.fullmatch(name))
    ]
    yield from (Waste(name, size, "superseded") for _, name, size in sorted(left))
    beside = ((name, size) for name, size in store.list(".work") if name not in named and not is_outside(name))
    work = sorted((name, size) for name, size in beside if _DATA.fullmatch(name))
    yield from (Waste(name, size, "spent") for name, size in work if name in spent)
    yield from (Waste(name, size, "left over") for name, size in work if name not in spent)


def _named(store: Store, run: RunRecord) -> tuple[set[str], set[str]]:
    """Return the names of all that the steps of a run need, and of files that their marks say are spent."""
    named, spent = set[str](), set[str]()
    for step in run.steps(store):
        gone = spent_outputs(store, step.step)
        named.update((step.key, mark_key(step.step), *(part["path"] for part in step.value["parts"])))
        for task in tasks(store, step):
            named.add(step.step.task_key(task.key))
            for output in task.outputs:
                (spent if output.name in gone else named).add(output.path)
    return named, spent
