"""Evidence in trees: the sample's marks, what explain and audit say of them, and marks of real pages."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from manifests.forger import Rows, change_rows
from run_helpers import SMALL, demo_recipe, run
from yurai.evidence import (
    Mark,
    choose,
    header_marks,
    html_marks,
)
from yurai.extraction.charset import decode_page
from yurai.extraction.tree import parse, to_markup
from yurai.sources.warc import Record, read_file
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from run_helpers import Said


def rows_of(tree: Path, folder: str) -> list[dict[str, Any]]:
    return [row for path in sorted((tree / folder).iterdir()) for row in pq.read_table(path).to_pylist()]


def test_marks_of_the_sample(demo_tree: Path) -> None:
    pages = {row["doc_id"]: row for row in rows_of(demo_tree, "extracted")}
    found = {
        (pages[row["doc_id"]]["url"], row["channel"], row["norm"], row["subject_scope"], row["place"])
        for row in rows_of(demo_tree, "evidence")
    }
    shinpo, library = "https://shinpo.example", "https://toshokan.shiomihara.example"
    assert found >= {
        (f"{library}/about/history", "rel-license", "CC-BY-4.0", "page", "footer"),
        (f"{shinpo}/machi/tokei", "rel-license", "CC-BY-4.0", "page", "head"),
        (f"{shinpo}/minato/watashibune", "meta-robots", "noai,noimageai", "page", "head"),
        (f"{shinpo}/kurashi/shio", "x-robots-tag", "noai", "page", "http"),
    }
    assert {("json-ld", "CC0-1.0", "page"), ("tdm-meta", "tdm-reservation=1", "page")} <= {row[1:4] for row in found}
    named = {row["url"]: (row["declared_spdx"], row["registrable_domain"]) for row in pages.values()}
    assert named[f"{shinpo}/machi/tokei"] == ("CC-BY-4.0", "shinpo.example")
    assert named[f"{shinpo}/kurashi/shio"] == (None, "shinpo.example")
    assert all(row["as_of"] == pages[row["doc_id"]]["capture_date"] for row in rows_of(demo_tree, "evidence"))
    conversions = [row for row in pages.values() if row["warc_type"] == "conversion"]
    assert conversions
    assert all("evidence-not-available" in row["flags"] for row in conversions)


def test_explain_says_the_rights(demo_tree: Path, yurai: Callable[..., Said]) -> None:
    said = yurai("explain", demo_tree, "https://toshokan.shiomihara.example/about/history")
    assert "rights    CC-BY-4.0 by rel-license in footer, scope page\n" in said.out, said.err


def test_evidence_can_be_left_out(tmp_path: Path, demo_tree: Path) -> None:
    out = tmp_path / "out"
    run(out, SMALL, recipe=demo_recipe(lambda stages: stages["extract"].update(evidence=False)))
    assert rows_of(out, "evidence") == []
    assert audit(open_store(str(out))).ok
    texts = [{row["doc_id"]: row["text_sha256"] for row in rows_of(tree, "extracted")} for tree in (out, demo_tree)]
    assert texts[0].items() <= texts[1].items()


def test_the_audit_counts_rows_of_evidence(tree: Path) -> None:
    assert audit(open_store(str(tree))).ok
    path = tree / "evidence/00000.parquet"
    table = pq.read_table(path)
    notes = audit(open_store(str(tree))).notes["extract"]
    assert sum(count for name, count in notes.items() if name.startswith("evidence:")) == table.num_rows > 5
    path.unlink()
    assert [(one.check, one.where) for one in errors(tree)] == [("missing", "evidence/00000.parquet")]
    pq.write_table(table.slice(1), path)
    assert [(one.check, one.where) for one in errors(tree)] == [("changed", "evidence/00000.parquet")]


@pytest.mark.parametrize(
    "change",
    [lambda rows: rows[0].update(doc_id="f" * 32), lambda rows: rows.insert(0, rows.pop())],
    ids=["no-page", "order"],
)
def test_the_audit_finds_evidence_of_no_page(change: Callable[[Rows], None], tree: Path) -> None:
    change_rows(tree, "evidence", change)
    assert any((one.severity, one.check) == ("error", "evidence") for one in audit(open_store(str(tree))).findings)


def errors(tree: Path) -> list[Any]:
    return [finding for finding in audit(open_store(str(tree))).findings if finding.severity == "error"]


def real_marks(path: Path, urls: set[str] | None = None) -> Iterator[tuple[Record, tuple[Mark, ...]]]:
    for record in read_file(path):
        if not isinstance(record, Record) or record.kind != "response" or (urls and record.url not in urls):
            continue
        markup = to_markup(decode_page(record.body, record.http_charset).text)
        tree, _ = parse(markup, 512)
        found = html_marks(markup, tree, record.url or "") if tree is not None else ()
        yield record, (*header_marks(record.http_headers), *found)


def labels(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_every_form_of_opting_out_is_found(shared_data: Path) -> None:
    form = {label["offset"]: label["mark"] for label in labels(shared_data / "edge/optout.labels.jsonl.gz")}
    found: dict[str, Counter[tuple[str, str | None]]] = defaultdict(Counter)
    for record, all_marks in real_marks(shared_data / "edge/optout.warc.gz"):
        for mark in choose(all_marks).marks:
            found[form[record.offset]][(mark.channel, mark.norm)] += 1
    assert len(found) == 22
    for mark, counts in found.items():
        assert max(counts.values()) == 8, (mark, counts)
        assert all(norm is not None for _, norm in counts), (mark, counts)


FLOORS = {"cc_links": 107, "rel_license": 56, "rights_meta": 255}
"""Of 121, 63 and 262. What is missed: licences of scripts and style sheets, `rel="item-license"` (a notice)."""
CHANNELS = {
    "cc_links": {"cc-link", "cc-badge", "rel-license", "rdfa", "rdf"},
    "rel_license": {"rel-license"},
    "rights_meta": {"meta"},
}


@pytest.mark.slow
def test_marks_of_real_pages(shared_data: Path) -> None:
    wanted: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for entry in labels(shared_data / "rights/marks_index.jsonl.gz"):
        wanted[entry["warc"]][entry["url"]] = entry["marks"]
    found: Counter[str] = Counter()
    for name, pages in wanted.items():
        path = next(path for kind in ("web", "docs") if (path := shared_data / kind / name).exists())
        for record, all_marks in real_marks(path, set(pages)):
            channels = {mark.channel for mark in all_marks}
            found.update(kind for kind in CHANNELS if kind in pages[record.url or ""] and channels & CHANNELS[kind])
    assert {kind: found[kind] for kind, floor in FLOORS.items() if found[kind] < floor} == {}
