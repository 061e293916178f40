"""Rows of JSONL and Parquet in runs: beside web archives, under [[source]] tables, explained, audited, one digest."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from row_helpers import STAGES, documents, recipe
from run_helpers import assert_whole, demo_recipe, run
from sample_expectations import EXAMPLES, SAMPLE
from yurai.engine.local import LocalRunner
from yurai.run.recipe import load_recipe, make_recipe, with_sources
from yurai.sources.find import find_sources
from yurai_manifests.audit import audit
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.schema import document_id
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]

WORDS = "The tide board by the ferry steps is older than the ferry, and children read it before they read a clock. "
ROWS = [
    {"text": f"Note {number}. {WORDS}", "url": f"https://tide.example/{number}", "date": "2024-05-06T07:08:09Z"}
    for number in range(12)
]


def jsonl(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def rows_of(out: Path, folder: str) -> list[dict[str, Any]]:
    return [row for file in sorted((out / folder).glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The same rows in four files, and one archive of the sample."""
    root = tmp_path / "in"
    root.mkdir()
    (root / "a.jsonl").write_bytes(jsonl(ROWS))
    (root / "b.jsonl.gz").write_bytes(b"".join(gzip.compress(jsonl(ROWS[at : at + 5])) for at in range(0, 12, 5)))
    frames = zstandard.ZstdCompressor()
    (root / "c.jsonl.zst").write_bytes(frames.compress(jsonl(ROWS[:7])) + frames.compress(jsonl(ROWS[7:])))
    pq.write_table(pa.Table.from_pylist(ROWS), root / "d.parquet", row_group_size=5)
    shutil.copy(SAMPLE / "sample.arc", root / "sample.arc")
    return root


def test_every_container_gives_the_same_rows_beside_an_archive(folder: Path, tmp_path: Path) -> None:
    record = run(tmp_path / "out", sorted(folder.iterdir()), recipe="plain")
    assert_whole(tmp_path / "out", record.digest)
    found = documents(tmp_path / "out")
    by_source = {name: [row for row in found if row["source"] == name] for name in {row["source"] for row in found}}
    assert by_source.keys() == {"a.jsonl", "b.jsonl.gz", "c.jsonl.zst", "d.parquet", "sample.arc"}
    texts = [row["text"] for row in ROWS]
    assert all([row["text"].strip() for row in by_source[name]] == [text.strip() for text in texts]
               for name in by_source.keys() - {"sample.arc"})  # fmt: skip
    starts = [sum(map(len, map(jsonl, [[row] for row in ROWS[:place]]))) for place in range(12)]
    for name in ("a.jsonl", "b.jsonl.gz", "c.jsonl.zst"):
        assert [row["warc_offset"] for row in by_source[name]] == starts
        assert [row["doc_id"] for row in by_source[name]] == [document_id(name, start) for start in starts]
    assert [(row["warc_offset"], row["warc_length"]) for row in by_source["d.parquet"]] == [(n, 1) for n in range(12)]
    row = by_source["a.jsonl"][3]
    assert (row["warc_type"], row["lang"]) == ("row", "en")
    assert (row["url"], row["capture_date"]) == ("https://tide.example/3", "2024-05-06T07:08:09Z")
    assert (row["http_status"], row["mime"], row["payload_sha256"], row["digest_ok"]) == (None, None, None, None)
    line = (folder / "a.jsonl").read_bytes()[row["warc_offset"] :][: row["warc_length"]]
    assert json.loads(line) == ROWS[3]


def test_duplicates_among_rows_are_dropped(folder: Path, tmp_path: Path) -> None:
    chosen = recipe(stages=[*STAGES, {"use": "dedup", "method": "exact"}])
    record = run(tmp_path / "out", sorted(folder.iterdir()), recipe=chosen)
    assert_whole(tmp_path / "out", record.digest)
    assert audit(open_store(str(tmp_path / "out"))).dropped_by["dedup"] == {"exact-duplicate": 36}


