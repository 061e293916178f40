"""Export documents-jsonl: the rows of documents/, line by line, the same bytes each time, as other tools read them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq
import pytest
import zstandard

from dedup_helpers import document, write_shards
from run_helpers import run
from yurai.api.tree import open as open_tree
from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe, make_recipe
from yurai.run.run import continue_tree
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.schema import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]

TEXTS = [
    "plain",
    "two\nlines\r\nand a \u2028 separator",
    'quotes " and \\ and \t tab',
    "日本語 𠮷 🐈",
    "\x7f\x01 control",
    "</script>",
    "é as e\u0301",
    "0" * 2_000,
]


@pytest.fixture(scope="module")
def texts_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of several files whose texts are hard to write."""
    folder = tmp_path_factory.mktemp("texts")
    rows = [
        document(
            "x",
            number,
            text=text,
            text_sha256=sha256(text.encode()),
            lang_score=0.93,
            quality=[{"name": "edu", "score": 0.1}],
            http_headers=[{"name": "b", "value": "2"}, {"name": "a", "value": "1"}],
        )
        for number, text in enumerate(TEXTS)
    ]
    write_shards(folder / "in", [rows[:3], rows[3:]])
    uses = (STAGES["dedup"].use({"method": "url"}),)
    recipe = Recipe("dedup", "", uses, dict(DELIVER) | {"text_bytes": 100})
    continue_tree(uses, state_of([str(folder / "in")]), recipe, str(folder / "out"), LocalRunner(1))
    return folder / "out"


