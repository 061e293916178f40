"""Declare stage threshold, which drops documents whose score is not good enough."""

from collections.abc import Sequence

from yurai.declare.scores import unwritten
from yurai.declare.stage import Kind, Stage, declare
from yurai.engine.use import AnyUse
from yurai.stages.threshold.driver import threshold
from yurai.stages.threshold.settings import Threshold


def _place(settings: Threshold, before: Sequence[AnyUse], _: Sequence[AnyUse]) -> str | None:
    """Refuse a stage that says too little, and one whose score nothing before it writes."""
    if not settings.score:
        return 'stage threshold names no score; add score = "NAME"'
    if settings.limits == (None, None) and settings.keep_share is None:
        return "stage threshold has no limit; add min_score = NUMBER, max_score = NUMBER or keep_share = SHARE"
    wrong = unwritten(settings.score, before)
    return f"stage threshold: {wrong}" if wrong else None


STAGE = declare(
    Stage(
        "threshold",
        version=1,
        kind=Kind.FILTER,
        settings=Threshold,
        driver=threshold,
        place=_place,
        repeats=True,
        command=("threshold",),
        reasons=("low-score:*", "high-score:*", "no-score:*"),
    )
)
