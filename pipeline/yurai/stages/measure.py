"""measure: numbers about each text, computed once and stored; filters compare them, so new thresholds are cheap."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from yurai.declare.batches import text_columns, with_measures
from yurai.declare.faults import naming
from yurai.declare.rules import tagger
from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import ARROW, ARROW_RE2, PYTHON, RE2
from yurai.engine.clock import part
from yurai.engine.use import AnyUse, Settings
from yurai.stages.map_tasks import measure_alone
from yurai_filters import compression, splitters
from yurai_filters import measure as run_tagger
from yurai_filters.check import given_to
from yurai_filters.splitters import SplitterName

DEFAULT = ("characters", "lines", "words", "gopher-lines", "repetition", "sentences", "line-shapes")


@dataclass(frozen=True, kw_only=True)
class Measure(Settings):
    """Measure each text with taggers.

    Writes the columns that the taggers declare; those of a plugin, which the schema does not know, are named scores in
    `quality`. Runs after language, since what a word is depends on it.

    Args:
        taggers: names of the taggers, in order; `yurai list filters` shows them.
        splitter: what counts words of Japanese, an extra: yurai[sudachi] or yurai[mecab]; without one words are null.
    """

    taggers: tuple[str, ...] = DEFAULT
    splitter: SplitterName | None = None


def run_taggers(batch: pa.RecordBatch, settings: Measure) -> pa.RecordBatch:
    """Return `batch`, rows with `text` and `lang`, with what the taggers write."""
    columns = text_columns(batch)
    for name in settings.taggers:
        with part(f"tagger {name}"), naming(tagger(name), batch):
            given = given_to(tagger(name), {"splitter": settings.splitter})
            written = run_tagger(tagger(name), columns, given)
        columns |= written
        batch = with_measures(batch, written)
    return batch


def _place(settings: Measure, _: Sequence[AnyUse], __: Sequence[AnyUse]) -> str | None:
    """Refuse a splitter that is not installed before anything runs."""
    return splitters.missing(settings.splitter)


def _versions(settings: Measure) -> dict[str, str]:
    """Return the versions of what splits words and what packs, where it is asked for."""
    packed = compression.versions() if "compression-ratios" in settings.taggers else {}
    return splitters.versions(settings.splitter) | packed


STAGE = declare(
    Stage(
        "measure",
        version=3,
        kind=Kind.MEASURE,
        settings=Measure,
        driver=measure_alone,
        measure=run_taggers,
        after={
            "language": "measure needs the language; put language before it",
            "redact": "measure would be of the text before redact; put redact before it",
        },
        place=_place,
        versions=_versions,
        scores=lambda settings: {column for name in settings.taggers for column in tagger(name).writes},
        command=("measure",),
        packages=(PYTHON, ARROW, ARROW_RE2, RE2),
    )
)