@pytest.mark.parametrize("way", ["two processes, another order", pytest.param("ray", marks=pytest.mark.ray)])
def test_one_digest(way: str, folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    files = [folder / "b.jsonl.gz", folder / "d.parquet", folder / "sample.arc"]
    first = run(tmp_path / "first", files, recipe="plain")
    runner: Any = LocalRunner(2)
    if way == "ray":
        request.getfixturevalue("ray_cluster")
        from yurai.ray import RayRunner

        runner = RayRunner(2)
    assert run(tmp_path / "second", files[::-1], recipe="plain", runner=runner).digest == first.digest


def test_one_digest_for_all_batch_sizes(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.sources.rows import inflate, parquet

    first = run(tmp_path / "first", [folder / "b.jsonl.gz", folder / "d.parquet"], recipe="plain")
    monkeypatch.setattr(inflate, "PIECE", 7)
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    assert (
        run(tmp_path / "second", [folder / "b.jsonl.gz", folder / "d.parquet"], recipe="plain").digest == first.digest
    )


def test_the_chain_of_commands_gives_the_fused_digest(folder: Path, tmp_path: Path, yurai: Yurai) -> None:
    fused = run(tmp_path / "fused", [folder / "a.jsonl"], recipe=recipe({"name": "Tides", "licence": "CC-BY-4.0"}))
    table = tmp_path / "sources.toml"
    table.write_text('[[source]]\nname = "Tides"\nlicence = "CC-BY-4.0"\n')
    before = folder / "a.jsonl"
    for name in ("extract", "language", "measure"):
        more = ["--sources", table] if name == "extract" else []
        said = yurai(name, "--input", before, "--output", tmp_path / name, "--runner", "local", *more)
        assert said.code == 0, said.err
        before = tmp_path / name
    chained = load_run(open_store(str(before)))
    assert chained.digest == fused.digest
    assert [value["name"] for value in chained.source_tables] == ["Tides"]
    assert "Tides, CC-BY-4.0" in yurai("explain", before, "https://tide.example/1").out


def test_reasons_of_bad_lines_are_counted(tmp_path: Path) -> None:
    lines = [
        b'{"text": "A good line."}',
        b"nonsense",
        b"[1]",
        b'{"text": 7}',
        b'{"text": null}',
        b"{}",
        b'{"text": " "}',
    ]
    lines += [b'{"text": "\\ud800"}', b'{"text": "\xff"}', b"", b"   ", b'{"text": "The last one has no line end."}']
    (tmp_path / "bad.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines))
    record = run(tmp_path / "out", [tmp_path / "bad.jsonl"], recipe="plain")
    assert_whole(tmp_path / "out", record.digest)
    found = audit(open_store(str(tmp_path / "out")))
    assert found.failed_by == {"read": {"invalid-json": 1, "not-an-object": 1, "text-not-string": 1}}
    assert found.dropped_by == {"extract": {"no-text": 3}}
    assert found.totals["candidates"] == 10
    kept = [(row["text"], row["flags"]) for row in documents(tmp_path / "out")]
    assert kept == [
        ("A good line.", []),
        ("\ufffd", ["undecodable-bytes"]),
        ("\ufffd", ["undecodable-bytes"]),
        ("The last one has no line end.", []),
    ]


def test_example(tmp_path: Path, yurai: Yurai) -> None:
    said = yurai("run", EXAMPLES / "rows.toml", "--input", EXAMPLES / "rows.jsonl", "--output", tmp_path / "out",
                 "--runner", "local")  # fmt: skip
    assert said.code == 0, said.err
    assert "4 candidates = 3 kept + 1 dropped + 0 failed" in said.out
    first, second, third = documents(tmp_path / "out")
    assert (first["warc_record_id"], third["warc_record_id"]) == ("tide-001", "3")
    assert first["title"] == "How the tide board works"
    assert first["capture_date"] == "2023-04-01T21:30:00Z"
    assert (second["capture_date"], second["flags"]) == ("2023-04-09T00:00:00Z", ["partial-date"])
    assert (first["declared_spdx"], first["licence_scope"], third["lang"]) == ("CC0-1.0", "dataset", "ja")
    (blank,) = rows_of(tmp_path / "out", "dropped")
    assert (blank["reason"], blank["flags"], blank["capture_date"]) == ("no-text", ["bad-date"], None)
    evidence = rows_of(tmp_path / "out", "evidence")
    assert [row["doc_id"] for row in evidence] == [row["doc_id"] for row in (first, second, third)]
    assert {(row["kind"], row["channel"], row["raw"], row["norm"], row["subject_scope"]) for row in evidence} == {
        ("licence_claim", "source-table", "CC0-1.0", "CC0-1.0", "dataset")
    }


def test_explain_tells_where_a_row_stands(tmp_path: Path, yurai: Yurai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    run(tmp_path / "out", [EXAMPLES / "rows.jsonl"], recipe=str(EXAMPLES / "rows.toml"))
    line = (EXAMPLES / "rows.jsonl").read_bytes().splitlines()[1]
    start = (EXAMPLES / "rows.jsonl").read_bytes().index(line)
    said = yurai("explain", tmp_path / "out", document_id("rows.jsonl", start)).out
    assert f"row at byte {start:,} of rows.jsonl, {len(line):,} bytes" in said
    assert "Notes of the Shiomihara tide society, CC0-1.0, https://creativecommons.org" in said
    assert "CC0-1.0 by source-table, scope dataset" in said
    assert "tide-002" in said
    assert "HTTP" not in said
    last = (EXAMPLES / "rows.jsonl").read_bytes().splitlines()[3]
    gone = yurai(
        "explain", tmp_path / "out", document_id("rows.jsonl", (EXAMPLES / "rows.jsonl").read_bytes().index(last))
    )
    assert "(no URL)" in gone.out
    assert "extract: no-text" in gone.out
    assert (
        json.loads(yurai("explain", tmp_path / "out", "--token", "00000:0", "--format", "json").out)[0]["warc_type"]
        == "row"
    )


def test_explain_of_parquet(folder: Path, tmp_path: Path, yurai: Yurai) -> None:
    run(tmp_path / "out", [folder / "d.parquet"], recipe="plain")
    assert "row 7 of d.parquet\n" in yurai("explain", tmp_path / "out", document_id("d.parquet", 7)).out


def test_a_licence_in_words_stays_words(folder: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", [folder / "a.jsonl"], recipe=recipe({"licence": "ask the society first"}))
    assert {row["declared_spdx"] for row in documents(tmp_path / "out")} == {None}
    assert {(row["raw"], row["norm"]) for row in rows_of(tmp_path / "out", "evidence")} == {
        ("ask the society first", None)
    }


def test_the_first_table_that_matches_holds(folder: Path, tmp_path: Path) -> None:
    tables = {"match": "a.*", "licence": "CC-BY-4.0"}, {"licence": "MIT"}
    run(tmp_path / "out", [folder / "a.jsonl", folder / "d.parquet"], recipe=recipe(*tables))
    said = {(row["source"], row["declared_spdx"]) for row in documents(tmp_path / "out")}
    assert said == {("a.jsonl", "CC-BY-4.0"), ("d.parquet", "MIT")}


def test_a_changed_table_is_refused_and_rebuilt(folder: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", [folder / "a.jsonl"], recipe=recipe({"licence": "MIT"}))
    with pytest.raises(DriftError, match=r"source\[0\]\.licence: 'MIT' then, 'CC0-1.0' now"):
        run(tmp_path / "out", [folder / "a.jsonl"], recipe=recipe({"licence": "CC0-1.0"}))
    rebuilt = run(tmp_path / "out", [folder / "a.jsonl"], recipe=recipe({"licence": "CC0-1.0"}), rebuild=True)
    assert rebuilt.digest == run(tmp_path / "new", [folder / "a.jsonl"], recipe=recipe({"licence": "CC0-1.0"})).digest
    assert rebuilt.value["recipe"]["sources"][0]["licence"] == "CC0-1.0"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"licence": "MIT", "colums": {}}, r"unknown key 'colums'.*did you mean 'columns'"),
        ({"license": "MIT"}, r"unknown key 'license'.*did you mean 'licence'"),
        ({"columns": {"body": "text"}}, r"columns: unknown key 'body' \(allowed: text, url, title, date, id\)"),
        ({"columns": {"text": ""}}, r"text must be a text that is not empty"),
        ({"columns": ["text"]}, r"columns must be a table"),
        ({"match": 3}, r"match must be a text"),
        ({"terms_url": "example.org"}, r"terms_url must begin with http"),
    ],
)
def test_wrong_tables_are_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        recipe(table)


def test_one_pair_of_brackets_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"write sources as \[\[source\]\] tables"):
        make_recipe({"name": "x", "stage": STAGES, "source": {"licence": "MIT"}}, where="test")


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz", "x.parquet"])
def test_no_text_column_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    rows = [{"body": WORDS, "headline": "x"}]
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / name)
    else:
        data = b"not json\n" + jsonl(rows)
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    with pytest.raises(RecipeError, match=r"has no column 'text' or 'content' for the text; it has 'body', 'headline'"):
        run(tmp_path / "out", [tmp_path / name], recipe=recipe())
    assert not (tmp_path / "out").exists()
    with pytest.raises(RecipeError, match=r"has no column 'bdoy' for the text"):
        run(tmp_path / "out", [tmp_path / name], recipe=recipe({"columns": {"text": "bdoy"}}))
    run(tmp_path / "out", [tmp_path / name], recipe=recipe({"columns": {"text": "body", "title": "headline"}}))
    assert [row["title"] for row in documents(tmp_path / "out")] == ["x"]


