"""From decisions to rows: what a dropped row is told of the kept one, what stays is told, and the index of signatures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from dedup_helpers import Decisions, Row, deduplicate, document, write_decisions, write_shards, write_signatures
from yurai.declare.stage import STAGES
from yurai.engine.arguments import NoArguments
from yurai.engine.engine import Engine
from yurai.engine.local import LocalRunner
from yurai.engine.progress import Reporter
from yurai.engine.state import State, of_parquet, of_step
from yurai.engine.steps import Steps
from yurai.exchange.row_types import hex_ids
from yurai.sources.overlay import documents
from yurai.stages.apply_decisions.driver import apply_decisions
from yurai_manifests.store import open_store
from yurai_manifests.task import StepId


def test_what_a_dropped_row_and_its_kept_one_are_told(tmp_path: Path) -> None:
    url = "https://x.example/" + "長い/" * 100
    first = document("crawl/a.warc.gz", 0, text="a", url=url, capture_date="2001-01-01T00:00:00Z")
    second = document("b.warc.gz", 1, text=" a", capture_date="2002-01-01T00:00:00Z")
    nameless = document("c.warc.gz", 2, text="b", url=None, capture_date="2001-01-01T00:00:00Z")
    copies = [document("d.warc.gz", place, text="b") for place in range(4)]
    alone = document("e.warc.gz", 9, text="alone")
    write_shards(tmp_path / "in", [[second, *copies], [alone, first], [nameless]])
    deduplicate(tmp_path / "in", tmp_path / "out")
    gone = {row["doc_id"]: row for row in pq.read_table(tmp_path / "out/dropped").to_pylist()}
    told = ("url", "detail", "kept_doc_id", "kept_url", "kept_path", "jaccard", "jaccard_by", "cluster_id", "reason")
    assert [gone[second["doc_id"]][name] for name in told] == [
        second["url"],
        *[first["doc_id"]] * 2,
        url,
        "crawl/a.warc.gz",
        1.0,
        "equal",
        first["doc_id"],
        "exact-duplicate",
    ]
    assert {(gone[row["doc_id"]]["kept_url"], gone[row["doc_id"]]["kept_path"]) for row in copies} == {
        (None, "c.warc.gz")
    }
    kept = {row["doc_id"]: row for row in pq.read_table(tmp_path / "out/documents").to_pylist()}
    facts = ("cluster_id", "cluster_role", "cluster_size", "kept_doc_id", "jaccard", "rehydration_weight")
    assert [kept[first["doc_id"]][name] for name in facts] == [first["doc_id"], "kept", 2, None, None, 2]
    assert [kept[nameless["doc_id"]][name] for name in facts] == [nameless["doc_id"], "kept", 5, None, None, 5]
    assert [kept[alone["doc_id"]][name] for name in facts] == [None, None, 1, None, None, 1]
    assert pq.read_table(tmp_path / "out/extracted")["cluster_size"].null_count == 8


def applied(tmp_path: Path, *, annotate: bool, signed: bool) -> State:
    """Two new shards of three and an older one of two; the second and the third row of shard 1 go."""
    new = [[document("new", 10 * shard + place, text="x" * place) for place in range(3)] for shard in range(2)]
    write_shards(tmp_path / "new", new)
    write_shards(tmp_path / "old", [[document("old", place, url=f"http://old.example/{place}") for place in range(2)]])
    state = of_parquet([str(path) for path in sorted((tmp_path / "new").iterdir())])
    older = of_parquet([str(tmp_path / "old/000.parquet")]).survivors
    engine = Engine(open_store(str(tmp_path / "out")), LocalRunner(1), Reporter(quiet=True))
    steps = Steps(engine, StepId("03-near", "f" * 64), {}, 1 << 30)
    rows = [(1, 1, 1, (0, 1), 0.87654, 3), (1, 2, 1, (2, 0), 0.9, 120), (2, 0, 0, (2, 0), 1.0, 120)]
    decided = steps.reduce("decide", write_decisions, lambda: iter([Decisions(rows)]))
    signatures = steps.map("sign", write_signatures, state.survivors, lambda _: NoArguments()) if signed else None
    use = STAGES["near-dedup"].use({})
    return apply_decisions(
        steps,
        state,
        use,
        [decided],
        reason="near-duplicate",
        older=older,
        annotate=annotate,
        signatures=signatures,
        order=("oldest", None),
    )


def read(state: State, name: str) -> list[list[Row]]:
    store = open_store(next(iter(state.survivors)).store)
    return [pq.read_table(Path(one.store) / one.path).to_pylist() for one in of_step(store, state.steps[-1], name)]


def read_kept(state: State, spool: Path) -> list[list[Row]]:
    return [[row for batch in documents(one, spool) for row in batch.to_pylist()] for one in state.survivors]


def test_documents_of_earlier_runs_are_named_by_their_file(tmp_path: Path) -> None:
    state = applied(tmp_path, annotate=False, signed=True)
    first, second = read(state, "dropped")[0]
    cluster = hex_ids(np.array([55]), np.array([0]))[0]
    assert (first["reason"], first["kept_url"], first["kept_path"]) == (
        "near-duplicate",
        "http://old.example/1",
        "000.parquet",
    )
    assert (round(first["jaccard"], 6), first["jaccard_by"], first["cluster_id"]) == (0.8765, "exact", cluster)
    assert (second["kept_url"], second["kept_path"]) == ("https://x.example/new/10", "new")
    assert [(one["absent_run"], one["absent"]) for one in (first, second)] == [(1, 9), (1, 9)]
    kept = read_kept(state, tmp_path)
    assert [len(shard) for shard in kept] == [1, 3]
    assert [row["rehydration_weight"] for shard in kept for row in shard] == [1, 8, 1, 1]
    index = read(state, "index")
    assert [[row["doc_id"] for row in shard] for shard in index] == [[row["doc_id"] for row in s] for s in kept]
    firsts = [[np.frombuffer(row["signature"], "<u4").tolist() for row in shard] for shard in index]
    assert firsts == [[[0, 1, 2]], [[0, 1, 2], [1, 1, 2], [2, 1, 2]]]
    assert state.counts[-1].json() == {
        "stage": "near-dedup",
        "seen": 6,
        "kept": 4,
        "dropped": {"near-duplicate": 2},
        "failed": {},
        "notes": {},
    }


def test_annotate_drops_nothing(tmp_path: Path) -> None:
    state = applied(tmp_path, annotate=True, signed=False)
    assert [len(shard) for shard in read(state, "dropped")] == [0, 0]
    rows = [row for shard in read_kept(state, tmp_path) for row in shard]
    said = [(row["cluster_role"], row["cluster_size"], row["kept_doc_id"] is None) for row in rows]
    assert said == [
        (None, 1, True),
        ("copy", 3, False),
        ("copy", 120, False),
        ("kept", 120, True),
        (None, 1, True),
        (None, 1, True),
    ]
    assert [row["jaccard"] and round(row["jaccard"], 6) for row in rows[1:4]] == [0.8765, 0.9, None]
    assert state.counts[-1].kept == 6
