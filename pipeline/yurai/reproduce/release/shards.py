"""Tell which token shards may go: those of which each document's words are given, and its URL is shown."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import pyarrow as pa

from yurai.reproduce.release.columns import GIVEN
from yurai_manifests.errors import AuditError
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import Delivered
from yurai_manifests.schema import SCHEMA_VERSION, TOKEN_INDEX
from yurai_manifests.store import Store

POINTERS: Final = pa.schema(
    [field for field in TOKEN_INDEX if field.name != "url"], metadata={"schema_version": SCHEMA_VERSION}
)
"""What is told of a shard that stays: which tokens were those of which document."""
Document: TypeAlias = tuple[str, bool, str | None]
"""doc_id, whether its words are given, its URL where it is shown."""


def by_stem(files: Iterable[Delivered]) -> dict[str, dict[str, Delivered]]:
    """Return the files of each shard by their endings, shards in order."""
    found: dict[str, dict[str, Delivered]] = {}
    for file in files:
        stem, _, ending = file.name.rpartition(".")
        found.setdefault(stem, {})[ending] = file
    return found


def given_documents(folder: Store, names: Iterable[str]) -> Iterator[Document]:
    """Yield the documents of a release in order, as they were written."""
    for name in names:
        with folder.open(name) as handle:
            for batch in read_rows(handle, ["doc_id", GIVEN, "url"]):
                yield from zip(*(batch.column(one).to_pylist() for one in ("doc_id", GIVEN, "url")), strict=True)


def is_given(index: Iterable[pa.RecordBatch], documents: Iterator[Document], where: str) -> bool:
    """Whether all documents of a shard are given; takes them from `documents`, which have the order of shards.

    Raises:
        AuditError: they have not.
    """
    whole = True
    for batch in index:
        for doc_id, url in zip(*(batch.column(one).to_pylist() for one in ("doc_id", "url")), strict=True):
            found, given, shown = next(documents, ("", False, None))
            if found != doc_id:
                raise AuditError(f"{where} holds {doc_id} where documents/ has {found or 'none'}; run `yurai audit`")
            whole = whole and given and url == shown
    return whole