def test_only_the_first_file_is_opened_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(jsonl(ROWS[:2]))
    (tmp_path / "b.jsonl").write_bytes(jsonl([{"body": WORDS}]))
    run(tmp_path / "out", [tmp_path / "a.jsonl", tmp_path / "b.jsonl"], recipe=recipe())
    found = audit(open_store(str(tmp_path / "out")))
    assert found.dropped_by == {"extract": {"no-text": 1}}
    warnings = [finding for finding in found.findings if finding.severity == "warning"]
    assert ["no row has 'text' or 'content' (text); the first one has 'body'" in one.message for one in warnings] == [
        True
    ]


def test_a_named_column_that_no_row_has_is_a_warning(folder: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", [folder / "a.jsonl"], recipe=recipe({"columns": {"title": "headlin"}}))
    (warning,) = [one for one in audit(open_store(str(tmp_path / "out"))).findings if one.severity == "warning"]
    assert "no row has 'headlin' (title)" in warning.message
    with pytest.raises(RecipeError, match=r"d\.parquet has no column 'headlin' for the title; it has 'text', 'url'"):
        run(tmp_path / "other", [folder / "d.parquet"], recipe=recipe({"columns": {"title": "headlin"}}))


def test_a_table_that_holds_for_nothing_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"match = 'b\*' holds for no JSONL or Parquet input"):
        run(tmp_path / "out", [folder / "a.jsonl"], recipe=recipe({"match": "b*"}))
    with pytest.raises(RecipeError, match=r"or a table before it took them all"):
        run(tmp_path / "out", [folder / "a.jsonl"], recipe=recipe({"licence": "MIT"}, {"match": "a*"}))
    with pytest.raises(RecipeError, match="holds for no JSONL or Parquet input"):
        run(tmp_path / "out", [folder / "sample.arc"], recipe=recipe({"licence": "MIT"}))


