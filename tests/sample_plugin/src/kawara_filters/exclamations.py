"""A measuring stage: how much of each text is exclamation marks."""

from dataclasses import dataclass
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import with_measures
from yurai.declare.stage import Kind, Stage, declare
from yurai.engine.use import Settings
from yurai.stages.map_tasks import measure_alone
from yurai_filters import share
from yurai_filters.ranges import at_least


@dataclass(frozen=True, kw_only=True)
class Exclamations(Settings):
    """Measure the share of exclamation marks among all characters, as the named score `exclamations`.

    Args:
        min_characters: characters below which a text has no score.
    """

    min_characters: Annotated[int, at_least(1)] = 1


def measured(batch: pa.RecordBatch, settings: Exclamations) -> pa.RecordBatch:
    """Return `batch`, rows with `text`, with the score beside each."""
    text = batch.column("text")
    long_enough = pc.greater_equal(pc.utf8_length(text), settings.min_characters)
    score = share(pc.count_substring(text, "!"), pc.utf8_length(text))
    return with_measures(batch, {"exclamations": pc.if_else(long_enough, score, None)})


STAGE = declare(
    Stage(
        "exclamations",
        version=1,
        kind=Kind.MEASURE,
        settings=Exclamations,
        driver=measure_alone,
        measure=measured,
        command=("exclamations",),
    )
)
