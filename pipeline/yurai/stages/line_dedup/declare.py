"""Declare stage line-dedup, which takes lines or paragraphs that occurred before in the corpus out of texts."""

from collections.abc import Sequence

from yurai.declare.stage import Kind, Stage, declare, stage_of
from yurai.declare.versions import ARROW, ARROW_RE2, PYTHON, RE2
from yurai.engine.use import AnyUse
from yurai.stages.line_dedup.driver import cut_lines
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.line_dedup.tasks import REASON


def _refuse_order(_: LineDedup, before: Sequence[AnyUse], __: Sequence[AnyUse]) -> str | None:
    """Refuse to change texts that no stage before measures: none could measure the new ones."""
    if any(stage_of(use).kind is Kind.MEASURE for use in before):
        return None
    return (
        "line-dedup changes text, but no stage before it measures text; put language and measure before it (over "
        "Parquet: run yurai measure first and give its output as --input)"
    )


STAGE = declare(
    Stage(
        "line-dedup",
        version=4,
        kind=Kind.DEDUP,
        settings=LineDedup,
        driver=cut_lines,
        place=_refuse_order,
        repeats=True,
        command=("line-dedup",),
        reasons=(REASON,),
        packages=(PYTHON, ARROW, ARROW_RE2, RE2),
    )
)
