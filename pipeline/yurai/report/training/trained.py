"""Tell the steps of training that saw a document, by the orders that lie in its tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from yurai.report.training.steps import NAMED, steps_in
from yurai.tokens.order.samples import Order
from yurai_manifests.derived import below, derived_in, load_derived, relation
from yurai_manifests.lookup.lookup import Lookup

Orders: TypeAlias = Mapping[str, Order]
"""Open orders by their names."""


@dataclass(frozen=True, slots=True)
class Trained:
    """When a model was trained on tokens of a document: step `number` of `of`, by the order that is called so."""

    order: str
    number: int
    of: int


def orders_of(lookup: Lookup) -> Orders:
    """Open the orders of a tree whose steps are known, sorted by name; those of another run are left out.

    Raises:
        AuditError: the manifest of an order is damaged.
    """
    stores = {folder.partition("/")[2]: below(lookup.store, folder) for folder in derived_in(lookup.store, "order")}
    opened = {name: Order(store, load_derived(store, "order")) for name, store in stores.items()}
    return {
        name: order
        for name, order in opened.items()
        if order.steps is not None and relation(order.made, lookup.store, lookup.run) != "other"
    }


def trained(lookup: Lookup, orders: Orders, doc_id: str) -> tuple[Trained, ...]:
    """Return the steps that saw tokens of a document, each once, by order and number.

    Raises:
        ShardError, AuditError: a file of an order is damaged.
    """
    found = set[tuple[str, int, int]]()
    for name, order in orders.items():
        held = steps_in(lookup, order, name, doc_id)
        found |= {(name, one.step, held.steps) for one in held.seen if one.step is not None and held.steps is not None}
    return tuple(Trained(*one) for one in sorted(found))


def said(steps: Sequence[Trained], most: int | None = NAMED) -> str:
    """Return steps on one line, the first `most` of them."""
    shown = steps[:most]
    more = f" and {len(steps) - len(shown):,} more" if len(steps) > len(shown) else ""
    return ", ".join(f"{one.number:,} (/{one.of:,}) of order {one.order}" for one in shown) + more
