"""Say which sample of an order is which item of a rank: pure arithmetic, so that resuming cannot differ."""

from dataclasses import dataclass

from yurai_manifests.errors import RecipeError


@dataclass(frozen=True, slots=True)
class Schedule:
    """Items of one rank from a step on.

    Step s is the samples s * global_batch to (s + 1) * global_batch - 1 of the order. Rank r of w has the r-th of w
    equal consecutive pieces of them. Samples behind the last whole batch are of no step, and no item. Without a global
    batch there are no steps: the one rank has all samples.
    """

    samples: int
    global_batch: int | None = None
    rank: int = 0
    world: int = 1
    start_step: int = 0

    def __post_init__(self) -> None:
        """Raise RecipeError for what cannot be meant."""
        if not 0 <= self.rank < self.world:
            raise RecipeError(f"rank {self.rank} of world {self.world}: ranks count from 0 and are less than world")
        if self.global_batch is None:
            if self.world > 1 or self.start_step:
                raise RecipeError(
                    "the order names no global batch, so it has no steps to share or to resume at; give global_batch=N "
                    "as your trainer has it, or pack with --global-batch N"
                )
            return
        if self.global_batch < 1 or self.global_batch % self.world:
            raise RecipeError(
                f"a global batch of {self.global_batch} has no {self.world} equal parts; choose a world that divides it"
            )
        if not 0 <= self.start_step <= self.steps:
            raise RecipeError(
                f"start_step {self.start_step} is not in the order, whose steps are 0 to {self.steps - 1}"
            )

    @property
    def steps(self) -> int:
        """Whole global batches of the order; 0 without a global batch."""
        return 0 if self.global_batch is None else self.samples // self.global_batch

    @property
    def per_rank(self) -> int:
        """Samples of one rank in a step; without steps, all samples."""
        return self.samples if self.global_batch is None else self.global_batch // self.world

    def __len__(self) -> int:
        return self.samples if self.global_batch is None else (self.steps - self.start_step) * self.per_rank

    def position(self, item: int) -> int:
        """Return the position in the order of an item from 0; raises IndexError where there is none."""
        if not 0 <= item < len(self):
            raise IndexError(f"item {item} of {len(self)}")
        if self.global_batch is None:
            return item
        step, within = divmod(item, self.per_rank)
        return (self.start_step + step) * self.global_batch + self.rank * self.per_rank + within

    def step(self, item: int) -> int | None:
        """Return the step of an item; None where steps are not known."""
        return None if self.global_batch is None else self.position(item) // self.global_batch
