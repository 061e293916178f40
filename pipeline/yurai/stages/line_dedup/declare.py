"""Declare stage line-dedup, which takes lines, paragraphs or spans that occurred before in the corpus out of texts."""

from collections.abc import Sequence

from yurai.declare.stage import Kind, Stage, declare, stage_of
from yurai.declare.versions import ARROW, ARROW_RE2, PYTHON, RE2
from yurai.engine.use import AnyUse
from yurai.stages.earlier_trees import digests
from yurai.stages.line_dedup.driver import cut_units
from yurai.stages.line_dedup.edits import REASON
from yurai.stages.line_dedup.settings import LineDedup


def _refuse_order(settings: LineDedup, before: Sequence[AnyUse], __: Sequence[AnyUse]) -> str | None:
    """Refuse texts that no stage before measures, so that none could measure the new ones, and spans cut twice."""
    if settings.unit == "span" and any(_cuts_spans(use) for use in before):
        return 'line-dedup with unit = "span" stands twice, and cut_spans holds what one of them cut; leave one out'
    if any(stage_of(use).kind is Kind.MEASURE for use in before):
        return None
    return (
        "line-dedup changes text, but no stage before it measures text; put language and measure before it (over "
        "Parquet: run yurai measure first and give its output as --input)"
    )


def _cuts_spans(use: AnyUse) -> bool:
    return isinstance(use.settings, LineDedup) and use.settings.unit == "span"


STAGE = declare(
    Stage(
        "line-dedup",
        version=5,
        kind=Kind.DEDUP,
        settings=LineDedup,
        driver=cut_units,
        place=_refuse_order,
        repeats=True,
        command=("line-dedup",),
        reasons=(REASON,),
        packages=(PYTHON, ARROW, ARROW_RE2, RE2),
        models=digests,
    )
)
