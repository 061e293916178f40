"""The report says what the tree holds, and nothing that a crawl wrote becomes markup, a request or a leak."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from report_checks import check_markup, number, parsed, report, rows, tables_of
from report_samples import PAYLOADS, SECRETS, hostile_recipe, write_crawl
from run_helpers import Watching, run
from yurai.engine.progress import Reporter
from yurai.extraction.honbun.model import version
from yurai.report.axis import axis_for
from yurai.report.bins import count, edges_for
from yurai.report.charts import Mark, columns, kept_at
from yurai.report.merge import Facts, Side
from yurai.report.overview import years
from yurai.report.write import end_run, make_page
from yurai_filters import FILTERS
from yurai_filters.watch_limits import Limit, limits
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]


@pytest.fixture(scope="module")
def hostile_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of a run over `write_crawl`, with its report; not to be changed."""
    folder = tmp_path_factory.mktemp("hostile")
    run(folder / "out", [write_crawl(folder)], recipe=hostile_recipe())
    report(folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def demo_report(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    out = Path(shutil.copytree(demo_tree, tmp_path_factory.mktemp("reported") / "out"))
    return out, parsed(report(out))


def query(out: Path, sql: str) -> list[Any]:
    database = duckdb.connect()
    for folder in ("documents", "extracted", "dropped"):
        database.register(folder, pq.read_table(out / folder))
    return database.execute(sql).fetchall()


def test_funnel_is_that_of_the_audit(demo_report: tuple[Path, Any]) -> None:
    out, page = demo_report
    found = audit(open_store(str(out)))
    for row in rows(page, "funnel"):
        stage, _, _, dropped, failed, _ = row
        assert number(dropped or "0") == sum(found.dropped_by.get(stage, {}).values())
        assert number(failed or "0") == sum(found.failed_by.get(stage, {}).values())
    tables = len(tables_of(page.get_element_by_id("funnel")))
    said = {row[0]: number(row[1]) for table in range(1, tables) for row in rows(page, "funnel", table)}
    reasons = [*found.dropped_by.values(), *found.failed_by.values()]
    assert said == {reason: rows for counts in reasons for reason, rows in counts.items()}
    tiles = {tile.find("span").text: tile.find("b").text for tile in page.find_class("tile")}
    assert number(tiles["kept"]) == found.totals["kept"]
    assert number(tiles[f"tokens in {found.totals['shards']} shard"]) == found.totals["tokens"]


def test_languages_years_extractors_and_domains_are_those_of_the_files(demo_report: tuple[Path, Any]) -> None:
    out, page = demo_report
    for section, key in (("languages", "lang"), ("years", "capture_date[:4]")):
        sql = f"SELECT {key}, count(*), count(*) FILTER (doc_id IN (SELECT doc_id FROM documents)) FROM extracted GROUP BY 1"
        assert sorted((row[0], number(row[1]), number(row[2])) for row in rows(page, section)) == sorted(
            query(out, sql)
        )
    for place, key in enumerate(
        ("trim(extractor || ' ' || coalesce(extractor_version, ''))", "coalesce(page_type, 'none')")
    ):
        sql = f"SELECT {key}, count(*), count(*) FILTER (doc_id IN (SELECT doc_id FROM documents)) FROM extracted GROUP BY 1"
        shown = [(row[0], number(row[1]), number(row[2])) for row in rows(page, "extraction", place)]
        assert sorted(shown) == sorted(query(out, sql))
        assert place or any(name == f"honbun {version()}" for name, *_ in shown)
    sql = "SELECT coalesce(registrable_domain, regexp_extract(url, '^[a-z]+://([^/:?#]+)', 1)) d, sum(text_bytes), count(*) FROM documents GROUP BY d"
    found = {name: (int(size), pages) for name, size, pages in query(out, sql)}
    assert f"{len(found)} domain" in page.get_element_by_id("domains").text_content()
    pages = [(row[0], number(row[1])) for row in rows(page, "domains", 1)]
    assert pages == sorted(((name, two[1]) for name, two in found.items()), key=lambda one: (-one[1], one[0]))[:15]
    order = [row[0] for row in rows(page, "domains", 0)]
    assert order == sorted(found, key=lambda name: (-found[name][0], name))[:15]


def test_a_rule_drops_alone_what_a_query_finds(demo_report: tuple[Path, Any]) -> None:
    out, page = demo_report
    [[reason, alone, _, in_run]] = rows(page, "rules", 0)
    [(short,)] = query(out, "SELECT count(*) FROM extracted WHERE char_count < 120")
    dropped = audit(open_store(str(out))).dropped_by["filter"]["length:too-short"]
    assert (reason, number(alone), number(in_run)) == ("too-short", short, dropped)
    nearest = [item.text_content() for item in page.find_class("score") if "char_count" in item.text_content()]
    sql = "(SELECT char_count FROM extracted WHERE char_count {} 120 ORDER BY abs(char_count - 120) LIMIT 4)"
    expected = query(out, sql.format(">=")) + query(out, sql.format("<"))
    assert nearest == [f"char_count {value:,}" for (value,) in expected]


def test_reasons_in_the_run_are_all_there(demo_report: tuple[Path, Any]) -> None:
    """Every drop of the filter stage is found again by judging all extracted pages."""
    out, page = demo_report
    section = page.get_element_by_id("rules")
    found = {}
    for place, part in enumerate(section.findall("div[@class='rules']/div[@id]")):
        name = part.find(".//h3").text
        for row in part.findall(".//tbody/tr"):
            cells = [cell.text_content() for cell in row.findall("td")]
            assert number(cells[1]) >= number(cells[3]), (place, cells)
            found[f"{name}:{cells[0]}"] = number(cells[3])
    counts = audit(open_store(str(out))).dropped_by["filter"]
    assert {reason: rows for reason, rows in found.items() if rows} == counts


def test_two_runs_have_one_page_but_for_throughput(demo_report: tuple[Path, Any], tmp_path: Path) -> None:
    run(tmp_path / "other")
    pages = [(tree / "report/index.html").read_text("utf-8") for tree in (demo_report[0],)] + [
        report(tmp_path / "other")
    ]
    first, second = (re.sub(r'<section id="throughput">.*?</section>', "", page) for page in pages)
    assert first == second


def test_the_report_is_outside_the_run(demo_tree: Path, demo_report: tuple[Path, Any]) -> None:
    out, _ = demo_report
    assert (out / "run.json").read_bytes() == (demo_tree / "run.json").read_bytes()
    found = audit(open_store(str(out)), full=True)
    assert {finding.check for finding in found.findings if finding.severity != "info"} == {"unreadable"}


def test_what_was_counted_is_not_counted_again(demo_report: tuple[Path, Any], tmp_path: Path) -> None:
    out = Path(shutil.copytree(demo_report[0], tmp_path / "out"))
    runner = Watching()
    end_run(str(out), runner, Reporter(quiet=True), report=True)
    assert runner.ran == {}
    before = (out / "report/index.html").read_bytes()
    assert make_page(open_store(str(out)), audit(open_store(str(out)))).encode() == before


def test_a_new_run_takes_the_old_report_away(tmp_path: Path) -> None:
    from run_helpers import SMALL, with_min_characters

    run(tmp_path / "out", SMALL)
    report(tmp_path / "out")
    run(tmp_path / "out", SMALL, recipe=with_min_characters(300), rebuild=True)
    assert not (tmp_path / "out/report/index.html").exists()


def test_audit_as_html_writes_nothing(demo_tree: Path, yurai: Yurai) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo_tree.rglob("*")}
    said = yurai("audit", demo_tree, "--format", "html")
    assert said.code == 0
    assert parsed(said.out).find(".//h1").text == "demo"
    assert {path: path.stat().st_mtime_ns for path in demo_tree.rglob("*")} == before


def test_audit_as_html_of_a_damaged_tree(tree: Path, yurai: Yurai) -> None:
    path = tree / "extracted/00000.parquet"
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[:-1])
    said = yurai("audit", tree, "--format", "html")
    assert said.code == 1
    page = parsed(said.out)
    assert "do not publish" in page.find_class("verdict")[0].text
    assert "was changed after it was written" in page.get_element_by_id("pages").text_content()


