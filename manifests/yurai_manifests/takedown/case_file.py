"""Prove a takedown in one signed file: what was in by the old root, is not in by the new one, and its tombstone.

An in-toto statement about run.json as it is after the takedown, in a DSSE envelope. Documents are named by doc_id; a
proof holds hashes of rows and texts, no URL and no text. Whoever checks it needs neither the tree nor the old one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from yurai_manifests.canonical import Json, canonical, sha256
from yurai_manifests.errors import AuditError
from yurai_manifests.merkle.claims import Asked, Proof, prove
from yurai_manifests.merkle.proof import check_proof, parse_proof
from yurai_manifests.merkle.shapes import SHA256
from yurai_manifests.run import RUN, RunRecord
from yurai_manifests.shape import TABLE, Shape
from yurai_manifests.signing.keys import PublicKey, SecretKey
from yurai_manifests.signing.predicate import kind_of, read_predicate, sign_predicate
from yurai_manifests.signing.statement import statement_of
from yurai_manifests.store import Store
from yurai_manifests.takedown.tombstones import SHAPE as STONE
from yurai_manifests.takedown.tombstones import Stone, TakenDocument

PREDICATE: Final = "https://github.com/yurai-corpus/yurai/takedown/v1"
PROVED: Final = 100
"""Documents that a file proves, at most: the first by doc_id. A claim takes some 10 kB."""
FOLDERS: Final = ("documents", "dropped")
_FIELDS: Final[dict[str, Shape]] = {"tombstone": STONE, "tombstone_sha256": SHA256, "before": TABLE, "after": TABLE}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case whose signature and proofs hold; `proved` are the documents that were in and are not."""

    tombstone: Stone
    before: Proof
    after: Proof
    proved: tuple[str, ...]
    signed_at: str
    key: PublicKey


def prove_before(store: Store, run: RunRecord, documents: Sequence[TakenDocument]) -> Proof:
    """Return the proof that what is to go is in: documents/ has what was kept, dropped/ all else.

    Raises:
        AuditError: rows are not those of the roots. ShardError: a delivered file is damaged.
    """
    asked = [Asked("contains", "doc_id", one["doc_id"], _folder(one)) for one in documents[:PROVED]]
    return prove(store, run, asked, statement_of(store))


def sign_case(store: Store, run: RunRecord, tombstone: str, before: Proof, key: SecretKey) -> bytes:
    """Return the case file of a takedown that has ended, canonical JSON; `tombstone` is the name of its own.

    Raises:
        AuditError: `before` is of another run than the tombstone, or rows are not those of the roots.
    """
    data = store.read(tombstone)
    stone = cast("Stone", json.loads(data))
    ids = [one["doc_id"] for one in stone["documents"][:PROVED]]
    after = prove(store, run, [Asked("absent", "doc_id", one, folder) for folder in FOLDERS for one in ids])
    _hold(stone, before, after)
    said = {"tombstone": cast("Json", stone), "tombstone_sha256": sha256(data)}
    said |= {"before": cast("Json", before), "after": cast("Json", after)}
    return sign_predicate(PREDICATE, sha256(store.read(RUN)), said, key)


def is_case(data: bytes) -> bool:
    """Tell a case file from a signed answer, by what its statement says that it is."""
    return kind_of(data) == PREDICATE


def read_case(data: bytes) -> CaseFile:
    """Return the case that an envelope holds, its signature, proofs and tombstone held against each other.

    Raises:
        AuditError: damaged, not signed by the key that it names, or a proof is wrong or of something else.
    """
    said = read_predicate(data, PREDICATE, _FIELDS, "case")
    stone = cast("Stone", said.fields["tombstone"])
    if sha256(canonical(said.fields["tombstone"])) != said.fields["tombstone_sha256"]:
        raise AuditError("the tombstone has another sha256 than the file says")
    before, after = (parse_proof(canonical(said.fields[name])) for name in ("before", "after"))
    check_proof(before)
    check_proof(after)
    return CaseFile(stone, before, after, _hold(stone, before, after), said.signed_at, said.key)


def _hold(stone: Stone, before: Proof, after: Proof) -> tuple[str, ...]:
    """Hold both proofs against the tombstone, and return the documents that they prove."""
    for name, proof, root in (("old", before, stone["before"]["root"]), ("new", after, stone["after"]["root"])):
        if proof["root"] != root:
            raise AuditError(f"the {name} proof is of the run root {proof['root']}, the tombstone of {root}")
    documents = stone["documents"][:PROVED]
    wanted = {("contains", one["doc_id"], _folder(one)) for one in documents}
    wanted |= {("absent", one["doc_id"], folder) for one in documents for folder in FOLDERS}
    claims = [*before["claims"], *after["claims"]]
    found = {(one["claim"], str(one["value"]), one["within"]) for one in claims if one["kind"] == "doc_id"}
    if missing := sorted(wanted - found):
        claim, doc_id, folder = missing[0]
        raise AuditError(f"nothing proves that {folder}/ {claim} {doc_id}, which the tombstone names")
    return tuple(one["doc_id"] for one in documents)


def _folder(one: TakenDocument) -> str:
    return "documents" if one["was"] == "kept" else "dropped"
