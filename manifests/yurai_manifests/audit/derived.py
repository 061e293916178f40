"""Check what was made from a tree and lies in it: orders of training and text indexes, each with its own manifest."""

from collections.abc import Iterator

from yurai_manifests.audit.case import Case
from yurai_manifests.audit.orders import check_order
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
)
from yurai_manifests.errors import AuditError
from yurai_manifests.findings import Finding
from yurai_manifests.store import digest_of

AGAIN = "remove its folder and make it again: `yurai pack` for order/, `yurai index` for search/"


def check_derived(case: Case) -> Iterator[Finding]:
    """Compare the files of each folder with its manifest, and its manifest with the run."""
    for kind in KINDS:
        for folder in derived_in(case.store, kind):
            yield from _check(case, kind, folder)


def _check(case: Case, kind: DerivedKind, folder: str) -> Iterator[Finding]:
    try:
        made = load_derived(below(case.store, folder), kind)
    except AuditError as error:
        yield Finding("error", kind, f"{folder}/{MANIFEST}", str(error), AGAIN)
        return
    match relation(made, case.store, case.run):
        case "other":
            message = f"it was made from another run, of digest {made.of[:16]}"
            yield Finding("error", kind, folder, message, AGAIN)
        case "before-takedown":
            message = "it was made before a takedown; documents that went are left out when it is read"
            yield Finding("info", kind, folder, message, "keep it for models that were trained by it, or make it again")
        case _:
            pass
    wrong = list(_files(case, kind, folder, made))
    yield from wrong
    if kind == "order" and case.hashing and not wrong:
        yield from check_order(case, folder, made)
    for name in strays(case.store, folder, made):
        yield Finding("error", kind, name, "its manifest does not name this file", AGAIN)


def _files(case: Case, kind: DerivedKind, folder: str, made: Derived) -> Iterator[Finding]:
    for file in made.files:
        name = f"{folder}/{file.name}"
        size = case.store.size(name)
        if size is None:
            yield Finding("error", kind, name, "its manifest names this file, it is not there", AGAIN)
        elif size != file.bytes or (case.hashing and digest_of(case.store, name) != file.sha256):
            yield Finding("error", kind, name, "its bytes are not those that were written", AGAIN)
