"""From text to token shards: tokenizers, and the Megatron `.bin` / `.idx` pair that trainers read.

Start at `load_tokenizer`; `base` says what every tokenizer promises, `utf8` and `huggingface` are the two kinds, and
`megatron` is the file format. Shard sizes, commits and the token-to-document index belong to the tokenize stage.
"""

from yurai.tokens.base import TokenArray, TokenDType, Tokenizer
from yurai.tokens.load import load_tokenizer
from yurai.tokens.megatron import BinWriter, Index, index_bytes, read_index, read_tokens, write_bin

__all__ = [
    "BinWriter",
    "Index",
    "TokenArray",
    "TokenDType",
    "Tokenizer",
    "index_bytes",
    "load_tokenizer",
    "read_index",
    "read_tokens",
    "write_bin",
]
