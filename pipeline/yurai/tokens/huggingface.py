"""Read a `tokenizer.json` of Hugging Face in a way that is safe for a corpus.

The file's own truncation, padding and post-processor are for inference and are switched off: a document is its
text's ids and one end. A page about language models may spell out `</s>` or `<|im_start|>`; its ids must not hold the
end of a document, or every reader that splits on that id would cut the page in two, nor a turn that nobody took. Added
tokens, special or not (`<tool_call>`), are therefore read as plain text, and where a model's plain vocabulary holds one
all the same (Unigram does), the page is cut inside it. Runs of white space stay tokens: they control nothing.
"""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import tokenizers

from yurai.tokens.base import Lengths, Texts, TokenArray, TokenDType, dtype_for, encode_rows
from yurai_manifests.errors import ContractError, RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

_SHORTEST_CUT = 2
_FALLBACK = re.compile(r"<0x[0-9A-F]{2}>")


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
    """Ids that no text is given: the end of a document and all added tokens."""
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
        safe = ids if self.controls.isdisjoint(ids) else self._ids_without_controls(text)
        return np.array([*safe, self.eod], self.dtype)

    def _ids_without_controls(self, text: str) -> list[int]:
        """Return the ids of a text that spells out control tokens, cut inside each such place."""
        pieces = [text]
        while True:
            encodings = self.model.encode_batch(pieces, add_special_tokens=False)
            if all(self.controls.isdisjoint(encoding.ids) for encoding in encodings):
                return list(chain.from_iterable(encoding.ids for encoding in encodings))
            pieces = [
                part for piece, encoded in zip(pieces, encodings, strict=True) for part in self._cut(piece, encoded)
            ]

    def _cut(self, piece: str, encoding: tokenizers.Encoding) -> list[str]:
        places = zip(encoding.ids, encoding.offsets, strict=True)
        spans = [(token, *span) for token, span in places if token in self.controls]
        for token, start, end in spans:
            if end - start < _SHORTEST_CUT:
                raise ContractError(
                    f"tokenizer {self.name} turns {piece[start:end]!r} into its control token {token}; "
                    "name another token as eod, or another tokenizer"
                )
        return [piece[a:b] for a, b in pairwise([0, *sorted({start + 1 for _, start, _ in spans}), len(piece)])]


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
    # it skips special tokens alone, so the others become special to this copy of the model
    model.add_special_tokens([token for token in _added(model).values() if not token.content.isspace()])
    return model


def _added(model: tokenizers.Tokenizer) -> dict[int, tokenizers.AddedToken]:
    return dict(sorted(model.get_added_tokens_decoder().items()))


def refuse_silent_drops(parsed: TokenizerFile, *, where: str) -> None:
    """Raise RecipeError for a BPE model that leaves out, without a word, the characters that it does not know.

    Such a model has no unknown token, and neither all 256 byte symbols of a byte-level
    split nor all 256 fallback bytes. Other kinds of models refuse a text when they meet it.
    """
    model = parsed["model"]
    vocab = model.get("vocab")
    if model.get("type") != "BPE" or model.get("unk_token") is not None or not isinstance(vocab, dict):
        return
    wanted = set[str]()
    if "ByteLevel" in _kinds(parsed.get("normalizer")) | _kinds(parsed.get("pre_tokenizer")):
        wanted = set(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    elif model.get("byte_fallback"):
        wanted = {f"<0x{byte:02X}>" for byte in range(256)}
    missing = len(wanted - vocab.keys())
    if missing or not wanted:
        raise RecipeError(
            f"{where} would drop characters that it does not know without a trace: it has no unknown token"
            + (f" and lacks {missing} of 256 bytes" if wanted else ", no byte-level split and no byte fallback")
            + "; name another tokenizer, or train one (yurai tokenizer train)"
        )


def _kinds(part: object) -> set[str]:
    """Types that a normalizer or pre-tokenizer names, those of a sequence too."""
    if isinstance(part, dict):
        return {str(part.get("type"))}.union(*map(_kinds, part.values()))
    return set[str]().union(*map(_kinds, part)) if isinstance(part, list) else set()


def tokenizer_of(model: tokenizers.Tokenizer, *, eod: int, unknown: int | None, sha256: str) -> HuggingFaceTokenizer:
    """Return the record that stages use; ids may have gaps, so the largest counts, not their number.

    `unknown` is the id for what the model does not know: text is given it, though it is an added token mostly.
    """
    vocab_size = max(model.get_vocab(with_added_tokens=True).values()) + 1
    spelled = {number for number, token in _added(model).items() if _can_be_cut(token.content)}
    return HuggingFaceTokenizer(
        f"hf:{sha256[:16]}",
        vocab_size,
        eod,
        dtype_for(vocab_size),
        sha256,
        model,
        frozenset((spelled - {unknown}) | {eod}),
    )


def _can_be_cut(content: str) -> bool:
    """Whether an added token is one that text must not be given: no white space, no one character, no fallback byte."""
    return len(content) >= _SHORTEST_CUT and not content.isspace() and _FALLBACK.fullmatch(content) is None


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
