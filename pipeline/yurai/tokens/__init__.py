"""Turn text into token shards: tokenizers, and the files that trainers read.

Start at `load_tokenizer`; `base` says what every tokenizer promises, `utf8`, `huggingface` and `sentencepiece` are the
kinds, `train` makes a new one; `shards` writes Megatron pairs (`megatron`) or Parquet. Shard
sizes and commits belong to the tokenize stage.
"""

from yurai.tokens.base import TokenArray, TokenDType, Tokenizer
from yurai.tokens.load import load_tokenizer
from yurai.tokens.megatron import BinWriter, Index, index_bytes, index_dtype, read_index, read_tokens, write_bin
from yurai.tokens.shards import Format, TokenShard, open_shard

__all__ = [
    "BinWriter",
    "Format",
    "Index",
    "TokenArray",
    "TokenDType",
    "TokenShard",
    "Tokenizer",
    "index_bytes",
    "index_dtype",
    "load_tokenizer",
    "open_shard",
    "read_index",
    "read_tokens",
    "write_bin",
]
