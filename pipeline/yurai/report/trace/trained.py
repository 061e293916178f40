"""Tell the steps of training that saw a document, by the orders that lie in its tree."""

from yurai.report.trace.answer import Trained
from yurai.report.training.steps import of_document
from yurai_manifests.derived import below, derived_in, load_derived, relation
from yurai_manifests.lookup.lookup import Lookup


def orders_of(lookup: Lookup) -> tuple[str, ...]:
    """Return the names of the orders of a tree whose steps are known, sorted; those of another run are left out.

    Raises:
        AuditError: the manifest of an order is damaged.
    """
    named = (
        (folder, load_derived(below(lookup.store, folder), "order")) for folder in derived_in(lookup.store, "order")
    )
    return tuple(
        folder.partition("/")[2]
        for folder, made in named
        if made.facts.get("steps") is not None and relation(made, lookup.store, lookup.run) != "other"
    )


def trained(lookup: Lookup, orders: tuple[str, ...], doc_id: str) -> tuple[Trained, ...]:
    """Return the steps that saw tokens of a document, each once, by order and number; errors as `of_document`."""
    found = set[tuple[str, int, int]]()
    for name in orders:
        held = of_document(lookup, name, doc_id)
        found |= {(name, one.step, held.steps) for one in held.seen if one.step is not None and held.steps is not None}
    return tuple(Trained(*one) for one in sorted(found))
