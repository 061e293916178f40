"""How fast text becomes tokens: megabytes of UTF-8 per CPU second of one worker.

    python bench/tokens.py ../shared/data/dedup/texts.jsonl.gz
    python bench/tokens.py TEXTS.jsonl.gz --tokenizer tokenizer.json --eod "</s>"

Columns are encoded as the tokenize stage does it. Contenders are run in turn, `--repeats` times each, and the median
is printed with the lowest and highest run. Without `--tokenizer`, a byte-level BPE of 8,192 ids is trained on the
first rows of the same texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from tokenizers import Tokenizer as Library
from tokenizers import models, pre_tokenizers, trainers

from yurai.tokens import load_tokenizer

if TYPE_CHECKING:
    from yurai.tokens import Tokenizer

_TRAINING_ROWS = 300


def main() -> None:
    options = arguments()
    texts = read_texts(options.texts, options.rows)
    with tempfile.TemporaryDirectory() as folder:
        file = options.tokenizer or train(texts, Path(folder) / "tokenizer.json")
        hugging_face = load_tokenizer(file, eod=options.eod)
    sample = texts[: options.hf_rows]
    contenders = {"bytes": (load_tokenizer("bytes"), texts), hugging_face.name: (hugging_face, sample)}
    runs: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(options.repeats):
        for name, (tokenizer, rows) in contenders.items():
            runs[name].append(cpu_seconds(tokenizer, pa.array(rows, pa.string())))
    for name, (tokenizer, rows) in contenders.items():
        report(name, tokenizer, rows, runs[name])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, help="gzipped JSON lines with a field text")
    parser.add_argument("--tokenizer", help="path or URL of a tokenizer.json")
    parser.add_argument("--eod", help="its end-of-document token")
    parser.add_argument("--rows", type=int, default=100_000, help="rows for the byte tokenizer")
    parser.add_argument("--hf-rows", type=int, default=1_000, help="rows for the tokenizer.json, which is slower")
    parser.add_argument("--repeats", type=int, default=7)
    return parser.parse_args()


def read_texts(path: Path, rows: int) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line)["text"] for line in islice(stream, rows)]


def train(texts: list[str], path: Path) -> str:
    library = Library(models.BPE())
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=8192,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    library.train_from_iterator(texts[:_TRAINING_ROWS], trainer)
    library.save(str(path))
    return str(path)


def cpu_seconds(tokenizer: Tokenizer, column: pa.StringArray) -> float:
    start = time.process_time()
    tokenizer.encode_column(column)
    return time.process_time() - start


def report(name: str, tokenizer: Tokenizer, rows: list[str], seconds: list[float]) -> None:
    column = pa.array(rows, pa.string())
    megabytes = sum(len(text.encode()) for text in rows) / 1e6
    rates = sorted(megabytes / each for each in seconds)
    tokens = tokenizer.encode_column(column)[0].size
    print(
        f"{name}: {statistics.median(rates):.1f} MB per CPU second (runs {rates[0]:.1f} to {rates[-1]:.1f}), "
        f"{len(rows)} rows of {megabytes / len(rows) * 1e3:.1f} kB, {tokens} tokens"
    )


if __name__ == "__main__":
    main()
