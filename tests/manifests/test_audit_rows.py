"""A forger who changes rows and hashes all above them again is found by what other rows say."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manifests.forger import Rows, change_file, change_rows
from run_helpers import SMALL, run
from tokenizer_helpers import train_bpe
from yurai.run.recheck import means_of
from yurai.run.recipe import make_recipe
from yurai_manifests.audit import Audit, Finding, audit
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

STAGES: list[dict[str, Any]] = [
    {"use": "read"},
    {"use": "extract"},
    {"use": "language"},
    {"use": "redact"},
    {"use": "measure"},
    {"use": "filter", "rules": [{"use": "nfc"}, {"use": "length", "min_characters": 40}]},
    {"use": "dedup", "method": "exact"},
    {"use": "near-dedup", "preset": "fineweb", "index": True},
    {"use": "tokenize", "tokenizer": "bytes"},
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("forged") / "out"
    run(out, recipe=make_recipe({"name": "forged", "stage": STAGES}, where="test"))
    assert audited(out).ok
    return out


@pytest.fixture
def tree(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "tree"))


def audited(tree: Path) -> Audit:
    store = open_store(str(tree))
    return audit(store, full=True, means=lambda record: means_of(store, record))


def errors(tree: Path) -> list[Finding]:
    return [one for one in audited(tree).findings if one.severity == "error" and one.check != "roots"]


def said(tree: Path, *words: str) -> None:
    """Some error names all of this; nothing was found by a digest alone."""
    found = errors(tree)
    assert not {"changed", "manifest-chain", "digest", "seal", "work"} & {one.check for one in found}, found
    assert any(all(word in f"{one.where} {one.message}" for word in words) for one in found), found


def new_text(row: dict[str, Any], text: str) -> None:
    """A text with all that is said of it."""
    data = text.encode()
    row |= {"text": text, "text_sha256": hashlib.sha256(data).hexdigest(), "text_bytes": len(data)}
    row |= {"char_count": len(text), "newline_count": text.count("\n"), "block_spans": None}


def test_fourteen_licences_and_one_text(tree: Path) -> None:
    def change(rows: Rows) -> None:
        for row in rows[:14]:
            row["declared_spdx"] = "OGL-UK-3.0"
        new_text(rows[3], rows[3]["text"] + " It says so.")

    name = pq.read_table(tree / "documents/00000.parquet").column("doc_id")[3].as_py()
    change_rows(tree, "documents", change, size="text_bytes")
    said(tree, "documents", "14 rows have another declared_spdx than in extracted/")
    said(tree, "documents", "1 rows have another text than in extracted/", name)
    said(tree, "shards/00000.bin", "another number of tokens", name)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("url", "https://example.org/other"),
        ("capture_date", "2020-01-01T00:00:00Z"),
        ("title", "another"),
        ("licence_scope", "site"),
        ("http_status", 201),
        ("flags", ["x"]),
        ("lang", "xx"),
        ("lang_score", 0.123),
        ("word_count", 1),
        ("http_headers", [{"name": "a", "value": "b"}]),
        ("registrable_domain", "example.net"),
        ("removed_spans", [{"name": "nfc:nfc", "count": 900}]),
        ("extractor", "resiliparse"),
        ("train_verdict", "allow"),
        ("pii", [{"name": "email", "count": 7}]),
        ("other_text", "a second one"),
    ],
)
def test_any_column_of_a_document(column: str, value: object, tree: Path) -> None:
    change_rows(tree, "documents", lambda rows: rows[2].update({column: value}))
    said(tree, "documents", "second text" if column == "other_text" else column)


@pytest.mark.parametrize("folder", ["documents", "extracted"])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text_sha256", "0" * 64),
        ("char_count", 3),
        ("newline_count", 999),
        ("block_spans", [{"type": "h1", "start": 1, "end": 2}]),
        ("block_spans", [{"type": "h1", "start": 0, "end": 1 << 30}]),
        ("source_sha256", "1" * 64),
        ("doc_id", "f" * 32),
        ("warc_offset", 1),
    ],
)
def test_what_a_row_says_of_itself(folder: str, column: str, value: object, tree: Path) -> None:
    change_rows(tree, folder, lambda rows: rows[2].update({column: value}))
    said(tree, column if column not in {"doc_id", "warc_offset"} else "")
    assert errors(tree)


def both(tree: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the same page in extracted/ and documents/."""
    name = pq.read_table(tree / "documents/00000.parquet").column("doc_id")[4].as_py()
    for folder in ("extracted", "documents"):
        change_rows(
            tree, folder, lambda rows: [change(row) for row in rows if row["doc_id"] == name], size="text_bytes"
        )


