"""Read a SentencePiece `.model`; no other module knows the library.

What a model does to text before it cuts it (NFKC, white space to one space, a space in front) is part of the model and
stays on. Text cannot spell a control piece, so `</s>` in a page is letters; that holds for no other kind of piece, and
no other kind may end documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sentencepiece import SentencePieceProcessor

from yurai.tokens.base import Lengths, Texts, TokenArray, TokenDType, dtype_for, encode_rows
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class SentencePieceTokenizer:
    """A loaded `.model`; made by `load_tokenizer`."""

    name: str
    vocab_size: int
    eod: int
    dtype: TokenDType
    sha256: str | None
    model: SentencePieceProcessor
    packages: tuple[str, ...] = ("sentencepiece",)

    def encode_batch(self, texts: Sequence[str]) -> list[TokenArray]:
        """Return one array of ids per text, `eod` last."""
        # one worker is one core
        encoded = self.model.encode(list(texts), out_type=int, num_threads=1)
        return [np.array([*ids, self.eod], self.dtype) for ids in encoded]

    def encode_column(self, texts: Texts) -> tuple[TokenArray, Lengths]:
        """Return the ids of all rows joined, and ids per row. Raises ContractError for a null."""
        return encode_rows(self.encode_batch, texts, self.dtype)


def sentencepiece_of(raw: bytes, *, where: str, eod: str | None, sha256: str) -> SentencePieceTokenizer:
    """Return the tokenizer in a `.model`; documents end with the piece `eod`, or with the model's own end of sentence.

    Raises RecipeError where the bytes are no model, or no control piece ends documents.
    """
    model = SentencePieceProcessor()
    try:
        model.LoadFromSerializedProto(raw)
    except RuntimeError as error:
        raise RecipeError(
            f"{where} is damaged or no SentencePiece model: {error}; fetch it again or name another tokenizer"
        ) from error
    end = model.eos_id() if eod is None else _named(model, eod)
    if end < 0 or not model.IsControl(end):
        wanted = "has no end-of-sentence piece" if eod is None else f"has no control piece {eod!r}"
        raise RecipeError(f"{where} {wanted}, and text can spell any other; set eod to one of {_controls(model)}")
    size = model.get_piece_size()
    return SentencePieceTokenizer(f"sp:{sha256[:16]}", size, end, dtype_for(size), sha256, model)


def _named(model: SentencePieceProcessor, piece: str) -> int:
    """Return the id of a piece, -1 for none; the library answers with the unknown piece."""
    number = int(model.piece_to_id(piece))
    return number if model.id_to_piece(number) == piece else -1


def _controls(model: SentencePieceProcessor) -> str:
    pieces = [model.id_to_piece(number) for number in range(model.get_piece_size()) if model.IsControl(number)]
    return ", ".join(pieces) if pieces else "(it has none: train it with --control_symbols)"
