"""Drive stage threshold: for a share, count scores and find the cut; then cut each shard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine
from yurai.engine.state import State, kept_of, of_step, shard_of
from yurai.engine.steps import Steps
from yurai.engine.use import StageUse
from yurai.exchange.row_files import Span, span
from yurai.stages.map_tasks import step_of
from yurai.stages.threshold.histogram import Cut
from yurai.stages.threshold.settings import Limits, Threshold
from yurai.stages.threshold.tasks import CUT, Apply, Find, Merge, Score, apply, count, find, merge
from yurai_manifests.step import StepRecord, outputs, tasks

MEMORY_BYTES: Final = 1 << 30
AT_ONCE: Final = 256
"""Files of counts that one task adds up."""


def threshold(engine: Engine, state: State, use: StageUse[Threshold], identity: Identity) -> State:
    """Run stage threshold over the survivors."""
    settings = use.settings
    steps = Steps(engine, step_of(state, use.name, identity), identity, MEMORY_BYTES)
    limits = settings.limits
    if settings.keep_share is not None:
        found = _find(steps, state, settings, settings.keep_share)
        if found:
            limits = Limits(found.score) if settings.sign > 0 else Limits(high=found.score)
            state = replace(state, facts=state.facts | {steps.base.name: {CUT: found._asdict()}})
    args = Apply(use, *limits)
    record = steps.map("apply", apply, state.survivors, lambda _: args)
    state = steps.closed(state)
    dropped = (*state.dropped, of_step(engine.store, record, "dropped"))
    return state.after(record, (use,), survivors=kept_of(engine.store, record, state.survivors), dropped=dropped)


def _find(steps: Steps, state: State, settings: Threshold, keep_share: float) -> Cut | None:
    """Return where the share is cut; None where no document has a score."""
    counting = Score(settings.score, settings.sign)
    spans = _spans(steps, steps.map("count", count, state.survivors, lambda _: counting))
    level = 0
    while len(spans) > AT_ONCE:
        spans = _spans(steps, steps.reduce(f"merge-{level}", merge, partial(_groups, spans)))
        level += 1

    def once() -> Iterator[Find]:
        yield Find(spans, keep_share, settings.sign)

    (noted,) = tasks(steps.engine.store, steps.reduce("find", find, once))
    return Cut(*noted.index[CUT]) if CUT in noted.index else None


def _groups(spans: list[Span]) -> Iterator[Merge]:
    return (Merge(spans[start : start + AT_ONCE]) for start in range(0, len(spans), AT_ONCE))


def _spans(steps: Steps, record: StepRecord) -> list[Span]:
    """Return the files of counts that a step wrote, without the empty ones."""
    store = steps.engine.store
    return [span(task, shard_of(store, task, one), 0) for task, one in outputs(store, record, "rows") if one.rows]
