"""Read and write the manifest of what is made from a finished tree, and is no part of it: an order, a text index.

It lies in `OUT/order/NAME` or `OUT/search/NAME`, or elsewhere, with a `manifest.json` of its own that is written last
and names every file by its sha256. run.json does not name it, so signatures of the run stay valid; the manifest names
the digest of the run, so who reads it knows whether it is of the tree as it is, or as it was before a takedown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal, TypeAlias, TypedDict, cast

from yurai_manifests.canonical import Json, canonical, sha256
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.run import DELIVERED, Delivered, RunRecord, SaidFile
from yurai_manifests.shape import COUNT, TABLE, TEXT, Fields, Many, parsed
from yurai_manifests.store import Store, open_store
from yurai_manifests.takedown.tombstones import Tombstone, load_tombstones

DerivedKind: TypeAlias = Literal["order", "search"]
KINDS: Final[tuple[DerivedKind, ...]] = ("order", "search")
"""Kinds, each the name of its folder in a tree."""
MANIFEST: Final = "manifest.json"
VERSION: Final = 1
Relation: TypeAlias = Literal["current", "before-takedown", "other"]
SHAPE: Final = Fields(
    {
        "yurai_derived": COUNT,
        "kind": TEXT,
        "of": Fields({"digest": TEXT}, closed=True),
        "settings": TABLE,
        "facts": TABLE,
        "files": Many(DELIVERED),
        "digest": TEXT,
    },
    closed=True,
)


class _Said(TypedDict):
    yurai_derived: int
    kind: str
    of: dict[str, str]
    settings: dict[str, Json]
    facts: dict[str, Json]
    files: list[SaidFile]
    digest: str


@dataclass(frozen=True, slots=True)
class Derived:
    """What a manifest says; names of files are relative to its folder."""

    kind: DerivedKind
    of: str
    """Digest of the run that it was made from."""
    settings: Mapping[str, Json]
    facts: Mapping[str, Json]
    """Counts and sums of what was made."""
    files: Sequence[Delivered]

    @property
    def digest(self) -> str:
        """Content digest: sha256 of the sorted canonical list of (name, sha256)."""
        return sha256(canonical(sorted([file.name, file.sha256] for file in self.files)))

    def named(self, suffix: str) -> list[Delivered]:
        """Return the files whose names end so, in their order."""
        return [file for file in self.files if file.name.endswith(suffix)]


def folder_of(kind: DerivedKind, name: str) -> str:
    """Return the folder in a tree of what is called `name`.

    Raises:
        RecipeError: it is no name of lower-case letters, digits and hyphens.
    """
    if not name or not name.isascii() or not name.replace("-", "").isalnum() or name != name.lower() or name[0] == "-":
        raise RecipeError(f"{name!r} is no name; take lower-case letters, digits and hyphens, such as main-4096")
    return f"{kind}/{name}"


def put_derived(store: Store, made: Derived) -> None:
    """Write the manifest of a folder, when all its files are there."""
    value = {
        "yurai_derived": VERSION,
        "kind": made.kind,
        "of": {"digest": made.of},
        "settings": dict(made.settings),
        "facts": dict(made.facts),
        "files": [asdict(file) for file in made.files],
        "digest": made.digest,
    }
    store.put(MANIFEST, canonical(value))


def load_derived(store: Store, kind: DerivedKind) -> Derived:
    """Read the manifest of a folder.

    Raises:
        FileNotFoundError: there is none: nothing was made there, or it has not ended.
        AuditError: it is damaged, of another kind, or of a later version.
    """
    value, wrong = parsed(store.read(MANIFEST), SHAPE)
    where = f"{store.url}/{MANIFEST}"
    if wrong is not None:
        raise AuditError(f"{where} is damaged ({wrong}); remove {store.url} and make it again")
    said = cast("_Said", value)
    if said["yurai_derived"] != VERSION or said["kind"] != kind:
        raise AuditError(
            f"{where} is of kind {said['kind']} and version {said['yurai_derived']}, not {kind} and {VERSION}; "
            "remove its folder and make it again with this version of Yurai"
        )
    files = [Delivered(**file) for file in said["files"]]
    made = Derived(kind, said["of"]["digest"], said["settings"], said["facts"], files)
    if made.digest != said["digest"]:
        raise AuditError(f"{where} has another digest than its files say; remove {store.url} and make it again")
    return made


def derived_in(store: Store, kind: DerivedKind) -> list[str]:
    """Return the folders of this kind that a tree holds and that have ended, sorted: order/NAME, search/NAME."""
    return sorted(folder for folder in store.folders(kind) if store.size(f"{folder}/{MANIFEST}") is not None)


def below(store: Store, folder: str) -> Store:
    """Return a folder of a tree as a store of its own."""
    return open_store(f"{store.url.rstrip('/')}/{folder}")


def relation(made: Derived, store: Store, run: RunRecord) -> Relation:
    """Tell whether something was made from a run as it is, as it was before a takedown, or from another one."""
    if made.of == run.digest:
        return "current"
    return "before-takedown" if taken_since(made, store, run) else "other"


def taken_since(made: Derived, store: Store, run: RunRecord) -> list[Tombstone]:
    """Return the takedowns of a run since something was made from it, oldest first; none if it is of another run."""
    stones = load_tombstones(store, run.value)
    before = [stone.value["before"]["digest"] for stone in stones]
    return stones[before.index(made.of) :] if made.of in before else []


def strays(store: Store, folder: str, made: Derived) -> Iterator[str]:
    """Yield, sorted, the names below a folder that its manifest does not have."""
    named = {f"{folder}/{file.name}" for file in made.files} | {f"{folder}/{MANIFEST}"}
    yield from sorted({*store.names(folder)} - named)
