"""Restore the state to go on from: what an earlier tree ended in, or what Parquet files stand for."""

from pathlib import Path

import yurai.stages  # noqa: F401 - importing declares the stages
from yurai.declare.stage import Kind, restored_use, stage_of
from yurai.engine.state import State, of_files, of_parquet
from yurai.sources.find import find_sources
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RUN, RunRecord, load_run, refuse_unended
from yurai_manifests.store import Store, open_store


def of_tree(url: str) -> State:
    """Return the state that an earlier output tree ended in; of a tokenized one that before its tokens.

    Tokens are of the documents that were there, so other stages leave them behind: tokenize makes them again.

    Raises:
        RecipeError: not an output tree.
        AuditError: its run.json is damaged, or manifests that it names.
    """
    store = open_store(url)
    run = load_run(store)
    done = tuple(restored_use(value) for value in run.recipe_stages)
    tokenized = bool(done) and stage_of(done[-1]).kind is Kind.TOKENIZE
    done = done[:-1] if tokenized else done
    totals = run.value["totals"]
    carried = {
        "stages": [use.json() for use in done],
        "other_records": totals["other_records"],
        "unreadable": run.unreadable(store),
        "digest": run.digest,
        "sources": run.value["sources"],
        "tables": run.source_tables,
    }
    return State(
        fingerprint=_before_tokens(store, run) if tokenized else run.value["fingerprint"],
        extracted=of_files(store, run.files("extracted")),
        survivors=of_files(store, run.files("documents")),
        dropped=(of_files(store, run.files("dropped")),),
        evidence=of_files(store, run.files("evidence")),
        robots=of_files(store, run.files("robots")),
        warcinfo=of_files(store, run.files("warcinfo")),
        done=done,
        measures=tuple(use for use in done if stage_of(use).kind is Kind.MEASURE),
        counts=tuple(run.stages[:-1] if tokenized else run.stages),
        facts=run.value["facts"],
        carried=carried,
    )


def _before_tokens(store: Store, run: RunRecord) -> str:
    """Return the fingerprint of the stage before tokenize, which the identity of its steps holds."""
    fingerprint = run.value["fingerprint"]
    return next(str(one.value["identity"]["before"]) for one in run.steps(store) if one.step.fingerprint == fingerprint)


def state_of(inputs: list[str]) -> State:
    """Return the state to go on from: one output tree, or Parquet files in the DOCUMENT schema, as folders or globs.

    Raises:
        RecipeError: neither, more than one tree, or one whose run has not ended.
    """
    stores = [open_store(url) for url in inputs]
    for store in stores:
        refuse_unended(store)
    if len(inputs) == 1 and stores[0].size(RUN) is not None:
        return of_tree(inputs[0])
    if any(store.size(RUN) is not None for store in stores):
        raise RecipeError(
            "give one output tree, or Parquet files; two trees cannot be joined: run the recipe over both inputs"
        )
    return of_parquet([file for url in inputs for file in _files(url)])


def _files(url: str) -> list[str]:
    """Return the files that a glob or a local folder stands for; any other input is a file itself."""
    if not set("*?[") & set(url) and not Path(url).is_dir():
        return [url]
    return [source.url.removeprefix("file://") for source in find_sources([url])]
