"""Drive stage extract: read, extract and the measuring stages, fused in one task for each source."""

from collections.abc import Iterator, Sequence

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine, journal_name
from yurai.engine.state import State, of_step
from yurai.engine.task import AnyTask, Task
from yurai.engine.use import AnyUse, StageUse
from yurai.extraction import ExtractOptions
from yurai.sources.find import Source
from yurai.sources.rows import SourceTable
from yurai.stages.extract.selected import runs_of
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
            for key, ranges in runs_of(step, source):
                args = ExtractSource(source.url, read, second, tuple(measures), tables, ranges)
                journal = "" if ranges else journal_name(source.name, source.size, source.stamp)
                yield Task(extract_source, step, engine.store.url, source.name, args, key, journal=journal)

    record = engine.step(step, identity, expected, sum(source.tasks for source in sources))
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
