"""Prove that a document is in a run, or that none with a URL, doc_id or text is, from the tree that lies there.

A claim about a key rests on the tree of keys of its folder, sorted: the row of the key, or the two rows that stand next
to each other where it would be. What is in carries the leaf of the document as well, with its place in its file.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, TypedDict

from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.merkle.check import FIELD, roots_of
from yurai_manifests.merkle.leaves import Leaf, hash_of
from yurai_manifests.merkle.places import Place, find_places
from yurai_manifests.merkle.read import file_leaves, ids_of, key_files
from yurai_manifests.merkle.roots import Head, RootsJson, file_leaf
from yurai_manifests.merkle.shapes import ROOTS
from yurai_manifests.merkle.sorted_keys import KINDS, KeyKind, digest, key_of, leaves, merged
from yurai_manifests.merkle.tree import paths_of
from yurai_manifests.run import RunRecord
from yurai_manifests.shape import fault
from yurai_manifests.store import Store

Claim: TypeAlias = Literal["contains", "absent"]
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What to prove: that `value`, a URL, a doc_id or a whole text, is in a folder, or is not."""

    claim: Claim
    kind: KeyKind
    value: str
    within: str = "documents"

    @property
    def tree(self) -> str:
        """The tree of keys that answers."""
        return f"{self.within}/{self.kind}"


class Entry(TypedDict):
    """A key row (both hex), and its place among all of its tree."""

    index: int
    key: str
    doc: str
    path: list[str]


class Claimed(TypedDict, total=False):
    """One claim of a proof; `value` is null of a text, which a proof never repeats."""

    claim: Claim
    kind: KeyKind
    value: str | None
    key: str
    within: str
    entry: Entry
    document: "Document"
    left: Entry | None
    right: Entry | None


class Document(TypedDict):
    """The leaf of a document, its place in its file, and the place of the file in its folder."""

    leaf: Leaf
    index: int
    path: list[str]
    file: dict[str, str | int]
    file_index: int
    file_path: list[str]


class Proof(TypedDict):
    """A proof, whole; `statement` is the signed envelope of the run, null where nobody signed it.

    `sha256` is of the canonical JSON of all else: it finds damage, no forger.
    """

    yurai_proof: int
    root: str
    trees: dict[str, Head]
    claims: list[Claimed]
    statement: Json
    sha256: str


def prove(store: Store, run: RunRecord, asked: Sequence[Asked], statement: Json = None) -> Proof:
    """Return the proof of all that is asked; each tree is built once, however much is asked of it.

    Raises:
        RecipeError: something asked is not so, or the run has no roots, or no such keys.
        AuditError: the rows are not those of the roots.
        ShardError: a delivered file is damaged.
    """
    if FIELD not in run.value:
        raise RecipeError("run.json has no Merkle roots: it was made before there were any; run again with --rebuild")
    if wrong := fault(run.value[FIELD], ROOTS, FIELD):
        raise AuditError(f"run.json: {wrong}; restore it or rebuild")
    roots = roots_of(run)
    claims: list[Claimed | None] = [None] * len(asked)
    for tree in sorted({one.tree for one in asked}):
        numbers = [number for number, one in enumerate(asked) if one.tree == tree]
        for number, claim in zip(numbers, _claims(store, run, roots, [asked[n] for n in numbers]), strict=True):
            claims[number] = claim
    whole = [claim for claim in claims if claim is not None]
    proof = Proof(yurai_proof=1, root=roots["run"], trees=roots["trees"], claims=whole, statement=statement, sha256="")
    return Proof({**proof, "sha256": proof_digest(proof)})


def proof_digest(proof: Proof) -> str:
    """Return the digest of all fields of a proof but that digest."""
    return fingerprint({name: value for name, value in proof.items() if name != "sha256"})


def _claims(store: Store, run: RunRecord, roots: RootsJson, asked: Sequence[Asked]) -> list[Claimed]:
    """Return the claims that one tree answers."""
    kind, within = asked[0].kind, asked[0].within
    if kind not in KINDS.get(within, ()):
        raise RecipeError(f"{within}/ has no keys of {kind}; it has {', '.join(KINDS.get(within, ())) or 'none'}")
    keys = [key_of(kind, one.value) for one in asked]
    with tempfile.TemporaryDirectory(prefix="yurai-keys-") as spool:
        files = key_files(store, run.files(within), (kind,), Path(spool))[kind]
        size, places = find_places(files, keys)
        _refuse_untrue(asked, [places[key] for key in keys])
        entries = _entries(files, size, places.values(), roots["trees"][asked[0].tree])
    held = {place.row[32:] for key, place in places.items() if place.held and place.row}
    documents = _documents(store, run, roots, within, held) if held else {}
    return [_claim(one, key, places[key], entries, documents) for one, key in zip(asked, keys, strict=True)]


