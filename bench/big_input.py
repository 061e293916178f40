"""Measure what ranges of one large input cost and save: whole and cut, digests compared, by CPU seconds of tasks.

    python bench/big_input.py --megabytes 300 --split 64

Makes a WARC (gzip, a member a record) and a JSONL file of that size, and runs the recipe `plain` over each, whole and
in ranges. Pages are made up, and pack better than real ones; in the WARC an image of 32 kB that does not pack stands
behind each, so that a page has the bytes of a crawl's.

Walls say little on a machine that does other work, and a worker over a WARC keeps more than one CPU busy, since it has
a child that parses pages. So beside walls stands what CPU seconds say. On one CPU the command takes all of them. On as
many as workers it takes those of the driver, those of the tasks of one step after the other, longest first, and a part
of what starting workers takes. How many times as fast it is: the whole file on one CPU over its ranges on all.
"""

import argparse
import gzip
import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yurai
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

PAGE = (
    "<html><title>頁{n}</title><body><h1>頁{n}</h1>"
    + "".join(
        f"<p>{{n}}番目の頁の{k}番目の段落です。字の読める者が夕方に箱のそばに座り、本を読みました。</p>"
        for k in range(40)
    )
    + "</body></html>"
)
IMAGE = 32_768
"""Bytes of an image."""


def warc(path: Path, size: int) -> None:
    """Write a WARC of about `size` bytes: pages, and an image behind each."""
    with path.open("wb") as file:
        for number in pages():
            if file.tell() >= size:
                return
            body = PAGE.replace("{n}", str(number)).encode()
            file.write(record(f"{number}", "text/html; charset=utf-8", body))
            file.write(record(f"{number}.jpg", "image/jpeg", random.Random(number).randbytes(IMAGE)))


def record(name: str, kind: str, body: bytes) -> bytes:
    """Return a response record as a gzip member."""
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\n"
        f"WARC-Date: 2024-05-06T07:08:09Z\r\nWARC-Target-URI: https://example.jp/{name}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + http + b"\r\n\r\n", 1, mtime=0)


def jsonl(path: Path, size: int) -> None:
    """Write JSONL of about `size` bytes."""
    with path.open("w", encoding="utf-8") as file:
        for number in pages():
            if file.tell() >= size:
                return
            text = "\n".join(f"{number}番目の文書の{k}番目の段落です。本を読みました。" for k in range(60))
            file.write(json.dumps({"url": f"https://example.jp/{number}", "text": text}, ensure_ascii=False) + "\n")


def pages() -> Iterator[int]:
    """Yield numbers of pages."""
    number = 0
    while True:
        yield number
        number += 1


def entries(out: Path) -> dict[str, list[tuple[float, float]]]:
    """Return CPU seconds and peak memory (MiB) of each task, as the journal has them, by step."""
    found: dict[str, list[tuple[float, float]]] = {}
    for path in sorted((out / "journal").glob("*/*/*.json")):
        one = json.loads(path.read_bytes())
        if "cpu_seconds" in one:
            took = sum(one["cpu_seconds"].values()), one["max_rss_kib"] / 1024
            found.setdefault(path.parents[1].name, []).append(took)
    return found


def longest(tasks: list[float], workers: int) -> float:
    """Return what the busiest of the workers takes for a step's tasks, longest first."""
    loads = [0.0] * workers
    for task in sorted(tasks, reverse=True):
        loads[loads.index(min(loads))] += task
    return max(loads)


def spent(who: int) -> float:
    """Return the CPU seconds of this process, or of its children that ended."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measure(path: Path, split: int, workers: int, recipe: str) -> tuple[str, float, float]:
    """Run over a file and print what it took; return the digest, and what it takes on one CPU and on all."""
    out = path.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    before, started = list(map(spent, who)), time.monotonic()
    yurai.build(recipe, [path], out, workers=workers, split_size=split, report=False)
    wall = time.monotonic() - started
    driver, below = (spent(one) - was for one, was in zip(who, before, strict=True))
    steps = entries(out)
    cpu = {step: [seconds for seconds, _ in took] for step, took in steps.items()}
    rest = below - sum(map(sum, cpu.values()))
    model = driver + sum(longest(took, workers) for took in cpu.values()) + rest / workers
    cut, extract = cpu.get("00-extract.cut", []), cpu["00-extract"]
    peak = max(mib for step in ("00-extract.cut", "00-extract") for _, mib in steps.get(step, []))
    digest = load_run(open_store(str(out))).digest
    print(
        f"{path.name} {path.stat().st_size / 1e6:,.0f} MB, split {split / 2**20:,.0f} MiB, {workers} workers: "
        f"{len(extract)} tasks, cut {sum(cut):.1f} CPU s, extract {sum(extract):.1f} CPU s, all {driver + below:.1f} "
        f"CPU s, of it the driver {driver:.1f}, on {workers} CPUs {model:.1f} s, wall {wall:.1f} s, "
        f"peak {peak:,.0f} MiB, digest {digest[:12]}",
        flush=True,
    )
    return digest, driver + below, model


def main() -> int:
    """Measure; 1 where digests differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--split", type=int, default=64, help="MiB of a range")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--recipe", default="plain")
    parser.add_argument("--only", choices=["warc", "jsonl"], default=None)
    args = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("big.warc.gz", warc), ("big.jsonl", jsonl)):
            if args.only and args.only not in name:
                continue
            path = Path(folder) / name
            make(path, args.megabytes * 1_000_000)
            whole, one, _ = measure(path, 0, args.workers, args.recipe)
            parts, _, many = measure(path, args.split << 20, args.workers, args.recipe)
            print(f"{name}: {one / many:.2f} times as fast on {args.workers} CPUs as whole on one", flush=True)
            wrong += whole != parts
            path.unlink()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