def test_a_text_in_both_folders_has_other_tokens(tree: Path) -> None:
    both(tree, lambda row: new_text(row, chr(ord(row["text"][0]) + 1) + row["text"][1:]))
    said(tree, "shards/00000.bin", "have other tokens than their text")


def test_a_licence_in_both_folders_is_not_what_evidence_declares(tree: Path) -> None:
    both(tree, lambda row: row.update(declared_spdx="CC0-1.0", licence_scope="page"))
    said(tree, "extracted", "declared_spdx that is not what their rows of evidence declare")


def test_evidence_alone(tree: Path) -> None:
    def change(rows: Rows) -> None:
        claim = next(
            row for row in rows if row["kind"] == "licence_claim" and row["subject_scope"] in ("page", "main_text")
        )
        claim["norm"] = "CC-BY-NC-4.0"

    change_rows(tree, "evidence", change)
    said(tree, "declared_spdx that is not what their rows of evidence declare")


def test_the_channel_of_evidence(tree: Path) -> None:
    change_rows(tree, "evidence", lambda rows: rows[0].update(channel="meta"))
    said(tree, "evidence", "rows of channel meta")


def test_evidence_about_no_page(tree: Path) -> None:
    change_rows(tree, "evidence", lambda rows: rows[0].update(doc_id="0" * 32))
    said(tree, "evidence", "0" * 32)


@pytest.mark.parametrize(
    ("column", "value"), [("url", "https://a.example/"), ("capture_date", None), ("http_status", 7)]
)
def test_a_dropped_row_is_its_page(column: str, value: object, tree: Path) -> None:
    change_rows(tree, "dropped", lambda rows: rows[-1].update({column: value}))
    said(tree, "dropped", f"another {column} than in extracted/")


@pytest.mark.parametrize("change", [{"reason": "too-nice"}, {"outcome": "failed"}, {"stage": "filter"}])
def test_a_dropped_row_is_counted_as_it_says(change: dict[str, Any], tree: Path) -> None:
    change_rows(tree, "dropped", lambda rows: rows[-1].update(change))
    said(tree, "dropped")


def test_the_reason_of_a_record_without_text(tree: Path) -> None:
    change_rows(tree, "dropped", lambda rows: rows[0].update(reason="http-status:999"))
    said(tree, "dropped", "http-status:999")


def test_two_documents_in_another_order(tree: Path) -> None:
    change_rows(tree, "documents", lambda rows: rows.insert(0, rows.pop()), size="text_bytes")
    said(tree, "documents", "out of order")


def test_a_document_in_the_place_of_another(tree: Path) -> None:
    change_rows(tree, "documents", lambda rows: rows.__setitem__(1, rows[0]), size="text_bytes")
    said(tree, "neither in documents/ nor in dropped/")


def test_a_document_that_was_dropped(tree: Path) -> None:
    """A page has one end; who brings a dropped one back has it twice."""
    gone = pq.read_table(tree / "dropped/00000.parquet").to_pylist()[-1]["doc_id"]
    page = next(row for row in pq.read_table(tree / "extracted/00000.parquet").to_pylist() if row["doc_id"] == gone)

    def change(rows: Rows) -> None:
        order = [row["doc_id"] for row in pq.read_table(tree / "extracted/00000.parquet").to_pylist()]
        rows.append(page)
        rows.sort(key=lambda row: order.index(row["doc_id"]))
        rows.pop(0 if rows[0] is not page else 1)

    change_rows(tree, "documents", change, size="text_bytes")
    said(tree, "extracted", "more than one end", gone)


