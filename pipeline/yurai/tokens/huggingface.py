"""Read a `tokenizer.json` of Hugging Face in a way that is safe for a corpus.

The file's own truncation, padding and post-processor are for inference and are switched off: a document is its
text's ids and one end. A page about language models may spell out `</s>` or `<|im_start|>`; its ids must not hold the
end of a document, or every reader that splits on that id would cut the page in two, nor a turn that nobody took. Added
tokens, special or not (`<tool_call>`), are therefore read as plain text, and where a model's plain vocabulary holds one
all the same (Unigram does), the page is cut inside it. Runs of white space stay tokens: they control nothing.
"""

from __future__ import annotations

import json
import os
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import tokenizers

from yurai.tokens.base import Lengths, Texts, TokenArray, TokenDType, dtype_for, encode_rows
from yurai.tokens.controls import SHORTEST_CUT, controlling
from yurai_manifests.errors import ContractError, RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType


class TokenizerFile(TypedDict, total=False):
    """What is read of a parsed `tokenizer.json`."""

    model: dict[str, object]
    normalizer: object
    pre_tokenizer: object


@dataclass(frozen=True, slots=True)
class HuggingFaceTokenizer:
    """A loaded `tokenizer.json`; made by `load_tokenizer`."""

    name: str
    vocab_size: int
    eod: int
    dtype: TokenDType
    sha256: str | None
    model: tokenizers.Tokenizer
    controls: frozenset[int]
    """Ids that no text is given: the end of a document and added tokens, but those that the recipe allows."""
    unknown: int | None
    spelled_unknown: str
    """How the unknown token is written: letters too, where a page has them."""
    packages: tuple[str, ...] = ("tokenizers",)

    def encode_batch(self, texts: Sequence[str]) -> list[TokenArray]:
        """Return one array of ids per text, `eod` last.

        Raises RecipeError where the model has no id for a piece of text and names no unknown token.
        """
        with refusing(self.name, "has no ids for a text (does it lack an unknown token?)"):
            encodings = self.model.encode_batch_fast(list(texts), add_special_tokens=False)
        return [self._document(text, encoding.ids) for text, encoding in zip(texts, encodings, strict=True)]

    def encode_column(self, texts: Texts) -> tuple[TokenArray, Lengths]:
        """Return the ids of all rows joined, and ids per row. Raises as `encode_batch`; ContractError for a null."""
        return encode_rows(self.encode_batch, texts, self.dtype)

    def _document(self, text: str, ids: list[int]) -> TokenArray:
        plain = self.controls.isdisjoint(ids) and (self.unknown not in ids or self.spelled_unknown not in text)
        safe = ids if plain else self._ids_without_controls(text)
        return np.array([*safe, self.eod], self.dtype)

    def _ids_without_controls(self, text: str) -> list[int]:
        """Return the ids of a text that spells out control tokens, cut inside each such place."""
        pieces = [text]
        while True:
            encodings = self.model.encode_batch(pieces, add_special_tokens=False)
            cut = [part for piece, encoded in zip(pieces, encodings, strict=True) for part in self._cut(piece, encoded)]
            if len(cut) == len(pieces):
                return list(chain.from_iterable(encoding.ids for encoding in encodings))
            pieces = cut

    def _cut(self, piece: str, encoding: tokenizers.Encoding) -> list[str]:
        places = zip(encoding.ids, encoding.offsets, strict=True)
        spans = [(token, *span) for token, span in places if self._is_control(token, piece[slice(*span)])]
        for token, start, end in spans:
            if end - start < SHORTEST_CUT:
                raise ContractError(
                    f"tokenizer {self.name} turns {piece[start:end]!r} into its control token {token}; "
                    "name another token as eod, or another tokenizer"
                )
        return [piece[a:b] for a, b in pairwise([0, *sorted({start + 1 for _, start, _ in spans}), len(piece)])]

    def _is_control(self, token: int, text: str) -> bool:
        return token in self.controls or (token == self.unknown and text == self.spelled_unknown)


