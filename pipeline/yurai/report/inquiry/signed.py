"""Prove an answer by the Merkle roots of its run, sign it, and verify a signed one without the corpus.

An answer rests on claims of `yurai prove`: the URL, doc_id or text is, or is not, among the keys of documents/ and of
what did not go in, and each candidate that is named is in its folder. Domains and quotations have no keys: of them the
named candidates are proved, and that there are no more is the signer's word.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from yurai.report.inquiry.answer import Answer, answer_of
from yurai.report.inquiry.work import Work
from yurai_manifests.canonical import Json, canonical
from yurai_manifests.errors import AuditError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.merkle.claims import Asked, Claimed, Proof, prove
from yurai_manifests.merkle.proof import check_proof, parse_proof
from yurai_manifests.merkle.shapes import or_null
from yurai_manifests.merkle.sorted_keys import KeyKind
from yurai_manifests.shape import TABLE, Shape
from yurai_manifests.signing.keys import PublicKey, SecretKey
from yurai_manifests.signing.predicate import read_predicate, sign_predicate, subject_of
from yurai_manifests.signing.statement import statement_of

PREDICATE: Final = "https://github.com/yurai-corpus/yurai/answer/v1"
KEYED: Final[Mapping[str, KeyKind]] = {"url": "url", "doc_id": "doc_id", "text": "text"}
ASIDE: Final = {"url": "dropped", "doc_id": "dropped", "text": "extracted"}
"""Where else than in documents/ a key may be: texts of what was dropped are in extracted/."""
PROVED: Final = 100
"""Candidates that an answer proves by their doc_ids, at most."""
_FIELDS: Final[dict[str, Shape]] = {"answer": TABLE, "proof": or_null(TABLE)}


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """An answer whose signature and proof hold."""

    answer: Answer
    proof: Proof | None
    signed_at: str
    key: PublicKey


def sign_answer(lookup: Lookup, answer: Answer, key: SecretKey, text: str | None = None) -> bytes:
    """Return the answer with its proof, signed: a DSSE envelope, canonical JSON; the keys of the run are read for it.

    `text` is the text that was asked about, which the answer does not hold.

    Raises:
        AuditError: rows are not those of the roots. ShardError: a delivered file is damaged.
    """
    proof = None
    if answer.run.root is not None and (asked := list(claims_of(lookup, answer, text))):
        proof = prove(lookup.store, lookup.run, asked, statement_of(lookup.store))
    said = {"answer": answer.json(), "proof": cast("Json", proof)}
    return sign_predicate(PREDICATE, answer.run.run_sha256, said, key)


def claims_of(lookup: Lookup, answer: Answer, text: str | None = None) -> Iterator[Asked]:
    """Yield what proves an answer: its key in, or not in, each folder; then each candidate in its folder."""
    question = answer.question
    value = text if question.kind == "text" else question.value
    if (kind := KEYED.get(question.kind)) and value is not None:
        for folder in ("documents", ASIDE[kind]):
            held = bool(lookup.find(folder, kind, value, ("doc_id",)))
            yield Asked("contains" if held else "absent", kind, value, folder)
    named = {(_folder(work), work.doc_id): None for work in (*answer.works, *answer.similar)}
    named |= {("documents", work.kept_copy.doc_id): None for work in answer.works if work.kept_copy and work.text_in}
    for folder, doc_id in list(named)[:PROVED]:
        yield Asked("contains", "doc_id", doc_id, folder)


def _folder(work: Work) -> str:
    return work.file.partition("/")[0]


def is_signed(data: bytes) -> bool:
    """Tell a signed answer from a proof, by its fields alone."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "payloadType" in value


def read_answer(data: bytes) -> SignedAnswer:
    """Return the answer that an envelope holds, its signature, its proof and what it says held against each other.

    Raises:
        AuditError: damaged, not signed by the key that it names, or the proof is wrong or proves another answer.
    """
    said = read_predicate(data, PREDICATE, _FIELDS, "answer")
    try:
        answer = answer_of(said.fields["answer"])
    except ValueError as error:
        raise AuditError(f"this is no signed answer of Yurai: {error}") from error
    if said.subject != subject_of(answer.run.run_sha256):
        raise AuditError("the answer is about another run than its statement names")
    proof = None if said.fields["proof"] is None else parse_proof(canonical(said.fields["proof"]))
    if proof is not None:
        check_proof(proof)
        _hold(answer, proof)
    return SignedAnswer(answer, proof, said.signed_at, said.key)


def _hold(answer: Answer, proof: Proof) -> None:
    """Hold an answer against the claims of its proof."""
    if proof["root"] != answer.run.root:
        raise AuditError("the proof is of another run root than the answer")
    ids = {
        (one["within"], one["value"])
        for one in proof["claims"]
        if one["claim"] == "contains" and one["kind"] == "doc_id"
    }
    named = [(_folder(work), work.doc_id) for work in answer.works]
    if unproved := [doc_id for folder, doc_id in named[:PROVED] if (folder, doc_id) not in ids]:
        raise AuditError(f"the proof does not hold {unproved[0]}, which the answer names")
    if (kind := KEYED.get(answer.question.kind)) is not None:
        _hold_key(answer, kind, [one for one in proof["claims"] if one["kind"] == kind])


def _hold_key(answer: Answer, kind: KeyKind, claims: list[Claimed]) -> None:
    """Hold what an answer says of a key against the claims about it."""
    value = answer.question.value
    about = {one["within"]: one["claim"] for one in claims if kind == "text" or one["value"] == value}
    if not {"documents", ASIDE[kind]} <= set(about):
        raise AuditError("the proof says nothing of what was asked")
    named = {_folder(work) for work in answer.works if kind != "text" or _equal(work)}
    for folder in ("documents", "dropped"):
        if about.get(folder) == "absent" and folder in named:
            raise AuditError(f"the answer names a candidate in {folder}/ and its proof says that there is none")
        if about.get(folder) == "contains" and folder not in named and answer.works_count <= len(answer.works):
            raise AuditError(f"the answer names no candidate in {folder}/ and its proof says that there is one")


def _equal(work: Work) -> bool:
    return work.match is not None and work.match.how == "equal" and work.match.delivered
