"""near-dedup: of documents that share most of their text, across the whole corpus, one stays."""

from typing import Literal

from yurai.dedup.order import Keep
from yurai.dedup.pairs import Verify
from yurai.dedup.presets import Unit, resolve
from yurai.dedup.settings import Near
from yurai.stage import stage
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store


def _digests(settings: dict[str, object]) -> dict[str, str]:
    """Return {tree: content digest} of the earlier runs that are compared with."""
    trees = settings["against"]
    assert isinstance(trees, list | tuple)
    return {tree: load_run(open_store(tree)).digest for tree in trees}


@stage("near-dedup", version=1, kind="dedup", packages=("datasketch",), models=_digests)
def near_dedup(
    *,
    preset: Literal["fineweb", "swallow", "llmjp-v4", "curator", "redpajama"] = "fineweb",
    bands: int | None = None,
    rows: int | None = None,
    unit: Unit | None = None,
    words: int | None = None,
    characters: int | None = None,
    threshold: float = 0.8,
    verify: Verify = "exact",
    keep: Keep = "oldest",
    quality: str | None = None,
    annotate: bool = False,
    against: tuple[str, ...] = (),
    index: bool = False,
    memory_bytes: int = 1 << 30,
) -> Near:
    """Drop documents that are near-duplicates of one that is kept: Jaccard similarity of shingles, found by MinHash.

    Over the graph of verified pairs, in keep order, a document goes if and only if it is similar to an earlier one that
    stays; chains never carry a drop further. A dropped row names the kept document, where it lies and the similarity.
    Pairs are found by bands of MinHash signatures (Broder 1997; Leskovec et al., Mining of Massive Datasets, 3.4).

    Args:
        preset: bands, rows and shingles of a published corpus; docs/dedup.md has what each finds and costs.
        bands: bands of a signature, instead of the preset's.
        rows: hashes of a band, instead of the preset's.
        unit: what shingles count, instead of the preset's; by-language is words, but characters where none are spaced.
        words: words of a shingle, instead of the preset's.
        characters: characters of a shingle, instead of the preset's.
        threshold: Jaccard similarity from which two documents are duplicates.
        verify: exact compares shingles where the estimate is within 3 standard errors of the threshold; or estimate.
        keep: which document stays; equal ranks go by doc_id.
        quality: the score or column that best-quality goes by.
        annotate: fill in the cluster columns and drop nothing.
        against: output trees of earlier runs, made with index; their documents stay, and copies of them go.
        index: keep the signatures of what stays in index/, for later runs.
        memory_bytes: what one task holds in memory at most, but for the text that it reads.
    """
    found = resolve(preset, bands, rows, unit, words, characters)
    return Near(found, threshold, verify, keep, quality, annotate, tuple(against), index, memory_bytes)