def open_model(raw: bytes, *, where: str, allow: Sequence[str] = ()) -> tokenizers.Tokenizer:
    """Return the library's tokenizer in a `tokenizer.json`, everything that is not text to ids switched off.

    Text may spell the added tokens in `allow`.

    Sets TOKENIZERS_PARALLELISM=false for the process unless it is set: one worker is one core, and threads would
    not survive a fork. Raises RecipeError where the bytes are no tokenizer.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with refusing(where, "is damaged or no Hugging Face tokenizer.json"):
        model = tokenizers.Tokenizer.from_buffer(_without_special(raw, allow) if allow else raw)
    model.no_padding()
    model.no_truncation()
    model.encode_special_tokens = True
    # it skips special tokens alone, so the others become special to this copy of the model
    added = model.get_added_tokens_decoder().values()
    model.add_special_tokens([one for one in added if not one.content.isspace() and one.content not in allow])
    return model


def _without_special(raw: bytes, allow: Sequence[str]) -> bytes:
    """Return the file with the mark `special` taken off tokens in `allow`: the library cannot do that to a model."""
    parsed = json.loads(raw)
    for token in parsed.get("added_tokens", []):
        token["special"] = token["special"] and token["content"] not in allow
    return json.dumps(parsed).encode()


def refuse_silent_drops(parsed: TokenizerFile, *, where: str) -> None:
    """Raise RecipeError for a BPE model that leaves out, without a word, the characters that it does not know.

    Such a model has no unknown token, and neither all 256 byte symbols of a byte-level
    split nor all 256 fallback bytes. Other kinds of models refuse a text when they meet it.
    """
    model = parsed["model"]
    if model.get("type") != "BPE" or model.get("unk_token") is not None or not isinstance(model.get("vocab"), dict):
        return
    wanted = _bytes_of(parsed)
    missing = len(wanted - _pieces(model))
    if missing or not wanted:
        raise RecipeError(
            f"{where} would drop characters that it does not know without a trace: it has no unknown token"
            + (f" and lacks {missing} of 256 bytes" if wanted else ", no byte-level split and no byte fallback")
            + "; name another tokenizer, or train one (yurai tokenizer train)"
        )


def knows_all_bytes(parsed: TokenizerFile) -> bool:
    """Return whether every text has ids of its own, down to its bytes."""
    wanted = _bytes_of(parsed)
    return bool(wanted) and wanted <= _pieces(parsed["model"])


def _bytes_of(parsed: TokenizerFile) -> set[str]:
    """Return the 256 pieces that stand for bytes in such a model; none where it has none."""
    if "ByteLevel" in _kinds(parsed.get("normalizer")) | _kinds(parsed.get("pre_tokenizer")):
        return set(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    return {f"<0x{byte:02X}>" for byte in range(256)} if parsed["model"].get("byte_fallback") else set()


def _pieces(model: dict[str, object]) -> set[str]:
    """Return the pieces of a vocabulary: {piece: id}, or of Unigram [[piece, score]]."""
    vocab = model.get("vocab")
    if isinstance(vocab, dict):
        return set(vocab)
    return {str(piece) for piece, *_ in vocab} if isinstance(vocab, list) else set()


def _kinds(part: object) -> set[str]:
    """Types that a normalizer or pre-tokenizer names, those of a sequence too."""
    if isinstance(part, dict):
        return {str(part.get("type"))}.union(*map(_kinds, part.values()))
    return set[str]().union(*map(_kinds, part)) if isinstance(part, list) else set()


def tokenizer_of(
    model: tokenizers.Tokenizer,
    *,
    eod: int,
    unknown: int | None,
    sha256: str,
    allow: Sequence[str] = (),
    where: str = "",
) -> HuggingFaceTokenizer:
    """Return the record that stages use; ids may have gaps, so the largest counts, not their number.

    `unknown` is the id for what the model does not know, None where it knows all: text is given it, though it is an
    added token mostly. Raises RecipeError where `allow` names what the file does not add.
    """
    vocab_size = max(model.get_vocab(with_added_tokens=True).values()) + 1
    added = {number: token.content for number, token in sorted(model.get_added_tokens_decoder().items())}
    ends = {number: content for number, content in added.items() if number != unknown}
    return HuggingFaceTokenizer(
        f"hf:{sha256[:16]}",
        vocab_size,
        eod,
        dtype_for(vocab_size),
        sha256,
        model,
        controlling(ends, allow, where=where) | {eod},
        unknown,
        "" if unknown is None else str(model.id_to_token(unknown)),
    )


def refusing(where: str, problem: str) -> AbstractContextManager[object]:
    """Turn what the tokenizers library raises (bare Exception, ValueError) into a RecipeError; nothing else."""
    stack = ExitStack()
    stack.push(partial(_refuse, where, problem))
    return stack


def _refuse(
    where: str, problem: str, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
) -> bool:
    if kind in (Exception, ValueError):
        raise RecipeError(f"{where} {problem}: {error}; fetch it again or name another tokenizer.json") from error
    return False
