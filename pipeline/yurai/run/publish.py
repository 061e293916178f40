"""Name the delivered files at the end of a run, remove what nothing names any more, and write run.json last."""

import importlib.metadata
import json
import platform
from collections import Counter
from collections.abc import Mapping
from typing import Any

import yurai
from yurai.engine.engine import Engine
from yurai.engine.state import State
from yurai.engine.task import failpoint
from yurai.run.recipe import Recipe
from yurai.stages.roots.driver import Made, make_roots
from yurai_manifests.canonical import Json, canonical, fingerprint
from yurai_manifests.card import put_card
from yurai_manifests.names import most_frequent
from yurai_manifests.plan import PLAN
from yurai_manifests.run import FOLDERS, RUN, Delivered, RunRecord, content_digest, token_shards, token_sum
from yurai_manifests.schema import SCHEMA_VERSION
from yurai_manifests.seal import SEALED, digests, sealed
from yurai_manifests.step import StepRecord, outputs, tasks
from yurai_manifests.store import Store, digest_of
from yurai_manifests.task import Output, StepId, clear_spools

PAGE = "report/index.html"
SIGNATURES = "signatures"
PACKAGES = (
    "ray",
    "warcio",
    "trafilatura",
    "lxml",
    "pypdfium2",
    "fasttext-predict",
    "pyarrow",
    "datasketch",
    "tokenizers",
    "sentencepiece",
    "tld",
)
Named = list[tuple[str, Output]]


def publish(
    engine: Engine,
    recipe: Recipe,
    state: State,
    delivered: StepRecord,
    kinds: list[str],
    sources: Mapping[str, Json],
) -> RunRecord:
    """Publish the files that the last steps wrote and write run.json, last; return what it says.

    A run that is there already is left alone, unless it is made again; a dataset card that is lost is written again.
    """
    store = engine.store
    named = {kind: _named(store, kind, delivered) for kind in kinds}
    if state.tokens is not None:
        named["shards"] = _named_shards(store, state.steps[-1])
    files = {folder: [_delivered(name, output) for name, output in entries] for folder, entries in named.items()}
    made = make_roots(engine, len(state.done), named)
    value = _value(recipe, state, delivered, sources, files, made) | {"plan": digest_of(store, PLAN)}
    value = sealed(with_last_step(engine, len(state.done), value))
    data = canonical(value)
    entries = [entry for found in named.values() for entry in found]
    run, as_read = RunRecord(value), RunRecord(json.loads(data))  # canonical JSON has 5 for 5.0
    if not engine.rebuild and _is_published(store, data, entries):
        put_card(store, as_read)
        return run
    store.remove(RUN)
    for key in [PAGE, *store.names(SIGNATURES)]:  # they tell of what is replaced now
        store.remove(key)
    _place(store, entries)
    put_card(store, as_read)
    failpoint("before-run")
    store.put(RUN, data)
    clear_spools(store)
    return run


def _is_published(store: Store, data: bytes, entries: Named) -> bool:
    """Tell whether this very run is there with all its files; one that was lost or cut is put back otherwise."""
    there = {key: size for folder in FOLDERS for key, size in store.list(folder)}
    wanted = {name: output.bytes for name, output in entries}
    return store.size(RUN) is not None and store.read(RUN) == data and there == wanted


def _place(store: Store, entries: Named) -> None:
    wanted = {name for name, _ in entries}
    for folder in FOLDERS:
        for key, _ in list(store.list(folder)):
            if key not in wanted:
                store.remove(key)
    for name, output in entries:
        store.copy(output.path, name)
        failpoint("in-publish")


def _named(store: Store, folder: str, record: StepRecord) -> Named:
    """Name the outputs in order; empty files are left out unless all are, so that a folder always opens."""
    outputs_of = [output for _, output in outputs(store, record, folder)]
    full = [output for output in outputs_of if output.rows] or outputs_of[:1]
    return [(f"{folder}/{number:05}.parquet", output) for number, output in enumerate(full)]


def _named_shards(store: Store, record: StepRecord) -> Named:
    filled = [task for task in tasks(store, record) if task.outputs[0].rows] or list(tasks(store, record))[:1]
    return [
        (f"shards/{number:05}.{output.name}", output) for number, task in enumerate(filled) for output in task.outputs
    ]


def _delivered(name: str, output: Output) -> Delivered:
    return Delivered(name, output.sha256, output.bytes, output.rows, output.size)


def _value(
    recipe: Recipe,
    state: State,
    delivered: StepRecord,
    sources: Mapping[str, Json],
    files: dict[str, list[Delivered]],
    made: Made,
) -> dict[str, Any]:
    records = [*state.steps, delivered, *made.steps]
    return {
        "schema_version": SCHEMA_VERSION,
        "recipe": recipe.json(),
        "fingerprint": state.fingerprint,
        "steps": [entry_of(record) for record in records],
        "sources": sources,
        "carried": state.carried,
        "counts": [counts.json() for counts in state.counts],
        "facts": state.facts,
        "totals": _totals(state, files),
        "files": {
            folder: [{slot: getattr(file, slot) for slot in Delivered.__slots__} for file in entries]
            for folder, entries in files.items()
        },
        "digest": content_digest(files),
        "roots": made.roots.json(),
        "code": {
            "yurai": yurai.__version__,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        },
    }


def with_last_step(engine: Engine, position: int, value: dict[str, Any]) -> dict[str, Any]:
    """Have a step say the digests of all fields, so that they stand in the chain of steps, and return them with it."""
    identity: dict[str, Json] = {SEALED: digests(value)}
    record = engine.step(StepId(f"{position:02}-seal", fingerprint(identity)), identity, lambda: (), 0)
    return value | {"steps": [*value["steps"], entry_of(record)]}


def entry_of(record: StepRecord) -> dict[str, Json]:
    """Return the entry that a step has in run.json."""
    return {"step": record.step.name, "manifest": record.key, "sha256": record.sha256}


def _totals(state: State, files: dict[str, list[Delivered]]) -> dict[str, Any]:
    others = Counter(state.carried.get("other_records", {}))
    for record in state.steps:
        others.update(record.value["totals"]["other_records"])
    shards = token_shards(files.get("shards", []))
    return {
        "candidates": state.counts[0].seen,
        "kept": state.counts[-1].kept,
        "dropped": sum(counts.dropped.total() for counts in state.counts),
        "failed": sum(counts.failed.total() for counts in state.counts),
        "tokens": token_sum(files.get("shards", [])),
        "shards": len(shards),
        "other_records": most_frequent(others),
    }
