"""Does the real Megatron-core open our shards? Compares each document it returns with the bytes of the `.bin`.

Megatron-core needs PyTorch, so it is no dependency of this project. In a virtual environment of its own:

    python -m venv reader
    reader/bin/pip install torch==2.13.0 numpy packaging
    reader/bin/pip install --no-deps megatron-core==0.16.1
    reader/bin/python bench/megatron_reader.py OUT/shards/00000 --eod 256

The argument is a shard's path without `.bin` / `.idx`. Exit code 0: every document equals, and each holds its end once,
as its last id. Megatron-core maps the `.bin` into memory, so it opens no shard without a token; nor does this.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from megatron.core.datasets.indexed_dataset import IndexedDataset


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prefix", help="path of a shard without its suffix")
    parser.add_argument("--eod", type=int, help="id that ends every document")
    options = parser.parse_args()
    faults = 0
    for mmap in (True, False):
        dataset = IndexedDataset(options.prefix, mmap=mmap)
        found = compare(dataset, Path(f"{options.prefix}.bin"), options.eod)
        faults += len(found)
        print(*found[:20], sep="\n", end="\n" if found else "")
        print(
            f"{options.prefix}: mmap={mmap}, {len(dataset)} documents, {int(dataset.sequence_lengths.sum())} ids of "
            f"{np.dtype(dataset.index.dtype)}, {len(found)} faults"
        )
    return 1 if faults else 0


def compare(dataset: IndexedDataset, bin_path: Path, eod: int | None) -> list[str]:
    """Return one line per document that differs from the next bytes of the `.bin`, or does not end as it must."""
    faults = []
    if dataset.document_indices.tolist() != list(range(len(dataset) + 1)):
        faults.append("document indices are not 0, 1, 2 ... : a document is not one sequence")
    with bin_path.open("rb") as stream:
        for number in range(len(dataset)):
            tokens = dataset[number]
            if stream.read(tokens.nbytes) != tokens.tobytes():
                faults.append(f"document {number}: Megatron-core's ids are not the bytes of {bin_path}")
            if eod is not None and np.flatnonzero(tokens == eod).tolist() != [tokens.size - 1]:
                faults.append(f"document {number}: {eod} is not its last id and only that")
        if rest := len(stream.read()):
            faults.append(f"{rest} bytes of {bin_path} are in no document")
    return faults


if __name__ == "__main__":
    sys.exit(main())
