"""Make something from a finished tree in a folder of its own: engine, resume, publishing, and the manifest last.

The folder is a tree for the engine, with steps, tasks and a lease, so what was killed goes on, and any runner may do
it. When its manifest is there, the work is removed. Files there that are not ours are not touched: then nothing runs.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from yurai.engine.engine import Engine, Runner
from yurai.engine.progress import Reporter
from yurai.engine.task import failpoint
from yurai.run.run import open_engine
from yurai_manifests.canonical import Json
from yurai_manifests.derived import MANIFEST, Derived, DerivedKind, load_derived, put_derived
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.run import Delivered, RunRecord
from yurai_manifests.store import LocalStore, Store, open_store
from yurai_manifests.takedown.pending import load_pending
from yurai_manifests.task import Output

WORK: Final = (".work/", "stages/", "journal/")
LEASE: Final = ".work/lease/"
Made: TypeAlias = tuple[Mapping[str, Json], Sequence[tuple[str, Output]]]
"""Facts, and the files to deliver by their names."""


@dataclass(frozen=True, slots=True)
class What:
    """What is to be made: its kind, its settings, and a pattern of the names of its files."""

    kind: DerivedKind
    settings: Mapping[str, Json]
    names: "re.Pattern[str]"


def derive(
    tree: Store,
    run: RunRecord,
    folder: str,
    what: What,
    make: Callable[[Engine], Made],
    runner: Runner,
    reporter: Reporter | None = None,
) -> tuple[Derived, bool]:
    """Make it in `folder`, a path or URL, and return its manifest, and whether it was made now.

    It is not made again where it is there with the same settings, of the same run.

    Raises:
        RecipeError: the folder holds other files. DriftError: a takedown of the tree has not ended.
        LeaseError: another driver writes there. ShardError: storage failed; the same command resumes.
    """
    if (pending := load_pending(tree)) is not None:
        raise DriftError(
            f"{tree.url}: the takedown of case {pending['case']} has not ended; run its command again first"
        )
    _refuse_foreign(open_store(folder), what.names)
    with open_engine(folder, runner, reporter, noted=False) as engine:
        found = _same(engine.store, run, what)
        if found is None:
            _remove(engine.store, lambda key: key.startswith(WORK))
            made = _made(engine, run, what, make)
        _remove(engine.store, lambda key: not key.startswith(WORK) or key.startswith(LEASE))
        store = engine.store
    _remove_empty_folders(store)
    return (made, True) if found is None else (found, False)


def _refuse_foreign(store: Store, names: "re.Pattern[str]") -> None:
    for key in store.names(""):
        if not (key.startswith(WORK) or key == MANIFEST or names.fullmatch(key)):
            raise RecipeError(f"{store.url} holds {key}, which is not part of what would be made; name an empty folder")


def _same(store: Store, run: RunRecord, what: What) -> Derived | None:
    try:
        found = load_derived(store, what.kind)
    except FileNotFoundError:
        return None
    return found if found.of == run.digest and dict(found.settings) == dict(what.settings) else None


def _made(engine: Engine, run: RunRecord, what: What, make: Callable[[Engine], Made]) -> Derived:
    facts, named = make(engine)
    for name, output in named:
        engine.store.copy(output.path, name)
        failpoint("in-derive")
    files = [Delivered(name, one.sha256, one.bytes, one.rows, one.size) for name, one in named]
    made = Derived(what.kind, run.digest, what.settings, facts, files)
    put_derived(engine.store, made)
    failpoint("derived")
    return made


def _remove(store: Store, keep: Callable[[str], bool]) -> None:
    """Remove what is not kept, the manifest first: nothing is taken for whole while its files go."""
    for key in sorted(store.names(""), key=lambda one: (one != MANIFEST, one)):
        if not keep(key):
            store.remove(key)


def _remove_empty_folders(store: Store) -> None:
    """Remove the folders that the work has left in a local store; those that hold something stay."""
    if not isinstance(store, LocalStore):
        return
    for work in WORK:
        for folder, _, _ in os.walk(store.root / work, topdown=False):
            with suppress(OSError):  # it is not empty
                Path(folder).rmdir()
