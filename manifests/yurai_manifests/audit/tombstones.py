"""Check the tombstones of a tree: what they say went is gone, and what they count is what is missing."""

from collections.abc import Iterator

from yurai_manifests.audit.case import Case
from yurai_manifests.audit.streams import ids_of, read_span
from yurai_manifests.audit.sums import DO
from yurai_manifests.errors import AuditError
from yurai_manifests.findings import Finding
from yurai_manifests.run import RUN
from yurai_manifests.takedown.pending import PENDING
from yurai_manifests.takedown.tombstones import FIELD, FOLDER, Tombstone, load_tombstones

BY_ID = ("documents", "extracted", "dropped", "evidence", "index")
SHOWN = 3


def check_tombstones(case: Case) -> Iterator[Finding]:
    """Read what run.json lists, and name what lies beside it."""
    if case.store.size(PENDING) is not None:
        message = "a takedown has begun and not ended, so what it takes may be there still"
        yield Finding("error", "takedown", PENDING, message, "run its command again, which ends it")
    try:
        case.sums.tombstones = load_tombstones(case.store, case.run.value)
    except AuditError as error:
        case.sums.broken = True
        yield Finding("error", "takedown", FOLDER, str(error), DO)
    named = {entry["tombstone"] for entry in case.run.value.get(FIELD, [])} | {PENDING}
    for name in sorted({*case.store.names(FOLDER)} - named):
        message = "run.json does not list it"
        yield Finding("error", "takedown", name, message, "remove it: it is of no takedown of this tree")


def check_taken(case: Case) -> Iterator[Finding]:
    """Compare tombstones with run.json and with each other, and find rows that should be gone."""
    stones = case.sums.tombstones
    for at, (stone, entry) in enumerate(zip(stones, case.run.value.get(FIELD, []), strict=False)):
        if stone.case != entry["case"]:
            yield _wrong(entry["tombstone"], f"it is of case {stone.case}, run.json says {entry['case']}")
        after = stone.value["after"]
        then = stones[at + 1].value["before"] if at + 1 < len(stones) else None
        last = {"digest": case.run.digest, "root": case.run.value.get("roots", {}).get("run")}
        due = last if then is None else {name: then[name] for name in after}
        if after != due:
            yield _wrong(entry["tombstone"], "the digest and root after it are not those of what came then")
        if len(stone.counts) != len(case.run.stages):
            case.sums.broken = True
            yield _wrong(entry["tombstone"], "it counts other stages than the run has")
        yield from _changed(case, stone, entry["tombstone"], later=stones[at + 1 :])
    if stones and not case.sums.broken and case.readable(*BY_ID):
        yield from _there(case, {one["doc_id"] for stone in stones for one in stone.value["documents"]})


def _changed(case: Case, stone: Tombstone, name: str, *, later: list[Tombstone]) -> Iterator[Finding]:
    """Compare digests of files after a takedown with what a later one, or run.json, says of them."""
    now = {file.name: file.sha256 for folder in case.run.value["files"] for file in case.run.files(folder)}
    for one in reversed(later):
        now |= {file["name"]: file["before"] for file in one.value["files"]}
    for file in stone.value["files"]:
        if now.get(file["name"]) != file["after"]:
            yield _wrong(name, f"{file['name']} has another digest than it says")


def _there(case: Case, gone: set[str]) -> Iterator[Finding]:
    for folder in BY_ID:
        found = [
            name
            for batch in read_span(case.store, case.run.files(folder), ["doc_id"])
            for name in ids_of(batch)
            if name in gone
        ]
        if found:
            named = ", ".join(found[:SHOWN])
            message = f"{len(found):,} rows are of documents that a tombstone says are gone: {named}"
            yield Finding("error", "takedown", folder, message, "do not publish; take them down again")


def _wrong(name: str, message: str) -> Finding:
    return Finding("error", "takedown", name, message, f"do not publish; restore it, or {RUN}")