def test_no_report_and_report_of_single_stages(yurai: Yurai, tmp_path: Path) -> None:
    from run_helpers import SMALL

    options = ("--runner", "local", "--output")
    assert yurai("run", "demo", "--input", SMALL[0], *options, tmp_path / "a", "--no-report").code == 0
    assert not (tmp_path / "a/report").exists()
    assert yurai("extract", "--input", SMALL[0], *options, tmp_path / "b").code == 0
    assert parsed((tmp_path / "b/report/index.html").read_text("utf-8")).find(".//h1").text == "extract"


@pytest.mark.slow
def test_on_a_remote_store(small_on_s3: str, small_tree: Path, tmp_path: Path) -> None:
    trees = (small_on_s3, str(shutil.copytree(small_tree, tmp_path / "local")))
    for out in trees:
        end_run(out, Watching(), Reporter(quiet=True), report=True)
    pages = [open_store(out).read("report/index.html").decode() for out in trees]
    first, second = (re.sub(r'<section id="throughput">.*?</section>', "", page) for page in pages)
    assert first == second


def test_crawl_text_is_text(hostile_tree: Path, yurai: Yurai) -> None:
    page = parsed((hostile_tree / "report/index.html").read_text("utf-8"))
    check_markup(page)
    assert page.find(".//h1").text == "<b>hostile</b>"
    sample = parsed(yurai("sample", hostile_tree, "--kept", "-n", "500", "--format", "html").out)
    check_markup(sample)
    shown = sample.text_content()
    seen = [payload for payload in PAYLOADS if payload in shown]
    assert len(seen) >= 40
    assert "<script>alert(1)</script>" in seen
    assert "invoice\\u202egpj.exe" in shown


def reasons_of(out: Path) -> list[str]:
    found = audit(open_store(str(out)))
    return [reason for counts in (*found.dropped_by.values(), *found.failed_by.values()) for reason in counts]


