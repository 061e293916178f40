"""Write the plan of a run before anything else, and refuse a tree that another recipe or other sources made."""

from collections.abc import Sequence

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.run.recipe import Recipe
from yurai.run.side import Sides
from yurai.terminal import tell
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import AuditError, DriftError
from yurai_manifests.plan import PLAN, Plan, load_plan
from yurai_manifests.run import RUN, RunRecord, load_run
from yurai_manifests.store import Store
from yurai_manifests.takedown.pending import refuse_pending
from yurai_manifests.takedown.tombstones import FIELD
from yurai_manifests.words import plural


def hold_plan(
    engine: Engine,
    recipe: Recipe,
    identities: Sequence[Identity],
    sources: list[str],
    sides: Sides,
    selections: Sequence[str] = (),
) -> bool:
    """Write plan.json, or hold the run against the one that is there; true where there was none.

    Raises:
        DriftError: another recipe or other sources made the tree, and the engine is not told to rebuild it.
        AuditError: the plan that is there is damaged, likewise.
    """
    plan = _plan(recipe, identities, sources, sides, selections)
    earlier = _held(engine.store, rebuild=engine.rebuild)
    held = earlier or plan
    differences = _all_differences(held, plan)
    if differences and not engine.rebuild:
        raise DriftError(
            f"{engine.store.url} was made differently: {'; '.join(differences[:8])}. Add --rebuild to redo what is "
            "below the change (stages above it are reused), or choose another --output"
        )
    engine.store.put(PLAN, canonical(plan))
    return earlier is None


def left_alone(
    engine: Engine,
    recipe: Recipe,
    identities: Sequence[Identity],
    sources: list[str],
    sides: Sides,
    selections: Sequence[str] = (),
) -> RunRecord | None:
    """Return the run of a tree that documents were taken from, which no later run makes again; None of any other.

    The work of its steps is gone with what was taken down, so it can be neither extended nor rebuilt.

    Raises:
        DriftError: the run has another recipe, more sources, or is told to rebuild the tree; or a takedown has not
            ended.
        AuditError: run.json or the plan is damaged.
    """
    store = engine.store
    refuse_pending(store)
    if store.size(RUN) is None or FIELD not in (run := load_run(store)).value:
        return None
    held, plan = load_plan(store), _plan(recipe, identities, sources, sides, selections)
    differences = _all_differences(held, plan) if held else ["plan.json is gone"]
    more = sorted({*sources} - {*held["sources"]}) if held else []
    differences += [f"{plural(len(more), 'source')} more, the first {more[0]}"] if more else []
    if differences or engine.rebuild:
        why = "; ".join(differences[:8]) or "--rebuild makes it again from its sources"
        raise DriftError(
            f"{store.url}: documents were taken down from it, so it is neither extended nor rebuilt ({why}). Choose "
            "another --output; what was taken down is in its sources still, so take it down there too"
        )
    cases = ", ".join(str(entry["case"]) for entry in run.value[FIELD])
    tell(f"{store.url} is left as it is: documents were taken down from it (case {cases})")
    return run


def _plan(
    recipe: Recipe, identities: Sequence[Identity], sources: list[str], sides: Sides, selections: Sequence[str]
) -> Plan:
    tables = [table.json() for table in recipe.sources]
    plan: Plan = {
        "recipe": recipe.name,
        "deliver": recipe.deliver,
        "stages": list(identities),
        "sources": sources,
        "tables": tables,
    }
    if selections:
        plan["selections"] = list(selections)
    if sides:
        plan["side"] = {name: [file.name for file in files] for name, files in sides.items()}
    return plan


def _all_differences(held: Plan, plan: Plan) -> list[str]:
    chosen = _fields("selections", held.get("selections", []), plan.get("selections", []))
    return [
        *_differences(held, plan),
        *chosen,
        *_lost_sources(held["sources"], plan["sources"]),
        *_lost_sides(held, plan),
    ]


def _held(store: Store, *, rebuild: bool) -> Plan | None:
    try:
        return load_plan(store)
    except AuditError:
        if rebuild:
            return None  # it is written again
        raise


def _differences(old: Plan, new: Plan) -> list[str]:
    """Say which fields of the stages differ; fingerprints of stages before are left out, they follow from these."""
    deliver = [f"deliver: {old['deliver']!r} then, {new['deliver']!r} now"] if old["deliver"] != new["deliver"] else []
    lines = [*deliver, *_fields("source", old["tables"], new["tables"])]
    before, after = ([str(entry["stage"]) for entry in plan["stages"]] for plan in (old, new))
    if before != after:
        return [*lines, f"stages: {', '.join(before)} then, {', '.join(after)} now"]
    for then, now in zip(old["stages"], new["stages"], strict=True):
        for field in ("version", "settings", "rules", "models", "packages"):
            lines += _fields(f"{then['stage']}.{field}", then[field], now[field])
    return lines


def _fields(name: str, then: object, now: object) -> list[str]:
    if then == now:
        return []
    if isinstance(then, dict) and isinstance(now, dict):
        keys = sorted({*then, *now})
        return [line for key in keys for line in _fields(f"{name}.{key}", then.get(key), now.get(key))]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [
            line
            for index, pair in enumerate(zip(then, now, strict=True))
            for line in _fields(f"{name}[{index}]", *pair)
        ]
    return [f"{name}: {then!r} then, {now!r} now"]


def _lost_sides(held: Plan, plan: Plan) -> list[str]:
    """Say which files of side inputs are no longer named; those added extend a tree, as sources do."""
    now = plan.get("side", {})
    pairs = ((name, sorted({*files} - {*now.get(name, ())})) for name, files in held.get("side", {}).items())
    return [
        f"no longer named: {plural(len(lost), 'file')} of --side {name}, the first {lost[0]}"
        for name, lost in pairs
        if lost
    ]


def _lost_sources(then: list[str], now: list[str]) -> list[str]:
    """Added sources extend a tree; a source that is gone would leave its documents behind."""
    lost = sorted(set(then) - set(now))
    return [f"no longer named: {plural(len(lost), 'source')}, the first {lost[0]}"] if lost else []
