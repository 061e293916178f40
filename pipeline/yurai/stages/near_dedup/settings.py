"""Define the settings of stage near-dedup: signatures and shingles, which pairs are duplicates, and who stays."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from yurai.engine.use import Settings
from yurai.stages.keep_order import Keep, check_order
from yurai.stages.near_dedup.losses import Measure
from yurai.stages.near_dedup.pair_judge import Judge, Verify
from yurai.stages.near_dedup.presets import PRESETS, Preset, contained_in, resolve
from yurai.stages.shingles.hashes import Shingling, Units
from yurai_filters.ranges import above, at_least
from yurai_manifests.canonical import Json

LEAST_MEMORY = 1 << 16
"""Bytes; each eighth of it makes a partition."""
SPARED = 16
"""Words: some two lines of print. Below, edits of single words and values are told as lost."""
Count: TypeAlias = Annotated[int, at_least(1)]
Scheme: TypeAlias = Literal["minhash", "fast-similarity"]
"""How a signature is made of shingles; `yurai.stages.near_dedup.texts` has what makes it."""


@dataclass(frozen=True, kw_only=True)
class NearDedup(Settings):
    """Drop documents that are near-duplicates of one that is kept: Jaccard similarity of shingles, found by MinHash.

    Over the graph of verified pairs, in keep order, a document goes if and only if it is similar to an earlier one that
    stays and that lacks nothing long of it; chains never carry a drop further. A dropped row names the kept document,
    where it lies, the similarity, and how much of the text is absent there.
    Pairs are found by bands of MinHash signatures (Broder 1997; Leskovec et al., Mining of Massive Datasets, 3.4).

    Args:
        preset: bands, rows and shingles of a published corpus; docs/dedup.md has what each finds and costs.
        bands: bands of a signature, instead of the preset's.
        rows: hashes of a band, instead of the preset's.
        unit: what shingles count, instead of the preset's; by-script is words, but characters where a text has no
            spaces between words, by-language where its language has none.
        words: words of a shingle, instead of the preset's.
        characters: characters of a shingle, instead of the preset's.
        signature: minhash hashes each shingle for each value; fast-similarity once in a round, for less CPU.
        threshold: Jaccard similarity from which two documents are duplicates.
        measure: what the threshold is of; containment is the share of a text's shingles that a kept, longer one has.
        verify: exact compares shingles where the estimate is within 3 standard errors of the threshold; or estimate.
        spare: words, or twice as many characters, in a row that the kept one may lack; 0: any; unset: 16 if exact.
        numbers: texts that differ in numbers both stay, whatever else they share.
        keep: which document stays; equal ranks go by doc_id. Unset: longest, with against oldest.
        quality: the score or column that best-quality goes by.
        annotate: fill in the cluster columns and drop nothing.
        against: output trees of earlier runs, made with index; their documents stay, and copies of them go.
        index: keep the signatures of what stays in index/, for later runs.
        memory_bytes: what one task holds in memory at most, but for the text that it reads.
    """

    preset: Literal["fineweb", "swallow", "llmjp-v4", "curator", "redpajama"] = "fineweb"
    bands: Count | None = None
    rows: Count | None = None
    unit: Units | None = None
    words: Count | None = None
    characters: Count | None = None
    signature: Scheme = "minhash"
    threshold: Annotated[float, above(0, 1)] = 0.8
    measure: Measure = "jaccard"
    verify: Verify = "exact"
    spare: Annotated[int, at_least(0)] | None = None
    numbers: bool = False
    keep: Keep | None = None
    quality: str | None = None
    annotate: bool = False
    against: tuple[str, ...] = ()
    index: bool = False
    memory_bytes: Annotated[int, at_least(LEAST_MEMORY)] = 1 << 30

    def __post_init__(self) -> None:
        """Refuse what cannot be meant together."""
        if self.annotate and self.against:
            raise ValueError("annotate drops nothing, so it cannot drop copies of an earlier run")
        if self.spare and self.verify == "estimate":
            raise ValueError('spare looks at texts, and verify = "estimate" at none: use exact, or spare = 0')
        if self.verify == "estimate" and (self.numbers or self.measure == "containment"):
            raise ValueError(
                'numbers and containment are told by texts, and verify = "estimate" looks at none: use exact'
            )
        if self.measure == "containment" and self.order[0] != "longest":
            raise ValueError(f'containment is in a text that is no shorter: keep = "longest", not "{self.order[0]}"')
        check_order(*self.order)
        _ = self.resolved

    @cached_property
    def resolved(self) -> Preset:
        """The preset, with the numbers that are given in place of its own.

        Under containment it has half the rows in as many more bands: what a longer text contains is less like it.
        """
        bands, rows = self.bands, self.rows
        if self.measure == "containment" and bands is None and rows is None:
            bands, rows = contained_in(PRESETS[self.preset])
        return resolve(self.preset, bands, rows, self.unit, self.words, self.characters)

    @property
    def shingling(self) -> Shingling:
        """What a shingle is."""
        return Shingling(self.resolved.unit, self.resolved.words, self.resolved.characters)

    @property
    def order(self) -> tuple[Keep, str | None]:
        """The keep order, and the measure that it goes by."""
        oldest = self.against and self.measure == "jaccard"
        return self.keep or ("oldest" if oldest else "longest"), self.quality

    @property
    def spared(self) -> int:
        """Words in a row that a document may have beyond one that is kept instead; 0 where nothing is spared."""
        return self.spare if self.spare is not None else SPARED * (self.verify == "exact")

    @property
    def judge(self) -> Judge:
        """What an estimate decides."""
        contained = self.measure == "containment"
        texts = self.spared > 0 or self.numbers or contained
        return Judge(self.threshold, self.resolved.hashes, self.verify, texts, contained)

    def signed_as(self) -> dict[str, Json]:
        """Return what two signatures must share to be compared."""
        preset = self.resolved
        return {
            "signature": self.signature,
            "hashes": preset.hashes,
            "unit": preset.unit,
            "words": preset.words if preset.unit != "characters" else None,
            "characters": preset.characters if preset.unit != "words" else None,
        }
