"""Data, measuring and truth that `bench/dedup.py` and `bench/dedup_peers.py` share.

Data: documents of about 3.3 kB, 70 % of them bases and 30 % copies of a base each, with edits per word at rates from 0
to 10 %. Text is real lines (labelled pages of the shared data in languages with spaces, cut to segments of at most 240
characters and packed anew) where they are there, else drawn words. Truth: the exact Jaccard similarity of runs of five
words of each planted pair.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.schema import DOCUMENT

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from near_samples import Maker, Page, edited, jaccard, write_pages  # noqa: E402 - lies beside the tests

SHARED = Path(os.environ.get("YURAI_SHARED", ROOT.parent / "shared")) / "data"
UNSPACED = frozenset({"ja", "zh", "ko", "th", "km", "lo", "my", "bo", "dz"})
RATES = (0, 0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.06, 0.10)
COPIES, LONGEST = 0.3, 240
SIZES = (1500, 4500)
BANDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
SOURCE = "crawl/bench.warc.gz"
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "ARROW_IO_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class Data:
    """Where one data set lies: Parquet shards for the stage, the same rows as JSONL for peers, planted pairs."""

    folder: Path

    @property
    def shards(self) -> list[Path]:
        """Parquet files in the DOCUMENT schema."""
        return sorted((self.folder / "shards").glob("*.parquet"))

    @property
    def jsonl(self) -> Path:
        """Lines with id and text, in the order of the shards."""
        return self.folder / "texts.jsonl"

    @property
    def about(self) -> dict[str, Any]:
        """Documents, bytes of text, and whether lines were real."""
        found: dict[str, Any] = json.loads((self.folder / "about.json").read_text("utf-8"))
        return found

    def pairs(self) -> list[tuple[str, str, float]]:
        """(id, id of its copy, exact Jaccard) of each planted pair."""
        table = pq.read_table(self.folder / "pairs.parquet")
        return list(zip(*(table[name].to_pylist() for name in ("a", "b", "jaccard")), strict=True))

    def texts(self, wanted: set[str]) -> dict[str, str]:
        """Texts of the documents that are wanted."""
        found: dict[str, str] = {}
        for path in self.shards:
            table = pq.read_table(path, columns=["doc_id", "text"])
            rows = zip(table["doc_id"].to_pylist(), table["text"].to_pylist(), strict=True)
            found |= {name: text for name, text in rows if name in wanted}
        return found


# --- data ----------------------------------------------------------------------------------------------------------


def prepare(folder: Path, documents: int, shards: int, seed: int = 1) -> Data:
    """Return the data set of this size; made once for each schema, so a folder that is there is complete and fits."""
    schema = sha256(DOCUMENT.serialize()).hexdigest()[:8]
    home = folder / f"near-{documents}-{shards}-{seed}-{schema}"
    if not home.is_dir():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        _write(part, documents, shards, seed)
        part.rename(home)
    return Data(home)


def _write(folder: Path, documents: int, shards: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = _segments()
    pages, pairs = _corpus(rng, lines, documents)
    write_pages(folder / "shards", pages, shards)
    with (folder / "texts.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": p.doc_id, "text": p.text}, ensure_ascii=False) + "\n" for p in pages)
    columns = dict(zip(("a", "b", "jaccard"), map(list, zip(*pairs, strict=True)), strict=True))
    pq.write_table(pa.table(columns), folder / "pairs.parquet")
    size = sum(len(page.text.encode()) for page in pages)
    about = {"documents": len(pages), "text_bytes": size, "real_lines": bool(lines), "pairs": len(pairs)}
    (folder / "about.json").write_text(json.dumps(about) + "\n", "utf-8")


def _corpus(
    rng: np.random.Generator, lines: list[str], documents: int
) -> tuple[list[Page], list[tuple[str, str, float]]]:
    """Return all pages, shuffled, and the planted pairs."""
    copies = int(documents * COPIES)
    source = _packed(rng, lines) if lines else _drawn()
    bases = [next(source) for _ in range(documents - copies)]
    picked = rng.permutation(len(bases))[:copies].tolist()
    words = np.array(" ".join(bases[:2000]).split(), np.object_)
    rates = rng.choice(RATES, copies).tolist()
    made = [
        " ".join(edited(rng, _items(bases[of]), lambda n: words[rng.integers(0, len(words), n)], rate))
        for of, rate in zip(picked, rates, strict=True)
    ]
    order = rng.permutation(documents).tolist()
    texts = bases + made
    pages = [_page(number, texts[place]) for number, place in enumerate(order)]
    ids = {place: page.doc_id for place, page in zip(order, pages, strict=True)}
    pairs = [
        (ids[of], ids[len(bases) + number], jaccard(bases[of], made[number], "word"))
        for number, of in enumerate(picked)
    ]
    return pages, pairs


def _page(number: int, text: str) -> Page:
    day = f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}T00:00:00Z"
    return Page(text, "en", f"https://site-{number % 997}.example/{number}", day, SOURCE, 1000 * number)


def _items(text: str) -> Any:  # noqa: ANN401 - an array of objects
    return np.array(text.split(" "), np.object_)


def _drawn() -> Iterator[str]:
    make = Maker(1, size=420)
    while True:
        yield make.text(make.ids())


def _packed(rng: np.random.Generator, lines: list[str]) -> Iterator[str]:
    """Yield pieces of a few kB; all segments are used in another order on each pass."""
    held: list[str] = []
    size, wanted = 0, int(rng.integers(*SIZES))
    while True:
        for place in rng.permutation(len(lines)).tolist():
            held.append(lines[place])
            size += len(lines[place]) + 1
            if size >= wanted:
                yield "\n".join(held)
                held, size, wanted = [], 0, int(rng.integers(*SIZES))


def _segments() -> list[str]:
    """Return the unique segments of real pages in languages with spaces; none without the shared data."""
    files = [SHARED / "dedup" / "texts.jsonl.gz", *sorted((SHARED / "docs").glob("*.labels.jsonl.gz"))]
    found: dict[str, None] = {}
    for path in files:
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") as rows:
                for row in map(json.loads, rows):
                    if row["lang"] not in UNSPACED:
                        found |= dict.fromkeys(_cut(row.get("text") or row.get("gold_text") or ""))
    return list(found)


def _cut(text: str) -> Iterator[str]:
    for line in filter(None, map(str.strip, text.split("\n"))):
        start = 0
        while len(line) - start > LONGEST:
            end = line.rfind(" ", start, start + LONGEST)
            end = end if end > start else start + LONGEST
            yield line[start:end].strip()
            start = end
        yield line[start:].strip()


# --- measuring -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """What a process and all of its children took; memory is polled, so short peaks may be missed."""

    cpu_s: float
    wall_s: float
    rss_largest_mb: float
    rss_sum_mb: float

    def rates(self, about: dict[str, Any]) -> dict[str, Any]:
        """The same with documents a second and GB of text an hour, by CPU time."""
        return {
            "cpu_s": round(self.cpu_s, 1),
            "wall_s": round(self.wall_s, 1),
            "documents_per_cpu_s": round(about["documents"] / self.cpu_s),
            "gb_per_hour_core": round(about["text_bytes"] / 1e9 / self.cpu_s * 3600, 1),
            "gb_per_hour_wall": round(about["text_bytes"] / 1e9 / self.wall_s * 3600, 1),
            "rss_largest_mb": round(self.rss_largest_mb),
            "rss_sum_mb": round(self.rss_sum_mb),
        }


def measured(command: list[str], log: Path, cores: int = 1) -> Measured:
    """Run a command on the first `cores` cores with one thread per library; what it says goes to `log`.

    Raises RuntimeError with the end of the log if it fails.
    """
    before = os.sched_getaffinity(0)
    with log.open("wb") as said:
        # a child inherits the cores; set in this process, since preexec_fn is not safe beside threads
        os.sched_setaffinity(0, sorted(before)[:cores])
        started = time.monotonic()
        child = subprocess.Popen(command, stdout=said, stderr=said, env=os.environ | ONE_THREAD)
        os.sched_setaffinity(0, before)
        largest = total = 0.0
        while True:
            pid, status, spent = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            largest, total = _polled(child.pid, largest, total)
            time.sleep(0.2)
    # wait4 has reaped it, so Popen must not look for it again
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"exit {child.returncode} of {' '.join(command[:4])} ...\n{log.read_text('utf-8')[-3000:]}")
    return Measured(spent.ru_utime + spent.ru_stime, time.monotonic() - started, largest / 1024, total / 1024)


def _polled(pid: int, largest: float, total: float) -> tuple[float, float]:
    """Return the largest peak of one process and of the sum of anonymous memory over the tree, in kB, so far."""
    states = [state for process in _tree(pid) if (state := _memory(process))]
    peaks = [state["VmHWM"] for state in states if "VmHWM" in state]
    return max([largest, *peaks]), max(total, sum(state.get("RssAnon", 0) for state in states))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text("ascii").split()
        except OSError:  # the thread or process has ended since it was listed
            continue
        for child in children:
            yield from _tree(int(child))


def _memory(pid: int) -> dict[str, int]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:  # it has ended
        return {}
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}


# --- quality -------------------------------------------------------------------------------------------------------


def similarities(data: Data, removed: dict[str, str]) -> dict[str, float]:
    """Return the exact similarity of each removed document to the kept one that it names, where it names one."""
    named = {gone: kept for gone, kept in removed.items() if kept}
    texts = data.texts({*named, *named.values()})
    return {gone: jaccard(texts[gone], texts[kept], "word") for gone, kept in named.items()}


def quality(data: Data, removed: dict[str, str], exact: dict[str, float], threshold: float) -> dict[str, Any]:
    """Judge {removed id: id of the kept document, empty where a tool names none} against the planted pairs.

    A pair is recalled if one of the two is gone. Precision `named` asks for `exact`, the similarity to the kept
    document that is named; `partner` only for a planted partner, as dedup tools are commonly judged.
    """
    pairs = data.pairs()
    found: dict[str, Any] = {"removed": len(removed)}
    found["recall"] = {"0.8-1": _recall([(a, b) for a, b, similar in pairs if similar >= 0.8], removed)}
    for low, high in pairwise(BANDS):
        inside = [(a, b) for a, b, similar in pairs if low <= similar < high]
        found["recall"][f"{low}-{min(high, 1)}"] = _recall(inside, removed)
    best: dict[str, float] = {}
    for a, b, similar in pairs:
        best |= {name: max(similar, best.get(name, 0)) for name in (a, b)}
    levels = sorted({0.5, 0.7, 0.8, threshold})
    found["precision_partner"] = {str(t): _share([best.get(name, 0) >= t for name in removed]) for t in levels}
    found["precision_named"] = {str(t): _share([similar >= t for similar in exact.values()]) for t in levels}
    return found


def _recall(pairs: list[tuple[str, str]], removed: dict[str, str]) -> float | None:
    return _share([a in removed or b in removed for a, b in pairs])


def _share(flags: list[bool]) -> float | None:
    return round(sum(flags) / len(flags), 4) if flags else None
