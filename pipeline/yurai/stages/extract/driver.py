"""Drive stage extract: read, extract and the measuring stages, fused in one task for each source."""

from collections.abc import Iterator, Sequence

from yurai.declare.stage import Identity
from yurai.engine.engine import Engine, journal_name
from yurai.engine.state import State, of_step
from yurai.engine.task import AnyTask, Task, task_key
from yurai.engine.use import AnyUse, StageUse
from yurai.extraction import ExtractOptions
from yurai.sources.find import Source
from yurai.sources.parts.part import Part
from yurai.sources.rows import SourceTable
from yurai.sources.selection.ranges import Ranges
from yurai.stages.extract.parts import cut_sources
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
    split: int,
) -> State:
    """Run `uses` (read, extract, then measuring stages) over all sources; `tables` say what rows are.

    Large sources are read in ranges of about `split` bytes, each in a task of its own.
    """
    step = StepId("00-extract", fingerprint(identity))
    read, extract, *measures = uses
    assert isinstance(extract.settings, ExtractOptions)  # a recipe has no other second stage
    second = StageUse(extract.name, extract.settings)

    parts = cut_sources(engine, sources, tables, split)

    def expected() -> Iterator[AnyTask]:
        for source in sources:
            for key, ranges, part in _read_by(step, source, parts.get(source.name, ())):
                args = ExtractSource(source.url, read, second, tuple(measures), tables, ranges, part)
                journal = "" if key else journal_name(source.name, source.size, source.stamp)
                yield Task(extract_source, step, engine.store.url, source.name, args, key, journal=journal)

    count = sum(len(parts.get(source.name, ())) or source.tasks for source in sources)
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


def _read_by(step: StepId, source: Source, parts: tuple[Part, ...]) -> Iterator[tuple[str, Ranges | None, Part | None]]:
    """Yield (key, ranges, part) of each task over a source, "" as the key of one that is read whole."""
    if parts:
        yield from ((task_key(step, source.name, part.source_sha256, part.span), None, part) for part in parts)
    else:
        yield from ((key, ranges, None) for key, ranges in runs_of(step, source))
