"""The section on duplicates says what the files hold, shows no personal data, and its predictions are those of chance."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from near_samples import moved, planted, write_pages
from report_checks import cells, check_markup, number, parsed, report, tables_of
from report_samples import MAIL, PAYLOADS, PHONE, QUERY, SECRETS
from run_helpers import Watching
from yurai.declare.stage import STAGES
from yurai.engine.progress import Reporter
from yurai.report import copies_tasks
from yurai.report.copies_charts import seen
from yurai.report.intervals import wilson
from yurai.report.measured_recall import by_other_half
from yurai.report.near_page import Searched, errors, found_by_bands, left_out
from yurai.report.pairs.strata import LONGEST
from yurai.report.write import make_page
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe
from yurai.run.run import continue_tree
from yurai.stages.near_dedup.curve import equal_hashes, found
from yurai_manifests.audit import audit
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from near_samples import Page

COUNTS = {"alone": 12, "exact": 10, "near": 60, "chain": 12, "templated": 10, "skewed": 10}
LICENCES = ("CC0-1.0", "CC-BY-4.0", None)
NEAR = STAGES["near-dedup"].use({}).settings
BY = {
    "source": "source",
    "domain": "regexp_extract(url, '^[a-z]+://([^/:?#]+)', 1)",
    "language": "lang",
    "declared licence": "coalesce(declared_spdx, 'none')",
}


def secret(page: Page) -> dict[str, Any]:
    """Every page holds personal data and would like to be markup."""
    text = f"Write to {MAIL} or call {PHONE}.\n{PAYLOADS[0]} {PAYLOADS[2]}\n{page.text}"
    place = page.offset // 1000
    return {
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "title": f"{PAYLOADS[0]} Contact {MAIL} {PHONE}",
        "url": page.url + QUERY,
        "lang": ("en", "fr", "de")[place % 3],
        "declared_spdx": LICENCES[place % 7 % 3],
        "text": text,
        "text_bytes": len(text.encode()),
    }


def deduplicate(inputs: list[Path], out: Path, *stages: dict[str, Any], size: int = 512_000_000) -> str:
    uses = tuple(STAGES[one["use"]].use({key: value for key, value in one.items() if key != "use"}) for one in stages)
    recipe = Recipe("duplicates", "", uses, DELIVER | {"text_bytes": size})
    return continue_tree(uses, state_of([str(path) for path in inputs]), recipe, str(out), Watching()).digest


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    pages = planted(5, COUNTS, size=120)
    every = [*pages, *moved(pages[::4], "crawl/other.warc.gz"), *moved(pages[::9], "crawl/third.warc.gz")]
    every += [  # one bucket over the bound
        replace(pages[0], text=f"{pages[0].text} last{place}", source="crawl/hot.warc.gz", offset=place)
        for place in range(40)
    ]
    return write_pages(tmp_path_factory.mktemp("copies") / "in", every, 3, more=secret)


@pytest.fixture(scope="module")
def out(inputs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exact, then near duplicates, delivered in many files; with its report."""
    out = tmp_path_factory.mktemp("copies") / "out"
    deduplicate(inputs, out, {"use": "dedup"}, {"use": "near-dedup", "spare": 0}, size=60_000)
    report(out)
    return out


@pytest.fixture(scope="module")
def page(out: Path) -> Any:
    return parsed((out / "report/index.html").read_text("utf-8"))


def query(out: Path, sql: str) -> list[Any]:
    database = duckdb.connect()
    for folder in ("documents", "extracted", "dropped"):
        database.register(folder, pq.read_table(out / folder))
    return database.execute(sql).fetchall()


def table_by(page: Any, head: str) -> list[list[str]]:
    """The cells of the table of the card with this heading."""
    (card,) = [card for card in page.find_class("card") if [one.text for one in card.findall("h3")] == [head]]
    return cells(tables_of(card)[0])


def test_removal_is_that_of_the_files(out: Path, page: Any) -> None:
    assert len(list((out / "extracted").iterdir())) > 3
    assert len(list((out / "dropped").iterdir())) > 1
    for head, key in BY.items():
        sql = (
            f"SELECT {key} AS name, count(*) FILTER (doc_id IN (SELECT doc_id FROM dropped)) AS gone, "
            "count(*) FILTER (doc_id IN (SELECT doc_id FROM documents)) AS kept FROM extracted GROUP BY name "
            "ORDER BY gone DESC, name"
        )
        expected = query(out, sql)
        found = [(row[0], number(row[1]), number(row[2])) for row in table_by(page, f"By {head}")]
        top = [one for one in expected if one[1]][:12]
        assert found[: len(top)] == top
        rest = [(f"{len(expected) - len(top)} more", *(sum(one[at] for one in expected[len(top) :]) for at in (1, 2)))]
        assert found[len(top) :] == (rest if len(expected) > len(top) else [])
    said = page.get_element_by_id("duplicates").text_content()
    assert f"{len(pq.read_table(out / 'dropped')):,} pages removed." in said


