"""Tokenize by UTF-8 bytes, which are the ids; 256 ends a document; no file and no training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yurai.tokens.base import Lengths, Texts, TokenArray, TokenDType, dtype_for, refuse_nulls

if TYPE_CHECKING:
    from collections.abc import Sequence

_BYTE_VALUES = 256
# It does not matter which byte, as it is overwritten; one that UTF-8 never uses makes a slip visible.
_PLACE_OF_EOD, _NOTHING = b"\xff", b""


@dataclass(frozen=True, slots=True)
class ByteTokenizer:
    """256 byte values and the end of document, stored as `<u2`."""

    name: str = "bytes"
    vocab_size: int = _BYTE_VALUES + 1
    eod: int = _BYTE_VALUES
    unknown: int | None = None
    dtype: TokenDType = field(default_factory=lambda: dtype_for(_BYTE_VALUES + 1))
    sha256: str | None = None
    packages: tuple[str, ...] = ()

    def encode_batch(self, texts: Sequence[str]) -> list[TokenArray]:
        """Return one `<u2` array per text: its UTF-8 bytes, then 256."""
        return [self._ids(text.encode()) for text in texts]

    def encode_column(self, texts: Texts) -> tuple[TokenArray, Lengths]:
        """Return the ids of all rows joined, and ids per row; no Python code runs per document.

        Raises ContractError where a text is null.
        """
        refuse_nulls(texts)
        lengths: Lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        if not len(lengths):
            return np.empty(0, self.dtype), lengths
        # Large offsets: one more byte a row may pass the 2 GiB that a plain string array can address.
        glue = [pa.scalar(one, pa.large_binary()) for one in (_PLACE_OF_EOD, _NOTHING)]
        joined = pc.call_function("binary_join_element_wise", [texts.cast(pa.large_binary()), *glue])
        ends = np.cumsum(lengths)
        tokens = np.frombuffer(joined.buffers()[2], np.uint8, count=int(ends[-1])).astype(self.dtype)
        tokens[ends - 1] = self.eod
        return tokens, lengths

    def _ids(self, utf8: bytes) -> TokenArray:
        ids = np.empty(len(utf8) + 1, self.dtype)
        ids[:-1] = np.frombuffer(utf8, np.uint8)
        ids[-1] = self.eod
        return ids
