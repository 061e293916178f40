"""Signatures from text: speed on one core, CPU time, and how far estimates are from the truth.

    python bench/signatures.py TEXTS.jsonl.gz [--documents N]      speed of both schemes, in turns, and their ratio
    python bench/signatures.py --accuracy                          bias and deviation of pairs of random sets

Lines of TEXTS (key `text`) are cut into documents of 3.3 kB, over again until there are N, in record batches of 1,024.
Words of languages that space them, characters of those that do not and of English. Best of three passes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from yurai.stages.near_dedup.presets import PRESETS
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.signature import band_hashes, estimate, permutations
from yurai.stages.near_dedup.texts import SCHEMES, signed
from yurai.stages.shingles.hashes import shingle_blocks
from yurai_filters.words import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

    from yurai.stages.near_dedup.settings import Scheme

SIZE, BATCH = 3300, 1024
SIMILARITIES, UNIONS, PAIRS = (0.5, 0.8, 0.95), (20, 100, 500, 3000), 2000
NO_LANG = pa.nulls(BATCH, pa.string())


def pieces(texts: Iterable[str]) -> list[str]:
    """Cut texts on end into documents of SIZE bytes, less where a character would be cut."""
    data = "\n".join(texts).encode()
    return [data[at : at + SIZE].decode("utf-8", "ignore") for at in range(0, len(data), SIZE)]


def batches(documents: list[str], count: int) -> list[pa.Array[pa.StringScalar]]:
    enough = (documents * (count // len(documents) + 1))[:count]
    return [pa.array(enough[at : at + BATCH]) for at in range(0, count, BATCH)]


def fastest(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the least CPU seconds of three passes of each, in turns: what else the machine does meets all alike."""
    times = dict.fromkeys(works, float("inf"))
    for _ in range(3):
        for name, work in works.items():
            start = time.process_time()
            work()
            times[name] = min(times[name], time.process_time() - start)
    return times


def near(unit: str, bands: int, rows: int, scheme: Scheme) -> NearDedup:
    return NearDedup(unit=unit, words=5, characters=5, bands=bands, rows=rows, signature=scheme)  # type: ignore[arg-type]


def speed(name: str, unit: str, parts: list[pa.Array[pa.StringScalar]]) -> None:
    """Print documents and MB a second of shingles alone and of both schemes, and how much faster the second is."""
    documents = sum(len(part) for part in parts)
    size = sum(part.buffers()[2].size for part in parts if part.buffers()[2])

    def shingled() -> None:
        for part in parts:
            for _ in shingle_blocks(part, NO_LANG, near(unit, 1, 1, "minhash").shingling):
                pass

    def whole(settings: NearDedup) -> None:
        for part in parts:
            band_hashes(signed(part, NO_LANG, settings), settings.resolved.bands, settings.resolved.rows)

    works: dict[str, Callable[[], object]] = {"shingles alone": shingled}
    for bands, rows in ((14, 8), (40, 20)):
        permutations(bands * rows)
        for scheme in SCHEMES:
            settings = near(unit, bands, rows, scheme)
            works[f"{bands} x {rows} {scheme}"] = lambda settings=settings: whole(settings)
    taken = fastest(works)
    for work, seconds in taken.items():
        slower = taken.get(work.replace("fast-similarity", "minhash"), seconds)
        ratio = f"{slower / seconds:6.2f}x" if slower != seconds else ""
        rates = f"{documents / seconds:9,.0f} documents/s {size / seconds / 1e6:7.1f} MB/s"
        print(f"{name + ': ' + work:52} {rates} {ratio}", flush=True)


def accuracy() -> None:
    """Print, for each length of a preset's signature, the bias and the deviation as a share of a binomial's."""
    print("hashes  scheme           shingles  similarity      bias  deviation / binomial")
    for count in sorted({preset.hashes for preset in PRESETS.values()}):
        for scheme in SCHEMES:
            for union in UNIONS:
                for similarity in SIMILARITIES:
                    bias, deviation = errors(scheme, count, union, similarity)
                    print(
                        f"{count:6}  {scheme:15} {union:9,} {similarity:11} {bias:+9.5f} {deviation:21.3f}", flush=True
                    )


def errors(scheme: Scheme, count: int, union: int, similarity: float) -> tuple[float, float]:
    """Return bias and deviation over PAIRS pairs of sets of random hashes, `union` in both together."""
    shared = round(union * similarity)
    first = (shared + union) // 2
    values = np.random.default_rng(union).integers(0, 2**32, (PAIRS, union), np.uint32)
    sides = values[:, :first], np.concatenate([values[:, :shared], values[:, first:]], axis=1)
    a, b = (made(scheme, side, count) for side in sides)
    found, exact = estimate(a, b), shared / union
    return float(found.mean()) - exact, float(found.std()) / (exact * (1 - exact) / count) ** 0.5


def made(scheme: Scheme, side: npt.NDArray[np.uint32], count: int) -> npt.NDArray[np.uint32]:
    values = np.ascontiguousarray(side).ravel()
    return SCHEMES[scheme](values, np.arange(0, side.size + 1, side.shape[1]), count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="?")
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--accuracy", action="store_true")
    options = parser.parse_args()
    if options.accuracy:
        accuracy()
    if not options.texts:
        return
    with gzip.open(options.texts, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    spaced = pieces(row["text"] for row in rows if row["lang"] not in UNSPACED)
    english = pieces(row["text"] for row in rows if row["lang"] == "en")
    unspaced = pieces(row["text"] for row in rows if row["lang"] in UNSPACED)
    for name, unit, documents in (
        ("words, English", "words", english),
        ("words, en de ru ko", "words", spaced),
        ("characters, ja zh", "characters", unspaced),
        ("characters, English", "characters", english),
    ):
        speed(name, unit, batches(documents, options.documents))


if __name__ == "__main__":
    main()
