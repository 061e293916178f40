"""Say how an order is made: the settings of `yurai pack`, checked, and as its manifest and its tasks name them."""

from dataclasses import dataclass
from typing import Final

from yurai.tokens.order.mix import ONE, Weight
from yurai.tokens.order.permutation import VERSION
from yurai.tokens.order.policies import POLICIES, Policy
from yurai_manifests.canonical import Json
from yurai_manifests.errors import RecipeError

LONGEST: Final = 1 << 24
FILE_TOKENS: Final = 1 << 28
FILE_SAMPLES: Final = 1 << 16


@dataclass(frozen=True)
class Packing:
    """How documents become samples, and in which order.

    Raises:
        RecipeError: a value that means nothing; the message names the option.
    """

    sequence_length: int
    policy: Policy = "concat"
    seed: int = 0
    epochs: int = 1
    weights: tuple[Weight, ...] = ()
    global_batch: int | None = None

    def __post_init__(self) -> None:
        """Check each value."""
        ranges = {
            "--sequence-length": (self.sequence_length, 2, LONGEST),
            "--seed": (self.seed, 0, (1 << 63) - 1),
            "--epochs": (self.epochs, 1, 1000),
            "--global-batch": (1 if self.global_batch is None else self.global_batch, 1, 1 << 31),
        }
        for option, (value, low, high) in ranges.items():
            if not low <= value <= high:
                raise RecipeError(f"{option} must be from {low:,} to {high:,}, not {value:,}")
        if self.policy not in POLICIES:
            raise RecipeError(f"--policy must be one of {', '.join(POLICIES)}, not {self.policy!r}")
        patterns = [one.pattern for one in self.weights]
        if len({*patterns}) < len(patterns):
            raise RecipeError("--weight names a pattern twice; give each once: the first that a source has counts")

    @property
    def file_samples(self) -> int:
        """Samples of a file, so that it holds at most FILE_TOKENS."""
        return max(1, min(FILE_SAMPLES, FILE_TOKENS // self.sequence_length))

    @property
    def millionths(self) -> tuple[int, ...]:
        """The weight of each group: those given, and 1 for sources that have none."""
        return (*(one.millionths for one in self.weights), ONE)

    def json(self) -> dict[str, Json]:
        """Return the settings as the manifest has them; `permutation` is the version of the shuffle."""
        return {
            "sequence_length": self.sequence_length,
            "policy": self.policy,
            "seed": self.seed,
            "epochs": self.epochs,
            "weights": [str(one) for one in self.weights],
            "global_batch": self.global_batch,
            "permutation": VERSION,
        }
