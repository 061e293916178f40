"""Check that every row of evidence is about an extracted page, in one pass over two columns."""

from collections.abc import Iterator
from typing import cast

from yurai_manifests.findings import Finding
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store


def check_evidence(store: Store, run: RunRecord) -> Iterator[Finding]:
    """Compare the `doc_id` of evidence/ with those of extracted/, which has the same order; memory holds one batch.

    Raises:
        ShardError: a file is damaged.
    """
    if not any(file.rows for file in run.files("evidence")):
        return
    pages = _ids(store, run, "extracted")
    page = next(pages, None)
    for name in _ids(store, run, "evidence"):
        while page is not None and page != name:
            page = next(pages, None)
        if page is None:
            message = f"the row about {name} is of no page in extracted/, or out of its order"
            yield Finding("error", "evidence", "evidence", message, "do not publish; rebuild")
            return


def _ids(store: Store, run: RunRecord, folder: str) -> Iterator[str]:
    for file in run.files(folder):
        with store.open(file.name) as handle:
            for batch in read_rows(handle, ["doc_id"]):
                yield from cast("list[str]", batch.column(0).to_pylist())