def test_sources_option(folder: Path, tmp_path: Path, yurai: Yurai) -> None:
    path = tmp_path / "sources.toml"
    path.write_text('[[source]]\nlicence = "CC-BY-4.0"\ncolumns = { title = "url" }\n')
    said = yurai("run", "plain", "--input", folder / "a.jsonl", "--output", tmp_path / "out", "--runner", "local",
                 "--sources", path)  # fmt: skip
    assert said.code == 0, said.err
    assert {row["declared_spdx"] for row in documents(tmp_path / "out")} == {"CC-BY-4.0"}
    with pytest.raises(RecipeError, match="put those of"):
        with_sources(load_recipe(str(EXAMPLES / "rows.toml")), str(path))
    path.write_text("[[stage]]\n")
    with pytest.raises(RecipeError, match=r"unknown key 'stage' \(allowed: source\)"):
        with_sources(recipe(), str(path))
    with pytest.raises(RecipeError, match="cannot be read as TOML"):
        with_sources(recipe(), str(tmp_path / "nowhere.toml"))


def test_two_files_of_one_name_are_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "a.jsonl", tmp_path / "a.jsonl")
    with pytest.raises(RecipeError, match=r"two inputs have the relative name a\.jsonl"):
        run(tmp_path / "out", [folder / "a.jsonl", tmp_path / "a.jsonl"])


