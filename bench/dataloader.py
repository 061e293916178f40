"""Does a PyTorch DataLoader that goes on at a step give the batches of one that was never interrupted, and how fast?

PyTorch is no dependency of this project. In a virtual environment of its own:

    python -m venv trainer
    trainer/bin/pip install torch -e .
    trainer/bin/python bench/dataloader.py OUT --order main

For 0 and 2 worker processes, forked and spawned, and for 1 and 2 ranks, batches from a step in the middle are held
against those of a whole run, and batches of all ranks against those of one. Exit code 0: all are equal. Rates are
tokens per second of the whole loop, with collating; a spawned worker imports PyTorch first, which takes seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from typing import Any

import torch
from torch.utils.data import DataLoader

from yurai.data import TokenDataset

SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"num_workers": 2, "multiprocessing_context": "fork"},
    {"num_workers": 2, "multiprocessing_context": "spawn"},
)


def digests(options: argparse.Namespace, settings: dict[str, Any], **where: int) -> list[list[bytes]]:
    """Return for each batch the digest of each of its samples."""
    dataset = TokenDataset(options.out, options.order, global_batch=options.batch, examples=True, **where)
    batch = dataset.schedule.per_rank
    found = []
    for one in DataLoader(dataset, batch_size=batch, **settings):
        assert all(part.dtype == torch.int64 and part.shape[0] == batch for part in one.values())
        rows = zip(*(part.numpy() for part in one.values()), strict=True)
        found.append([hashlib.sha256(b"".join(part.tobytes() for part in row)).digest() for row in rows])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="a tree with an order")
    parser.add_argument("--order", default="main")
    parser.add_argument("--batch", type=int, help="global batch, even, where the order names none")
    options = parser.parse_args()
    whole = digests(options, {})
    length = TokenDataset(options.out, options.order, global_batch=options.batch).sequence_length
    middle, faults = len(whole) // 2, 0
    print(f"PyTorch {torch.__version__}: {len(whole):,} steps of {len(whole[0])} samples of {length:,} tokens")
    for settings in SETTINGS:
        began = time.perf_counter()
        same = digests(options, settings) == whole
        rate = len(whole) * len(whole[0]) * length / (time.perf_counter() - began)
        later = digests(options, settings, start_step=middle) == whole[middle:]
        ranks = [digests(options, settings, rank=rank, world=2, start_step=middle) for rank in (0, 1)]
        shared = [left + right for left, right in zip(*ranks, strict=True)] == whole[middle:]
        faults += [same, later, shared].count(False)
        name = settings.get("multiprocessing_context", "no workers")
        print(f"{name:10}  whole {same}  from step {middle} {later}  two ranks {shared}  {rate:,.0f} tokens/s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
