"""Read the samples of an order: which tokens of which documents, by position; and the positions of a document.

Rows are in the order of training, in files of equally many, so a position tells file and row: a lookup reads one row
group, of at most 1,024 samples.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyarrow as pa

from yurai_manifests.derived import Derived, Relation, load_derived, relation
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.index import find_numbers
from yurai_manifests.lookup.rows import rows_at
from yurai_manifests.merkle.sorted_keys import key_of
from yurai_manifests.run import Delivered, RunRecord
from yurai_manifests.store import Store

ORDER: Final = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("tokens", pa.int32(), nullable=False),
        pa.field(
            "parts",
            pa.list_(
                pa.struct(
                    [
                        pa.field("doc_id", pa.string(), nullable=False),
                        pa.field("shard", pa.string(), nullable=False),
                        pa.field("token_start", pa.int64(), nullable=False),
                        pa.field("token_count", pa.int32(), nullable=False),
                        pa.field("offset", pa.int32(), nullable=False),
                    ]
                )
            ),
            nullable=False,
        ),
    ]
)
"""Columns of a file of an order. Parts are in the order of the sample: `token_start` is where a part's tokens were in
`shard` when the order was made, `offset` its first token within the document."""
PLACES: Final = "documents.places"


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens of a document in a sample: `token_count` from `token_start` of `shard` on, `offset` into the document."""

    doc_id: str
    shard: str
    token_start: int
    token_count: int
    offset: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: its place in training, from 0, its tokens without padding, and where they come from."""

    position: int
    tokens: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Order:
    """An order of training, open in its folder."""

    store: Store
    made: Derived

    @classmethod
    def open(cls, store: Store) -> "Order":
        """Open the order in a folder.

        Raises:
            RecipeError: there is none. AuditError: its manifest is damaged.
        """
        try:
            return cls(store, load_derived(store, "order"))
        except FileNotFoundError:
            raise RecipeError(
                f"{store.url} holds no finished order; `yurai pack` makes one, and ends one that was interrupted"
            ) from None

    @classmethod
    def of_run(cls, folder: Store, tree: Store, run: RunRecord) -> tuple["Order", Relation]:
        """Open the order in a folder, and tell how it is related to a run: current, or from before a takedown.

        Raises:
            RecipeError: there is none, or it is of another run. AuditError: a manifest is damaged.
        """
        order = cls.open(folder)
        how = relation(order.made, tree, run)
        if how == "other":
            raise RecipeError(
                f"{folder.url} is the order of another run ({order.made.of[:16]}) than {tree.url} ({run.digest[:16]}); "
                "name the tree that it was made from, or pack this one"
            )
        return order, how

    @property
    def size(self) -> int:
        """How many samples there are."""
        return self._fact("samples")

    @property
    def sequence_length(self) -> int:
        """Tokens of a sample, padding included."""
        return self._number("sequence_length") or 0

    @property
    def global_batch(self) -> int | None:
        """Samples of a step; None where it was not said."""
        return self._number("global_batch")

    @property
    def steps(self) -> int | None:
        """Whole steps; None where samples of a step are not known."""
        return None if self.global_batch is None else self.size // self.global_batch

    def _number(self, name: str) -> int | None:
        value = self.made.settings.get(name)
        return value if isinstance(value, int) else None

    def _fact(self, name: str) -> int:
        value = self.made.facts.get(name)
        return value if isinstance(value, int) else 0

    @cached_property
    def files(self) -> list[Delivered]:
        """The files of samples, in order."""
        return self.made.named(".parquet")

    def samples(self, start: int, end: int) -> Iterator[Sample]:
        """Return the samples from position `start` up to `end`, in order.

        Raises:
            RecipeError: there are no such positions. ShardError: a file is damaged.
        """
        if not 0 <= start <= end <= self.size:
            raise RecipeError(
                f"{self.store.url} has {self.size:,} samples, from 0; there are none {start:,} to {end:,}"
            )
        return self._at(range(start, end))

    def _at(self, positions: Sequence[int]) -> Iterator[Sample]:
        return (_sample(batch.to_pylist()[0]) for _, _, batch in rows_at(self.store, self.files, positions))

    def step_of(self, position: int) -> int | None:
        """Return the step that a sample is of, from 0; None where it is not known, or behind the last whole step."""
        batch, steps = self.global_batch, self.steps
        if batch is None or steps is None or position // batch >= steps:
            return None
        return position // batch

    def samples_of(self, doc_id: str) -> list[Sample]:
        """Return the samples that hold tokens of a document, in order; kilobytes are read.

        Raises:
            ShardError, AuditError: a file is damaged.
        """
        (places,) = self.made.named(PLACES)
        read = self.store.read_range
        found = find_numbers(lambda start, end: read(PLACES, start, end), places.rows, key_of("doc_id", doc_id))
        # two documents may begin their keys alike, so the samples say
        return [one for one in self._at(found) if any(part.doc_id == doc_id for part in one.parts)]

    def positions_of(self, doc_id: str) -> list[int]:
        """Return the positions of `samples_of`."""
        return [sample.position for sample in self.samples_of(doc_id)]


def _sample(row: dict[str, object]) -> Sample:
    parts = row["parts"]
    assert isinstance(parts, list)
    return Sample(int(str(row["position"])), int(str(row["tokens"])), tuple(Part(**one) for one in parts))