def names(*arguments: Path) -> list[str]:
    return [source.name for source in find_sources(map(str, arguments))]


def test_a_folder_without_archives_means_its_rows(folder: Path) -> None:
    (folder / "sample.arc").unlink()
    (folder / "meta.json").write_text("{}")
    assert names(folder) == ["a.jsonl", "b.jsonl.gz", "c.jsonl.zst", "d.parquet"]
    assert names(folder / "meta.json") == ["meta.json"]


def test_rows_beside_archives_are_left_out_and_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert names(folder) == ["sample.arc"]
    assert "left out 4 JSONL or Parquet files beside its archives" in capsys.readouterr().err
    assert names(folder / "sample.arc", folder / "a.jsonl") == ["a.jsonl", "sample.arc"]


def test_a_run_does_not_read_what_it_wrote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sample.arc").unlink()
    first = run(folder / "out", [folder], recipe="plain")
    assert names(folder) == ["a.jsonl", "b.jsonl.gz", "c.jsonl.zst", "d.parquet"]
    assert "left out 1 output trees" in capsys.readouterr().err
    assert run(folder / "out", [folder], recipe="plain").digest == first.digest
    with pytest.raises(RecipeError, match="is the output of a run; stage commands"):
        names(folder / "out")
    assert names(folder / "out/documents") == ["00000.parquet"]


def test_added_rows_extend_a_tree(folder: Path, tmp_path: Path) -> None:
    run(tmp_path / "out", [folder / "sample.arc"], recipe="plain")
    both = run(tmp_path / "out", [folder / "sample.arc", folder / "a.jsonl"], recipe="plain")
    assert both.digest == run(tmp_path / "new", [folder / "sample.arc", folder / "a.jsonl"], recipe="plain").digest


def test_rows_over_the_web_and_in_other_file_systems(folder: Path, tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for name in ("a.jsonl", "d.parquet"):
        memory.pipe_file(f"/rows/{name}", (folder / name).read_bytes())
    far = run(tmp_path / "far", ["memory://rows"], recipe="plain")
    assert far.digest == run(tmp_path / "near", [folder / "a.jsonl", folder / "d.parquet"], recipe="plain").digest
    memory.rm("/rows", recursive=True)


def test_an_input_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "blank.jsonl").write_bytes(b"\n\n")
    with pytest.raises(RecipeError, match="holds a row or a response"):
        run(tmp_path / "out", [tmp_path / "blank.jsonl"], recipe="plain")


def test_recipe_demo_still_filters_rows(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(jsonl([{"text": "too short"}, {"text": WORDS * 5}]))
    run(tmp_path / "out", [tmp_path / "x.jsonl"], recipe=demo_recipe(lambda _: None))
    assert audit(open_store(str(tmp_path / "out"))).dropped_by == {"filter": {"length:too-short": 1}}
