"""Train a tokenizer on a corpus: the same documents and settings give the same bytes.

The sample is drawn by a hash of doc_id, so it does not depend on how documents lie in files, and a larger one holds
every document of a smaller one. `bpe` is byte-level BPE in a tokenizer.json, `unigram` a SentencePiece .model with byte
fallback: in both all 256 bytes are in the vocabulary, no text is unknown, and decoding gives back every byte.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypedDict, cast

import pyarrow as pa
import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

from yurai.declare.batches import strings
from yurai.engine.made import documents_of, write_made
from yurai.engine.state import Shards
from yurai.sources.fetch import Shard, fetch_shard
from yurai.tokens.load import load_bytes
from yurai.tokens.sentencepiece import train_unigram
from yurai_manifests.canonical import Json, fingerprint, sha256
from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import read_rows

Model: TypeAlias = Literal["bpe", "unigram"]
KINDS: Final[dict[Model, str]] = {"bpe": "byte-level BPE", "unigram": "unigram with byte fallback"}
_SUFFIXES: Final[dict[Model, str]] = {"bpe": ".json", "unigram": ".model"}
_BYTES = 256
_HASHES = 1 << 64
# a pair that was seen once is an accident of one document
_LEAST_SEEN = 2


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """What a tokenizer is trained to; `special` are the special tokens, the first of them ends documents."""

    vocab_size: int = 32_000
    sample_bytes: int = 100_000_000
    special: tuple[str, ...] = ("<|endoftext|>",)
    model: Model = "bpe"

    def check(self) -> None:
        """Raise RecipeError for settings under which nothing can be trained."""
        least = _BYTES + len(self.special)
        if not self.special or len(set(self.special)) != len(self.special) or not all(self.special):
            raise RecipeError("--special needs at least one token, each named once: the first ends documents")
        if self.vocab_size < least:
            raise RecipeError(f"--vocab-size {self.vocab_size} has no room for 256 bytes and {least - _BYTES} specials")
        if self.sample_bytes < 1:
            raise RecipeError("--sample-bytes must be 1 or more")


class OfTokenizer(TypedDict):
    """What was made."""

    kind: str
    sha256: str
    vocab_size: int


class OfInput(TypedDict):
    """All documents that could be drawn."""

    digest: str
    documents: int
    text_bytes: int


class OfSample(TypedDict):
    """The documents that were drawn."""

    documents: int
    text_bytes: int


class Origin(TypedDict):
    """What the file beside a tokenizer says of where it comes from."""

    tokenizer: OfTokenizer
    eod: str
    settings: dict[str, object]
    input: OfInput
    sample: OfSample
    packages: dict[str, str]


@dataclass(slots=True)
class Sample:
    """Texts of a share of all documents, and how many there were; the counts grow while it is read."""

    shards: Shards
    share: float
    documents: int = 0
    text_bytes: int = 0
    files: list[str] = field(default_factory=list)

    def texts(self) -> Iterator[str]:
        """Yield the sampled texts. Raises ShardError where a file was changed after it was written."""
        limit = int(self.share * _HASHES)
        for shard in self.shards:
            self.files.append(shard.sha256)
            with tempfile.TemporaryDirectory(prefix="yurai-train-") as spool:
                yield from self._of_shard(shard, Path(spool), limit)

    def _of_shard(self, shard: Shard, spool: Path, limit: int) -> Iterator[str]:
        for batch in read_rows(fetch_shard(shard, spool), ["doc_id", "text"]):
            chosen = [row for row, name in enumerate(strings(batch, "doc_id")) if _hash(name) < limit]
            for text in cast("list[str]", batch.column("text").take(pa.array(chosen, pa.int64())).to_pylist()):
                self.documents += 1
                self.text_bytes += len(text.encode())
                yield text


def train(inputs: Sequence[str], output: str, settings: TrainSettings) -> Origin:
    """Train a tokenizer on documents, write it to `output` and its origin beside it; return what the origin says.

    Args:
        inputs: output trees (their `documents/`), or Parquet files in the DOCUMENT schema.
        output: path or fsspec URL of the tokenizer.json, or of a .model for `unigram`; the origin is written to its
            name with `.origin.json` instead.
        settings: what to train.

    Raises RecipeError for wrong settings, inputs without text, or an `output` that holds another file.
    """
    settings.check()
    suffix = _SUFFIXES[settings.model]
    if not output.endswith(suffix):
        raise RecipeError(f"--output {output} must end in {suffix}, which is what --model {settings.model} makes")
    documents = documents_of(inputs)
    if not documents.size:
        raise RecipeError(f"{', '.join(inputs)} holds no text to train on; give a tree that kept documents as --input")
    sample = Sample(documents, min(1.0, settings.sample_bytes / documents.size))
    texts = sample.texts()
    first = next(texts, None)
    if first is None:
        raise RecipeError(f"--sample-bytes {settings.sample_bytes} of {documents.size} leaves no document; raise it")
    data = _TRAINERS[settings.model](chain([first], texts), settings)
    size = load_bytes(data, output, eod=settings.special[0]).vocab_size
    origin: Origin = {
        "tokenizer": {"kind": KINDS[settings.model], "sha256": sha256(data), "vocab_size": size},
        "eod": settings.special[0],
        "settings": asdict(settings) | {"special": list(settings.special), "least_seen": _LEAST_SEEN},
        "input": {
            "digest": fingerprint({"files": sample.files}),
            "documents": documents.rows,
            "text_bytes": documents.size,
        },
        "sample": {"documents": sample.documents, "text_bytes": sample.text_bytes},
        "packages": {name: version(name) for name in (_PACKAGES[settings.model], "yurai")},
    }
    write_made(output, suffix, data, cast("dict[str, Json]", origin))
    return origin


def _bpe(texts: Iterator[str], settings: TrainSettings) -> bytes:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    library = tokenizers.Tokenizer(models.BPE())
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=settings.vocab_size,
        min_frequency=_LEAST_SEEN,
        special_tokens=list(settings.special),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    library.train_from_iterator(texts, trainer)
    return library.to_str().encode()


def _unigram(texts: Iterator[str], settings: TrainSettings) -> bytes:
    return train_unigram(texts, settings.vocab_size, settings.special)


_TRAINERS: Final[dict[Model, Callable[[Iterator[str], TrainSettings], bytes]]] = {"bpe": _bpe, "unigram": _unigram}
_PACKAGES: Final[dict[Model, str]] = {"bpe": "tokenizers", "unigram": "sentencepiece"}


def _hash(doc_id: str) -> int:
    return int.from_bytes(hashlib.sha256(doc_id.encode()).digest()[:8], "big")
