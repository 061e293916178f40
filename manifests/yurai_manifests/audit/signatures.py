"""Compare index/ with documents/: the same documents in the same order, and their signatures made again."""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from yurai_manifests.audit.case import Case
from yurai_manifests.audit.streams import Stream, ids_of, read_span
from yurai_manifests.audit.unlike import Faults, differing
from yurai_manifests.findings import Finding
from yurai_manifests.schema import INDEX

LATER: Final = ("filter", "line-dedup", "select", "dedup", "decontaminate", "threshold")
"""Stages that, behind the one that signs, drop documents or change texts, so that index/ holds what was before them."""


def check_index(case: Case) -> Iterator[Finding]:
    """Walk index/ beside documents/."""
    if case.sums.broken or not case.run.files("index") or not case.readable("documents", "index"):
        return
    faults = Faults("index")
    stages = [str(one["use"]) for one in case.run.recipe_stages]
    last = len(stages) - 1 - stages[::-1].index("near-dedup") if "near-dedup" in stages else len(stages)
    parallel = not {*LATER} & {*stages[last + 1 :]}
    signs = case.means.signs if parallel else None
    documents = Stream(read_span(case.store, case.run.files("documents"), None if signs else ["doc_id", "text_bytes"]))
    for batch in read_span(case.store, case.run.files("index"), None):
        index = pa.Table.from_batches([batch])
        names = ids_of(index)
        places, rows = documents.matching(names)
        if parallel and len(places) < len(names):
            faults.add(
                "index", "are of no document, or out of its order", sorted({*names} - {names[at] for at in places})
            )
        elif parallel and rows is not None:
            due = pa.Table.from_batches([signs(one) for one in rows.to_batches()]) if signs else rows
            for name in INDEX.names if signs else ["text_bytes"]:
                wrong = differing(index.column(name), due.column(name))
                faults.add("index", f"have another {name} than their documents", [names[at] for at in wrong])
    if (rest := documents.next_id()) is not None:
        faults.add("index", "of documents/ or more are not in it, or out of its order", [rest])
    yield from faults.findings()
