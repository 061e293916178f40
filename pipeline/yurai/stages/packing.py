"""Choose which files of a target size consecutive shards are joined into, and which rows each file holds.

The unit of retry (one input) is not the unit of delivery: 90 crawls of a small language are millions of tiny shards.
File k holds the rows before which [k x target, (k + 1) x target) of text lies, so the bytes delivered depend on the
rows alone, not on how they were sharded. Files <= bytes / target + 1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.engine.engine import Engine
from yurai.engine.task import A, Task, TaskFunction, task_key
from yurai.sources.fetch import Shard
from yurai_manifests.canonical import fingerprint
from yurai_manifests.task import StepId

Sizes: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pack:
    """One file to deliver: its number, the shards that reach into it, and the size of all before the first of them."""

    number: int
    before: int
    shards: tuple[Shard, ...]


def packs(shards: Iterable[Shard], target: int) -> Iterator[Pack]:
    """Yield the files to deliver, in order; there is at least one, and memory holds the shards of one file."""
    before, number, held, start = 0, 0, list[Shard](), 0
    for shard in shards:
        held.append(shard)
        after = before + shard.size
        while after > (number + 1) * target:
            yield Pack(number, start, tuple(held))
            number += 1
            held, start = [shard], before
        before = after
    if held:
        yield Pack(number, start, tuple(held))


def window(sizes: Sizes, before: int, number: int, target: int) -> tuple[int, int]:
    """Return the range of rows, of the given sizes, that begin in file `number`; `before` is the size before them.

    A row without size belongs to the file of the row before it: after the last one no file may follow.
    """
    starts = before + starts_of(sizes)
    starts = np.maximum(starts - (sizes == 0), 0)
    low, high = np.searchsorted(starts, [number * target, (number + 1) * target], side="left")
    return int(low), int(high)


def starts_of(sizes: Sizes) -> Sizes:
    """Return where each of consecutive pieces of these sizes begins, counted from the first."""
    return np.cumsum(sizes) - sizes


def pack_task(
    function: TaskFunction[A], step: StepId, engine: Engine, inputs: tuple[Shard, ...], args: A, name: str
) -> Task[A]:
    """Return a task over several shards; its key is made of their digests and of the arguments."""
    digest = fingerprint({"inputs": [shard.sha256 for shard in inputs], "args": args.identity()})
    return Task(function, step, engine.store.url, name, args, task_key(step, name, digest), inputs)