def flip_token(tree: Path, place: int, more: int = 1) -> None:
    ids = np.fromfile(tree / "shards/00000.bin", "<u2")
    ids[place] += more
    change_file(tree, "shards/00000.bin", ids.tobytes())


@settings(max_examples=5)
@given(where=st.floats(0, 1, exclude_max=True))
def test_one_token(where: float, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    tree = Path(shutil.copytree(whole, tmp_path_factory.mktemp("token") / "tree"))
    index = pq.read_table(tree / "shards/00000.parquet").to_pylist()
    place = int(where * (index[-1]["token_start"] + index[-1]["token_count"]))
    flip_token(tree, place)
    name = [row["doc_id"] for row in index if row["token_start"] <= place][-1]
    said(tree, "shards/00000.bin", "have other tokens than their text", name)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("doc_id", "0" * 32, "not the documents of documents/"),
        ("url", "https://b.example/", "another url"),
        ("token_start", 1, "another token_start"),
    ],
)
def test_the_index_of_a_shard(column: str, value: object, words: str, tree: Path) -> None:
    change_rows(tree, "shards", lambda rows: rows[1].update({column: value}))
    said(tree, "shards/00000.bin", words)


def test_a_boundary_between_two_documents(tree: Path) -> None:
    def change(rows: Rows) -> None:
        rows[1]["token_count"] += 1
        rows[2]["token_count"] -= 1
        rows[2]["token_start"] += 1

    change_rows(tree, "shards", change)
    said(tree, "shards/00000.bin", "another number of tokens")
    said(tree, "shards/00000.idx", "does not say what the index says")


def test_a_token_too_many(tree: Path) -> None:
    change_file(tree, "shards/00000.bin", (tree / "shards/00000.bin").read_bytes() + b"\1\0")
    assert any(one.where == "shards/00000.bin" for one in errors(tree)), errors(tree)


@pytest.mark.parametrize(("column", "value"), [("signature", b"\0" * 448), ("rank", 5), ("text_bytes", 5)])
def test_the_signatures_of_index(column: str, value: object, tree: Path) -> None:
    change_rows(tree, "index", lambda rows: rows[1].update({column: value}))
    said(tree, "index", f"another {column} than their documents")


def test_a_signature_of_no_document(tree: Path) -> None:
    change_rows(tree, "index", lambda rows: rows[1].update(doc_id="0" * 32))
    said(tree, "index")


def test_without_the_tokenizer_the_audit_says_so(whole: Path) -> None:
    found = audit(open_store(str(whole)), full=True)
    assert found.ok
    assert {one.check for one in found.findings if one.severity == "info"} >= {"not-tokenized", "not-declared"}


def test_a_tokenizer_that_is_gone_is_said_not_guessed(tmp_path: Path) -> None:
    model = tmp_path / "tokenizer.json"
    train_bpe("</s>").save(str(model))
    stages = [*STAGES[:5], {"use": "tokenize", "tokenizer": str(model)}]
    run(tmp_path / "out", SMALL, recipe=make_recipe({"name": "t", "stage": stages}, where="test"))
    assert {one.check for one in audited(tmp_path / "out").findings} <= {"unreadable"}
    model.unlink()
    (found,) = [one for one in audited(tmp_path / "out").findings if one.check == "not-tokenized"]
    assert found.severity == "info"
    assert "no tokenizer at" in found.message


RULES = [{"use": "nfc"}, {"use": "length", "min_characters": 200}]
CHAINS: dict[str, list[dict[str, Any]]] = {
    "lines that go": [*STAGES[:5], {"use": "line-dedup", "min_copies": 2}, {"use": "tokenize"}],
    "copies that stay": [*STAGES[:5], {"use": "near-dedup", "annotate": True}, {"use": "filter", "rules": RULES}],
    "two filters in a row": [*STAGES[:5], {"use": "filter", "rules": RULES[:1]}, {"use": "filter", "rules": RULES[1:]}],
    "no evidence": [{"use": "read"}, {"use": "extract", "evidence": False}, {"use": "tokenize"}],
    "by estimate": [*STAGES[:5], {"use": "near-dedup", "verify": "estimate"}],
    "nothing is measured": [{"use": "read"}, {"use": "extract"}],
}


