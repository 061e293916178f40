"""A tree is indexed, and texts are traced in it: to their documents, copies and rights, and not to what was taken down."""

from __future__ import annotations

import json
import random
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from inquiry_corpus import near, planted, text
from run_helpers import finish, run, start
from yurai.api.tree import open as open_tree
from yurai.engine.local import LocalRunner
from yurai.run.index.driver import make_index
from yurai.run.recipe import make_recipe
from yurai.run.takedown.decide import Order
from yurai.run.takedown.driver import take_down
from yurai.run.takedown.selectors import selector
from yurai_manifests.audit import audit
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]
SMALL: Final = 20_000
"""Bytes of a piece: the corpus has several."""
EMOJI: Final = "絵文字😀の本文は長く、図書館で😁読まれています。電話は03-1234-5678です。"
WIDE: Final = "\uff21\uff22\uff23\u3000㍿の本文　ｶﾞﾗｽと　ﾊﾟﾝ、それから長い説明が続きます。"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with copies, and an index in pieces."""
    out = planted(tmp_path_factory.mktemp("planted"))
    open_tree(out).index(piece_bytes=SMALL)
    return out


@pytest.fixture
def changed(tree: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tree, tmp_path / "out"))


@pytest.fixture(scope="module")
def japanese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of two documents with letters of two units, a number, and letters that NFKC changes."""
    folder = tmp_path_factory.mktemp("japanese")
    rows = [{"url": "https://e.example/a", "text": EMOJI}, {"url": "https://e.example/b", "text": f"前置き。\n{WIDE}"}]
    (folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    stages = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, {"use": "measure"}]
    run(folder / "out", [folder / "rows.jsonl"], recipe=make_recipe({"name": "two", "stage": stages}, where="test"))
    for form in ("stored", "nfkc"):
        open_tree(folder / "out").index(form)
    return folder / "out"


def pasted(rng: random.Random) -> tuple[str, list[str]]:
    """A text of about 500 tokens with passages of five documents in it, and their URLs."""
    chosen, parts = rng.sample(range(20), 5), []
    for number in chosen:
        words = text(f"in{number}").split()
        start = rng.randrange(20)
        parts.append(" ".join(text(f"in{number}").split(" ")[start : start + 8]))
        assert len(words) > 8
    made = " and then it said nothing of the kind, ".join(parts)
    return made, [f"https://in{number}.example/page" for number in chosen]


def test_a_planted_output_is_traced_to_all_its_documents(tree: Path) -> None:
    made, urls = pasted(random.Random(1))
    found = open_tree(tree).trace(made, least=30)
    assert {one.url for span in found.spans for one in span.carriers} == set(urls)
    assert found.spans_count == 5
    for span in found.spans:
        (carrier,) = span.carriers
        assert span.count == 1
        stored = open_tree(tree).documents.to_table(columns=["doc_id", "text"]).to_pylist()
        whole = next(row["text"] for row in stored if row["doc_id"] == carrier.doc_id)
        assert whole[carrier.offset : carrier.offset + carrier.letters] == made[span.start : span.end]
        assert carrier.tokens is not None
        assert carrier.trained == ()


def test_steps_are_told_where_there_is_an_order(changed: Path) -> None:
    tree = open_tree(changed)
    tree.pack(64, global_batch=4)
    made, _ = pasted(random.Random(3))
    found = tree.trace(made, least=30)
    assert found.orders == ("main",)
    for carrier in (one for span in found.spans for one in span.carriers):
        (told,) = tree.steps(carrier.doc_id)
        steps = sorted({one.step for one in told.seen if one.step is not None})
        assert [(one.number, one.of) for one in carrier.trained] == [(number, told.steps) for number in steps]
        assert steps


def test_every_url_that_carried_the_text_is_named(tree: Path) -> None:
    (span,) = open_tree(tree).trace(text("in3")[:60]).spans
    (carrier,) = span.carriers
    assert (carrier.url, carrier.capture_date) == ("https://in3.example/page", "2024-01-01T00:00:00Z")
    assert [copy.url for copy in carrier.copies] == ["https://copy3.example/page"]
    (span,) = open_tree(tree).trace(text("in15")[:60]).spans
    assert [copy.url for copy in span.carriers[0].copies] == ["https://near15.example/page"]


def test_bytes_are_the_same_for_any_workers_and_nothing_is_done_twice(tree: Path, tmp_path: Path) -> None:
    store, runner = open_store(str(tree)), LocalRunner(2)
    try:
        _, made = make_index(store, "stored", runner, output=str(tmp_path / "two"), piece_bytes=SMALL)
    finally:
        runner.close()
    _, again = make_index(store, "stored", LocalRunner(1), output=str(tmp_path / "two"), piece_bytes=SMALL)
    assert (made, again) == (True, False)
    assert files(tmp_path / "two") == files(tree / "search/main")
    assert len(files(tmp_path / "two")) > 5, "several pieces"
    assert audit(store).ok


