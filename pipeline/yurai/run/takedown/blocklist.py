"""Write down what a takedown took, so that a later run knows it again: `yurai_manifests.takedown.blocklist`.

It is written before anything in the tree changes: behind that the texts are gone, and a takedown that was killed could
not make it any more.
"""

from yurai.run.takedown.decide import Order
from yurai.run.takedown.plan import Plan
from yurai.stages.blocklist.passages import passage_of
from yurai.stages.blocklist.sets import LEAST_CHARACTERS, LEAST_SHINGLES, sets_of
from yurai_manifests.takedown.blocklist import VERSION, Listed, Sized, list_key, packed
from yurai_manifests.takedown.keyed import Kind, keyed


def blocklist_of(order: Order, plan: Plan) -> Listed:
    """Return the blocklist of an order and of what it takes from a tree."""
    key, found = list_key(order.key), plan.documents.values()
    sets = sets_of(list(plan.texts))
    short = [
        text
        for text, one in zip(plan.texts, sets, strict=True)
        if one.size < LEAST_SHINGLES and len(text) >= LEAST_CHARACTERS
    ]
    passages = {*_values(order, "contains"), *short}
    bodies = {one.body for one in found if one.body}
    texts = {*plan.texts, *(one.text for one in found if one.text)}
    surts: list[Sized] = [{"characters": len(one), "hmac": keyed(key, "surt", one)} for one in _values(order, "surt")]
    return Listed(
        yurai_blocklist=VERSION,
        case=order.case,
        basis=order.basis,
        near=f"{order.near:.4f}",
        key=key.hex(),
        urls=_hashed(key, "url", _values(order, "url")),
        domains=_hashed(key, "domain", _values(order, "domain")),
        sha256s=_hashed(key, "sha256", {*_values(order, "sha256"), *bodies}),
        texts=_hashed(key, "text", texts),
        shingles=sorted({packed(one) for one in sets}),
        surts=sorted(surts, key=lambda one: one["hmac"]),
        passages=sorted((passage_of(one, key) for one in passages), key=lambda one: one["hmac"]),
    )


def _values(order: Order, kind: Kind) -> set[str]:
    return {one.value for one in order.selectors if one.kind == kind}


def _hashed(key: bytes, kind: Kind, values: set[str]) -> list[str]:
    return sorted(keyed(key, kind, one) for one in values)
