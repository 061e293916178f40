"""Drive stage extract: read, extract and the measuring stages, fused in one task for each source."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine, journal_name
from yurai.engine.state import State, of_step
from yurai.engine.task import AnyTask, Task, task_key
from yurai.engine.use import AnyUse, StageUse
from yurai.extraction import ExtractOptions
from yurai.sources.find import Source
from yurai.sources.rows import SourceTable
from yurai.stages.extract.tasks import OUTPUTS, ExtractSource, extract_source
from yurai_manifests.canonical import fingerprint
from yurai_manifests.task import StepId


def extract_sources(
    engine: Engine,
    sources: Sequence[Source],
    uses: tuple[AnyUse, ...],
    identity: Identity,
    tables: tuple[SourceTable, ...],
) -> State:
    """Run `uses` (read, extract, then measuring stages) over all sources; `tables` say what rows are."""
    step = StepId("00-extract", fingerprint(identity))
    read, extract, *measures = uses
    assert isinstance(extract.settings, ExtractOptions)  # a recipe has no other second stage
    second = StageUse(extract.name, extract.settings)

    def expected() -> Iterator[AnyTask]:
        for source in sources:
            args = ExtractSource(source.url, read, second, tuple(measures), tables)
            if source.ranges is None:
                journal = journal_name(source.name, source.size, source.stamp)
                yield Task(extract_source, step, engine.store.url, source.name, args, journal=journal)
                continue
            for ranges in source.ranges.runs():
                key = task_key(step, source.name, "", ranges.span)
                told = replace(args, ranges=ranges)
                yield Task(extract_source, step, engine.store.url, source.name, told, key)

    count = sum(len(source.ranges.runs()) if source.ranges else 1 for source in sources)
    record = engine.step(step, identity, expected, count)
    extracted, dropped, evidence, robots, warcinfo = (of_step(engine.store, record, name) for name in OUTPUTS)
    state = State(
        step.fingerprint,
        extracted,
        extracted,
        (dropped,),
        evidence,
        measures=tuple(measures),
        robots=robots,
        warcinfo=warcinfo,
    )
    return state.after(record, uses)
