"""Orders that tests write themselves, in the form that docs/training.md states, over the shards of a finished tree."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.canonical import sha256_file
from yurai_manifests.derived import Derived, below, folder_of, put_derived
from yurai_manifests.lookup.tokens import index_files
from yurai_manifests.run import Delivered, load_run
from yurai_manifests.store import LocalStore

if TYPE_CHECKING:
    from pathlib import Path

PART = pa.struct(
    [
        ("doc_id", pa.string()),
        ("shard", pa.string()),
        ("token_start", pa.int64()),
        ("token_count", pa.int64()),
        ("offset", pa.int32()),
    ]
)
SAMPLE = pa.schema([("position", pa.int64()), ("tokens", pa.int32()), ("parts", pa.list_(PART))])
Sample = list[dict[str, Any]]


def documents(out: Path) -> Sample:
    """Each document of a tree as one part."""
    return [
        {
            "doc_id": row["doc_id"],
            "shard": shard,
            "token_start": row["token_start"],
            "token_count": row["token_count"],
            "offset": 0,
        }
        for index, shard in index_files(load_run(LocalStore(out)))
        for row in pq.read_table(out / index.name).to_pylist()
    ]


def concatenated(parts: Sample, length: int) -> list[Sample]:
    """Cut documents, joined, into samples of `length` tokens; the last may be shorter."""
    samples: list[Sample] = []
    room = 0
    for part in parts:
        used = 0
        while used < part["token_count"]:
            if not room:
                samples.append([])
                room = length
            count = min(room, part["token_count"] - used)
            samples[-1].append(
                part
                | {"token_start": part["token_start"] + used, "token_count": count, "offset": part["offset"] + used}
            )
            used, room = used + count, room - count
    return samples


def put_order(
    out: Path, samples: list[Sample], length: int, *, name: str = "main", of: str | None = None, **settings: object
) -> Path:
    """Write an order of two files, with row groups of 4 samples, and return its folder."""
    folder = out / folder_of("order", name)
    folder.mkdir(parents=True)
    half, files = len(samples) // 2, []
    for number, (start, some) in enumerate(((0, samples[:half]), (half, samples[half:]))):
        rows = [
            {"position": position, "tokens": sum(part["token_count"] for part in sample), "parts": sample}
            for position, sample in enumerate(some, start)
        ]
        path = folder / f"{number:05}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, SAMPLE), path, row_group_size=4)
        files.append(Delivered(path.name, sha256_file(path), path.stat().st_size, len(rows), 0))
    run = load_run(LocalStore(out))
    facts = {"samples": len(samples)}
    all_settings: dict[str, Any] = {"sequence_length": length, "policy": "concat", **settings}
    store = below(LocalStore(out), folder_of("order", name))
    put_derived(store, Derived("order", of or run.digest, all_settings, facts, files))
    return folder


def shuffled(out: Path, length: int) -> list[Sample]:
    """Documents of a tree, twice, in a shuffled order, cut into samples that are shuffled too."""
    draw = random.Random(7)
    parts = documents(out) * 2
    draw.shuffle(parts)
    samples = concatenated(parts, length)
    draw.shuffle(samples)
    return samples
