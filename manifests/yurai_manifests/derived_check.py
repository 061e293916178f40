"""Check what was made from a tree and lies in it: orders of training and text indexes, each with its own manifest."""

from collections.abc import Iterator

from yurai_manifests.derived import (
    KINDS,
    MANIFEST,
    Derived,
    DerivedKind,
    below,
    derived_in,
    load_derived,
    relation,
    strays,
    taken_since,
)
from yurai_manifests.derived_order import check_order
from yurai_manifests.errors import AuditError
from yurai_manifests.findings import Finding
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store, digest_of
from yurai_manifests.takedown.gaps import fillers_of
from yurai_manifests.takedown.modes import STABLE
from yurai_manifests.takedown.tombstones import Tombstone

AGAIN = "remove its folder and make it again: `yurai pack` for order/, `yurai index` for search/"


def check_derived(store: Store, run: RunRecord, *, hashing: bool) -> Iterator[Finding]:
    """Compare files of each folder with its manifest, and that with the run; sizes alone if not `hashing`."""
    for kind in KINDS:
        ended = derived_in(store, kind)
        for folder in ended:
            yield from _check(store, run, kind, folder, hashing=hashing)
        for folder in sorted({"/".join(name.split("/")[:2]) for name in store.names(kind)} - {*ended}):
            message = "it has no manifest: it is being made, or was interrupted"
            yield Finding("info", kind, folder, message, "run its command again, or remove it")


def _check(store: Store, run: RunRecord, kind: DerivedKind, folder: str, *, hashing: bool) -> Iterator[Finding]:
    try:
        made = load_derived(below(store, folder), kind)
    except AuditError as error:
        yield Finding("error", kind, f"{folder}/{MANIFEST}", str(error), AGAIN)
        return
    match relation(made, store, run):
        case "other":
            message = f"it was made from another run, of digest {made.of[:16]}"
            yield Finding("error", kind, folder, message, AGAIN)
        case "before-takedown":
            yield _before(kind, folder, taken_since(made, store, run))
        case _:
            pass
    wrong = list(_files(store, kind, folder, made, hashing=hashing))
    yield from wrong
    if kind == "order" and hashing and not wrong:
        fillers = fillers_of(taken_since(made, store, run))
        yield from check_order(store, folder, made, fillers.keys())
    for name in strays(store, folder, made):
        yield Finding("error", kind, name, "its manifest does not name this file", AGAIN)


def _before(kind: DerivedKind, folder: str, since: list[Tombstone]) -> Finding:
    """Say what something from before takedowns is good for."""
    if kind == "order" and all(stone.mode == STABLE for stone in since):
        message = "it was made before a takedown that moved no token; documents that went read as end of document"
        return Finding("info", kind, folder, message, "go on training by it; nobody learns from what went")
    message = "it was made before a takedown; documents that went are left out when it is read"
    return Finding("info", kind, folder, message, "keep it for models that were trained by it, or make it again")


def _files(store: Store, kind: DerivedKind, folder: str, made: Derived, *, hashing: bool) -> Iterator[Finding]:
    for file in made.files:
        name = f"{folder}/{file.name}"
        size = store.size(name)
        if size is None:
            yield Finding("error", kind, name, "its manifest names this file, it is not there", AGAIN)
        elif size != file.bytes or (hashing and digest_of(store, name) != file.sha256):
            yield Finding("error", kind, name, "its bytes are not those that were written", AGAIN)
