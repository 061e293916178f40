"""Make samples of at most N tokens out of documents in a row.

concat    documents back to back, cut every N tokens: no padding, most long documents are cut
best-fit  documents longer than N in pieces of N; the rest best-fit decreasing into samples: few cuts, some padding
          (Ding et al. 2024, "Fewer Truncations Improve Language Modeling", arXiv:2404.10830)
no-split  as best-fit, but a document is never cut: longer ones are not packed
"""

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Policy: TypeAlias = Literal["concat", "best-fit", "no-split"]
POLICIES: Final[tuple[Policy, ...]] = ("concat", "best-fit", "no-split")
Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of documents, in order: which document, its first token there, tokens, and the sample that each is in."""

    document: Counts
    offset: Counts
    count: Counts
    sample: Counts


def cut(counts: Counts, start: int, length: int) -> Parts:
    """Cut documents of so many tokens, the first of which begins at token `start` of all, every `length` tokens.

    Samples are numbered over all tokens; parts are in the order of their tokens.
    """
    ends = start + np.cumsum(counts)
    begins = ends - counts
    first = begins // length
    pieces = np.where(counts > 0, (ends - 1) // length - first + 1, 0)
    document = np.repeat(np.arange(len(counts)), pieces)
    within = np.arange(len(document)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    sample = first[document] + within
    low = np.maximum(begins[document], sample * length)
    high = np.minimum(ends[document], (sample + 1) * length)
    return Parts(document, low - begins[document], high - low, sample)


def fit(counts: Counts, length: int, *, split: bool) -> tuple[Parts, Counts]:
    """Pack documents of so many tokens into samples; return parts, and the documents that do not fit.

    Samples are numbered from 0 in the order in which they were begun, parts of a sample follow one another. Pieces go
    by falling length, those of one length in order; each into the fullest sample that it fits in, of those the first.
    """
    whole = np.where(counts > length, counts // length, 0) if split else np.zeros(len(counts), np.int64)
    rest = counts - whole * length
    fits = np.flatnonzero((rest > 0) & (rest <= length))
    pieces = fits[np.lexsort((fits, -rest[fits]))]
    full = np.repeat(np.arange(len(counts)), whole)
    within = np.arange(len(full)) - np.repeat(np.cumsum(whole) - whole, whole)
    placed = _best_fit(rest[pieces].tolist(), length)
    document = np.concatenate([full, pieces])
    offset = np.concatenate([within * length, (whole * length)[pieces]])
    count = np.concatenate([np.full(len(full), length), rest[pieces]])
    sample = np.concatenate([np.arange(len(full)), len(full) + np.array(placed, np.int64)])
    order = np.argsort(sample, kind="stable")
    return Parts(document[order], offset[order], count[order], sample[order]), np.flatnonzero(rest > length)


def _best_fit(sizes: list[int], length: int) -> list[int]:
    """Return the sample of each size; sizes fall, so a sample that was begun is never more than `length` empty.

    `room` has a bit for each amount of space that some sample has left: the least one that suffices is found by shifts.
    """
    open_by_space: dict[int, deque[int]] = {}
    room, begun, placed = 0, 0, []
    for size in sizes:
        above = room >> size
        if above:
            space = size + (above & -above).bit_length() - 1
            held = open_by_space[space]
            sample = held.popleft()
            if not held:
                room &= ~(1 << space)
        else:
            sample, space, begun = begun, length, begun + 1
        placed.append(sample)
        left = space - size
        if left:
            open_by_space.setdefault(left, deque()).append(sample)
            room |= 1 << left
    return placed
