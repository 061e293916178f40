"""Train on documents: find those of trees and Parquet files, and write what was made with its origin beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from yurai.engine.state import Shards, chained, of_files, of_parquet
from yurai_manifests.canonical import Json, canonical
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RUN, load_run, refuse_unended
from yurai_manifests.store import Store, open_store


def opened(inputs: Sequence[str]) -> tuple[list[Store], list[str]]:
    """Return the stores of those inputs that are finished output trees, and the other inputs.

    Raises:
        RecipeError: the run of a tree has not ended.
    """
    stores = {url: open_store(url) for url in inputs}
    for store in stores.values():
        refuse_unended(store)
    trees = [store for store in stores.values() if store.size(RUN) is not None]
    return trees, [url for url, store in stores.items() if store not in trees]


def of_trees(trees: Sequence[Store]) -> Shards:
    """Return the documents of finished trees."""
    return chained([of_files(store, load_run(store).files("documents")) for store in trees])


def documents_of(inputs: Sequence[str]) -> Shards:
    """Documents of all trees and Parquet files, in the order of their digests: the order of inputs is irrelevant."""
    trees, files = opened(inputs)
    together = chained([of_trees(trees), *([of_parquet(files).survivors] if files else [])])
    ordered = sorted(together, key=lambda shard: shard.sha256)
    return Shards(together.count, together.rows, together.size, lambda: iter(ordered))


def write_made(output: str, suffix: str, data: bytes, origin: Mapping[str, Json]) -> None:
    """Write what was made to `output`, a path or fsspec URL, and its origin to its name with `.origin.json` instead.

    Raises:
        RecipeError: one of them is there and holds something else.
    """
    for name, content in ((output, data), (f"{output.removesuffix(suffix)}.origin.json", canonical(origin))):
        folder, _, key = name.rpartition("/")
        store = open_store(folder or ("/" if name.startswith("/") else "."))
        if not store.put_if_absent(key, content) and store.read(key) != content:
            raise RecipeError(f"{name} is there and holds something else; remove it, or choose another --output")
