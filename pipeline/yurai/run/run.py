"""Run a recipe: plan, refuse what would not be reproducible, walk the stages, deliver, publish.

Each step is skipped where it is committed already, so running the same command again resumes; a changed recipe reuses
every stage above the change.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from yurai.declare.stage import Identity, Kind, stage_of
from yurai.engine.engine import Engine, Runner
from yurai.engine.note import RunNote, call_line, load_call
from yurai.engine.progress import Reporter
from yurai.engine.state import State, chained
from yurai.engine.use import AnyUse
from yurai.run.drift import hold_plan, left_alone
from yurai.run.peek import peek
from yurai.run.publish import publish
from yurai.run.recipe import Recipe, check_order
from yurai.run.side import NO_SIDES, Sides, read_sides, sides_json
from yurai.sources.find import Source
from yurai.sources.parts.part import SPLIT
from yurai.sources.path_lists import ENDINGS
from yurai.stages.deliver import deliver
from yurai.stages.extract.driver import extract_sources
from yurai.terminal import warn
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.errors import RecipeError, ThrottledError
from yurai_manifests.lease import held
from yurai_manifests.plan import PLAN
from yurai_manifests.run import RunRecord
from yurai_manifests.store import open_store, probe
from yurai_manifests.task import clear_litter, clear_spools
from yurai_manifests.words import plural


def run_recipe(
    recipe: Recipe,
    sources: list[Source],
    output: str,
    runner: Runner,
    *,
    sides: Sides = NO_SIDES,
    rebuild: bool = False,
    keep_work: bool = False,
    reporter: Reporter | None = None,
    split: int = SPLIT,
) -> RunRecord:
    """Run `recipe` over `sources` into the tree at `output`, resuming what is there; `sides` are read beside them.

    Files that no later step reads go, unless `keep_work`. A source longer than three times `split` bytes is read in
    ranges, which changes no row and no delivered byte; 0: none is.

    Raises:
        RecipeError: no source holds a candidate, or the input is wrong: rows without a text column, an idle [[source]].
        DriftError: `output` was made by another recipe, or from sources that are no longer named, and not `rebuild`.
        LeaseError: another driver writes to `output`.
        ShardError: storage failed, or does not honour put-if-absent.
    """
    identities = recipe.identities()
    _caution(recipe.stages)
    peek(sources, recipe.sources)
    with open_engine(output, runner, reporter, rebuild=rebuild, keep_work=keep_work) as engine:
        names = [source.name for source in sources]
        if ended := left_alone(engine, recipe, identities, names, sides, _selections(sources)):
            return ended
        return _run_sources(engine, recipe, sources, identities, sides, split)


def _caution(uses: Sequence[AnyUse]) -> None:
    for words in filter(None, (stage_of(use).caution(use.settings) for use in uses)):
        warn(words)


_TEXTS = (".txt", ".txt.gz", ".list", ".lst", ".csv")
_LISTS = f" (a list of inputs, one a line, has a name that ends in {', '.join(ENDINGS)})"


def _run_sources(
    engine: Engine, recipe: Recipe, sources: list[Source], identities: list[Identity], sides: Sides, split: int
) -> RunRecord:
    fused = _fused(recipe)
    names = [source.name for source in sources]
    begun = hold_plan(engine, recipe, identities, names, sides, _selections(sources))
    tables: list[Json] = [table.json() for table in recipe.sources]
    names_of_fused: list[Json] = [use.name for use in fused]
    identity = identities[len(fused) - 1] | {"fused": names_of_fused, "tables": tables}
    state = extract_sources(engine, sources, fused, identity, recipe.sources, split)
    if not state.counts[0].seen:
        if begun:
            engine.store.remove(PLAN)  # or the right input would be refused as another one
        raise RecipeError(
            f"none of {plural(len(sources), 'input')} holds a row or a response, resource or conversion record; "
            f"check --input{_LISTS if any(name.endswith(_TEXTS) for name in names) else ''}"
        )
    total: dict[str, Json] = {
        "count": len(sources),
        "bytes": sum(source.size for source in sources)
        if all(source.sized for source in sources)
        else state.steps[0].value["totals"]["bytes"]["files"],
        "digest": fingerprint({"names": names}),
    }
    total |= {"side": sides_json(sides)} if sides else {}
    return _finish(engine, recipe, read_sides(engine, state, sides), recipe.stages[len(fused) :], total)


def _selections(sources: Sequence[Source]) -> list[str]:
    return sorted({source.ranges.digest for source in sources if source.ranges})


def continue_tree(
    uses: tuple[AnyUse, ...],
    state: State,
    recipe: Recipe,
    output: str,
    runner: Runner,
    *,
    sides: Sides = NO_SIDES,
    rebuild: bool = False,
    keep_work: bool = False,
    reporter: Reporter | None = None,
    first: Callable[[Engine, State], State] = lambda _, state: state,
) -> RunRecord:
    """Run stages over the state that an earlier tree ended in, into the tree at `output`; `first` runs before all else.

    `sides` are read beside those of the tree, and run.json names them in the place of those, which `carried` names.

    Raises:
        RecipeError: the stages cannot stand behind those of the tree.
        DriftError, LeaseError, ShardError: as `run_recipe`.
    """
    check_order((*state.done, *uses), f"yurai {recipe.name}")
    identities = recipe.identities(state.fingerprint)
    _caution(uses)
    with open_engine(output, runner, reporter, rebuild=rebuild, keep_work=keep_work) as engine:
        if ended := left_alone(engine, recipe, identities, [state.carried["digest"]], sides):
            return ended
        hold_plan(engine, recipe, identities, [state.carried["digest"]], sides)
        state = read_sides(engine, first(engine, state), sides)
        read: dict[str, Json] = {"side": sides_json(sides)} if sides else {}
        return _finish(engine, recipe, state, uses, state.carried["sources"] | read)


@contextmanager
def open_engine(
    output: str,
    runner: Runner,
    reporter: Reporter | None,
    *,
    rebuild: bool = False,
    keep_work: bool = False,
    noted: bool = True,
) -> Iterator[Engine]:
    """Hold the tree at `output`; what a driver or worker that died there left half-written is removed.

    With `keep_work` no file goes that a later step does not read. Without `noted` the command that is running, with
    what was typed, is not written down.
    """
    store = open_store(output)
    probe(store)
    with held(store) as lease:
        clear_spools(store)  # of late attempts
        if lease.after_a_death:
            clear_litter(store)
        note = RunNote(store) if noted else None
        try:
            yield Engine(store, runner, reporter or Reporter(quiet=True), rebuild, lease, note, keep_work)
        except BaseException as error:
            if note:
                note.end(error)
            if isinstance(error, ThrottledError) and (line := call_line(load_call(store))):
                raise ThrottledError(f"{error}: {line}") from error
            raise
        if lease.lost_workers:
            clear_litter(store)
        if note:
            note.end()


def _fused(recipe: Recipe) -> tuple[AnyUse, ...]:
    return tuple(use for use in recipe.stages if stage_of(use).kind in (Kind.READ, Kind.EXTRACT, Kind.MEASURE))


def _finish(
    engine: Engine, recipe: Recipe, state: State, uses: tuple[AnyUse, ...], sources: Mapping[str, Json]
) -> RunRecord:
    before = state.fingerprint
    for use in uses:
        stage = stage_of(use)
        assert stage.driver  # those without one are fused into the first step
        state = stage.driver(engine, state, use, stage.identity(use.settings, before))
        before = state.fingerprint
    target = recipe.deliver["text_bytes"]
    kinds = {
        "extracted": state.extracted,
        "dropped": chained(list(state.dropped)),
        "evidence": state.evidence,
        "documents": state.survivors,
    }
    beside = {"robots": state.robots, "warcinfo": state.warcinfo}
    kinds |= {name: shards for name, shards in beside.items() if shards.rows}
    kinds |= {"index": state.index} if state.index else {}
    delivered = deliver(engine, len(state.done), kinds, target)
    return publish(engine, recipe, state, delivered, list(kinds), sources)
