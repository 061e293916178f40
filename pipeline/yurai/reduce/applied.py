"""From decisions to rows: every dropped document is told which one was kept instead, then each shard is cut.

kept   decisions, by the shard of the document that stays
names  that shard -> URL and path of the document that stays, for each that goes
told   names, by the shard of the document that goes
own    decisions, by the shard of the document that they are about
apply  a shard -> kept and dropped rows, and rows of an index where there are signatures
"""

import itertools
from collections.abc import Iterator
from typing import Any

from yurai.exchange import Route, Steps, exchange, identity_of
from yurai.fetch import Shard
from yurai.stage import StageUse
from yurai.state import Shards, State, chained, of_step
from yurai.task import Task, task_key
from yurai_manifests.canonical import fingerprint
from yurai_manifests.stage import StageRecord

NAMES = "yurai.steps.names:names"
APPLY = "yurai.steps.applied:apply"


def apply_decisions(
    steps: Steps,
    state: State,
    use: StageUse,
    decided: list[StageRecord],
    older: Shards | None = None,
    *,
    annotate: bool = False,
    signatures: StageRecord | None = None,
) -> State:
    """Apply the DECISION rows in the files called rows of `decided`, and return the state after all of `steps`.

    Shards are numbered from those of `older` runs on, then the survivors. The path of a document of an earlier run is
    the `source` of its shard. `annotate`: all documents stay, with what was found written beside them. `signatures`: a
    step whose outputs of that name are parallel to the survivors; their rows become the output `index`.
    """
    found = chained([older, state.survivors]) if older else state.survivors
    earlier = older.count if older else 0
    kept = exchange(steps, "kept", decided, "decision", Route("kept.shard", found.count, every=1))

    def arguments() -> Iterator[dict[str, Any]]:
        for number, (shard, spans) in enumerate(zip(found, kept, strict=True)):
            if spans:
                yield {"shard": shard, "spans": spans, "path": shard.source if number < earlier else None}

    named = [] if annotate else [steps.reduce("names", NAMES, arguments)]
    told = exchange(steps, "told", named, "name", Route("shard", found.count, every=1))
    own = exchange(steps, "own", decided, "decision", Route("shard", found.count, every=1))
    share = {"stage": use.name, "reason": reason_of(use), "annotate": annotate}
    share |= {"order": [use.settings["keep"], use.settings["quality"]]} if signatures else {}

    def expected() -> Iterator[Task]:
        partners = of_step(steps.engine.store, signatures, "signatures") if signatures else itertools.repeat(None)
        places = itertools.islice(zip(own, told, strict=True), earlier, None)
        for shard, partner, (about, names) in zip(state.survivors, partners, places, strict=False):
            inputs = (shard, partner) if partner else (shard,)
            yield _task(steps, inputs, {"decisions": about, "names": names, **share})

    steps.run("apply", expected, state.survivors.count)
    return _after(steps, state, use)


def reason_of(use: StageUse) -> str:
    """Return the reason that rows which go are given."""
    return f"{use.settings['method']}-duplicate" if use.name == "dedup" else "near-duplicate"


def _task(steps: Steps, inputs: tuple[Shard, ...], args: dict[str, Any]) -> Task:
    step, shard = steps.step("apply"), inputs[0]
    digest = fingerprint({"inputs": [one.sha256 for one in inputs], "args": identity_of(args)})
    key = task_key(step, shard.source, shard.sha256, digest)
    return Task(APPLY, step, steps.engine.store.url, shard.source, key, inputs, args)


def _after(steps: Steps, state: State, use: StageUse) -> State:
    for inner in steps.records[:-1]:
        state = state.after(inner, ())
    record, store = steps.records[-1], steps.engine.store
    dropped = (*state.dropped, of_step(store, record, "dropped"))
    changes: dict[str, Any] = {"index": of_step(store, record, "index")} if record.output("index", "files") else {}
    return state.after(record, (use,), survivors=of_step(store, record, "kept"), dropped=dropped, **changes)
