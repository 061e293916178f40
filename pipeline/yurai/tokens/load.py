"""Load the tokenizer that a recipe names ("bytes", a path, a URL), or refuse it before anything has run."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from yurai.sources.fetch import open_remote
from yurai.tokens.huggingface import knows_all_bytes, open_model, refuse_silent_drops, tokenizer_of
from yurai.tokens.sentencepiece import sentencepiece_of
from yurai.tokens.utf8 import ByteTokenizer
from yurai_manifests.errors import RecipeError, ShardError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import tokenizers

    from yurai.tokens.base import Tokenizer

WELL_KNOWN_ENDS = ("</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "<|eod|>")
_MISSING = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError, ValueError, ImportError)


def load_tokenizer(
    spec: str, *, sha256: str | None = None, eod: str | None = None, allow: Sequence[str] = ()
) -> Tokenizer:
    """Return the tokenizer that `spec` names.

    Args:
        spec: "bytes", or path or fsspec URL of a Hugging Face `tokenizer.json`, or of a SentencePiece model, whose name
            ends in `.model`.
        sha256: hex digest that the file must have; checked before the file is parsed. The digest found is recorded
            in the result either way.
        eod: text of the end-of-document token. May be left out where the vocabulary of a tokenizer.json holds exactly
            one of `WELL_KNOWN_ENDS`, or a model has an end-of-sentence piece.
        allow: added tokens that text may spell out, as a page with `<table>` does; all others are letters there.

    Raises RecipeError where the tokenizer is missing, damaged, another file than `sha256` says, drops what it does not
    know, its end of document is unknown, or it adds no token that `allow` names; ShardError where storage fails.
    """
    if spec == "bytes":
        return _bytes(sha256=sha256, eod=eod, allow=allow)
    return load_bytes(_read(spec), spec, sha256=sha256, eod=eod, allow=allow)


def load_bytes(
    raw: bytes, spec: str, *, sha256: str | None = None, eod: str | None = None, allow: Sequence[str] = ()
) -> Tokenizer:
    """Return the tokenizer in a file's bytes; arguments and errors as `load_tokenizer`."""
    digest = hashlib.sha256(raw).hexdigest()
    if sha256 is not None and sha256.lower() != digest:
        raise RecipeError(
            f"{spec} has sha256 {digest}, the recipe says {sha256}; fetch the right file, or correct the recipe"
        )
    if spec.partition("?")[0].endswith(".model"):
        return sentencepiece_of(raw, where=spec, eod=eod, sha256=digest, allow=allow)
    model = open_model(raw, where=spec, allow=allow)
    parsed = json.loads(raw)
    refuse_silent_drops(parsed, where=spec)
    end = _end_of_document(model, spec=spec, eod=eod)
    if model.id_to_token(end) in allow:
        raise RecipeError(f"{spec} ends documents with {model.id_to_token(end)!r}; take it out of allow_tokens")
    unknown = _unknown(parsed["model"])
    if end == unknown:
        raise RecipeError(
            f"{spec} uses {model.id_to_token(end)!r} for unknown text too, so it cannot end documents; set eod to one "
            f"of {_specials(model)}"
        )
    met = None if knows_all_bytes(parsed) else unknown
    return tokenizer_of(model, eod=end, unknown=met, sha256=digest, allow=allow, where=spec)


def _bytes(*, sha256: str | None, eod: str | None, allow: Sequence[str]) -> ByteTokenizer:
    if sha256 is not None or eod is not None or allow:
        raise RecipeError(
            'tokenizer "bytes" is built in: it has no file, adds no tokens and ends documents with 256; '
            "drop sha256, eod, allow_tokens"
        )
    return ByteTokenizer()


def _read(spec: str) -> bytes:
    try:
        with open_remote(spec) as stream:
            return bytes(stream.read())
    except _MISSING as error:
        raise RecipeError(
            f'no tokenizer at {spec!r} ({error}); give "bytes", or path or URL of a tokenizer.json or .model'
        ) from error
    except OSError as error:
        raise ShardError(f"cannot read tokenizer {spec!r}: {error}; check the storage and run again") from error


def _end_of_document(model: tokenizers.Tokenizer, *, spec: str, eod: str | None) -> int:
    wanted = WELL_KNOWN_ENDS if eod is None else (eod,)
    ids = [token for token in (model.token_to_id(text) for text in wanted) if token is not None]
    if len(ids) == 1:
        return ids[0]
    if eod is not None:
        raise RecipeError(f"{spec} has no token {eod!r}; set eod to one of its special tokens: {_specials(model)}")
    count = f"{len(ids)} of" if ids else "none of"
    raise RecipeError(
        f"{spec} holds {count} the usual end-of-document tokens {', '.join(WELL_KNOWN_ENDS)}; set eod to one of its "
        f"special tokens: {_specials(model)}"
    )


def _specials(model: tokenizers.Tokenizer) -> str:
    added = model.get_added_tokens_decoder()
    texts = [added[token].content for token in sorted(added) if added[token].special]
    return ", ".join(texts) if texts else "(it has none: add one to its added_tokens)"


def _unknown(model: Mapping[str, Any]) -> int | None:
    """Return the id of a model's unknown token; read from the file, as not every model of the library shows it."""
    if "unk_id" in model:
        return model["unk_id"] if isinstance(model["unk_id"], int) else None
    vocab = model.get("vocab")
    return vocab.get(model.get("unk_token")) if isinstance(vocab, dict) else None
