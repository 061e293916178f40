"""Define the settings of stage tokenize: which tokenizer, and how its tokens are packed."""

from dataclasses import dataclass
from typing import Annotated

from yurai.engine.use import Settings
from yurai.tokens import Format, Tokenizer, load_tokenizer
from yurai_filters.ranges import at_least


@dataclass(frozen=True, kw_only=True)
class Tokenize(Settings):
    """Tokenize the kept documents and pack them into shards.

    Each document ends with the end-of-document token, which counts. Shards are Megatron `.bin`/`.idx`, with a Parquet
    index of (doc_id, url, token_start, token_count) beside them, or one Parquet file each: that index with a column
    `tokens` (list of uint16, or of uint32 where the vocabulary is larger). A document is never split.

    Args:
        tokenizer: bytes (UTF-8 bytes, end of document 256), or path or URL of a tokenizer.json or SentencePiece .model.
        sha256: hex digest that the file of the tokenizer must have.
        eod: end-of-document token of that file, where it cannot be told; of a .model, a control piece.
        allow_tokens: added tokens that a page may spell out; all others (chat turns, masks, ends) are letters there.
        shard_tokens: tokens after which a new shard begins.
        format: files of a shard, megatron or parquet.
    """

    tokenizer: str = "bytes"
    sha256: str = ""
    eod: str = ""
    allow_tokens: tuple[str, ...] = ()
    shard_tokens: Annotated[int, at_least(1)] = 1_000_000_000
    format: Format = "megatron"

    def load(self) -> Tokenizer:
        """Return the tokenizer.

        Raises:
            RecipeError: not there, of another digest, or no tokenizer.
        """
        return load_tokenizer(self.tokenizer, sha256=self.sha256 or None, eod=self.eod or None, allow=self.allow_tokens)
