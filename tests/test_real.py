"""Every real web archive that lies beside the checkout runs to an audit without errors, and loses nothing."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yurai.engine.local import LocalRunner
from yurai.run.recipe import load_recipe
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources
from yurai.sources.warc import CANDIDATES
from yurai_manifests.audit import Audit, audit
from yurai_manifests.store import open_store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

SETS = ("wild", "edge", "encoding", "web", "docs")
EXPECTED = Path(__file__).parent / "expected.jsonl"
ACCOUNTED = ("http-status:", "scheme:", "no-handler:")
WHOLE = ("docs", "web")


@dataclass(frozen=True)
class Real:
    """One run of `plain` over all archives of all sets; names begin with the set."""

    found: Audit
    documents: pa.Table
    dropped: pa.Table


@pytest.fixture(scope="session")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Real:
    out = tmp_path_factory.mktemp("real") / "out"
    sources = find_sources([str(shared_data / name) for name in SETS])
    assert len(sources) > 75
    runner = LocalRunner(2)
    try:
        run_recipe(load_recipe("plain"), sources, str(out), runner)
    finally:
        runner.close()
    columns = ["source", "url", "warc_offset", "lang", "charset", "charset_by", "extractor"]
    documents = pa.concat_tables(pq.read_table(path, columns=columns) for path in sorted((out / "documents").iterdir()))
    dropped = pa.concat_tables(pq.read_table(path) for path in sorted((out / "dropped").iterdir()))
    return Real(audit(open_store(str(out))), documents, dropped)


def expectations() -> list[dict[str, object]]:
    return [json.loads(line) for line in EXPECTED.read_text("utf-8").splitlines()]


def test_audit_finds_no_error(real: Real) -> None:
    assert [finding for finding in real.found.findings if finding.severity == "error"] == []


def test_unreadable_bytes_are_those_expected(real: Real) -> None:
    found = {(gap["file"], gap["offset"], gap["bytes"]) for gap in real.found.totals["unreadable"]}
    read = (
        set(real.documents["source"].to_pylist())
        | set(real.dropped["source"].to_pylist())
        | {file for file, *_ in found}
    )
    expected = {
        (str(row["file"]).partition("/")[2], offset, count)
        for row in expectations()
        for offset, count in row["unreadable"]
    }
    assert found == {gap for gap in expected if gap[0] in read}
    assert found


def test_every_candidate_of_every_file_is_kept_dropped_or_failed(real: Real) -> None:
    rows = Counter(real.documents["source"].to_pylist()) + Counter(real.dropped["source"].to_pylist())
    for row in expectations():
        name = str(row["file"]).partition("/")[2]
        candidates = sum(count for kind, count in row["records"].items() if kind in CANDIDATES)
        if name in rows:
            assert (name, rows[name]) == (name, candidates)


def test_no_page_of_docs_or_web_is_lost(real: Real, shared_data: Path) -> None:
    names = {path.name for kind in WHOLE for path in (shared_data / kind).glob("*.warc.gz")}
    lost = Counter(
        (row["source"], row["stage"], row["reason"])
        for row in real.dropped.select(["source", "stage", "reason"]).to_pylist()
        if row["source"] in names and not row["reason"].startswith(ACCOUNTED)
    )
    assert {reason for _, _, reason in lost} <= {"no-text", "empty-body"}, lost
    kept = sum(name in names for name in real.documents["source"].to_pylist())
    assert kept > 9_000