def test_personal_data_of_every_stage_stays_out(hostile_tree: Path, yurai: Yurai) -> None:
    reasons = reasons_of(hostile_tree)
    for name in ("http-status:404", "no-text", "length:too-short", "language:language-not-listed", "exact-duplicate"):
        assert name in reasons
    texts = [
        (hostile_tree / "report/index.html").read_text("utf-8"),
        yurai("audit", hostile_tree, "--format", "html").out,
    ]
    for form in ("text", "json", "html"):
        texts.append(yurai("sample", hostile_tree, "--kept", "-n", "500", "--format", form).out)
        texts += [yurai("sample", hostile_tree, "--dropped-by", one, "--format", form).out for one in reasons]
    texts += [path.read_text("utf-8") for path in hostile_tree.glob(".work/report.*/data/*/*.json")]
    assert sum("www.private.example" in text for text in texts) > 15
    for text in texts:
        assert [secret for secret in SECRETS if secret in text] == []
    assert pq.read_table(hostile_tree / "extracted", columns=["text"])["text"].to_pylist().count("") == 0
    raw = " ".join(pq.read_table(hostile_tree / "extracted", columns=["text"])["text"].to_pylist())
    assert all(secret in raw for secret in SECRETS[:3]), "the test planted nothing"


def test_explain_redacts_titles(hostile_tree: Path, yurai: Yurai) -> None:
    (url,) = [url for url in pq.read_table(hostile_tree / "documents")["url"].to_pylist() if "/kept?" in url]
    said = yurai("explain", hostile_tree, url).out
    assert "title     Contact <|EMAIL|>" in said


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
@pytest.mark.parametrize("width", [1280, 400])
def test_in_a_browser(hostile_tree: Path, tmp_path: Path, width: int) -> None:
    """It is drawn, nothing is fetched, nothing runs, and the browser has no complaint."""
    page = hostile_tree / "report/index.html"
    options = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    quiet = "--disable-component-update --disable-sync --disable-default-apps --enable-logging=stderr --hide-scrollbars"
    command = ["chromium", *options.split(), *quiet.split(), f"--user-data-dir={tmp_path / 'profile'}"]
    command += [
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--log-net-log={tmp_path / 'net.json'}",
        f"--window-size={width},2000",
    ]
    drawn = [*command, f"--screenshot={tmp_path / 'page.png'}", page.as_uri()]
    ended = subprocess.run(drawn, capture_output=True, text=True, timeout=120, check=True)
    assert (tmp_path / "page.png").stat().st_size > 20_000
    assert "CONSOLE" not in ended.stderr
    assert "evil.example" not in (tmp_path / "net.json").read_text("utf-8", "replace")
    ended = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    before, after = (parsed(text) for text in (page.read_text("utf-8"), ended.stdout))
    assert [one.tag for one in before.iter()] == [one.tag for one in after.iter()]


@pytest.mark.parametrize(("spans", "lines"), [(1000, 1000), (1001, 1001), (5000, 1001)])
def test_a_table_names_a_thousand(spans: int, lines: int) -> None:
    side = Side()
    side.years = {f"{year:04}": Counter(pages=1 + year % 3, text_bytes=10) for year in range(spans)}
    section = parsed(str(years(Facts(extracted=side, documents=side))))
    found = [(one[0], int(one[1].replace(",", ""))) for one in rows(section, "years")]
    assert len(found) == lines
    assert sum(pages for _, pages in found) == sum(one["pages"] for one in side.years.values())
    assert [name for name, _ in found].count("other") == (spans > 1000)


def test_limits_are_found_by_watching() -> None:
    found = limits(FILTERS["length"], {"min_characters": 7})
    assert found == (Limit("char_count", "min_characters", "below", 7), Limit("char_count", None, "above", None))
    assert limits(FILTERS["language"], {})[0] == Limit("lang_score", "min_score", "below", 0.5)
    for declaration in FILTERS.values():
        for one in limits(declaration, {}):
            assert one.value is None or one.column in (None, *declaration.columns)


@pytest.mark.parametrize("side", ["below", "above"])
def test_shares_at_a_limit_are_exact(side: Any) -> None:
    values = pa.array([0.0, 0.1, 0.2999, 0.3, 0.3, 0.3001, 1.0, 5.0, 1e7, -2.0]).to_numpy()
    edges = edges_for([(side, 0.3)])
    bins = count(values, edges)
    assert sum(bins.values()) == len(values)
    kept = (values >= 0.3) if side == "below" else (values <= 0.3)
    mark = Mark("limit", side, 0.3)
    assert kept_at(edges, bins, mark) == kept.mean()
    drawn = columns(edges, bins, axis_for(edges, bins, [0.3]), [mark])
    assert sum(rows for _, _, rows, _ in drawn) == len(values)
    assert sum(rows for _, _, rows, goes in drawn if not goes) == kept.sum()


def test_facts_hold_counts_and_no_rows(hostile_tree: Path) -> None:
    for path in (hostile_tree / ".work/report.facts/data").glob("*/*.json"):
        value = json.loads(path.read_bytes())
        assert value["rows"] == sum(counts["pages"] for counts in value["languages"].values())
