"""Sketch texts, and gather those that may be duplicates of each other, so that a sample holds all of them or none.

A sketch is twelve minima of hashes over the runs of eight bytes of a text (Broder, On the resemblance and containment
of documents, 1997), over an eighth of the runs, those whose own hash says so. Texts that share one of three groups of
four minima are gathered: equal texts always, of pairs that have nine tenths of their runs in common 96 %. Gathering too
many costs precision alone; what the recipe takes for a duplicate, only its run over the sample tells.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Sketch = npt.NDArray[np.uint64]
"""Twelve minima."""
HASHES, BANDS, RUN = 12, 3, 8
THINNED = 8
"""One in so many runs is hashed twelve times: a power of 2."""
MOST_TEXT, MOST_BODY = 1 << 17, 1 << 21
"""Bytes of a text that are sketched, and of a page that are searched for text."""
ALIKE = 50
"""The largest cluster is this part of all pages: a larger one, as of a site's frame, would be most of a sample."""
LEAST_ALIKE = 16
_TAG = re.compile(rb"<[^<>]*>")
_HIDDEN = ((b"<script", b"</script"), (b"<style", b"</style"))
_ODD: Sketch = np.random.PCG64(HASHES).random_raw(HASHES + 2) | np.uint64(1)


def visible(body: bytes) -> bytes:
    """Return about what a page shows: its bytes without tags, scripts and styles; it need not be HTML."""
    body = body[:MOST_BODY]
    for opening, closing in _HIDDEN:
        body = _without(body, opening, closing)
    return _TAG.sub(b" ", body)


def _without(body: bytes, opening: bytes, closing: bytes) -> bytes:
    parts, at, small = [], 0, body.lower()
    while (start := small.find(opening, at)) >= 0 and (end := small.find(closing, start)) >= 0:
        parts.append(body[at:start])
        at = end
    return b"".join((*parts, body[at:]))


def sketch(text: bytes) -> Sketch:
    """Return the minima of a text, whose white space does not matter."""
    data = b" ".join(text[:MOST_TEXT].split()).ljust(RUN)
    # the runs that begin at every eighth byte, eight times: minima do not ask for order, and small arrays stay in cache
    hashes = [_mixed(np.frombuffer(data[at:], np.uint64, (len(data) - at) // RUN)) for at in range(RUN)]
    some = np.concatenate([part[part & np.uint64(THINNED - 1) == 0] for part in hashes])
    chosen = _mixed(some if len(some) >= HASHES else np.concatenate(hashes), _ODD[HASHES + 1])
    return np.array([_mixed(chosen, odd).min() for odd in _ODD[:HASHES]], np.uint64)


def _mixed(values: Sketch, odd: np.uint64 = _ODD[HASHES]) -> Sketch:
    mixed: Sketch = values * odd
    mixed ^= mixed >> np.uint64(31)
    return mixed


def clusters(sketches: Sequence[Sketch]) -> list[list[int]]:
    """Return the numbers of the sketches in clusters, each and all in order; none is large."""
    most = max(LEAST_ALIKE, len(sketches) // ALIKE)
    found = (part for cluster in _gathered(sketches) for part in _parted(cluster, sketches, most))
    return sorted(found)


def _gathered(sketches: Sequence[Sketch]) -> Iterable[list[int]]:
    above = list(range(len(sketches)))

    def root(number: int) -> int:
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    for band in np.split(np.arange(HASHES), BANDS):
        first: dict[bytes, int] = {}
        for number, one in enumerate(sketches):
            other = root(first.setdefault(one[band].tobytes(), number))
            above[max(other, root(number))] = min(other, root(number))
    held = defaultdict[int, list[int]](list)
    for number in range(len(sketches)):
        held[root(number)].append(number)
    return held.values()


def _parted(cluster: list[int], sketches: Sequence[Sketch], most: int) -> Iterable[list[int]]:
    """Yield a cluster, or of a large one those that are quite alike, `most` at a time."""
    if len(cluster) <= most:
        yield cluster
        return
    same = defaultdict[bytes, list[int]](list)
    for number in cluster:
        same[sketches[number].tobytes()].append(number)
    for numbers in same.values():
        yield from (numbers[start : start + most] for start in range(0, len(numbers), most))
