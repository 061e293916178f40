"""Drive the steps from decisions to rows: each dropped document is told what was kept, then shards are cut.

kept   decisions, by the shard of the document that stays
names  that shard -> URL and path of the document that stays, for each that goes
told   names, by the shard of the document that goes
own    decisions, by the shard of the document that they are about
apply  a shard -> kept and dropped rows, and rows of an index where there are signatures
"""

import itertools
from collections.abc import Iterator

from yurai.engine.state import Shards, State, chained, kept_of, of_step
from yurai.engine.steps import Steps
from yurai.engine.task import AnyTask
from yurai.engine.use import AnyUse
from yurai.exchange.levels import exchange
from yurai.exchange.route import Route
from yurai.stages.apply_decisions.names import NamesOf, names
from yurai.stages.apply_decisions.tasks import Apply, apply
from yurai.stages.keep_order import Keep
from yurai_manifests.canonical import fingerprint
from yurai_manifests.step import StepRecord


def apply_decisions(
    steps: Steps,
    state: State,
    use: AnyUse,
    decided: list[StepRecord],
    *,
    reason: str,
    older: Shards | None = None,
    annotate: bool = False,
    signatures: StepRecord | None = None,
    order: tuple[Keep, str | None] | None = None,
) -> State:
    """Apply the DECISION rows in the files called rows of `decided`, and return the state after all of `steps`.

    Shards are numbered from those of `older` runs on, then the survivors. The path of a document of an earlier run is
    the `source` of its shard. `annotate`: all documents stay, with what was found written beside them. `signatures`: a
    step whose outputs of that name are parallel to the survivors; their rows become the output `index`, with ranks by
    `order`. What goes is dropped for `reason`.
    """
    shards = chained([older, state.survivors]) if older else state.survivors
    earlier = older.count if older else 0
    kept = exchange(steps, "kept", decided, "decision", Route("kept.shard", shards.count, every=1))

    def arguments() -> Iterator[NamesOf]:
        for number, (shard, spans) in enumerate(zip(shards, kept, strict=True)):
            if spans:
                yield NamesOf(shard, spans, shard.source if number < earlier else None)

    named = [] if annotate else [steps.reduce("names", names, arguments)]
    kept.spend(steps)
    names_told = exchange(steps, "told", named, "name", Route("shard", shards.count, every=1), last=True)
    own = exchange(steps, "own", decided, "decision", Route("shard", shards.count, every=1), last=True)

    def expected() -> Iterator[AnyTask]:
        partners = of_step(steps.engine.store, signatures, "signatures") if signatures else itertools.repeat(None)
        spans = itertools.islice(zip(own, names_told, strict=True), earlier, None)
        for shard, partner, (decision_spans, name_spans) in zip(state.survivors, partners, spans, strict=False):
            inputs = (shard, partner) if partner else (shard,)
            args = Apply(decision_spans, name_spans, use.name, reason, annotate, order if partner else None)
            digest = fingerprint({"inputs": [one.sha256 for one in inputs], "args": args.identity()})
            yield steps.over("apply", apply, inputs, args, digest)

    record, store = steps.run("apply", expected, state.survivors.count), steps.engine.store
    state = steps.closed(state)
    stay = kept_of(store, record, state.survivors)
    dropped = (*state.dropped, of_step(store, record, "dropped"))
    index = of_step(store, record, "index") if record.output("index", "files") else state.index
    return state.after(record, (use,), survivors=stay, dropped=dropped, index=index)