def lines_of(path: Path) -> Iterator[bytes]:
    """Lines of a file as datatrove's JsonlReader takes them: by its ending."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    assert not data or data.endswith(b"\n")
    return iter(data.split(b"\n")[:-1])


def manifest(folder: Path) -> list[dict[str, str]]:
    head, *lines = [line.split("\t") for line in (folder / "manifest.tsv").read_text().splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def rows_of(tree: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((tree / "documents").iterdir()) for row in pq.read_table(path).to_pylist()]


def as_float32(value: Any, kind: pa.DataType) -> Any:
    if value is None or not (pa.types.is_float32(kind) or pa.types.is_nested(kind)):
        return value
    if pa.types.is_float32(kind):
        return float(np.float32(value))
    if pa.types.is_list(kind):
        return [as_float32(one, kind.value_type) for one in value]
    return {part.name: as_float32(value[part.name], part.type) for part in kind}


@pytest.mark.parametrize("compress", ["zst", "gz", "none"])
def test_the_rows_are_those_of_documents(texts_tree: Path, tmp_path: Path, yurai: Yurai, compress: str) -> None:
    out = tmp_path / "out"
    said = yurai("export", texts_tree, "documents-jsonl", "--output", out, "--compress", compress)
    assert said.code == 0, said.err
    files = sorted(path for path in out.iterdir() if path.name != "manifest.tsv")
    parquet = sorted((texts_tree / "documents").iterdir())
    assert [path.name.partition(".")[0] for path in files] == [path.stem for path in parquet]
    assert len(files) >= 2
    found = [json.loads(line) for path in files for line in lines_of(path)]
    for row in found:
        assert list(row) == sorted(DOCUMENT.names)
        assert row["lang_score"] == 0.93, "in its shortest form"
        assert list(row["http_headers"][0]) == ["name", "value"]
    assert [{field.name: as_float32(row[field.name], field.type) for field in DOCUMENT} for row in found] == rows_of(
        texts_tree
    )
    assert said.out.splitlines() == ["  ".join(one.values()) for one in manifest(out)]


def test_the_manifest_says_what_each_file_is(texts_tree: Path, tmp_path: Path) -> None:
    tree = open_tree(texts_tree)
    told = list(tree.export_folder("documents-jsonl", tmp_path / "out"))
    entries = manifest(tmp_path / "out")
    assert ["\t".join(one.values()) for one in entries] == told
    for one in entries:
        data = (tmp_path / "out" / one["file"]).read_bytes()
        assert (int(one["bytes"]), one["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert int(one["rows"]) == len(list(lines_of(tmp_path / "out" / one["file"])))
        assert one["of_sha256"] == hashlib.sha256((texts_tree / one["of"]).read_bytes()).hexdigest()
    assert sum(int(one["rows"]) for one in entries) == len(TEXTS)


@pytest.mark.parametrize("compress", ["zst", "gz", "none"])
def test_the_same_tree_gives_the_same_bytes(texts_tree: Path, tmp_path: Path, compress: Any) -> None:
    tree = open_tree(texts_tree)
    for name in ("one", "two", "two"):
        list(tree.export_folder("documents-jsonl", tmp_path / name, compress))
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir() if path.is_file()}
        for name in ("one", "two")
    )
    assert one == two
    assert {path.name for path in (tmp_path / "two").iterdir()} == one.keys(), "no spool is left"


def test_without_a_folder_it_is_one_text(texts_tree: Path, tmp_path: Path, yurai: Yurai) -> None:
    list(open_tree(texts_tree).export_folder("documents-jsonl", tmp_path / "out", "none"))
    together = b"".join(path.read_bytes() for path in sorted((tmp_path / "out").glob("*.jsonl")))
    assert "".join(open_tree(texts_tree).export("documents-jsonl")).encode() == together
    assert yurai("export", texts_tree, "documents-jsonl").out.count("\n") >= len(TEXTS)


@pytest.mark.parametrize("compress", ["zst", "gz", "none"])
def test_our_own_reader_takes_the_texts_back(texts_tree: Path, tmp_path: Path, compress: Any) -> None:
    list(open_tree(texts_tree).export_folder("documents-jsonl", tmp_path / "rows", compress))
    stages = [{"use": "read"}, {"use": "extract"}, {"use": "language"}]
    run(tmp_path / "again", [tmp_path / "rows"], recipe=make_recipe({"name": "x", "stage": stages}, where="test"))
    back = {row["url"]: row["text"] for row in rows_of(tmp_path / "again")}
    meant = {row["url"]: row["text"] for row in rows_of(texts_tree)}
    assert back.keys() == meant.keys()
    assert sum(back[url].split() == text.split() for url, text in meant.items()) >= len(meant) - 1, "but for a control"


def test_arrow_reads_it(demo_tree: Path, tmp_path: Path) -> None:
    list(open_tree(demo_tree).export_folder("documents-jsonl", tmp_path / "out", "none"))
    options = pj.ReadOptions(use_threads=False, block_size=1 << 26)
    tables = [pj.read_json(path, options) for path in sorted((tmp_path / "out").glob("*.jsonl"))]
    assert [table.column("text").to_pylist() for table in tables] == [
        pq.read_table(path).column("text").to_pylist() for path in sorted((demo_tree / "documents").iterdir())
    ]


def test_what_cannot_be_written_says_why(texts_tree: Path, tmp_path: Path, yurai: Yurai) -> None:
    tree = open_tree(texts_tree)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    with pytest.raises(RecipeError, match=r"holds mine\.txt, which is no part of this export; name an empty folder"):
        list(tree.export_folder("documents-jsonl", tmp_path / "full"))
    list(tree.export_folder("documents-jsonl", tmp_path / "gz", "gz"))
    with pytest.raises(RecipeError, match=r"holds 00000\.jsonl\.gz"):
        list(tree.export_folder("documents-jsonl", tmp_path / "gz", "zst"))
    with pytest.raises(RecipeError, match="writes no folder"):
        tree.export_folder("sources", tmp_path / "sources")
    said = yurai("export", texts_tree, "documents-jsonl", "--compress", "gz")
    assert said.code == 2
    assert "--compress needs --output FOLDER" in said.err
    said = yurai("export", texts_tree, "sources", "--compress", "gz", "--output", tmp_path / "x")
    assert (said.code, "writes no folder" in said.err) == (2, True)


def test_a_changed_tree_is_not_exported(texts_tree: Path, tmp_path: Path) -> None:
    shutil.copytree(texts_tree, tmp_path / "tree")
    path = sorted((tmp_path / "tree/documents").iterdir())[1]
    table = pq.read_table(path)
    path.chmod(0o644)
    pq.write_table(table.slice(1), path)
    with pytest.raises(AuditError, match=f"{path.name} was changed after the run"):
        list(open_tree(tmp_path / "tree").export_folder("documents-jsonl", tmp_path / "out"))
    assert not (tmp_path / "out/manifest.tsv").exists()
