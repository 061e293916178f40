"""Speed of signatures from text, one core, CPU time: `python bench/signatures.py TEXTS.jsonl.gz [--documents N]`.

Lines of TEXTS (key `text`) are cut into documents of 3.3 kB, over again until there are N, in record batches of 1,024.
Words of languages that space them, characters of those that do not and of English. Best of three passes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from typing import TYPE_CHECKING

import pyarrow as pa

from yurai.stages.near_dedup.signature import band_hashes, permutations, signatures
from yurai.stages.shingles.hashes import Shingling, shingle_hashes
from yurai_filters.words import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SIZE, BATCH = 3300, 1024
WORDS, CHARACTERS = Shingling("words", 5, 5), Shingling("characters", 5, 5)


def pieces(texts: Iterable[str]) -> list[str]:
    """Cut texts on end into documents of SIZE bytes, less where a character would be cut."""
    data = "\n".join(texts).encode()
    return [data[at : at + SIZE].decode("utf-8", "ignore") for at in range(0, len(data), SIZE)]


def batches(documents: list[str], count: int) -> list[pa.Array[pa.StringScalar]]:
    enough = (documents * (count // len(documents) + 1))[:count]
    return [pa.array(enough[at : at + BATCH]) for at in range(0, count, BATCH)]


def fastest(work: Callable[[], None]) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def report(
    name: str, parts: list[pa.Array[pa.StringScalar]], work: Callable[[pa.Array[pa.StringScalar]], object]
) -> None:
    seconds = fastest(lambda: [work(part) for part in parts] and None)
    documents = sum(len(part) for part in parts)
    size = sum(part.buffers()[2].size for part in parts if part.buffers()[2])
    print(f"{name:42} {documents / seconds:9,.0f} documents/s {size / seconds / 1e6:7.1f} MB/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts")
    parser.add_argument("--documents", type=int, default=20_000)
    options = parser.parse_args()
    with gzip.open(options.texts, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    spaced = pieces(row["text"] for row in rows if row["lang"] not in UNSPACED)
    english = pieces(row["text"] for row in rows if row["lang"] == "en")
    unspaced = pieces(row["text"] for row in rows if row["lang"] in UNSPACED)
    for name, documents, shingling in (
        ("words, English", english, WORDS),
        ("words, en de ru ko", spaced, WORDS),
        ("characters, ja zh", unspaced, CHARACTERS),
        ("characters, English", english, CHARACTERS),
    ):
        parts = batches(documents, options.documents)
        report(f"{name}: shingles alone", parts, lambda part, s=shingling: shingle_hashes(part, None, s))
        for bands, rows_ in ((14, 8), (40, 20)):
            permutations(bands * rows_)
            report(
                f"{name}: {bands} x {rows_}",
                parts,
                lambda part, s=shingling, b=bands, r=rows_: band_hashes(
                    signatures(*shingle_hashes(part, None, s), b * r), b, r
                ),
            )


if __name__ == "__main__":
    main()
