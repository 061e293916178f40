"""tokenize: tokens of the kept documents, in Megatron files of a target size, with an index from token to document."""

from typing import Any

from yurai.stage import stage
from yurai.tokens import Tokenizer, load_tokenizer


def _models(settings: dict[str, Any]) -> dict[str, str]:
    loaded = tokenize(**settings)
    return {} if loaded.sha256 is None else {settings["tokenizer"]: loaded.sha256}


@stage("tokenize", version=1, kind="tokenize", packages=("tokenizers",), models=_models)
def tokenize(
    *, tokenizer: str = "bytes", sha256: str = "", eod: str = "", shard_tokens: int = 1_000_000_000
) -> Tokenizer:
    """Tokenize the kept documents and pack them into shards.

    Each document ends with the end-of-document token, which counts. Shards are Megatron `.bin`/`.idx`, with a Parquet
    index of (doc_id, url, token_start, token_count) beside them. A document is never split.

    Args:
        tokenizer: bytes (UTF-8 bytes, end of document 256), or path or URL of a Hugging Face tokenizer.json.
        sha256: hex digest that the tokenizer.json must have.
        eod: end-of-document token of a tokenizer.json, where it cannot be told.
        shard_tokens: tokens after which a new shard begins.
    """
    del shard_tokens
    return load_tokenizer(tokenizer, sha256=sha256 or None, eod=eod or None)
