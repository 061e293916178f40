"""Check a proof without the data: everything in it leads to one root, and every field is held to what follows from it.

Who trusts the root trusts the proof: the root is what the run's owner signed, or what whoever checks was told. That the
rows of a tree of keys are sorted is the owner's word, which `yurai verify OUT` and `yurai audit OUT` check.
"""

import json
from collections.abc import Mapping
from typing import cast

from yurai_manifests.canonical import Json
from yurai_manifests.errors import AuditError, ContractError
from yurai_manifests.merkle.claims import Claimed, Document, Entry, Proof, proof_digest
from yurai_manifests.merkle.leaves import hash_of
from yurai_manifests.merkle.roots import Head, file_leaf, run_root
from yurai_manifests.merkle.shapes import ABSENT, CONTAINS, PROOF
from yurai_manifests.merkle.sorted_keys import digest, key_of
from yurai_manifests.merkle.tree import EMPTY, leaf_hash, root_by
from yurai_manifests.shape import fault


def parse_proof(data: bytes) -> Proof:
    """Return the proof that `data` holds.

    Raises:
        AuditError: no proof, or one with other fields than a proof has.
    """
    try:
        value: Json = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"this is no proof of Yurai: {error}") from error
    if wrong := fault(value, PROOF):
        raise AuditError(f"this is no proof of Yurai: {wrong}")
    proof = cast("Proof", value)
    for number, claim in enumerate(proof["claims"]):
        if wrong := fault(claim, CONTAINS if claim["claim"] == "contains" else ABSENT, f"claims[{number}]"):
            raise AuditError(f"this is no proof of Yurai: {wrong}")
    try:
        same = proof_digest(proof) == proof["sha256"]
    except ContractError as error:  # a number or letter that canonical JSON does not have
        raise AuditError(f"this is no proof of Yurai: {error}") from error
    if not same:
        raise AuditError("the proof is damaged: its sha256 is not that of its fields")
    return proof


def _once(pairs: list[tuple[str, Json]]) -> Mapping[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one table")
    return value


def check_proof(proof: Proof) -> None:
    """Check that the root of a proof follows from each of its claims; the root itself is to be trusted or not.

    Raises:
        AuditError: a claim does not hold; the message names it.
    """
    if run_root(proof["trees"]).hex() != proof["root"]:
        raise AuditError("the proof is wrong: its trees do not have the root that it states")
    for number, claim in enumerate(proof["claims"]):
        try:
            _check(claim, proof["trees"])
        except ValueError as error:
            shown = claim["value"] if claim["value"] is not None else f"text {claim['key'][:16]}"
            raise AuditError(f"the proof is wrong: claims[{number}], {claim['claim']} {shown}: {error}") from error


def _check(claim: Claimed, trees: Mapping[str, Head]) -> None:
    kind, value = claim["kind"], claim["value"]
    if (kind == "text") != (value is None):
        raise ValueError("a URL or a doc_id is stated in full, a text never is")
    if value is not None and key_of(kind, value).hex() != claim["key"]:
        raise ValueError("its key is not that of its value")
    keys, folder = _head(trees, f"{claim['within']}/{kind}"), _head(trees, claim["within"])
    if claim["claim"] == "contains":
        _check_contains(claim, keys, folder)
    else:
        _check_absent(claim, keys)


def _head(trees: Mapping[str, Head], name: str) -> Head:
    if name not in trees:
        raise ValueError(f"the run has no tree {name}")
    return trees[name]


def _check_contains(claim: Claimed, keys: Head, folder: Head) -> None:
    entry, document = claim["entry"], claim["document"]
    if entry["key"] != claim["key"]:
        raise ValueError("its row is of another key")
    _check_entry(entry, keys)
    _check_document(claim, document, folder)


def _check_document(claim: Claimed, document: Document, folder: Head) -> None:
    leaf, file = document["leaf"], document["file"]
    doc_id, kind = leaf["doc_id"], leaf["kind"]
    if doc_id is None or digest(doc_id).hex() != claim["entry"]["doc"] or kind != claim["within"]:
        raise ValueError("its leaf is of another document")
    name, rows, root = str(file["file"]), cast("int", file["rows"]), str(file["root"])
    if root_by(hash_of(leaf), document["index"], rows, _path(document["path"])).hex() != root:
        raise ValueError(f"the path of its leaf does not lead to the root of {name}")
    top = root_by(file_leaf(name, rows, root), document["file_index"], folder["size"], _path(document["file_path"]))
    if top.hex() != folder["root"]:
        raise ValueError(f"the path of {name} does not lead to the root of {claim['within']}/")


def _check_absent(claim: Claimed, keys: Head) -> None:
    """Hold both neighbours against the key: next to each other, one before and one behind it, or an end of the tree."""
    left, right, key, size = claim["left"], claim["right"], claim["key"], keys["size"]
    if not size and not left and not right:
        if keys["root"] != EMPTY.hex():
            raise ValueError("the tree is said to be empty, and has another root")
        return
    if (left["index"] + 1 if left else 0) != (right["index"] if right else size):
        raise ValueError("its neighbours do not stand next to each other")
    if (left and left["key"] >= key) or (right and right["key"] <= key):
        raise ValueError("its neighbours do not bracket the key")
    for entry in (left, right):
        if entry:
            _check_entry(entry, keys)


def _check_entry(entry: Entry, keys: Head) -> None:
    leaf = leaf_hash(bytes.fromhex(entry["key"] + entry["doc"]))
    if root_by(leaf, entry["index"], keys["size"], _path(entry["path"])).hex() != keys["root"]:
        raise ValueError(f"the path of row {entry['index']} does not lead to the root of its tree")


def _path(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in path]


def holds_text(proof: Proof, text: str) -> bool:
    """Whether a claim of the proof is about this text."""
    key = key_of("text", text).hex()
    return any(claim["kind"] == "text" and claim["key"] == key for claim in proof["claims"])
