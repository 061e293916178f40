"""Read the ids of documents from a `.bin` whose documents need not lie back to back: a takedown may leave gaps."""

from itertools import pairwise
from typing import IO

import numpy as np
import numpy.typing as npt

from yurai_manifests.errors import ShardError

Places = npt.NDArray[np.int64]


def read_runs(stream: IO[bytes], starts: Places, counts: Places, token_bytes: int) -> bytes:
    """Return the ids of documents, joined: `counts` from the places `starts` on, which grow.

    Documents that lie back to back are read at once.

    Raises:
        ShardError: the file ends before.
    """
    if not starts.size:
        return b""
    ends = starts + counts
    edges = [0, *(np.flatnonzero(starts[1:] != ends[:-1]) + 1).tolist(), starts.size]
    found: list[bytes] = []
    for first, last in pairwise(edges):
        stream.seek(int(starts[first]) * token_bytes)
        found.append(whole(stream, int(ends[last - 1] - starts[first]) * token_bytes))
    return found[0] if len(found) == 1 else b"".join(found)


def whole(stream: IO[bytes], size: int) -> bytes:
    """Return the next `size` bytes of a `.bin`. Raises ShardError where it ends before."""
    data = stream.read(size)
    if len(data) != size:
        raise ShardError(f"{getattr(stream, 'name', 'a token shard')} ends before its index; restore or rebuild it")
    return data
