"""Read a SentencePiece `.model`; no other module knows the library.

What a model does to text before it cuts it (NFKC, white space to one space, a space in front) is part of the model and
stays on. Text cannot spell a control piece, so `</s>` in a page is letters. A user-defined piece (`<|im_start|>`) is
found in text before all others: `_guarded` makes those that control something control pieces, with the same ids.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
from sentencepiece.sentencepiece_model_pb2 import ModelProto  # type: ignore[attr-defined] # made when it is imported

from yurai.tokens.base import Lengths, Texts, TokenArray, TokenDType, dtype_for, encode_rows
from yurai.tokens.controls import controlling
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SPACE = "▁"
"""How a model writes a space."""
_THREADS = 16
_LONGEST_LINE = 1 << 20
"""Bytes; longer lines teach nothing, as the library leaves them out."""


@dataclass(frozen=True, slots=True)
class SentencePieceTokenizer:
    """A loaded `.model`; made by `load_tokenizer`."""

    name: str
    vocab_size: int
    eod: int
    dtype: TokenDType
    sha256: str | None
    model: SentencePieceProcessor
    unknown: int | None
    packages: tuple[str, ...] = ("sentencepiece",)

    def encode_batch(self, texts: Sequence[str]) -> list[TokenArray]:
        """Return one array of ids per text, `eod` last."""
        # one worker is one core
        encoded = self.model.encode(list(texts), out_type=int, num_threads=1)
        return [np.array([*ids, self.eod], self.dtype) for ids in encoded]

    def encode_column(self, texts: Texts) -> tuple[TokenArray, Lengths]:
        """Return the ids of all rows joined, and ids per row. Raises ContractError for a null."""
        return encode_rows(self.encode_batch, texts, self.dtype)


def sentencepiece_of(
    raw: bytes, *, where: str, eod: str | None, sha256: str, allow: Sequence[str] = ()
) -> SentencePieceTokenizer:
    """Return the tokenizer in a `.model`; documents end with the piece `eod`, or with the model's own end of sentence.

    Raises RecipeError where the bytes are no model, no control piece ends documents, or `allow` names no piece of its.
    """
    model = _loaded(raw, where=where)
    model.LoadFromSerializedProto(_guarded(raw, allow, where=where))
    end = model.eos_id() if eod is None else _named(model, eod)
    if end < 0 or not model.IsControl(end):
        wanted = "has no end-of-sentence piece" if eod is None else f"has no control piece {eod!r}"
        raise RecipeError(f"{where} {wanted}, and text can spell any other; set eod to one of {_controls(model)}")
    size = model.get_piece_size()
    unknown = None if any(model.IsByte(number) for number in range(size)) else model.unk_id()
    return SentencePieceTokenizer(f"sp:{sha256[:16]}", size, end, dtype_for(size), sha256, model, unknown)


def cutter_of(raw: bytes, *, where: str) -> Callable[[str], list[str]]:
    """Return what cuts a text into the pieces of a `.model`, as it writes them, what it does not know among them.

    Raises RecipeError where the bytes are no model.
    """
    model = _loaded(raw, where=where)
    return lambda text: [str(piece) for piece in model.encode(text, out_type=str, num_threads=1)]


def _loaded(raw: bytes, *, where: str) -> SentencePieceProcessor:
    model = SentencePieceProcessor()
    try:
        model.LoadFromSerializedProto(raw)
    except RuntimeError as error:
        raise RecipeError(
            f"{where} is damaged or no SentencePiece model: {error}; fetch it again or name another one"
        ) from error
    return model


def train_unigram(texts: Iterable[str], vocab_size: int, special: Sequence[str]) -> bytes:
    """Return a unigram model (Kudo 2018) with byte fallback, which gives text back as it was but `▁`, a space to it.

    `special` are control pieces. It learns from lines; a line break is a byte. The number of threads is part of the
    result, so it is not that of the machine. Raises RecipeError where the vocabulary has no room for bytes and letters.
    """
    stream = io.BytesIO()
    lines = (line for text in texts for line in text.split("\n") if line)
    try:
        SentencePieceTrainer.train(
            sentence_iterator=lines,
            model_writer=stream,
            model_type="unigram",
            vocab_size=vocab_size,
            control_symbols=list(special),
            byte_fallback=True,
            normalization_rule_name="identity",
            add_dummy_prefix=False,
            remove_extra_whitespaces=False,
            allow_whitespace_only_pieces=True,
            max_sentence_length=_LONGEST_LINE,
            hard_vocab_limit=False,
            bos_id=-1,
            eos_id=-1,
            num_threads=_THREADS,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise RecipeError(
            f"no unigram model of {vocab_size} ids comes from this text: {error}; "
            "raise --vocab-size, or train on other text"
        ) from error
    return stream.getvalue()


def _guarded(raw: bytes, allow: Sequence[str], *, where: str) -> bytes:
    """Return the model whose user-defined pieces are control pieces where text must not spell them, all but `allow`."""
    kinds, model = ModelProto.SentencePiece, ModelProto.FromString(raw)
    own = [(number, one.piece) for number, one in enumerate(model.pieces) if one.type == kinds.USER_DEFINED]
    added = {number: piece for number, piece in own if piece.strip(_SPACE)}
    for number in controlling(added, allow, where=where):
        model.pieces[number].type = kinds.CONTROL
    return bytes(model.SerializeToString())


def _named(model: SentencePieceProcessor, piece: str) -> int:
    """Return the id of a piece, -1 for none; the library answers with the unknown piece."""
    number = int(model.piece_to_id(piece))
    return number if model.id_to_piece(number) == piece else -1


def _controls(model: SentencePieceProcessor) -> str:
    pieces = [model.id_to_piece(number) for number in range(model.get_piece_size()) if model.IsControl(number)]
    return ", ".join(pieces) if pieces else "(it has none: train it with --control_symbols)"
