"""Predict the cost of near-duplicate search for the preset of the recipe, and beside it for all others."""

from collections.abc import Sequence
from dataclasses import dataclass

from yurai.engine.use import AnyUse
from yurai.plan.near_cost import Corpus, cost
from yurai.stages.near_dedup.curve import found
from yurai.stages.near_dedup.presets import PRESETS
from yurai.stages.near_dedup.settings import NearDedup
from yurai_manifests.run import RunRecord

STAGE = "near-dedup"


@dataclass(frozen=True, slots=True)
class DedupNeed:
    """One preset: chances that pairs of similarity .7, .8 and .9 are found, bytes, requests to the store, CPU hours."""

    preset: str
    chosen: bool
    bands: int
    rows: int
    shingle: str
    found_7: float
    found_8: float
    found_9: float
    signatures: int
    shuffled: int
    requests: int
    cpu_hours: float


def predicted(corpus: Corpus, settings: NearDedup) -> tuple[DedupNeed, ...]:
    """Return a row for each preset; one that `settings` choose and change stands first."""
    own = settings.resolved
    needs = []
    for preset in (own, *(preset for preset in PRESETS.values() if preset != own)):
        bands, rows = preset.bands, preset.rows
        whole = cost(
            corpus,
            preset,
            verify=settings.verify,
            texts=settings.judge.texts,
            contained=settings.judge.contained,
            signature=settings.signature,
            memory_bytes=settings.memory_bytes,
        )
        needs.append(
            DedupNeed(
                preset.name if preset in PRESETS.values() else f"{preset.name}, changed",
                preset == own,
                bands,
                rows,
                preset.shingle,
                found(0.7, bands, rows),
                found(0.8, bands, rows),
                found(0.9, bands, rows),
                whole.signatures,
                whole.shuffled,
                whole.requests,
                whole.cpu_hours,
            )
        )
    return tuple(needs)


def dedup_needs(stages: Sequence[AnyUse], run: RunRecord, growth: float, shards: int) -> tuple[DedupNeed, ...]:
    """Return the rows for a recipe, from a run of it over a sample that is 1 / `growth` of the input.

    None when the recipe has no such stage, or the sample brought it nothing.
    """
    settings = next((use.settings for use in stages if isinstance(use.settings, NearDedup)), None)
    seen = sum(counts.seen for counts in run.stages if counts.stage == STAGE)
    kept = run.files("documents")
    rows = sum(file.rows for file in kept)
    if settings is None or not seen or not rows:
        return ()
    size = sum(file.size for file in kept) / rows
    return predicted(Corpus(round(seen * growth), size, shards), settings)