@pytest.mark.parametrize("place", ["in index", "in-derive", "derived"])
def test_what_was_killed_goes_on(tree: Path, tmp_path: Path, place: str, yurai: Yurai) -> None:
    words = ("index", tree, "--output", tmp_path / "killed", "--piece-bytes", SMALL)
    assert finish(start(*words, YURAI_FAILPOINT=place)).code == -signal.SIGKILL
    assert yurai(*words).code == 0
    assert files(tmp_path / "killed") == files(tree / "search/main")


def test_what_was_taken_down_is_not_found(changed: Path, tmp_path: Path) -> None:
    """Neither by an index that lies elsewhere, nor after a new one; where it lies in the tree it is removed."""
    gone, stays = text("in3"), text("in4")
    shutil.copytree(changed / "search/main", tmp_path / "elsewhere")
    assert len(open_tree(changed).trace(gone).spans) == 1
    order = Order("2026-1", "copyright", (selector("url", "https://in3.example/page"),), bytes(32))
    assert take_down(str(changed), order, LocalRunner(1)).index
    assert not (changed / "search/main/manifest.json").exists()
    after = open_tree(changed)
    with pytest.raises(RecipeError, match="yurai index"):
        after.trace(gone)
    old = after.trace(f"{gone}\n{stays}", index=tmp_path / "elsewhere")
    assert old.relation == "before-takedown"
    assert [one.url for span in old.spans for one in span.carriers] == ["https://in4.example/page"]
    after.index(piece_bytes=SMALL)
    new = open_tree(changed)
    assert new.trace(gone).spans == ()
    assert len(new.trace(stays).spans) == 1
    assert new.audit().ok


def test_an_index_of_another_tree_is_refused(tree: Path, japanese: Path) -> None:
    with pytest.raises(RecipeError, match="another run"):
        open_tree(tree).search(index=japanese / "search/main")


@pytest.mark.parametrize("name", ["00000.units", "00001.suffixes"])
def test_a_damaged_index_is_named(changed: Path, name: str) -> None:
    (changed / "search/main" / name).write_bytes(b"short")
    with pytest.raises(AuditError, match=name):
        open_tree(changed).search()


def test_other_files_are_not_touched(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RecipeError, match=r"thesis\.txt"):
        open_tree(tree).index(output=tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_what_is_shown_is_redacted(japanese: Path) -> None:
    (span,) = open_tree(japanese).trace("😀の本文は長く、図書館で😁読まれています。電話は03-12").spans
    assert (span.start, span.count) == (0, 1)
    shown = span.carriers[0].shown
    assert "1234" not in shown.before + shown.text + shown.after
    assert shown.before == "絵文字"
    assert shown.text.startswith("😀の本文は長く")


def test_the_form_leads_back_to_the_stored_text(japanese: Path) -> None:
    tree = open_tree(japanese)
    given = "株式会社の本文 ガラスと パン、それから長い説明"
    assert tree.trace(given, least=14).spans == ()
    (span,) = tree.trace(given, least=14, form="nfkc").spans
    (carrier,) = span.carriers
    whole = f"前置き。\n{WIDE}"
    assert given[span.start : span.end] == given
    assert whole[carrier.offset : carrier.offset + carrier.letters] == "㍿の本文　ｶﾞﾗｽと　ﾊﾟﾝ、それから長い説明"
    (wide,) = tree.trace("会社の本文\u3000ガラスと　パン、それから", least=10, form="nfkc").spans
    assert (wide.start, wide.carriers[0].shown.text[:1]) == (0, "㍿")


def test_a_tree_on_object_storage_is_traced_there(tree: Path, s3_server: str) -> None:
    there = open_store(f"{s3_server}/traced")
    for path in filter(Path.is_file, tree.rglob("*")):
        there.put(path.relative_to(tree).as_posix(), path.read_bytes())
    asked, _ = pasted(random.Random(9))
    made, local = open_tree(f"{s3_server}/traced").trace(asked), open_tree(tree).trace(asked)
    assert made.spans
    assert replace(made, index=local.index) == local


def test_the_commands(changed: Path, tmp_path: Path, yurai: Yurai) -> None:
    shutil.rmtree(changed / "search")
    said = yurai("trace", changed, "some text")
    assert (said.code, "yurai index" in said.err) == (2, True)
    assert "bytes a letter" in yurai("index", changed).out
    made, urls = pasted(random.Random(2))
    (tmp_path / "answer.txt").write_text(made, "utf-8")
    found: dict[str, Any] = json.loads(
        yurai("trace", changed, "--file", tmp_path / "answer.txt", "--format", "json").out
    )
    assert {one["url"] for span in found["spans"] for one in span["carriers"]} >= set(urls)
    words = yurai("trace", changed, made).out
    assert all(url in words for url in urls)
    assert "training step: not known" in words
    follows = json.loads(yurai("trace", changed, made[:20], "--next", "--format", "json").out)
    assert follows == {"count": 1, "next": [{"next": made[20], "count": 1, "p": 1.0}]}
    assert near("in3") != text("in3")
