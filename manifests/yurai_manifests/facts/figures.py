"""Give the figures that every export has, by one name each, so that a reader of any of them finds the same ones."""

from collections.abc import Iterator
from typing import NamedTuple

from yurai_manifests.facts.record import Facts, Share

NONE_NAMED = "unknown"
"""What a share is called whose documents have no value."""


class Figure(NamedTuple):
    """One figure: a name that never changes, its value, and what it counts."""

    name: str
    value: int | str
    about: str


def figures(facts: Facts) -> list[Figure]:
    """Return the figures of a run; what the tree does not know is left out."""
    return [*_counts(facts), *_identities(facts), *_mixes(facts)]


def _counts(facts: Facts) -> Iterator[Figure]:
    yield Figure("documents", facts.documents, "documents in the corpus")
    yield Figure("tokens", facts.tokens, "tokens, by the tokenizer of the recipe")
    yield Figure("text-bytes", facts.text_bytes, "bytes of text, UTF-8")
    yield Figure("payload-bytes", facts.payload_bytes, "bytes of the pages that the texts were made of, decoded")
    yield Figure("candidates", facts.candidates, "records that were looked at")
    yield Figure("dropped", facts.dropped, "of them: left out, with a reason")
    yield Figure("failed", facts.failed, "of them: not readable, with a reason")
    yield Figure("shards", facts.shards, "token shards")
    yield Figure("source-files", facts.source_files, "input files")
    if facts.source_bytes is not None:
        yield Figure("source-bytes", facts.source_bytes, "bytes of the input files")
    yield Figure("undated-documents", facts.captured.undated, "documents without a date of capture")


def _identities(facts: Facts) -> Iterator[Figure]:
    yield Figure("content-digest", facts.digest, "sha256 over the names and sha256 of all delivered files")
    yield Figure("run-json-sha256", facts.manifest_sha256, "sha256 of run.json")
    if facts.root is not None:
        yield Figure("merkle-root", facts.root, "root over all delivered rows, RFC 6962 with SHA-256")
    if facts.source_digest is not None:
        yield Figure("source-digest", facts.source_digest, "digest over the input files")
    if facts.captured.first:
        yield Figure("first-capture", facts.captured.first, "earliest capture of a document")
        yield Figure("last-capture", facts.captured.last, "latest capture of a document")


def _mixes(facts: Facts) -> Iterator[Figure]:
    yield from _mix("language", facts.languages, "documents in this language, as the model says")
    yield from _mix("licence", facts.licences, "documents under this licence, as the rights policy concludes")
    yield from _mix("train", facts.verdicts, "documents with this verdict on training")
    for name, version in facts.tools.items():
        yield Figure(f"tool:{name}", version, "version")
    for name, digest in facts.models.items():
        yield Figure(f"model:{name}", digest, "sha256")


def _mix(kind: str, shares: tuple[Share, ...], about: str) -> Iterator[Figure]:
    for share in shares:
        yield Figure(f"{kind}:{share.name or NONE_NAMED}", share.documents, about)
