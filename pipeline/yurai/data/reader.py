"""Hold what one process has open of an order: its samples, and the shards that they name."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import cast

import numpy as np

from yurai.data.opening import Opened
from yurai.data.samples import Samples
from yurai.data.shards import Shards
from yurai.tokens import TokenArray
from yurai.tokens.order.samples import Part
from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.rows import rows_at
from yurai_manifests.lookup.tokens import INDEX, Indexed, index_files
from yurai_manifests.run import token_shards


class Reader:
    """An order that is open in the process `process`."""

    def __init__(self, source: Opened) -> None:
        self.process = os.getpid()
        self.source = source
        self.filled = Counter[str]()
        """Tokens that were read as filler, by the document that had them before it was taken down."""
        self.samples = Samples(source.folder, source.made)
        self.shards = Shards(source.store, token_shards(source.run.files("shards")))

    def tokens(self, parts: Sequence[Part]) -> TokenArray:
        """Return the tokens of parts, joined; errors as `Shards.read`.

        Of a document that was taken down they are what its places have now; a Parquet shard does not hold them.
        """
        read = [self._part(part) for part in parts]
        return np.concatenate(read) if read else np.empty(0, np.uint16)

    def _part(self, part: Part) -> TokenArray:
        if (filler := self.source.taken.get(part.doc_id)) is not None:
            self.filled[part.doc_id] += part.token_count
            return np.full(part.token_count, filler, np.int32)
        return self.shards.read(part.shard, part.token_start, part.token_count)

    @property
    def end(self) -> int:
        """The end-of-document token: the last one of the first document that has tokens, or what took its place."""
        for filler in self.source.taken.values():
            return filler
        for index, shard in index_files(self.source.run):
            if index.rows:
                ((_, _, batch),) = rows_at(self.source.store, [index], [0], INDEX)
                row = cast("Indexed", batch.to_pylist()[0])
                return int(self.shards.read(shard, row["token_start"] + row["token_count"] - 1, 1)[0])
        raise RecipeError(f"{self.source.store.url} has no token; give pad=ID")
