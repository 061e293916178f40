"""OUT/README.md makes a tree a dataset of Hugging Face; it is drawn from run.json, and nobody's own page is touched."""

from __future__ import annotations

import copy
import json
import shutil
import socket
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import yurai
from run_helpers import SMALL, content_digest, run, with_min_characters
from yurai_manifests.audit import audit
from yurai_manifests.card import CARD, CONFIGS, card, is_written
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store
from yurai_manifests.verify.outside import is_outside
from yurai_manifests.verify.tree import verify_tree

if TYPE_CHECKING:
    from collections.abc import Callable

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own imports warn of its own dependencies
    import datasets


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`load_dataset` of a machine without a network."""

    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)

    def call(*arguments: object, **more: object) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return datasets.load_dataset(*map(str, arguments), cache_dir=str(tmp_path / "cache"), **more)

    return call


@pytest.mark.parametrize("config", CONFIGS)
def test_each_folder_loads_as_a_config(config: str, demo_tree: Path, load: Callable[..., Any]) -> None:
    due = pa.concat_tables(pq.read_table(path) for path in sorted((demo_tree / config).glob("*.parquet")))
    loaded = load(demo_tree, config)["train"]
    assert loaded.column_names == due.column_names
    assert loaded.to_list() == due.to_pylist()


def test_documents_are_what_is_loaded_unless_another_is_named(demo_tree: Path, load: Callable[..., Any]) -> None:
    due = yurai.open(demo_tree).documents.to_table(columns=["doc_id"])["doc_id"].to_pylist()
    assert load(demo_tree, split="train")["doc_id"][:] == due
    assert [row["doc_id"] for row in load(demo_tree, split="train", streaming=True)] == due
    with pytest.raises(ValueError, match="documents"):
        load(demo_tree, "shards")


def test_of_a_corpus_without_documents_the_rest_loads(tmp_path: Path, load: Callable[..., Any]) -> None:
    run(tmp_path / "out", SMALL, recipe=with_min_characters(10**6))
    with pytest.raises(ValueError, match="no data"):  # datasets knows no split without rows
        load(tmp_path / "out", "documents")
    assert load(tmp_path / "out", "dropped", split="train").num_rows > 0


def test_equal_runs_have_equal_cards(small_tree: Path, small_on_s3: str, tmp_path: Path) -> None:
    run(tmp_path / "out", SMALL)
    here = (tmp_path / "out" / CARD).read_bytes()
    assert here == (small_tree / CARD).read_bytes() == open_store(small_on_s3).read(CARD)
    assert str(tmp_path).encode() not in here


def test_the_card_is_in_no_digest_and_is_no_litter(tree: Path) -> None:
    digest = yurai.open(tree).digest
    assert digest == content_digest(tree)
    assert [found for found in audit(open_store(str(tree))).findings if found.where == CARD] == []
    (tree / CARD).unlink()
    assert yurai.open(tree).digest == digest == content_digest(tree)
    assert [found for found in audit(open_store(str(tree))).findings if found.where == CARD] == []
    assert "error" not in {found.severity for found in verify_tree(open_store(str(tree))).findings}


EDITS: dict[str, Callable[[bytes], bytes]] = {
    "its own words": lambda _: b"# My corpus\n",
    "empty": lambda _: b"",
    "a line more": lambda data: data + b"More words.\n",
    "a word changed": lambda data: data.replace(b"## Licences", b"## Licenses"),
    "the mark cut": lambda data: data[: data.rindex(b"<!--")],
    "two cards": lambda data: data + data,
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "no UTF-8": lambda data: b"\xff" + data,
    "a mark alone": lambda data: data[data.rindex(b"\n<!--") :],
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_somebody_wrote_is_left_and_told(edit: str, tmp_path: Path, small_tree: Path) -> None:
    """Also where another run replaces the tree, and in a folder that had such a page before."""
    out = Path(shutil.copytree(small_tree, tmp_path / "out"))
    page = EDITS[edit]((out / CARD).read_bytes())
    (out / CARD).write_bytes(page)
    (found,) = [found for found in audit(open_store(str(out))).findings if found.where == CARD]
    assert (found.severity, found.check) == ("info", "card")
    assert "somebody" in found.message
    assert not is_written(page)
    run(out, SMALL)
    assert (out / CARD).read_bytes() == page
    assert is_outside(CARD)


def test_a_page_that_was_there_before_the_first_run_stays(tmp_path: Path) -> None:
    (tmp_path / CARD).write_text("notes on my project")
    run(tmp_path, SMALL[2:])
    assert (tmp_path / CARD).read_text() == "notes on my project"


def test_a_lost_card_is_written_again_and_that_of_another_run_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(out, SMALL[2:])
    first = (out / CARD).read_bytes()
    (out / CARD).unlink()
    run(out, SMALL[2:])
    assert (out / CARD).read_bytes() == first
    run(out, SMALL)
    second = (out / CARD).read_bytes()
    assert second != first
    assert second == card(load_run(open_store(str(out))))
    (out / CARD).write_bytes(first)
    (found,) = [found for found in audit(open_store(str(out))).findings if found.where == CARD]
    assert "another run" in found.message


@pytest.mark.parametrize("name", ["README.md.bak", "README.mdx", "docs/README.md", "README", "readme.md"])
def test_the_card_alone_is_outside_of_what_is_verified(name: str) -> None:
    assert not is_outside(name)


def with_recipe(run: RunRecord, **words: str) -> RunRecord:
    value = copy.deepcopy(run.value)
    value["recipe"].update(words)
    return RunRecord(value)


@pytest.fixture(scope="module")
def record(small_tree: Path) -> RunRecord:
    return load_run(open_store(str(small_tree)))


def head_of(page: bytes) -> dict[str, Any]:
    _, head, _ = page.decode().split("---\n", 2)
    return dict(yaml.safe_load(head))


def test_the_head_says_what_the_hub_reads(record: RunRecord) -> None:
    head = head_of(card(record))
    assert head["license"] == "other"
    assert [one["config_name"] for one in head["configs"] if one.get("default")] == ["documents"]
    for one in head["configs"]:
        assert one["data_files"] == [{"split": "train", "path": f"{one['config_name']}/*.parquet"}]
        assert record.files(one["config_name"])


@pytest.mark.parametrize(
    ("rows", "category"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (10**6, "1M<n<10M"),
        (10**10, "10B<n<100B"),
        (10**12, "100B<n<1T"),
    ],
)
def test_the_size_is_one_that_the_hub_knows(rows: int, category: str, record: RunRecord) -> None:
    value = copy.deepcopy(record.value)
    value["files"]["documents"] = [{**value["files"]["documents"][0], "rows": rows}]
    assert head_of(card(RunRecord(value)))["size_categories"] == [category]


def test_counts_columns_and_settings_are_told(record: RunRecord) -> None:
    text = card(record).decode()
    totals = record.value["totals"]
    assert f"| candidates | {totals['candidates']:,} |" in text
    assert all(
        f"| `{field.name}` | `{field.type}` |" in text
        for one in record.value["files"]
        if one in CONFIGS
        for field in CONFIGS[one][0]
    )
    settings = "\n".join(line[4:] for line in text.partition("## Recipe\n")[2].partition("## Columns")[0].split("\n"))
    assert json.loads(settings) == record.recipe_stages


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "---\nlicense: mit",
        "<script>alert(1)</script>",
        "[free](https://example.org)",
        "![x](https://example.org/x.png)",
        "# head\n\n<!-- ",
        "a | b\n| --- | --- |",
        "```\n",
        "`code` **bold** ~~gone~~ &lt; &#60;b&#62;",
        "\u202eevil\u200b",
        "$x$ <https://example.org>",
        "<!-- sha256 of what stands above: 0 -->",
        "\\[x](y)",
    ]
)


@given(HOSTILE, HOSTILE)
def test_no_word_of_a_recipe_is_markup(record: RunRecord, name: str, about: str) -> None:
    page = card(with_recipe(record, name=name, about=about))
    assert is_written(page)
    assert page.split(b"---\n")[1] == card(record).split(b"---\n")[1]
    tokens = MarkdownIt("commonmark").enable("table").parse(page.decode().split("---\n", 2)[2])
    inner = [one for token in tokens for one in token.children or []]
    assert [token.content for token in tokens if token.type == "html_block"] == [page.decode().rpartition("\n\n")[2]]
    assert not [one for one in inner if one.type in ("html_inline", "image", "strong_open", "em_open")]
    assert {one.attrs["href"] for one in inner if one.type == "link_open"} == {"https://github.com/yurai-corpus/yurai"}
