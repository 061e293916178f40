"""tokenize: tokens of the kept documents, in shards of a target size, with an index from token to document."""

from typing import Any

from yurai.stage import stage
from yurai.tokens import Format, Tokenizer, load_tokenizer


def _models(settings: dict[str, Any]) -> dict[str, str]:
    loaded = tokenize(**settings)
    return {} if loaded.sha256 is None else {settings["tokenizer"]: loaded.sha256}


def _used(settings: dict[str, Any]) -> tuple[str, ...]:
    return tokenize(**settings).packages


@stage("tokenize", version=1, kind="tokenize", packages=("tokenizers", "sentencepiece"), models=_models, used=_used)
def tokenize(
    *,
    tokenizer: str = "bytes",
    sha256: str = "",
    eod: str = "",
    shard_tokens: int = 1_000_000_000,
    format: Format = "megatron",  # noqa: A002 - the setting's name
) -> Tokenizer:
    """Tokenize the kept documents and pack them into shards.

    Each document ends with the end-of-document token, which counts. Shards are Megatron `.bin`/`.idx`, with a Parquet
    index of (doc_id, url, token_start, token_count) beside them, or one Parquet file each: that index with a column
    `tokens` (list of uint16, or of uint32 where the vocabulary is larger). A document is never split.

    Args:
        tokenizer: bytes (UTF-8 bytes, end of document 256), or path or URL of a tokenizer.json or SentencePiece .model.
        sha256: hex digest that the file of the tokenizer must have.
        eod: end-of-document token of that file, where it cannot be told; of a .model, a control piece.
        shard_tokens: tokens after which a new shard begins.
        format: files of a shard, megatron or parquet.
    """
    del shard_tokens, format
    return load_tokenizer(tokenizer, sha256=sha256 or None, eod=eod or None)