def test_the_cut_into_files_changes_nothing(
    inputs: list[Path], page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies_tasks, "SOURCES", 0)  # as if each file held pages of a thousand sources
    deduplicate(inputs, tmp_path / "out", {"use": "dedup"}, {"use": "near-dedup", "spare": 0})
    report(tmp_path / "out")
    assert len(list((tmp_path / "out/extracted").iterdir())) == 1
    other = parsed((tmp_path / "out/report/index.html").read_text("utf-8"))
    assert other.get_element_by_id("duplicates").text_content() == page.get_element_by_id("duplicates").text_content()


def test_largest_clusters_with_the_copies_least_like_them(out: Path, page: Any) -> None:
    clusters = page.xpath("//details[div[@class='cluster']]")
    sql = "SELECT doc_id, cluster_size FROM documents WHERE doc_id = cluster_id ORDER BY cluster_size DESC, doc_id LIMIT 5"
    expected = query(out, sql)
    said = [one.find("summary").text.partition(":")[0] for one in clusters]
    assert said == [f"{size} pages" for _, size in expected]
    assert [one.get("open") for one in clusters] == ["", *[None] * (len(clusters) - 1)]
    for card, (name, _) in zip(clusters, expected, strict=True):
        assert name in card.find("div/p").text
        copies = query(
            out,
            "SELECT round(jaccard::DOUBLE, 4), jaccard_by FROM dropped "
            f"WHERE cluster_id = '{name}' AND kept_doc_id = '{name}' ORDER BY jaccard, doc_id LIMIT 3",
        )
        scores = [score.text for score in card.find_class("score")]
        assert scores == ["stays", *(f"{value:.4f}".rstrip("0").rstrip(".") + f" ({by})" for value, by in copies)]
    assert page.xpath("//div[@class='cluster']//div[@class='pair']/p//mark")


def test_similarities_are_those_of_dropped_pages(out: Path, page: Any) -> None:
    [counts] = [query(out, "SELECT jaccard_by, count(*) FROM dropped GROUP BY 1")]
    said = page.get_element_by_id("duplicates").text_content()
    assert dict(counts).keys() == {"equal", "exact", "estimate"}
    for by, count in counts:
        assert f"{count:,} {by} (" in said
    bars = {by: 0 for by, _ in counts}
    for rect in page.xpath("//section[@id='duplicates']//rect[title]"):
        count, by = re.fullmatch(r"([\d,]+) by (\w+)", rect.find("title").text).groups()
        assert rect.get("class") == by
        bars[by] += number(count)
    assert bars == dict(counts)


def test_errors_curve_and_bounds_are_those_of_the_run(out: Path, page: Any) -> None:
    [facts] = load_run(open_store(str(out))).value["facts"].values()
    said = page.get_element_by_id("duplicates").text_content()
    tally = facts["tally"]
    for item in errors(Searched(NEAR, facts))[-1].removeprefix("<ul").split("<li>")[1:]:
        assert item.partition("<")[0] in said
    assert "just the threshold, they are expected to miss 7.6 %" in said
    assert tally["bounded"], "the sample has no hot bucket"
    assert f"{tally['bounded']:,} of {tally['buckets']:,} buckets held more than 32 documents" in said
    assert f"{tally['left_out']:,} pairs of one bucket did not become candidates" in said
    points = seen(facts["seen"])
    assert sum(one.pairs for one in points) == sum(facts["seen"][0])
    dots = page.xpath("//section[@id='duplicates']//circle/title")
    assert [dot.text for dot in dots] == [f"{one.both:,} of {one.pairs:,} pairs" for one in points]
    hollow = page.xpath("//section[@id='duplicates']//circle[@class='dot hollow']")
    assert len(hollow) == sum(one.pairs < 20 for one in points)


def test_nothing_personal_and_no_markup(out: Path, page: Any) -> None:
    check_markup(page)
    section = page.get_element_by_id("duplicates").text_content()
    assert "<script>alert(1)</script> Contact <|EMAIL|>" in section
    texts = [path.read_text("utf-8") for path in out.glob(".work/report.*/data/*/*.json")]
    texts.append((out / "report/index.html").read_text("utf-8"))
    assert sum("<|EMAIL|>" in text for text in texts) > 2
    for text in texts:
        assert [one for one in SECRETS if one in text] == []


def test_what_was_counted_is_not_counted_again(out: Path) -> None:
    from yurai.report.write import end_run

    runner, before = Watching(), (out / "report/index.html").read_bytes()
    end_run(str(out), runner, Reporter(quiet=True), report=True)
    assert runner.ran == {}
    store = open_store(str(out))
    assert make_page(store, audit(store)).encode() == before


def test_pages_that_are_marked(inputs: list[Path], tmp_path: Path) -> None:
    deduplicate(inputs, tmp_path / "out", {"use": "near-dedup", "annotate": True}, size=60_000)
    page = parsed(report(tmp_path / "out"))
    [(copies,)] = query(tmp_path / "out", "SELECT count(*) FROM documents WHERE cluster_role = 'copy'")
    said = page.get_element_by_id("duplicates").text_content()
    assert f"0 pages removed; {copies:,} pages marked as copies and kept." in said
    assert f"{copies:,} marked (" in said
    assert sum(number(row[2]) for row in table_by(page, "By language")) == copies
    assert page.find_class("cluster")
    assert "Near-duplicates are marked, not removed." in page.get_element_by_id("not-checked").text_content()


