"""Sample whole documents down by source, language and licence: each stays once or not at all.

A document draws a number from [0, 1) by a hash of the seed and its doc_id, and stays if it lies below its weight: the
product of the first weight that matches it in each dimension. So a corpus that grows keeps what it had.
"""

import fnmatch
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, cast

Dimension = Literal["source", "language", "licence"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("source", "language", "licence")
COLUMNS: Final[dict[Dimension, str]] = {"source": "source", "language": "lang", "licence": "concluded_spdx"}
_SHAPE: Final = re.compile(r"(source|language|licence):(.+)=([0-9.eE+-]+)")
ALL: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Weight:
    """The share of documents that stay, of those whose value in a dimension matches a pattern."""

    dimension: Dimension
    pattern: str
    share: Fraction
    text: str

    def matches(self, value: str | None) -> bool:
        """Tell whether a value, exact in its case, is meant."""
        return value is not None and fnmatch.fnmatchcase(value, self.pattern)


def parse_weights(texts: Iterable[str]) -> tuple[Weight, ...]:
    """Return weights as recipes write them; raises ValueError that says how."""
    return tuple(_weight(text) for text in texts)


def _weight(text: str) -> Weight:
    found = _SHAPE.fullmatch(text)
    try:
        share = Fraction(found[3]) if found else Fraction(-1)
    except ValueError:
        share = Fraction(-1)
    if found is None or not 0 <= share <= 1:
        raise ValueError(
            "weights must be like 'source:notes/*=0.5' (or language:, licence:), with a number from 0 to 1, not "
            f"{text!r}; text is never repeated here: epochs belong to packing"
        )
    return Weight(cast("Dimension", found[1]), found[2], share, text)


def draw(seed: int, salt: str, doc_id: str) -> int:
    """Return the number of 64 bits that a document draws; each `salt` is another draw."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{salt}\0{doc_id}".encode()).digest()[:8], "big")


def held_back(weights: Iterable[Weight], values: Mapping[Dimension, str | None], number: int) -> list[str] | None:
    """Return the weights that keep a document out which drew `number`; None if it stays."""
    applied: dict[Dimension, Weight] = {}
    for one in weights:
        if one.dimension not in applied and one.matches(values[one.dimension]):
            applied[one.dimension] = one
    share = Fraction(1)
    for one in applied.values():
        share *= one.share
    return None if number < share * ALL else [one.text for one in applied.values()]
