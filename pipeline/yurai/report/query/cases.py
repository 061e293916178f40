"""Tell the takedowns of a tree as tables: cases, done and pending, and the documents that each took."""

from collections import Counter
from collections.abc import Iterator

from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store
from yurai_manifests.takedown.pending import load_pending
from yurai_manifests.takedown.tombstones import Told, load_tombstones

DONE, PENDING = "done", "pending"
Case = tuple[str, Told, int]
"""Its state, what is known of it, and how many files it wrote again, or has to."""


def cases(store: Store, run: RunRecord) -> Iterator[Case]:
    """Yield the cases in the order in which they were done; one that has not ended is the last.

    Raises:
        AuditError: a tombstone, or what a takedown has decided, is missing or damaged.
    """
    pending = load_pending(store)
    for one in load_tombstones(store, run.value):
        if pending is None or one.case != pending["case"]:
            yield DONE, one.value, len(one.value["files"])
    if pending:
        yield PENDING, pending["stone"], len({*pending["rows"], *pending["pointing"]})


def case_rows(store: Store, run: RunRecord) -> Iterator[tuple[object, ...]]:
    """Yield (id, basis, state, received, decided, mode, documents, kept, dropped, failed, tokens, files)."""
    for state, one, files in cases(store, run):
        was = Counter(document["was"] for document in one["documents"])
        days = (one["received"], one["decided"])
        ends = (was["kept"], was["dropped"], was["failed"])
        yield (one["case"], one["basis"], state, *days, one["mode"], was.total(), *ends, one["tokens"], files)


def taken_rows(store: Store, run: RunRecord) -> Iterator[tuple[object, ...]]:
    """Yield (id, doc_id, verdict, was) of each document that a case took, or is to take."""
    for _, one, _ in cases(store, run):
        for document in one["documents"]:
            yield (one["case"], document["doc_id"], document["verdict"], document["was"])
