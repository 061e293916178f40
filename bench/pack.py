"""Measure `yurai pack` over a corpus of a given size: CPU, the largest process, bytes written.

The corpus is made here: indexes of token shards, documents of 1 to 5,000 tokens (log-uniform), as stage tokenize writes
them. Packing reads no token, so there are none.

    python bench/pack.py --tokens 1000000000 --workers 2
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from yurai.engine.local import LocalRunner
from yurai.engine.progress import Reporter
from yurai.run.pack.driver import pack
from yurai.run.pack.settings import Packing
from yurai.tokens.order.policies import POLICIES
from yurai_manifests.canonical import sha256_file
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.run import RunRecord
from yurai_manifests.schema import TOKEN_INDEX
from yurai_manifests.store import LocalStore

SHARD_TOKENS = 100_000_000
LONGEST = 5_000


def write_shard(path: Path, seed: int, tokens: int) -> tuple[int, int]:
    """Write the index of a shard of about so many tokens; return its documents and tokens."""
    made = np.random.default_rng(seed)
    mean = LONGEST / np.log(LONGEST)
    counts = np.exp(made.uniform(0, np.log(LONGEST), int(tokens / mean))).astype(np.int64)
    starts = np.cumsum(counts) - counts
    sink = ParquetSink(path, TOKEN_INDEX)
    for low in range(0, len(counts), 1 << 16):
        some = slice(low, low + (1 << 16))
        ids = [made.bytes(16).hex() for _ in counts[some]]
        urls = [f"https://h{name[:6]}.example/{name[6:12]}" for name in ids]
        columns = [pa.array(ids), pa.array(urls), pa.array(starts[some]), pa.array(counts[some])]
        sink.write(pa.Table.from_arrays(columns, schema=TOKEN_INDEX))
    sink.close()
    return len(counts), int(counts.sum())


def corpus(out: Path, tokens: int) -> RunRecord:
    """Write the indexes and return the run that names them."""
    (out / "shards").mkdir(parents=True)
    files = []
    for number in range(max(1, tokens // SHARD_TOKENS)):
        path = out / f"shards/{number:05}.parquet"
        documents, count = write_shard(path, number, min(tokens, SHARD_TOKENS))
        size = path.stat().st_size
        named = {
            "name": f"shards/{path.name}",
            "sha256": sha256_file(path),
            "bytes": size,
            "rows": documents,
            "size": 0,
        }
        files += [named, {**named, "name": f"shards/{path.stem}.bin", "size": count}]
    return RunRecord({"files": {"shards": files}, "digest": "0" * 64})


def main() -> None:
    """Make a corpus, pack it by each policy, and print a line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=1_000_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sequence-length", type=int, default=4096)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("policies", nargs="*", default=list(POLICIES))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        run = corpus(out, asked.tokens)
        for policy in asked.policies:
            packing = Packing(asked.sequence_length, policy, epochs=asked.epochs, global_batch=1024)
            before, began = _cpu(), time.perf_counter()
            runner = LocalRunner(asked.workers)
            made = pack(LocalStore(out), run, f"{folder}/{policy}", packing, runner, Reporter(quiet=True))
            runner.close()
            seconds, cpu = time.perf_counter() - began, _cpu() - before
            peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            told = {
                "policy": policy,
                "tokens": made.facts["tokens"],
                "documents": made.facts["documents"],
                "samples": made.facts["samples"],
                "padding_share": round(int(str(made.facts["padding"])) / int(str(made.facts["tokens"])), 4),
                "cpu_s": round(cpu, 1),
                "wall_s": round(seconds, 1),
                "largest_process_MB": round(peak / 1000),
                "bytes_a_token": round(sum(file.bytes for file in made.files) / int(str(made.facts["tokens"])), 4),
            }
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
