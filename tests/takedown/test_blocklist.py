"""What was taken down stays out of a later run over the same archives and over more: by its text, and by its place."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_helpers import run
from takedown_corpus import HOME, Planted, planted, prose, recipe, write_crawl
from yurai.engine.local import LocalRunner
from yurai.run.recipe import make_recipe, with_blocklists
from yurai.run.takedown.blocklist import blocklist_of
from yurai.run.takedown.decide import Order, decided
from yurai.run.takedown.driver import take_down
from yurai.run.takedown.plan import Plan
from yurai.run.takedown.selectors import Selector, selector
from yurai.stages.blocklist.known import Blocklists, load_blocklists
from yurai.stages.blocklist.passages import Letters, passage_of
from yurai_manifests.audit import audit
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.normal_text import normal_text
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.takedown.blocklist import Listed, parse_blocklist, put_blocklist
from yurai_manifests.takedown.keyed import Kind
from yurai_manifests.takedown.pending import put_pending

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]
KEY = bytes(range(32))
PAGES = planted()
TEXT = next(page.text for page in PAGES if page.kind == "source")
COPIES = ("source", "exact", "mirrored", "near", "quoted")
CASE = "2026-1"


def more() -> list[Planted]:
    """Pages of a later crawl: the same copies on other hosts, pages around another text, and HOME written anew."""
    copies = [page for page in planted(background=0) if page.kind in COPIES]
    anew = Planted(HOME, prose(random.Random(3), 200), "source")
    return [*moved(planted(seed=99), "fresh", "other"), *moved(copies, "later"), anew]


def moved(pages: list[Planted], host: str, kind: str = "") -> list[Planted]:
    return [
        replace(page, url=page.url.replace(".example/", f".{host}.example/"), kind=kind or page.kind) for page in pages
    ]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_crawl(PAGES, tmp_path_factory.mktemp("trees") / "crawl" / "pages")


@pytest.fixture(scope="module")
def whole(crawl: Path) -> Path:
    out = crawl.parents[1] / "whole"
    run(out, [crawl], recipe=recipe())
    return out


@pytest.fixture(scope="module")
def blocklist(crawl: Path, whole: Path) -> Path:
    """The blocklist of a takedown by URL."""
    out, folder = Path(shutil.copytree(whole, crawl.parents[1] / "taken")), crawl.parents[1] / "blocklist"
    take_down(str(out), order(selector("url", HOME)), LocalRunner(1), blocklist=folder)
    return folder


@pytest.fixture(scope="module")
def again(crawl: Path, blocklist: Path) -> Path:
    """A run over the same archives and over more."""
    out = crawl.parents[1] / "again"
    write_crawl(more(), crawl.parent / "more", 2)
    run(out, [crawl.parent], recipe=with_blocklists(recipe(), [str(blocklist)]))
    return out


def order(*selectors: Any, case: str = CASE, key: bytes = KEY) -> Order:
    return Order(case, "copyright", selectors, key)


def urls(out: Path, folder: str = "documents") -> set[str]:
    return {url for file in (out / folder).glob("*.parquet") for url in pq.read_table(file)["url"].to_pylist()}


def blocked(out: Path) -> list[dict[str, Any]]:
    rows = [row for file in (out / "dropped").glob("*.parquet") for row in pq.read_table(file).to_pylist()]
    return [row for row in rows if row["reason"].startswith("blocked:")]


def test_no_copy_comes_back_and_all_others_stay(again: Path) -> None:
    there, stayed = Counter[str](), Counter[str]()
    kept = urls(again)
    for page in [*PAGES, *more()]:
        there[page.kind] += 1
        stayed[page.kind] += page.url in kept
    assert {kind: stayed[kind] for kind in COPIES} == dict.fromkeys(COPIES, 0)
    assert stayed["other"] == there["other"]


def test_blocked_rows_are_counted_and_say_nothing(again: Path) -> None:
    rows = blocked(again)
    assert {row["reason"] for row in rows} == {f"blocked:{CASE}"}
    counts = load_run(open_store(str(again))).stages
    assert sum(one.dropped[f"blocked:{CASE}"] for one in counts) == len(rows)
    assert {(row["url"], row["payload_sha256"], row["warc_record_id"]) for row in rows} == {(None, None, None)}
    assert audit(open_store(str(again)), full=True).ok
    passage = " ".join(TEXT.split()[60:72]).encode()
    for path in (path for path in again.rglob("*") if path.is_file()):
        said = path.read_bytes()
        if path.suffix == ".parquet" and not path.is_relative_to(again / ".work"):
            said += b"".join(str(row).encode() for row in pq.read_table(path).to_pylist())
        assert passage not in said, path
        assert HOME.encode() not in said, path


def test_workers_change_nothing_and_drift_is_refused(crawl: Path, blocklist: Path, again: Path, tmp_path: Path) -> None:
    inputs, chosen = [crawl.parent], with_blocklists(recipe(), [str(blocklist)])
    copy = Path(shutil.copytree(blocklist, tmp_path / "elsewhere"))
    made = run(tmp_path / "out", inputs, recipe=with_blocklists(recipe(), [str(copy)]), runner=LocalRunner(2))
    assert made.value["digest"] == load_run(open_store(str(again))).digest, "nor does the folder where the list lies"
    assert run(again, inputs, recipe=chosen).digest == made.digest
    with pytest.raises(DriftError, match=f"blocklist {CASE}"):
        run(again, inputs, recipe=recipe())
    listed = parse_blocklist((copy / f"{CASE}.json").read_bytes(), "test")
    put_blocklist(copy, {**listed, "near": "0.6000"})
    with pytest.raises(DriftError, match=f"blocklist {CASE}"):
        run(again, inputs, recipe=with_blocklists(recipe(), [str(copy)]))


def known(*selectors: Selector, texts: tuple[str, ...] = (), case: str = CASE, key: bytes = KEY) -> Listed:
    return blocklist_of(order(*selectors, case=case, key=key), Plan({}, {}, {}, (), {}, texts=texts))


@pytest.mark.parametrize(
    ("kind", "value", "blocked_urls", "others"),
    [
        ("url", "https://a.example/x", ["https://A.example:443/x#y"], ["https://a.example/xy", "https://b.example/x"]),
        ("domain", "a.example", ["https://a.example/x", "http://b.a.example:80/"], ["https://ba.example/", "x", ""]),
        (
            "surt",
            "example,a)/x",
            ["https://a.example/xy", "http://www.a.example/x?q"],
            ["https://a.example/", "mailto:"],
        ),
    ],
)
def test_places(kind: Kind, value: str, blocked_urls: list[str], others: list[str]) -> None:
    lists = Blocklists([known(selector(kind, value))])
    assert [lists.of_page(url, None) for url in blocked_urls] == [CASE] * len(blocked_urls)
    assert [lists.of_page(url, None) for url in (*others, None)] == [None] * (len(others) + 1)


@given(st.text(), st.text(min_size=1).filter(lambda text: normal_text(text) == text), st.text(), st.binary(min_size=32))
def test_a_passage_is_found_letter_by_letter(before: str, passage: str, behind: str, key: bytes) -> None:
    text = before + passage + behind
    known_by = passage_of(passage, key)
    assert Letters(text, key).hold(known_by)
    assert Letters(before + behind, key).hold(known_by) == (passage in before + behind)


def test_quotations_texts_and_bodies() -> None:
    rng = random.Random(5)
    quote, short, long = (
        prose(rng, 4),
        " ".join(letter * 12 for letter in "abcdef"),
        "今日は雨が降っています。明日は晴れるでしょう。" * 20 + prose(rng, 3),
    )
    body, hashed = "a" * 64, prose(rng, 30)
    digest = hashlib.sha256(hashed.encode()).hexdigest()
    chosen = (selector("contains", quote), selector("sha256", body), selector("sha256", digest))
    lists = Blocklists([known(*chosen, texts=(short, long))])
    pages = [
        f"{prose(rng, 90)} {quote}, {prose(rng, 90)}",
        f"so {short} it",
        long.replace("\u3002", "\u3002\n"),
        hashed,
    ]
    assert lists.of_texts(pages) == [CASE] * 4
    assert lists.of_texts([quote[:-1], prose(rng, 200), "", short[:20]]) == [None] * 4
    assert (lists.of_page(None, body), lists.of_page(None, "b" * 64)) == (CASE, None)


def test_several_takedowns_share_a_folder(tmp_path: Path) -> None:
    first, second = known(selector("url", "https://a.example/")), known(selector("url", "https://b.example/"))
    other = known(selector("url", "https://b.example/"), case="2025-9", key=bytes(32))
    for one in (first, second, other, first):
        put_blocklist(tmp_path, one)
    lists = load_blocklists((str(tmp_path),))
    urls_blocked = [lists.of_page(f"https://{host}.example/", None) for host in "abc"]
    assert urls_blocked == [CASE, "2025-9", None], "the first case by its id is named"
    with pytest.raises(RecipeError, match="under another key"):
        put_blocklist(tmp_path, known(selector("url", "https://a.example/"), key=bytes(32)))
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RecipeError, match="is no blocklist"):
        with_blocklists(recipe(), [str(tmp_path)])
    with pytest.raises(RecipeError, match="not there"):
        with_blocklists(recipe(), [str(tmp_path / "none")])


def test_texts_are_known_behind_redact_and_a_killed_takedown_keeps_its_list(tmp_path: Path) -> None:
    text = " ".join(f"write to post{n}@author.example about {word}" for n, word in enumerate(TEXT.split()[:9]))
    pages = [Planted(HOME, text, "source"), Planted("https://m.example/", text, "mirrored")]
    crawl, lists, out = write_crawl(pages, tmp_path / "in", 1), tmp_path / "lists", tmp_path / "out"
    masking = make_recipe(
        {"name": "masking", "stage": [{"use": "read"}, {"use": "extract"}, {"use": "redact"}]}, where=""
    )
    run(out, [crawl], recipe=masking)
    pending, plan = decided(open_store(str(out)), order(selector("url", HOME)))
    put_pending(open_store(str(out)), pending)
    with pytest.raises(RecipeError, match="begun without this blocklist"):
        take_down(str(out), order(selector("url", HOME)), LocalRunner(1), blocklist=lists)
    put_blocklist(lists, blocklist_of(order(selector("url", HOME)), plan))
    take_down(str(out), order(selector("url", HOME)), LocalRunner(1), blocklist=lists)
    made = run(tmp_path / "again", [crawl], recipe=with_blocklists(masking, [str(lists)]))
    assert [(one.stage, dict(one.dropped)) for one in made.stages if one.dropped] == [
        ("read", {f"blocked:{CASE}": 1}),
        ("extract", {f"blocked:{CASE}": 1}),
    ]


def test_commands(whole: Path, crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    ask = ["takedown", out, "--domain", "author.example", "--case", "7", "--basis", "contract"]
    inside = yurai(*ask, "--case-key", tmp_path / "key", "--blocklist", out / "lists")
    assert (inside.code, "--blocklist" in inside.err) == (2, True)
    done = yurai(*ask, "--case-key", tmp_path / "key", "--blocklist", tmp_path / "lists")
    assert done.code == 0, done.err
    assert f"--blocklist {tmp_path / 'lists'}" in done.out
    run_words = ["--input", crawl, "--output", tmp_path / "new", "--runner", "local", "--no-report", "-q"]
    said = yurai("run", "plain", *run_words, "--blocklist", tmp_path / "lists")
    assert said.code == 0, said.err
    assert not urls(tmp_path / "new") & {page.url for page in PAGES if page.kind in COPIES}