@pytest.mark.parametrize("name", [*CHAINS, "plain", "web-en", "web-ja", "fineweb"])
def test_what_runs_write_adds_up(name: str, tmp_path: Path) -> None:
    """Whatever stages stand between extraction and documents, no row of an honest run is an error."""
    run(
        tmp_path / "out",
        recipe=make_recipe({"name": "t", "stage": CHAINS[name]}, where="t") if name in CHAINS else name,
    )
    assert [one for one in audited(tmp_path / "out").findings if one.check != "unreadable"] == []


def test_a_tree_that_goes_on_from_another(whole: Path, tmp_path: Path, yurai: Callable[..., Any]) -> None:
    first = [*STAGES[:5], {"use": "filter", "rules": RULES[:1]}]
    run(tmp_path / "a", recipe=make_recipe({"name": "t", "stage": first}, where="t"))
    for stage, before, after in (("dedup", "a", "b"), ("tokenize", "b", "c")):
        given = ("--input", tmp_path / before, "--output", tmp_path / after, "--runner", "local")
        assert yurai(stage, *given).code == 0
        assert [one for one in audited(tmp_path / after).findings if one.check != "unreadable"] == []
    change_rows(tmp_path / "c", "documents", lambda rows: rows[0].update(title="x"))
    said(tmp_path / "c", "documents", "another title than in extracted/")


def test_a_text_that_an_editor_changed_is_held_by_what_it_counted(tmp_path: Path) -> None:
    """Who forges a row and says that an editor did it has to raise the notes of the stage too."""
    rules = [{"use": "nfc"}]
    run(
        tmp_path / "out",
        recipe=make_recipe({"name": "t", "stage": [*STAGES[:5], {"use": "filter", "rules": rules}]}, where="t"),
    )

    def change(rows: Rows) -> None:
        new_text(rows[0], "Another text.")
        rows[0]["removed_spans"] = [*(rows[0]["removed_spans"] or []), {"name": "nfc:composed", "count": 1 << 20}]

    change_rows(tmp_path / "out", "documents", change, size="text_bytes")
    said(tmp_path / "out", "removed_spans count nfc:composed")


@pytest.mark.parametrize("kind", ["parquet", "megatron"])
def test_shards_of_either_format(kind: str, tmp_path: Path) -> None:
    stages = [*STAGES[:5], {"use": "tokenize", "tokenizer": "bytes", "format": kind, "shard_tokens": 2000}]
    run(tmp_path / "out", SMALL, recipe=make_recipe({"name": "t", "stage": stages}, where="test"))
    assert audited(tmp_path / "out").ok
    assert len(list((tmp_path / "out/shards").glob("*.parquet"))) > 1
    if kind == "parquet":
        change_rows(tmp_path / "out", "shards", lambda rows: rows[0]["tokens"].__setitem__(0, 99))
        said(tmp_path / "out", "shards/00000.parquet", "have other tokens than their text")


def test_rows_of_a_table_declare_its_licence(tmp_path: Path) -> None:
    lines = [
        json.dumps({"text": f"Text number {number} of a table.", "url": f"https://e.example/{number}"})
        for number in range(9)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    table = {"match": "rows.jsonl", "name": "rows", "licence": "CC-BY-4.0"}
    value = {"name": "t", "stage": [*STAGES[:5], {"use": "tokenize"}], "source": [table]}
    run(tmp_path / "out", [tmp_path / "rows.jsonl"], recipe=make_recipe(value, where="t"))
    assert audited(tmp_path / "out").findings == []
    for folder in ("extracted", "documents"):
        change_rows(tmp_path / "out", folder, lambda rows: rows[1].update(declared_spdx="CC0-1.0"))
    said(tmp_path / "out", "1 rows have a declared_spdx that is not what their rows of evidence declare")
