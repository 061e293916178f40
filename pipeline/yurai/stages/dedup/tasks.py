"""Documents with equal keys, over the whole corpus: a shard's keys, and what is decided about those that are equal.

A key is 128 bits of the sha256 of the normalised text, or of the normalised URL. How keys come together is said in
`yurai.exchange.levels`, how decisions are applied in `yurai.stages.apply_decisions.tasks`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import Span, read_twice, rows_file
from yurai.exchange.row_types import DECISION, EQUAL, KEY, Numbers, Rows, order_keys, places
from yurai.stages.dedup.urls import normal_url
from yurai.stages.keep_order import Keep, columns, nodes
from yurai.stages.map_tasks import fetched
from yurai_manifests.parquet import read_rows as read_batches
from yurai_manifests.task import Attempt, TaskRecord

Method: TypeAlias = Literal["exact", "url"]
SPACE = r"[\s\pZ\x{85}\x{1c}-\x{1f}\x{0b}]+"
READ: dict[Method, str] = {"exact": "text", "url": "url"}
JACCARD: dict[Method, float] = {"exact": 1.0, "url": float("nan")}
"""Similarity of texts that equal keys prove: texts of one URL may differ."""
SHARE = 6
"""Rows are held whole up to this part of memory: sorting takes about four times their size."""


def normalise(text: pa.Array[Any]) -> pa.Array[Any]:
    """Return the text that equality is judged on: NFC, runs of white space to one space, trimmed (CONTRACT, Nouns)."""
    one = pc.utf8_normalize(text, "NFC")  # type: ignore[attr-defined] # the stubs miss it
    return cast("pa.Array[Any]", pc.utf8_trim(pc.replace_substring_regex(one, SPACE, " "), " "))


@dataclass(frozen=True)
class Keys(Arguments):
    """The number of the shard, and the settings that keys depend on."""

    number: int
    method: Method
    keep: Keep
    quality: str | None


@task_function("yurai.steps.dedup:keys")
def keys(task: Task[Keys], attempt: Attempt) -> TaskRecord:
    """Write KEY rows of one shard. No URL, no key."""
    args, path = task.args, fetched(task, attempt)
    record = task.record(task.input.sha256)
    read = {*columns(args.keep, args.quality), READ[args.method]}
    start = 0
    with rows_file(attempt, record) as out:
        for batch in read_batches(path, sorted(read)):
            documents = nodes(batch, args.keep, args.quality, args.number, start, older=False)
            start += batch.num_rows
            out.write(_keyed(batch.column(READ[args.method]), documents, args.method))
    return record


def _keyed(values: pa.Array[Any], documents: Rows, method: Method) -> Rows:
    present = values.is_valid().to_numpy(zero_copy_only=False)
    found = cast("list[str]", (normalise(values) if method == "exact" else values).drop_null().to_pylist())
    named = found if method == "exact" else map(normal_url, found)
    digests = b"".join(hashlib.sha256(name.encode("utf-8")).digest()[:16] for name in named)
    rows = np.zeros(len(found), KEY)
    rows["hash"], rows["low"] = np.frombuffer(digests, ">u8").reshape(-1, 2).T
    rows["node"] = documents[present]
    return rows


@dataclass(frozen=True)
class Decide(Arguments):
    """The KEY rows of a partition, what they are keys of, and the memory to take for them."""

    spans: list[Span]
    method: Method
    memory_bytes: int


@task_function("yurai.steps.dedup:decide")
def decide(task: Task[Decide], attempt: Attempt) -> TaskRecord:
    """Decide about the documents of one partition.

    Two passes: first the document that stays, for each key, then what becomes of all. Distinct keys spread evenly, so
    those of one partition fit into memory; a partition that does not is one with a key that is very common, and it is
    read twice.
    """
    args, record = task.args, task.record()
    chunks = read_twice(args.spans, KEY, args.memory_bytes // SHARE)
    firsts, sizes = first_of_each(chunks())
    with rows_file(attempt, record) as out:
        for rows in chunks():
            out.write(decisions(rows, firsts, sizes, JACCARD[args.method]))
    return record


def first_of_each(chunks: Iterable[Rows]) -> tuple[Rows, Numbers]:
    """Return the first in keep order of each key, sorted by key, and how many have that key.

    A document that was given twice, so that two rows have one doc_id, stays where its row comes first.
    """
    firsts, sizes = np.empty(0, KEY), np.empty(0, np.int64)
    for rows in chunks:
        both = np.concatenate([firsts, rows])
        counts = np.concatenate([sizes, np.ones(len(rows), np.int64)])
        order = np.lexsort((places(both["node"]), *order_keys(both["node"]), both["low"], both["hash"]))
        both, counts = both[order], counts[order]
        starts = np.flatnonzero(np.concatenate([[True], ~_same(both[1:], both[:-1])])[: len(both)])
        firsts, sizes = both[starts], np.add.reduceat(counts, starts) if len(starts) else counts
    return firsts, sizes


def _same(a: Rows, b: Rows) -> npt.NDArray[np.bool_]:
    return np.asarray((a["hash"] == b["hash"]) & (a["low"] == b["low"]), np.bool_)


def decisions(rows: Rows, firsts: Rows, sizes: Numbers, jaccard: float) -> Rows:
    """Return a DECISION for each of `rows` whose key others have; `firsts` and `sizes`: see `first_of_each`."""
    place = _search(rows, firsts)
    shared = sizes[place] > 1
    rows, place = rows[shared], place[shared]
    kept = firsts["node"][place]
    found = np.zeros(len(rows), DECISION)
    for name in ("shard", "row"):
        found[name] = rows["node"][name]
    found["gone"] = places(rows["node"]) != places(kept)
    found["kept"], found["jaccard"], found["by"] = kept, jaccard, EQUAL
    found["cluster_high"], found["cluster_low"], found["size"] = kept["id_high"], kept["id_low"], sizes[place]
    return found


def _search(rows: Rows, firsts: Rows) -> Numbers:
    """Return the place of each row's key in `firsts`: by 64 bits, then past those that share them."""
    place = np.searchsorted(firsts["hash"], rows["hash"])
    while not (found := _same(firsts[place], rows)).all():
        place = place + ~found
    return place
