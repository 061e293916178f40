"""Against a tree of an earlier run, a run keeps what one joint run keeps of its documents, and the tree stays as it is."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from dedup_pages import Page, run_over, write
from yurai_manifests.audit import audit
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

LINE = "This line stands on pages of both crawls, old and new."


def pages(crawl: int) -> list[Page]:
    """Some pages of a crawl: own text, and runs, lines and whole texts that both crawls have."""
    both, made = random.Random(1), []
    runs = ["".join(both.choice("abcdefghijk ") for _ in range(900)) for _ in range(3)]
    for number in range(6):
        source = random.Random(f"{crawl} {number}")
        own = "".join(source.choice("lmnopqrst ") for _ in range(300))
        parts = [own, runs[number % 3], LINE, "new alone" * crawl * 60] if number else [runs[0], LINE]
        made.append(Page(100 * crawl + number, crawl, "\n\n".join(part for part in parts if part)))
    return made


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """old/ and new/: shards; tree/: a finished tree of the old ones; both/: shards of both."""
    folder = tmp_path_factory.mktemp("crawls")
    write(folder / "old", pages(0), [2])
    write(folder / "new", pages(1), [3, 4])
    write(folder / "both", [*pages(0), *pages(1)], [5])
    run_over(folder / "old", folder / "tree", ("measure", {"taggers": ["characters"]}))
    return folder


def new_rows(out: Path) -> dict[str, tuple[Any, ...]]:
    """What became of the documents of the new crawl."""
    new = {page.doc_id for page in pages(1)}
    kept = pq.read_table(out / "documents", columns=["doc_id", "text", "removed_spans"]).to_pylist()
    gone = pq.read_table(out / "dropped", columns=["doc_id", "reason", "detail", "kept_doc_id"]).to_pylist()
    return {row["doc_id"]: tuple(row.values()) for row in [*kept, *gone] if row["doc_id"] in new}


@pytest.mark.parametrize(
    ("stage", "given"),
    [
        ("dedup", {}),
        ("line-dedup", {"unit": "line"}),
        ("line-dedup", {"unit": "paragraph"}),
        ("line-dedup", {"unit": "span"}),
    ],
)
@pytest.mark.parametrize("memory", [50_000, 1 << 30])
def test_against_is_as_joint(stage: str, given: dict[str, Any], memory: int, crawls: Path, tmp_path: Path) -> None:
    measure, tree = ("measure", {"taggers": ["characters"]}), load_run(open_store(str(crawls / "tree"))).digest
    given = given | {"memory_bytes": memory}
    joint = run_over(crawls / "both", tmp_path / "joint", measure, (stage, given))
    assert joint
    run_over(crawls / "new", tmp_path / "out", measure, (stage, given | {"against": [str(crawls / "tree")]}))
    found = audit(open_store(str(tmp_path / "out")), full=True)
    assert [finding for finding in found.findings if finding.severity == "error"] == []
    rows = new_rows(tmp_path / "out")
    assert rows.keys() == {page.doc_id for page in pages(1)}
    assert rows == new_rows(tmp_path / "joint")
    assert any(row[1] not in {page.text for page in pages(1)} for row in rows.values()), "nothing went"
    assert load_run(open_store(str(crawls / "tree"))).digest == tree


def test_what_was_kept_is_in_the_tree(crawls: Path, tmp_path: Path) -> None:
    """The digest does not hang on where the tree lies, nor on how it is named."""
    shutil.copytree(crawls / "tree", tmp_path / "elsewhere")
    measure = ("measure", {"taggers": ["characters"]})
    rows = []
    for number, tree in enumerate((crawls / "tree", tmp_path / "elsewhere")):
        out = tmp_path / f"out-{number}"
        run_over(crawls / "new", out, measure, ("dedup", {"against": [str(tree)]}))
        rows.append(pq.read_table(out / "dropped").to_pylist())
    assert rows[0] == rows[1]
    (row,) = rows[0]
    digest = load_run(open_store(str(crawls / "tree"))).digest
    assert (row["kept_doc_id"], row["jaccard"]) == (pages(0)[0].doc_id, 1.0)
    assert row["kept_path"] == f"{digest[:16]}/documents/00000.parquet"