def test_copies_of_equal_urls_and_none_at_all(inputs: list[Path], tmp_path: Path) -> None:
    deduplicate(inputs[:1], tmp_path / "url", {"use": "dedup", "method": "url"})
    page = parsed(report(tmp_path / "url"))
    assert "No page was removed as a duplicate." in page.get_element_by_id("duplicates").text_content()
    twice = [inputs[0], Path(shutil.copy(inputs[0], tmp_path / "again.parquet"))]
    changed = pq.read_table(twice[1])
    names = [f"{at:032x}" for at in range(len(changed))]
    place = changed.schema.get_field_index("doc_id")
    changed = changed.set_column(place, changed.schema.field(place), [names])
    pq.write_table(changed, twice[1])
    deduplicate(twice, tmp_path / "urls", {"use": "dedup", "method": "url"})
    said = parsed(report(tmp_path / "urls")).get_element_by_id("duplicates").text_content()
    assert f"{len(changed):,} with an equal URL" in said
    assert "similarity unknown" in said


def test_no_section_where_nobody_looked(inputs: list[Path], tmp_path: Path) -> None:
    deduplicate(inputs, tmp_path / "out", {"use": "filter", "rules": [{"use": "length", "min_characters": 10}]})
    page = parsed(report(tmp_path / "out"))
    assert page.xpath("//section[@id='duplicates']") == []
    assert "Nothing looked for duplicates." in page.text_content()


def test_facts_hold_few_pages(out: Path) -> None:
    values = [json.loads(path.read_bytes()) for path in out.glob(".work/report.removed/data/*/*.json")]
    shown = [page["doc_id"] for value in values for page in value["pages"]]
    assert 5 < len(shown) == len(set(shown)) <= 20 + 2 * LONGEST


def test_errors_in_words() -> None:
    facts = {"audited": {"yes_right": 996, "yes_wrong": 4, "no_right": 0, "no_wrong": 0}}
    said = "".join(errors(Searched(NEAR, facts)))
    assert "Further than 0.1134 from 0.8" in said
    assert "Of 1,000 pairs taken for duplicates, 4 are below the threshold (false positives): 0.4 %, " in said
    assert "95 % interval 0.2 % to 1 %." in said
    assert "Of pairs taken for different, none was in the sample: nothing can be said." in said
    assert "no error was counted" in "".join(errors(Searched(replace(NEAR, verify="estimate"), facts)))


def test_bounds_in_words() -> None:
    tally = {"buckets": 7, "pairs": 40, "bounded": 0, "largest": 32, "left_out": 0}
    said = "".join(left_out(Searched(NEAR, {"tally": tally})))
    assert "None: none of 7 buckets held more than 32 documents (the largest 32)" in said


def test_bands_that_have_no_halves() -> None:
    one = STAGES["near-dedup"].use({"bands": 1, "rows": 4}).settings
    assert "One band has no halves." in "".join(found_by_bands(Searched(one, {"seen": [[3] * 20] * 3})))


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 0, 0, 1), (0, 116, 0, 0.0321), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1), (1, 1000, 0.0002, 0.0056)],
)
def test_wilson(hits: int, count: int, low: float, high: float) -> None:
    assert wilson(hits, count) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(("bands", "rows"), [(14, 8), (7, 3), (2, 4)])
@pytest.mark.parametrize("share", [0.6, 0.75, 0.9])
def test_the_other_half_finds_what_shuffling_says(bands: int, rows: int, share: float) -> None:
    """With so many hashes equal, anywhere: of the arrangements with an even band, so many have an odd one."""
    rng = np.random.default_rng(3)
    equal = round(share * bands * rows)
    hashes = np.zeros((40_000, bands * rows), bool)
    hashes[:, :equal] = True
    met = rng.permuted(hashes, axis=1).reshape(-1, bands, rows).all(axis=2)
    even, odd = met[:, ::2].any(axis=1), met[:, 1::2].any(axis=1)
    low, high = wilson(int((even & odd).sum()), int(even.sum()))
    assert low - 0.02 <= by_other_half(share, bands, rows) <= high + 0.02


@pytest.mark.parametrize(("bands", "rows"), [(14, 8), (40, 20), (512, 8)])
def test_the_other_half_at_the_ends(bands: int, rows: int) -> None:
    assert by_other_half(0.0, bands, rows) == 0
    assert by_other_half(1.0, bands, rows) == 1
    curve = [by_other_half(place / 20, bands, rows) for place in range(21)]
    assert curve == sorted(curve)
    assert all(0 <= chance <= 1 for chance in curve)
    every, missed = equal_hashes(0.8, bands, rows)
    assert (every - missed).sum() == pytest.approx(found(0.8, bands, rows))
