"""Declare stage near-dedup, which keeps one of the documents that share most of their text across the corpus."""

from collections.abc import Sequence

from yurai.declare.stage import Kind, Stage, declare, stage_of
from yurai.engine.use import AnyUse
from yurai.stages.near_dedup.driver import near_duplicates
from yurai.stages.near_dedup.earlier import runs
from yurai.stages.near_dedup.settings import NearDedup


def _digests(settings: NearDedup) -> dict[str, str]:
    """Return {tree: content digest} of the earlier runs that are compared with, which are checked by that."""
    return {tree: run.digest for tree, run in runs(settings).items()}


def _refuse_order(settings: NearDedup, _: Sequence[AnyUse], behind: Sequence[AnyUse]) -> str | None:
    """Refuse an index that would not be parallel to what is delivered: nothing may drop or change documents behind."""
    later = [use.name for use in behind if stage_of(use).kind in (Kind.FILTER, Kind.DEDUP, Kind.SELECT)]
    if not settings.index or not later:
        return None
    return (
        "stage near-dedup has index = true, so it must be the last that drops or changes documents; "
        f"{later[0]} follows it"
    )


STAGE = declare(
    Stage(
        "near-dedup",
        version=7,
        kind=Kind.DEDUP,
        settings=NearDedup,
        driver=near_duplicates,
        place=_refuse_order,
        repeats=True,
        command=("near-dedup",),
        reasons=("near-duplicate",),
        packages=("datasketch",),
        models=_digests,
    )
)
