"""Measure what ranges of one large input cost and save: whole and cut, digests compared, by CPU seconds of tasks.

    python bench/big_input.py --megabytes 300 --split 64

Makes a WARC (gzip, a member a record) and a JSONL file of that size, and runs the recipe `plain` over each, whole and
in ranges. Pages are made up, and pack better than real ones; in the WARC an image of 32 kB that does not pack stands
behind each, so that a page has the bytes of a crawl's. Beside walls stand those that two workers with a CPU each would
take by the CPU seconds of tasks: the pass that cuts, then the ranges, longest first.
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


def entries(out: Path, step: str) -> list[dict[str, float]]:
    """Return seconds, CPU seconds and peak memory of each task of a step, as the journal has them."""
    found = [json.loads(path.read_bytes()) for path in sorted((out / "journal" / step).glob("*/*.json"))]
    return [
        {"seconds": one["seconds"], "cpu": sum(one["cpu_seconds"].values()), "mib": one["max_rss_kib"] / 1024}
        for one in found
    ]


def two(cut: list[float], tasks: list[float]) -> float:
    """Return the wall of two workers with a CPU each: one cuts, then both take tasks, longest first."""
    loads = [0.0, 0.0]
    for task in sorted(tasks, reverse=True):
        loads[loads.index(min(loads))] += task
    return sum(cut) + max(loads)


def measure(path: Path, split: int, workers: int, recipe: str) -> str:
    """Run over a file and return the digest; print what it took."""
    out = path.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    yurai.build(recipe, [path], out, workers=workers, split_size=split, report=False)
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cut, extract = entries(out, "00-extract.cut"), entries(out, "00-extract")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = max(one["mib"] for one in cut + extract)
    model = two([one["cpu"] for one in cut], [one["cpu"] for one in extract])
    digest = load_run(open_store(str(out))).digest
    print(
        f"{path.name} {path.stat().st_size / 1e6:,.0f} MB, split {split / 2**20:,.0f} MiB, {workers} workers: "
        f"{len(extract)} tasks, cut {sum(one['cpu'] for one in cut):.1f} CPU s, "
        f"extract {sum(one['cpu'] for one in extract):.1f} CPU s, all {cpu:.1f} CPU s, wall {wall:.1f} s, "
        f"extract by two CPUs {model:.1f} s, peak {peak:,.0f} MiB, digest {digest[:12]}",
        flush=True,
    )
    return digest


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
            whole = measure(path, 0, args.workers, args.recipe)
            wrong += whole != measure(path, args.split << 20, args.workers, args.recipe)
            path.unlink()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
