"""Trace a text: its spans by an index, their documents by the tree."""

from dataclasses import dataclass
from typing import Final

from yurai.report.safe_text import shown
from yurai.report.trace.answer import Spanned, Trace
from yurai.report.trace.carriers import Carriers
from yurai.report.training.trained import orders_of
from yurai.search import Found, Rules, Search
from yurai_manifests.derived import Relation, load_derived, relation
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store
from yurai_manifests.takedown.tombstones import load_tombstones

DOCUMENTS: Final = 10
SPANS: Final = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """An open index, where it lies, and how it relates to the tree."""

    search: Search
    url: str
    relation: Relation


def open_index(tree: Store, run: RunRecord, folder: Store) -> Opened:
    """Open the index in a folder for a tree; documents that were taken down since it was made are left out.

    Raises:
        RecipeError: there is none, or it was made from another run. AuditError: it is damaged.
    """
    try:
        made = load_derived(folder, "search")
    except FileNotFoundError as error:
        raise RecipeError(f"{folder.url} holds no index of the text; run `yurai index {tree.url}` first") from error
    related = relation(made, tree, run)
    if related == "other":
        raise RecipeError(f"{folder.url} was made from another run than {tree.url}; run `yurai index {tree.url}` again")
    gone = load_tombstones(tree, run.value) if related == "before-takedown" else []
    taken = {document["doc_id"] for stone in gone for document in stone.value["documents"]}
    return Opened(Search.of(folder, made, taken), folder.url, related)


def trace(
    lookup: Lookup,
    opened: Opened,
    text: str,
    rules: Rules | None = None,
    *,
    documents: int = DOCUMENTS,
    spans: int = SPANS,
) -> Trace:
    """Find where a text comes from: its maximal verbatim spans, rarest first, and the documents that hold them.

    `documents` of each span are told of, and `spans` spans.

    Raises:
        RecipeError: the text is too long. AuditError, ShardError: the index or the tree is damaged.
    """
    rules, search = rules or Rules(), opened.search
    found = search.spans(text, rules)
    orders = orders_of(lookup)
    carriers = Carriers(lookup, search, orders)
    return Trace(
        letters=len(text),
        covered=_covered(found),
        least=rules.least,
        by=rules.by,
        form=search.form,
        index=opened.url,
        relation=opened.relation,
        orders=tuple(orders),
        spans_count=len(found),
        spans=tuple(_span(carriers, text, one, documents) for one in found[:spans]),
    )


def _span(carriers: Carriers, text: str, found: Found, documents: int) -> Spanned:
    held = tuple(carriers.carrier(hit, found.text) for hit in carriers.search.find(found.text, documents))
    return Spanned(found.start, found.end, shown(text[found.start : found.end]), found.count, held)


def _covered(found: list[Found]) -> int:
    """Return how many letters are in a span; spans may overlap."""
    count = last = 0
    for start, end in sorted((one.start, one.end) for one in found):
        count += max(end - max(start, last), 0)
        last = max(end, last)
    return count
