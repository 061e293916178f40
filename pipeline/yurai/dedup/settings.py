"""What near-dedup was asked to do, with the preset's numbers filled in."""

from dataclasses import dataclass
from typing import Any

from yurai.dedup.order import Keep, check_order
from yurai.dedup.pairs import Judge, Verify
from yurai.dedup.presets import Preset
from yurai.dedup.shingles import Shingling
from yurai.errors import RecipeError

LEAST_MEMORY = 1 << 16


@dataclass(frozen=True, slots=True)
class Near:
    """All settings of one near-dedup; `preset` has the numbers that hold, whatever they come from."""

    preset: Preset
    threshold: float
    verify: Verify
    keep: Keep
    quality: str | None
    annotate: bool
    against: tuple[str, ...]
    index: bool
    memory_bytes: int

    def __post_init__(self) -> None:
        """Raise RecipeError for what cannot be meant."""
        if not 0 < self.threshold <= 1:
            raise RecipeError(f"stage near-dedup: threshold must lie in (0, 1], not {self.threshold}")
        if self.annotate and self.against:
            raise RecipeError("stage near-dedup: annotate drops nothing, so it cannot drop copies of an earlier run")
        check_order(self.keep, self.quality, "stage near-dedup")
        if self.memory_bytes < LEAST_MEMORY:
            raise RecipeError(
                f"stage near-dedup: memory_bytes must be at least {LEAST_MEMORY:,}, not {self.memory_bytes:,}; each "
                "eighth of it makes a partition"
            )

    @property
    def shingling(self) -> Shingling:
        """What a shingle is."""
        return Shingling(self.preset.unit, self.preset.words, self.preset.characters)

    @property
    def judge(self) -> Judge:
        """What an estimate decides."""
        return Judge(self.threshold, self.preset.hashes, self.verify)

    def signed_as(self) -> dict[str, Any]:
        """Return what two signatures must share to be compared."""
        found = self.preset
        return {
            "hashes": found.hashes,
            "unit": found.unit,
            "words": found.words if found.unit != "characters" else None,
            "characters": found.characters if found.unit != "words" else None,
        }
