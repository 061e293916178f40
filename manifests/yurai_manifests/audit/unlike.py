"""Compare columns of rows, and gather what differs: a finding for each folder and column, with the first documents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

import pyarrow as pa

from yurai_manifests.findings import Finding

Column: TypeAlias = "pa.ChunkedArray[pa.Scalar[pa.DataType]]"
SHOWN: Final = 3
DO: Final = "do not publish; restore it, or run with --rebuild"


@dataclass(slots=True)
class Found:
    """Faults of one kind: how many rows have it, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)


class Faults:
    """Faults of rows by (folder, what is wrong); a sentence says it of `rows`."""

    def __init__(self, check: str) -> None:
        self._check = check
        self._found: dict[tuple[str, str], Found] = {}

    def add(self, folder: str, wrong: str, names: Sequence[str]) -> None:
        """Add rows, by the doc_ids that they have."""
        if names:
            found = self._found.setdefault((folder, wrong), Found())
            found.count += len(names)
            found.first += names[: max(SHOWN - len(found.first), 0)]

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each kind."""
        for (folder, wrong), found in self._found.items():
            more = "" if found.count <= len(found.first) else ", ..."
            message = f"{found.count:,} rows {wrong}: {', '.join(found.first)}{more}"
            yield Finding("error", self._check, folder, message, DO)


def differing(one: Column, other: Column) -> list[int]:
    """Return the places where two columns of one length differ; NaN is like NaN."""
    if one.equals(other):
        return []
    pairs = zip(values(one), values(other), strict=True)
    return [at for at, (left, right) in enumerate(pairs) if left != right and repr(left) != repr(right)]


def values(column: Column) -> list[object]:
    """Return what a column holds, in Python's types."""
    return [*cast("pa.ChunkedArray[Any]", column).to_pylist()]
