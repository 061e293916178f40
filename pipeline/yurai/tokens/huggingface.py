"""Any Hugging Face `tokenizer.json`, made safe for a corpus.

The file's own truncation, padding and post-processor are for inference and are switched off: a document is its
text's ids and one end. A page about language models may spell out `</s>`; its ids must not hold the end of a
document, or every reader that splits on that id would cut the page in two. Special tokens are therefore read as
plain text, and where a model's plain vocabulary holds the end all the same (Unigram does), the page is cut inside it.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np
import tokenizers

from yurai.errors import ContractError, RecipeError
from yurai.tokens.base import Lengths, Texts, TokenArray, TokenDType, dtype_for, refuse_nulls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

# Encodings are many times the size of their text; so few rows keep a column's encodings from being alive at once.
_ROWS_AT_ONCE = 64
_SHORTEST_CUT = 2


@dataclass(frozen=True, slots=True)
class HuggingFaceTokenizer:
    """A loaded `tokenizer.json`; made by `load_tokenizer`."""

    name: str
    vocab_size: int
    eod: int
    dtype: TokenDType
    sha256: str | None
    model: tokenizers.Tokenizer

    def encode_batch(self, texts: Sequence[str]) -> list[TokenArray]:
        """Return one array of ids per text, `eod` last.

        Raises RecipeError where the model has no id for a piece of text and names no unknown token.
        """
        with refusing(self.name, "has no ids for a text (does it lack an unknown token?)"):
            encodings = self.model.encode_batch_fast(list(texts), add_special_tokens=False)
        return [self._document(text, encoding.ids) for text, encoding in zip(texts, encodings, strict=True)]

    def encode_column(self, texts: Texts) -> tuple[TokenArray, Lengths]:
        """Return the ids of all rows joined, and ids per row. Raises as `encode_batch`; ContractError for a null."""
        refuse_nulls(texts)
        starts = range(0, len(texts), _ROWS_AT_ONCE)
        documents = [ids for row in starts for ids in self.encode_batch(_strings(texts, row))]
        lengths = np.fromiter(map(len, documents), np.int64, count=len(documents))
        return (np.concatenate(documents) if documents else np.empty(0, self.dtype)), lengths

    def _document(self, text: str, ids: list[int]) -> TokenArray:
        row = np.array([*ids, self.eod], self.dtype)
        return row if not (row[:-1] == self.eod).any() else self._document(text, self._ids_without_end(text))

    def _ids_without_end(self, text: str) -> list[int]:
        """Return the ids of a text that spells out the end of a document, cut inside each such place."""
        pieces = [text]
        while True:
            encodings = self.model.encode_batch(pieces, add_special_tokens=False)
            if not any(self.eod in encoding.ids for encoding in encodings):
                return list(chain.from_iterable(encoding.ids for encoding in encodings))
            pieces = [part for piece, found in zip(pieces, encodings, strict=True) for part in self._cut(piece, found)]

    def _cut(self, piece: str, encoding: tokenizers.Encoding) -> list[str]:
        spans = [span for token, span in zip(encoding.ids, encoding.offsets, strict=True) if token == self.eod]
        for start, end in spans:
            if end - start < _SHORTEST_CUT:
                raise ContractError(
                    f"tokenizer {self.name} turns {piece[start:end]!r} into its end-of-document token {self.eod}; "
                    "name another token as eod"
                )
        return [piece[a:b] for a, b in pairwise([0, *sorted({start + 1 for start, _ in spans}), len(piece)])]


def open_model(raw: bytes, *, where: str) -> tokenizers.Tokenizer:
    """Return the library's tokenizer in a `tokenizer.json`, everything that is not text to ids switched off.

    Sets TOKENIZERS_PARALLELISM=false for the process unless it is set: one worker is one core, and threads would
    not survive a fork. Raises RecipeError where the bytes are no tokenizer.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with refusing(where, "is damaged or no Hugging Face tokenizer.json"):
        model = tokenizers.Tokenizer.from_buffer(raw)
    model.no_padding()
    model.no_truncation()
    model.encode_special_tokens = True
    return model


def tokenizer_of(model: tokenizers.Tokenizer, *, eod: int, sha256: str) -> HuggingFaceTokenizer:
    """Return the record that stages use; ids may have gaps, so the largest counts, not their number."""
    vocab_size = max(model.get_vocab(with_added_tokens=True).values()) + 1
    return HuggingFaceTokenizer(f"hf:{sha256[:16]}", vocab_size, eod, dtype_for(vocab_size), sha256, model)


def refusing(where: str, what: str) -> AbstractContextManager[object]:
    """Turn what the tokenizers library raises (bare Exception, ValueError) into a RecipeError; nothing else."""
    stack = ExitStack()
    stack.push(partial(_refuse, where, what))
    return stack


def _refuse(
    where: str, what: str, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
) -> bool:
    if kind in (Exception, ValueError):
        raise RecipeError(f"{where} {what}: {error}; fetch it again or name another tokenizer.json") from error
    return False


def _strings(texts: Texts, row: int) -> list[str]:
    return [text.as_py() for text in texts.slice(row, _ROWS_AT_ONCE)]
