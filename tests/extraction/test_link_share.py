"""The share of a page that stands in links: of all that the page shows, before an extractor took anything away."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from run_helpers import run
from warc_samples import response, warc_record
from yurai.extraction import ExtractOptions, Page, extract_page
from yurai.extraction.link_share import link_share
from yurai.extraction.tree import parse
from yurai.run.recipe import load_recipe, make_recipe, shipped
from yurai_manifests.audit import audit
from yurai_manifests.errors import RecipeError
from yurai_manifests.store import open_store

TEXT = "山の上の図書館には古い地図がある。"


def share(body: str) -> float | None:
    tree, _ = parse(f"<html><head><title>題名</title></head><body>{body}</body></html>".encode(), 512)
    assert tree is not None
    return link_share(tree)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", None),
        (" \n\u3000 ", None),
        ("test", 0.0),
        ("test<a>baka</a>", 0.5),
        ("<p>te st</p> <nav><a href=/>ba\n ka</a></nav>", 0.5),
        ("<a href=/><div>ba<a href=/x>ka</a></div></a>test", 0.5),
        ("<a href=/>ab<b>cd</b></a> tail <script>x = '<a>yyy</a>'</script><style>a {}</style>", 0.5),
        ("<a href=/>ab<script>xxxxxxxx</script>cd</a>efgh<!-- <a>comment</a> -->", 0.5),
        (f"<a href=/>{TEXT}</a>", 1.0),
        ("<a href=/>a</a>bc", 0.3333),
    ],
)
def test_share(body: str, expected: float | None) -> None:
    assert share(body) == expected


@pytest.mark.parametrize("extractor", ["judged", "trafilatura", "resiliparse"])
def test_it_is_of_the_page_whoever_finds_the_text(extractor: str) -> None:
    body = f"<html><body><nav><a href=/>{TEXT}</a></nav><article><p>{TEXT * 9}</p></article></body></html>".encode()
    page = Page("0", body, "text/html", "utf-8", "https://a.example/", None)
    shares = [
        extract_page(page, ExtractOptions(extractor=extractor, link_share=asked)).link_share  # type: ignore[arg-type]
        for asked in (True, False)
    ]
    assert shares == [0.1, None]


def linked(links: int) -> bytes:
    """A page of a hundred parts of one length, some of them links."""
    parts = [f"<a href=/{at}>{TEXT}</a>" if at < links else TEXT for at in range(100)]
    return f'<html lang="ja"><body><article><p>{"</p><p>".join(parts)}</p></article></body></html>'.encode()


def test_a_rule_reads_it_as_a_named_score_and_says_what_it_could_not_judge(tmp_path: Path) -> None:
    pages = [
        response(n, linked(links), WARC_Target_URI=f"https://a.example/{links}") for n, links in enumerate((40, 41))
    ]
    plain = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + (TEXT * 20).encode()
    pages.append(warc_record("response", 9, plain, WARC_Target_URI="https://a.example/plain"))
    (tmp_path / "pages.warc.gz").write_bytes(b"".join(map(gzip.compress, pages)))
    run(tmp_path / "out", [tmp_path / "pages.warc.gz"], recipe=make_recipe(recipe(link_share=True), where="test"))
    documents = ds.dataset(tmp_path / "out" / "documents", format="parquet").to_table(columns=["url", "quality"])
    assert documents.to_pylist() == [
        {"url": "https://a.example/40", "quality": [{"name": "link_share", "score": pytest.approx(0.4)}]},
        {"url": "https://a.example/plain", "quality": None},
    ]
    [gone] = ds.dataset(tmp_path / "out" / "dropped", format="parquet").to_table(columns=["url", "reason"]).to_pylist()
    assert gone == {"url": "https://a.example/41", "reason": "score:high-score"}
    found = audit(open_store(str(tmp_path / "out")))
    assert found.ok
    assert [notes for notes in found.notes.values() if "score:not-judged" in notes] == [{"score:not-judged": 1}]


@pytest.mark.parametrize(("limit", "left_out"), [(40, ()), (80, ("# LinkCharRatio high .4",))])
def test_both_levels_of_uzushio(limit: int, left_out: tuple[str, ...], tmp_path: Path) -> None:
    """A page at the limit goes on to the rules behind it, which drop its one sentence a hundred times over."""
    lines = shipped()["uzushio-03a"].read_text("utf-8").splitlines()
    (tmp_path / "level.toml").write_text("\n".join(one for one in lines if not one.endswith(left_out or "?")), "utf-8")
    pages = [response(n, linked(n), WARC_Target_URI=f"https://a.example/{n}") for n in (limit, limit + 1)]
    (tmp_path / "pages.warc.gz").write_bytes(b"".join(map(gzip.compress, pages)))
    run(tmp_path / "out", [tmp_path / "pages.warc.gz"], recipe=load_recipe(str(tmp_path / "level.toml")))
    gone = ds.dataset(tmp_path / "out" / "dropped", format="parquet").to_table(columns=["url", "reason"]).to_pylist()
    assert {row["url"].rpartition("/")[2]: row["reason"] for row in gone} == {
        str(limit): "compression:lz4-repeats",
        str(limit + 1): "score:high-score",
    }


def recipe(*, link_share: bool) -> dict[str, object]:
    rules = [{"use": "score", "name": "link_share", "max_score": 0.4}]
    stages = [{"use": "read"}, {"use": "extract", "link_share": link_share}, {"use": "filter", "rules": rules}]
    return {"name": "links", "stage": stages}


def test_a_rule_without_the_measure_is_refused() -> None:
    with pytest.raises(RecipeError, match="no stage before it writes the score 'link_share'"):
        make_recipe(recipe(link_share=False), where="test")