def _refuse_untrue(asked: Sequence[Asked], places: Sequence[Place]) -> None:
    for claim, other, words in (("contains", "--absent", "not in"), ("absent", "--contains", "in")):
        wrong = [
            one
            for one, place in zip(asked, places, strict=True)
            if one.claim == claim and place.held != (claim == "contains")
        ]
        if wrong:
            names = ", ".join(_shown(one) for one in wrong[:SHOWN]) + (" ..." if len(wrong) > SHOWN else "")
            raise RecipeError(
                f"{len(wrong):,} of {len(asked):,} cannot be proved: {names}: {words} {wrong[0].within}/; "
                f"{other} proves that"
            )


def _shown(one: Asked) -> str:
    return f"a text of {len(one.value):,} characters" if one.kind == "text" else one.value


def _entries(files: Sequence[Path], size: int, places: Iterable[Place], head: Head) -> dict[int, Entry]:
    """Return the rows that claims need, with their paths, by their places."""
    rows = {index: row for place in places for index, row in place.rows()}
    root, paths = paths_of(leaves(merged(files)), size, rows)
    if (root.hex(), size) != (head["root"], head["size"]):
        raise AuditError("the keys of the rows that lie there have another root than run.json says; audit the run")
    return {
        index: Entry(index=index, key=row[:32].hex(), doc=row[32:].hex(), path=[one.hex() for one in paths[index]])
        for index, row in rows.items()
    }


def _claim(
    one: Asked, key: bytes, place: Place, entries: Mapping[int, Entry], documents: Mapping[bytes, Document]
) -> Claimed:
    claim = Claimed(
        claim=one.claim,
        kind=one.kind,
        value=None if one.kind == "text" else one.value,
        key=key.hex(),
        within=one.within,
    )
    if place.row is not None and place.held:
        return claim | {"entry": entries[place.index], "document": documents[place.row[32:]]}
    return claim | {"left": entries.get(place.index - 1), "right": entries.get(place.index)}


def _documents(
    store: Store, run: RunRecord, roots: RootsJson, within: str, wanted: set[bytes]
) -> dict[bytes, Document]:
    """Return the leaves of documents by the hash of their ids; files that hold none of them are read for ids alone."""
    files = run.files(within)
    found: dict[int, dict[int, bytes]] = {}
    for number, row, doc_id in ids_of(store, files):
        if (name := digest(doc_id)) in wanted:
            found.setdefault(number, {})[row] = name
    _, paths = paths_of((file_leaf(one.name, one.rows, roots["files"][one.name]) for one in files), len(files), found)
    documents: dict[bytes, Document] = {}
    for number, rows in found.items():
        file = files[number]
        whole: dict[str, str | int] = {"file": file.name, "root": roots["files"][file.name], "rows": file.rows}
        for row, leaf, path in _in_file(store, run, within, number, sorted(rows)):
            documents[rows[row]] = Document(
                leaf=leaf,
                index=row,
                path=path,
                file=whole,
                file_index=number,
                file_path=[one.hex() for one in paths[number]],
            )
    return documents


def _in_file(
    store: Store, run: RunRecord, within: str, number: int, rows: Sequence[int]
) -> Iterator[tuple[int, Leaf, list[str]]]:
    """Yield (row, leaf, path) of some rows of a file."""
    file, kept = run.files(within)[number], dict[int, Leaf]()

    def hashes() -> Iterator[bytes]:
        for row, leaf in enumerate(file_leaves(store, run, within, file)):
            if row in wanted:
                kept[row] = leaf
            yield hash_of(leaf)

    wanted = set(rows)
    root, paths = paths_of(hashes(), file.rows, rows)
    if root.hex() != roots_of(run)["files"][file.name]:
        raise AuditError(f"{file.name}: its rows have another Merkle root than run.json says; audit the run")
    yield from ((row, kept[row], [one.hex() for one in paths[row]]) for row in rows)
