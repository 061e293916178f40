"""Open an order with the run that it was made from, and refuse one that no sample can be made of any more."""

from collections.abc import Mapping
from dataclasses import dataclass

from yurai.api.given import Where, place
from yurai.tokens.order.samples import Order
from yurai_manifests.derived import Derived, below, folder_of, taken_since
from yurai_manifests.errors import AuditError
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import Store, digest_of, open_store
from yurai_manifests.takedown.gaps import fillers_of
from yurai_manifests.takedown.modes import STABLE


@dataclass(frozen=True, slots=True)
class Opened:
    """A tree, an order of it, and the documents that were taken down since the order was made.

    `taken` has by doc_id what their places have in them now: the end-of-document id.
    """

    store: Store
    run: RunRecord
    folder: Store
    made: Derived
    taken: Mapping[str, int]


def opened(out: Where, order: Where = "main") -> Opened:
    """Open a tree and an order of it: a name, or a path or URL (anything with a slash) of its folder.

    Raises:
        RecipeError: there is no such tree or order, or the order is of another run.
        AuditError: a manifest is damaged, or tokens moved in a takedown since the order was made.
    """
    store = open_store(place(out, "out"))
    run = load_run(store)
    name = place(order, "order")
    folder = open_store(name) if "/" in name else below(store, folder_of("order", name))
    found, how = Order.of_run(folder, store, run)
    taken = {} if how == "current" else _taken(store, run, folder, found.made)
    return Opened(store, run, folder, found.made, taken)


def _taken(store: Store, run: RunRecord, folder: Store, made: Derived) -> dict[str, int]:
    """Return the documents of all takedowns since an order was made; errors as `opened`."""
    since = taken_since(made, store, run)
    for stone in since:
        if stone.mode != STABLE:
            raise AuditError(
                f"{folder.url} was made before takedown {stone.case}, which moved tokens in the shards, so its samples "
                "cannot be made; pack again under another name, and resume the training there"
            )
    return fillers_of(since)


def refuse_changed(one: Opened) -> None:
    """Hash the files of an order and every token shard of its run.

    Raises:
        AuditError: a file has other bytes than its manifest names.
    """
    named = [(one.folder, file) for file in one.made.files] + [(one.store, file) for file in one.run.files("shards")]
    for store, file in named:
        if digest_of(store, file.name) != file.sha256:
            raise AuditError(f"{store.url}/{file.name} is not the file that was made: restore it, or pack again")
