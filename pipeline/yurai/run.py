"""Run a recipe: plan, refuse what would not be reproducible, walk the stages, deliver, publish.

Each step is skipped where it is committed already, so running the same command again resumes; a changed recipe reuses
every stage above the change.
"""

import json
from collections.abc import Callable
from typing import Any

from yurai import flow
from yurai.engine import Engine, Runner
from yurai.errors import DriftError, RecipeError
from yurai.inputs import Source
from yurai.progress import Reporter
from yurai.publish import publish
from yurai.recipe import Recipe
from yurai.reduce.exact import drop_equal
from yurai.reduce.lines import cut_lines
from yurai.reduce.near import near_duplicates
from yurai.rows.peek import peek
from yurai.stage import StageUse
from yurai.state import State, chained
from yurai_manifests.canonical import canonical, fingerprint
from yurai_manifests.run import RunRecord
from yurai_manifests.store import open_store, probe

PLAN = "plan.json"
NEXT: dict[str, Callable[[Engine, State, StageUse, dict[str, Any]], State]] = {
    "measure": flow.measure,
    "filter": flow.filter_rows,
    "tokenize": flow.tokenize,
}
DEDUP: dict[str, Callable[[Engine, State, StageUse, dict[str, Any]], State]] = {
    "dedup": drop_equal,
    "line-dedup": cut_lines,
    "near-dedup": near_duplicates,
}


def run_recipe(
    recipe: Recipe,
    sources: list[Source],
    output: str,
    runner: Runner,
    *,
    rebuild: bool = False,
    reporter: Reporter | None = None,
) -> RunRecord:
    """Run `recipe` over `sources` into the tree at `output`, resuming what is there.

    Raises:
        RecipeError: no source holds a candidate, or the input is wrong: rows without a text column, an idle [[source]].
        DriftError: `output` was made by another recipe, or from sources that are no longer named, and not `rebuild`.
        ShardError: storage failed, or does not honour put-if-absent.
    """
    identities = recipe.identities()
    peek(sources, recipe.sources)
    engine = _engine(output, runner, reporter, rebuild=rebuild)
    fused = _fused(recipe)
    names = [source.name for source in sources]
    _plan(engine, recipe, identities, names, rebuild=rebuild)
    tables = [table.json() for table in recipe.sources]
    identity = identities[len(fused) - 1] | {"fused": [entry["stage"] for entry in identities[: len(fused)]]}
    state = flow.extract_sources(engine, sources, fused, identity | {"tables": tables}, tables)
    if not state.counts[0].seen:
        raise RecipeError(
            f"none of the {len(sources)} inputs holds a row or a response, resource or conversion record; check --input"
        )
    total = {
        "count": len(sources),
        "bytes": sum(source.size for source in sources),
        "digest": fingerprint({"names": names}),
    }
    return _finish(engine, recipe, state, recipe.stages[len(fused) :], total)


def continue_tree(
    uses: tuple[StageUse, ...],
    state: State,
    recipe: Recipe,
    output: str,
    runner: Runner,
    *,
    rebuild: bool = False,
    reporter: Reporter | None = None,
) -> RunRecord:
    """Run stages over the state that an earlier tree ended in, into the tree at `output`.

    Raises:
        DriftError, ShardError: as `run_recipe`.
    """
    identities = recipe.identities(state.fingerprint)
    engine = _engine(output, runner, reporter, rebuild=rebuild)
    _plan(engine, recipe, identities, [state.carried["digest"]], rebuild=rebuild)
    return _finish(engine, recipe, state, uses, state.carried["sources"])


def _engine(output: str, runner: Runner, reporter: Reporter | None, *, rebuild: bool) -> Engine:
    store = open_store(output)
    probe(store)
    return Engine(store, runner, reporter or Reporter(quiet=True), rebuild)


def _fused(recipe: Recipe) -> tuple[StageUse, ...]:
    return tuple(use for use in recipe.stages if use.stage.kind in ("read", "extract", "measure"))


def _finish(
    engine: Engine, recipe: Recipe, state: State, uses: tuple[StageUse, ...], sources: dict[str, Any]
) -> RunRecord:
    before = state.fingerprint
    for use in uses:
        identity = use.stage.identity(use.settings, before)
        step = DEDUP[use.name] if use.stage.kind == "dedup" else NEXT[use.stage.kind]
        state = step(engine, state, use, identity)
        before = state.fingerprint
    target = recipe.deliver["text_bytes"]
    kinds = {
        "extracted": state.extracted,
        "dropped": chained(list(state.dropped)),
        "evidence": state.evidence,
        "documents": state.survivors,
    }
    kinds |= {"index": state.index} if state.index else {}
    delivered = flow.deliver(engine, len(state.done), kinds, target)
    return publish(engine.store, recipe, state, delivered, list(kinds), sources, again=engine.rebuild)


def _plan(
    engine: Engine, recipe: Recipe, identities: list[dict[str, Any]], sources: list[str], *, rebuild: bool
) -> None:
    """Write plan.json, or refuse a tree that another recipe or other sources made."""
    plan = {"recipe": recipe.name, "deliver": recipe.deliver, "stages": identities, "sources": sources}
    plan["tables"] = [table.json() for table in recipe.sources]
    try:
        found = json.loads(engine.store.read(PLAN))
    except FileNotFoundError:
        found = plan
    differences = [*_differences(found, plan), *_lost_sources(found["sources"], sources)]
    if differences and not rebuild:
        raise DriftError(
            f"{engine.store.url} was made differently: {'; '.join(differences[:8])}. Add --rebuild to redo what is "
            "below the change (stages above it are reused), or choose another --output"
        )
    engine.store.put(PLAN, canonical(plan))


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Say which fields of the stages differ; fingerprints of stages before are left out, they follow from these."""
    found = [f"{key}: {old[key]!r} then, {new[key]!r} now" for key in ("deliver",) if old[key] != new[key]]
    found += _fields("source", old["tables"], new["tables"])
    before, after = ([entry["stage"] for entry in plan["stages"]] for plan in (old, new))
    if before != after:
        return [*found, f"stages: {', '.join(before)} then, {', '.join(after)} now"]
    for then, now in zip(old["stages"], new["stages"], strict=True):
        for field in ("version", "settings", "rules", "models", "packages"):
            found += _fields(f"{then['stage']}.{field}", then[field], now[field])
    return found


def _fields(name: str, then: Any, now: Any) -> list[str]:  # noqa: ANN401 - any JSON
    if then == now:
        return []
    if isinstance(then, dict) and isinstance(now, dict):
        keys = sorted({*then, *now})
        return [line for key in keys for line in _fields(f"{name}.{key}", then.get(key), now.get(key))]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [
            line
            for place, pair in enumerate(zip(then, now, strict=True))
            for line in _fields(f"{name}[{place}]", *pair)
        ]
    return [f"{name}: {then!r} then, {now!r} now"]


def _lost_sources(then: list[str], now: list[str]) -> list[str]:
    """Added sources extend a tree; a source that is gone would leave its documents behind."""
    lost = sorted(set(then) - set(now))
    return [f"{len(lost)} sources are no longer named, the first {lost[0]}"] if lost else []
