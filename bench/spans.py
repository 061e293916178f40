"""Hold `line-dedup` with `unit = "span"` against a suffix array: bytes found, cuts that are wrong, CPU, memory.

    python bench/spans.py DATA/dedup/texts.jsonl.gz WORK [--documents N] [--shards N] [--memory-bytes N] [--show 30]

DATA is JSONL with a field `text`, or a folder or file of Parquet with such a column. The texts are measured, then
line-dedup runs alone in one process, over files, with all that it writes. A byte is repeated if it lies in a run of
`min_bytes` that came before in keep order, in its text or another; the suffix array is over all texts together. A cut
is wrong if the named text has other bytes at the named place, or if that place does not come earlier: since each one
does, every byte that went leads to one that stays.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from pydivsufsort import divsufsort, kasai

from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe
from yurai.run.run import continue_tree
from yurai_manifests.schema import DOCUMENT

MB = 1e6


class Texts(NamedTuple):
    """Texts one behind the other, in keep order, and where each begins."""

    data: npt.NDArray[np.uint8]
    bounds: npt.NDArray[np.int64]


def texts_of(path: Path, field: str) -> Iterator[str]:
    """Yield the texts of JSONL, gzip or not, or of Parquet."""
    if path.is_dir() or path.suffix == ".parquet":
        yield from pq.read_table(path, columns=[field])[field].to_pylist()
        return
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from (text for line in file if (text := json.loads(line).get(field)))


def write(texts: list[str], folder: Path, shards: int) -> None:
    """Write texts as documents without a date, so that they are in the order of their ids."""
    folder.mkdir(parents=True)
    for shard in range(shards):
        rows = [row(number, texts[number]) for number in range(shard, len(texts), shards)]
        pq.write_table(pa.Table.from_pylist(rows, schema=DOCUMENT), folder / f"{shard:03}.parquet")


def row(number: int, text: str) -> dict[str, object]:
    """Return a document whose doc_id is its number."""
    data = text.encode()
    place = {"doc_id": f"{number:032x}", "source": "texts", "source_sha256": "0" * 64, "warc_offset": number}
    digest = hashlib.sha256(data).hexdigest()
    return place | {"warc_length": 1, "text": text, "text_sha256": digest, "text_bytes": len(data)}


def run(inputs: list[str], out: Path, stage: str, **settings: object) -> None:
    """Run one stage alone, in this process."""
    uses = (STAGES[stage].use(settings),)
    continue_tree(uses, state_of(inputs), Recipe(stage, "", uses, dict(DELIVER)), str(out), LocalRunner(1))


def taken(out: Path) -> dict[str, float]:
    """Return the CPU seconds of each step, as its tasks noted them."""
    seconds: dict[str, float] = {}
    for entry in sorted((out / "journal").rglob("*.json")):
        step = entry.relative_to(out / "journal").parts[0].partition("-")[2]
        seconds[step] = seconds.get(step, 0) + sum(json.loads(entry.read_bytes()).get("cpu_seconds", {}).values())
    return seconds


def repeated(texts: Texts, least: int) -> npt.NDArray[np.bool_]:
    """Tell for each byte whether it lies in a run of `least` bytes within its text that came before in one."""
    order = divsufsort(texts.data)
    shared = kasai(texts.data, order)[: len(order) - 1]
    first = np.flatnonzero(np.concatenate([[True], shared < least]))
    places = order.astype(np.int64)
    left = texts.bounds[np.searchsorted(texts.bounds, places, side="right")] - places
    whole = np.where(left >= least, places, len(places))
    earliest = np.repeat(np.minimum.reduceat(whole, first), np.diff([*first.tolist(), len(places)]))
    again = places[(whole < len(places)) & (earliest < places)]
    depth = np.bincount(again, minlength=len(places) + 1) - np.bincount(again + least, minlength=len(places) + 1)
    return np.asarray(np.cumsum(depth)[:-1] > 0, np.bool_)


class Cuts(NamedTuple):
    """Which bytes went, how many runs of them, how many of them wrong, and how many bytes whose named copy went too."""

    gone: npt.NDArray[np.bool_]
    runs: int
    wrong: int
    led_on: int


def cuts_of(out: Path, texts: Texts) -> Cuts:
    """Check each cut against the texts as they were. A text that was dropped is taken as gone whole."""
    gone = np.zeros(len(texts.data), bool)
    runs: list[tuple[int, int, int]] = []
    for one in pq.read_table(out / "dropped", columns=["doc_id"])["doc_id"].to_pylist():
        gone[slice(*texts.bounds[int(one, 16) : int(one, 16) + 2])] = True
    rows = pq.read_table(out / "documents", columns=["doc_id", "cut_spans"]).to_pylist()
    for name, spans in ((one["doc_id"], one["cut_spans"] or ()) for one in rows):
        for span in spans:
            start = int(texts.bounds[int(name, 16)]) + span["start"]
            kept = int(texts.bounds[int(span["kept_doc_id"], 16)]) + span["kept_offset"]
            runs.append((start, span["length"], kept))
            gone[start : start + span["length"]] = True
    wrong = [
        (start, length)
        for start, length, kept in runs
        if kept >= start or (texts.data[start : start + length] != texts.data[kept : kept + length]).any()
    ]
    led_on = sum(int(gone[kept : kept + length].sum()) for _, length, kept in runs)
    return Cuts(gone, len(runs), len(wrong), led_on)


def show(texts: list[str], out: Path, count: int) -> None:
    """Print what stands around some cuts, drawn by a seed: what is before, how much went, what is behind."""
    rows = pq.read_table(out / "documents", columns=["doc_id", "cut_spans"]).to_pylist()
    places = [(int(one["doc_id"], 16), joint) for one in rows for joint in joints(one["cut_spans"] or ())]
    for number, (start, end) in random.Random(0).sample(places, min(count, len(places))):
        data = texts[number].encode()
        before, behind = (
            data[place].decode(errors="ignore") for place in (slice(max(0, start - 90), start), slice(end, end + 90))
        )
        print(f"--- {number}: {before!r} [{end - start} bytes] {behind!r}")


def joints(spans: list[dict[str, int]]) -> Iterator[tuple[int, int]]:
    """Yield start and end of cuts, those that touch as one."""
    held: tuple[int, int] | None = None
    for span in spans:
        if held and held[1] == span["start"]:
            held = (held[0], held[1] + span["length"])
            continue
        if held:
            yield held
        held = (span["start"], span["start"] + span["length"])
    if held:
        yield held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    for name, value in (
        ("documents", 1 << 62),
        ("shards", 4),
        ("memory-bytes", 1 << 30),
        ("min-bytes", 500),
        ("show", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--snap", default="character")
    parser.add_argument("--field", default="text")
    parser.add_argument("--no-oracle", action="store_true")
    given = parser.parse_args()
    made = [text for _, text in zip(range(given.documents), texts_of(given.data, given.field), strict=False)]
    write(made, given.work / "in", given.shards)
    run(
        [str(path) for path in sorted((given.work / "in").iterdir())],
        given.work / "measured",
        "measure",
        taggers=["characters"],
    )
    start, out = time.process_time(), given.work / "out"
    settings = {"unit": "span", "min_bytes": given.min_bytes, "memory_bytes": given.memory_bytes, "snap": given.snap}
    run([str(given.work / "measured")], out, "line-dedup", **settings)
    spent, peak = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sizes = [len(text.encode()) for text in made]
    texts = Texts(np.frombuffer(bytearray("".join(made), "utf-8"), np.uint8), np.cumsum([0, *sizes]))
    print(f"{len(made):,} documents, {len(texts.data) / MB:.1f} MB; peak {peak:.0f} MB of memory, of the whole process")
    print(f"line-dedup {spent:.2f} CPU s = {spent / len(texts.data) * MB:.4f} s/MB, with all that it reads and writes")
    steps = {step: seconds / len(texts.data) * MB for step, seconds in taken(out).items()}
    print(
        f"of this the stage's own steps {sum(one for step, one in steps.items() if step.startswith('line')):.4f} s/MB"
    )
    print("s/MB by step: " + ", ".join(f"{step} {one:.4f}" for step, one in steps.items()))
    found = cuts_of(out, texts)
    print(f"{found.runs:,} runs cut, {found.gone.mean():.4f} of all bytes; wrong {found.wrong}")
    print(f"{found.led_on / max(1, found.gone.sum()):.5f} of cut bytes have a named copy that went too")
    if not given.no_oracle:
        due = repeated(texts, given.min_bytes)
        recall, more = (due & found.gone).sum() / max(1, due.sum()), (found.gone & ~due).sum()
        print(
            f"suffix array: {due.mean():.4f} of all bytes repeated; recall {recall:.5f}; {more} bytes cut that are not"
        )
    show(made, out, given.show)


if __name__ == "__main__":
    main()
