"""Define `TokenDataset`: the samples of an order as a map-style dataset."""

import os
from collections.abc import Mapping
from typing import Final, TypedDict, cast

import numpy as np
import numpy.typing as npt

from yurai.api.given import Where
from yurai.data.opening import opened, refuse_changed
from yurai.data.reader import Reader
from yurai.data.schedule import Schedule
from yurai.tokens.order.samples import Part
from yurai_manifests.errors import AuditError, RecipeError

Ids = npt.NDArray[np.int64]
IGNORED: Final = -100
"""Label that torch.nn.functional.cross_entropy leaves out by default."""


class Example(TypedDict):
    """A sample of L tokens as trainers take it, each array of L int64.

    `labels` are `input_ids`, not shifted, as models of `transformers` want them, with IGNORED at padding and at tokens
    of documents that were taken down, whose `input_ids` are end-of-document ids. `position_ids` begin at 0 with each
    part of a document; `segment_ids` number the parts from 1, and padding is 0.
    """

    input_ids: Ids
    labels: Ids
    position_ids: Ids
    segment_ids: Ids


class TokenDataset:
    """The samples of an order, in its order: a map-style dataset for `torch.utils.data.DataLoader` and others.

    Item i of a rank is a numpy array of `sequence_length` int64 ids, or an `Example` (`examples=True`). With a global
    batch B, step s is the samples s * B to s * B + B - 1, of which rank r of `world` has the r-th piece of B / world:
    a DataLoader without shuffling and with `batch_size` B / world gives a step at a time. Items begin at `start_step`,
    and are those that an uninterrupted run has from there on. Samples behind the last whole batch are left out.

    It may be pickled and forked: files are opened anew in each process. Local shards of Megatron's format are mapped
    into memory; others are read by ranges, with a cache of 64 MiB a process, Parquet by row groups.

    Args:
        out: the tree; path or URL.
        order: name of the order, or path or URL of its folder.
        rank: this process among those that share each batch.
        world: how many they are.
        start_step: first step, from 0.
        global_batch: samples of a step, where the order names none; else it has to be the order's.
        pad: id behind the tokens of a short sample; left out, the end-of-document token.
        examples: give Examples.
        verify: hash all files of the order and all shards first; else sizes are compared.

    Raises:
        RecipeError: no such order, of another run, or a rank, world or step that it has not.
        AuditError: a file was changed, or tokens moved in a takedown since the order was made.
    """

    def __init__(
        self,
        out: Where,
        order: Where = "main",
        rank: int = 0,
        world: int = 1,
        start_step: int = 0,
        *,
        global_batch: int | None = None,
        pad: int | None = None,
        examples: bool = False,
        verify: bool = False,
    ) -> None:
        self._place = os.fspath(out), os.fspath(order)
        self._examples = examples
        self._reader = Reader(opened(out, order))
        self._made = self._reader.source.made.digest
        if verify:
            refuse_changed(self._reader.source)
        settings = cast("Mapping[str, int | None]", self._reader.source.made.settings)
        self.sequence_length = cast("int", settings["sequence_length"])
        stated = settings.get("global_batch")
        if None not in (stated, global_batch) and stated != global_batch:
            raise RecipeError(f"the order is of global batches of {stated}, not {global_batch}: its steps are others")
        samples = len(self._reader.samples)
        self.schedule = Schedule(samples, stated if global_batch is None else global_batch, rank, world, start_step)
        self._pad = pad

    def __len__(self) -> int:
        return len(self.schedule)

    def __getitem__(self, item: int) -> Ids | Example:
        return self.example(item) if self._examples else self.ids(item)

    def ids(self, item: int) -> Ids:
        """Return the ids of an item, padded; errors as `parts`."""
        return self._padded(self._tokens(self.parts(item)))

    def example(self, item: int) -> Example:
        """Return an item as trainers take it; errors as `parts`."""
        parts = self.parts(item)
        tokens, counts = self._tokens(parts), [part.token_count for part in parts]
        labels = np.full(self.sequence_length, IGNORED, np.int64)
        labels[: tokens.size] = tokens
        positions, segments = np.zeros((2, self.sequence_length), np.int64)
        start = 0
        for number, (part, count) in enumerate(zip(parts, counts, strict=True), 1):
            positions[start : start + count] = np.arange(count)
            segments[start : start + count] = number
            if part.doc_id in self._read().source.taken:
                labels[start : start + count] = IGNORED
            start += count
        return Example(input_ids=self._padded(tokens), labels=labels, position_ids=positions, segment_ids=segments)

    def parts(self, item: int) -> list[Part]:
        """Return the parts of documents that an item is made of.

        Raises:
            IndexError: there is no such item. ShardError, AuditError: a file is missing, damaged or was changed.
        """
        return self._read().samples.parts(self.schedule.position(item + len(self) if item < 0 else item))

    @property
    def pad(self) -> int:
        """Id behind the tokens of a short sample."""
        if self._pad is None:
            self._pad = self._read().end
        return self._pad

    def _tokens(self, parts: list[Part]) -> Ids:
        tokens = self._read().tokens(parts).astype(np.int64)
        if tokens.size > self.sequence_length:
            raise AuditError(f"a sample of {tokens.size} tokens in an order of {self.sequence_length}; pack again")
        return tokens

    def _padded(self, tokens: Ids) -> Ids:
        missing = self.sequence_length - tokens.size
        return tokens if not missing else np.pad(tokens, (0, missing), constant_values=self.pad)

    def _read(self) -> Reader:
        """Return what has files open, made anew in a process that was forked or got this by pickle."""
        if self._reader.process != os.getpid():
            self._reader = Reader(opened(*self._place))
            if self._reader.source.made.digest != self._made:
                raise AuditError(f"{self._reader.source.folder.url} is another order than when training began")
        return self._reader

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_reader": _Nowhere()}


class _Nowhere:
    """In the place of a reader on the way to another process."""

    process = -1
