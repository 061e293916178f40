"""Define what every tokenizer promises, whatever made its vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai_manifests.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TokenArray: TypeAlias = npt.NDArray[np.integer]
TokenDType: TypeAlias = np.dtype[np.integer]
Lengths: TypeAlias = npt.NDArray[np.int64]
Texts: TypeAlias = pa.StringArray | pa.LargeStringArray

_UINT16_IDS = 1 << 16
# Encodings are many times the size of their text; so few rows keep a column's encodings from being alive at once.
_ROWS_AT_ONCE = 64


class Tokenizer(Protocol):
    """Text in, token ids out; every document ends with exactly one `eod`, and no other token is `eod`.

    A document's ids depend on its text alone: never on the batch it came in, the worker, or the machine.
    """

    @property
    def name(self) -> str:
        """What manifests call it; made from content, never from a path."""

    @property
    def vocab_size(self) -> int:
        """One more than the largest id."""

    @property
    def eod(self) -> int:
        """Id of the end-of-document token."""

    @property
    def unknown(self) -> int | None:
        """Id that stands for whatever the vocabulary lacks; None where every text has ids of its own."""

    @property
    def dtype(self) -> TokenDType:
        """How a shard stores an id: `<u2` where `vocab_size` allows, else `<i4`."""

    @property
    def sha256(self) -> str | None:
        """Hex digest of the tokenizer's file; None for one that has no file."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages whose version can change the ids."""

    def encode_batch(self, texts: Sequence[str]) -> list[TokenArray]:
        """Return one array of `dtype` per text, `eod` last."""

    def encode_column(self, texts: Texts) -> tuple[TokenArray, Lengths]:
        """Return all ids of a text column joined, and ids per row (`eod` included).

        Raises ContractError where a text is null.
        """


def dtype_for(vocab_size: int) -> TokenDType:
    """Return the narrowest id type that Megatron readers know and that holds `vocab_size` ids."""
    return np.dtype("<u2") if vocab_size <= _UINT16_IDS else np.dtype("<i4")


def encode_rows(
    encode_batch: Callable[[Sequence[str]], list[TokenArray]], texts: Texts, dtype: TokenDType
) -> tuple[TokenArray, Lengths]:
    """Return what `Tokenizer.encode_column` promises, from documents encoded a few rows at a time."""
    refuse_nulls(texts)
    slices = (texts.slice(row, _ROWS_AT_ONCE) for row in range(0, len(texts), _ROWS_AT_ONCE))
    documents = [ids for part in slices for ids in encode_batch([text.as_py() for text in part])]
    lengths = np.fromiter(map(len, documents), np.int64, count=len(documents))
    return (np.concatenate(documents) if documents else np.empty(0, dtype)), lengths


def refuse_nulls(texts: Texts) -> None:
    """Raise ContractError where a text is null: a document without text has a reason and is no document."""
    if texts.null_count:
        row = texts.is_null().index(pa.scalar(value=True)).as_py()
        raise ContractError(
            f"tokenize: {texts.null_count} of {len(texts)} texts are null, the first in row {row}; "
            "the stage before must drop a page that has no text, with a reason"
        )
