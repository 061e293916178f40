"""Selections: the rows that an index has of a question, the same from each form and place of it, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crawl_layout import CRAWL, TABLE, Crawl, make_crawl
from web_server import Web
from yurai.sources.selection.coalesce import Reading, coalesce, read_bytes
from yurai.sources.selection.hosts import read_hosts
from yurai.sources.selection.joined import Joined, read_joined
from yurai.sources.selection.make import Wanted, make_selection
from yurai.sources.selection.manifest import Selection, load_selection
from yurai_manifests.errors import DriftError, RecipeError, ShardError
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

LINE = b'example)/ 20240101000000 {"url": "http://example/", "filename": "a.warc.gz", "length": "9", %s, %s}'
WHERE = "content_languages LIKE '%jpn%' AND fetch_status = 200"


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return make_crawl(tmp_path_factory.mktemp("crawl"))


def table(made: Selection) -> list[dict[str, Any]]:
    names = [file.name for file in made.files if file.name.startswith("records/")]
    return pa.concat_tables(pq.read_table(f"{made.store.url}/{name}") for name in names).to_pylist()


def places(made: Selection) -> list[tuple[str, int, int]]:
    return [(row["file"], row["offset"], row["length"]) for row in table(made)]


def wanted_places(crawl: Crawl) -> list[tuple[str, int, int]]:
    names = ("warc_filename", "warc_record_offset", "warc_record_length")
    rows = (row for row in crawl.rows if "jpn" in (row["content_languages"] or "") and row["fetch_status"] == 200)
    return sorted(tuple(row[name] for name in names) for row in rows)


@pytest.fixture(scope="module")
def selected(crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Selection:
    folder = tmp_path_factory.mktemp("selected")
    return make_selection(Wanted((CRAWL,), WHERE, root=str(crawl.root)), str(folder / "out"))[0]


def test_the_rows_that_meet_the_condition_are_taken_sorted(crawl: Crawl, selected: Selection) -> None:
    assert places(selected) == wanted_places(crawl)
    by_place = {(row["warc_filename"], row["warc_record_offset"]): row for row in crawl.rows}
    for row in table(selected):
        said = by_place[row["file"], row["offset"]]
        assert (row["url"], row["digest"], row["status"]) == (said["url"], said["content_digest"], said["fetch_status"])
        assert (row["host"], row["languages"]) == (said["url_host_name"], said["content_languages"])
        assert (row["crawl"], row["subset"]) == (CRAWL, "warc")


def test_facts_are_sums_of_the_rows(crawl: Crawl, selected: Selection) -> None:
    rows, facts = table(selected), selected.facts
    assert (facts.records, facts.bytes) == (len(rows), sum(row["length"] for row in rows))
    assert (facts.files, facts.hosts) == (len(crawl.files), len({row["host"] for row in rows}))
    files = list(selected.crawl_files())
    assert [one["file"] for one in files] == crawl.files
    assert sum(int(str(one["rows"])) for one in files) == len(rows)
    assert facts.bytes <= facts.read <= facts.bytes * 1.5
    ends = {row["file"]: row["offset"] + row["length"] for row in rows}
    assert {str(one["file"]): one["end"] for one in files} == ends
    assert facts.hours(1.0, 1e9) == pytest.approx(facts.requests / 3600)


def test_each_form_and_place_of_an_index_says_the_same(crawl: Crawl, selected: Selection, tmp_path: Path) -> None:
    with Web(crawl.root) as web:
        given = {
            "name": (CRAWL, f"{web.url}/files"),
            "list": (f"{web.url}/files/crawl-data/{CRAWL}/cc-index-table.paths.gz", f"{web.url}/files"),
            "folder": (str(crawl.root / f"{TABLE}warc"), "nowhere"),
            "cdxj": (str(crawl.root / "index.cdxj"), "nowhere"),
            "zipnum": (f"{web.url}/files/cdx-00000.gz", "nowhere"),
        }
        for name, (argument, root) in given.items():
            made, now = make_selection(Wanted((argument,), WHERE, root=root), str(tmp_path / name))
            assert now
            assert made.digest == selected.digest, name
            assert not list(made.store.names("parts"))
    assert load_selection(open_store(str(tmp_path / "name"))).index == selected.index


def test_a_sample_is_drawn_by_seed_and_grows_with_its_share(crawl: Crawl, tmp_path: Path) -> None:
    def drawn(share: float, seed: int) -> set[tuple[str, int, int]]:
        wanted = Wanted((CRAWL,), share=share, seed=seed, root=str(crawl.root))
        return {*places(make_selection(wanted, str(tmp_path / f"{share}-{seed}"))[0])}

    half, other, more = drawn(0.5, 0), drawn(0.5, 1), drawn(0.8, 0)
    assert half < more
    assert half != other
    assert 0.3 * len(crawl.rows) < len(half) < 0.7 * len(crawl.rows)


def test_hosts_of_a_list_and_below(crawl: Crawl, tmp_path: Path) -> None:
    listed = tmp_path / "hosts.txt"
    listed.write_text("# two\nHost1.example\nwww.host3.example\nost2.example\n")
    wanted = Wanted((CRAWL,), hosts=read_hosts(str(listed)), root=str(crawl.root))
    made, _ = make_selection(wanted, str(tmp_path / "out"))
    assert {row["host"] for row in table(made)} == {"www.host1.example", "www.host3.example"}
    listed.write_text("https://host1.example/\n")
    with pytest.raises(RecipeError, match=r"line 1 of --host-list .* is no host"):
        read_hosts(str(listed))


def test_robots_txt_of_the_hosts_of_a_selection(crawl: Crawl, tmp_path: Path) -> None:
    for number, found in ((0, 1), (1, 0)):
        folder, robots = str(tmp_path / f"pages{number}"), str(tmp_path / f"robots{number}")
        make_selection(Wanted((CRAWL,), f"url_host_name = 'www.host{number}.example'", root=str(crawl.root)), folder)
        wanted = Wanted((CRAWL,), subset="robotstxt", hosts=read_hosts(folder), root=str(crawl.root))
        if found:
            assert make_selection(wanted, robots)[0].facts.records == found
        else:
            with pytest.raises(RecipeError, match="no record of the index"):
                make_selection(wanted, robots)
    with pytest.raises(RecipeError, match="no selection has ended there"):
        read_hosts(str(tmp_path))


def test_another_subset(crawl: Crawl, tmp_path: Path) -> None:
    wanted = Wanted((CRAWL,), subset="robotstxt", root=str(crawl.root))
    (row,) = table(make_selection(wanted, str(tmp_path / "out"))[0])
    assert (row["subset"], row["url"]) == ("robotstxt", "https://www.host0.example/robots.txt")


def test_it_resumes_after_a_file_that_cannot_be_read(crawl: Crawl, selected: Selection, tmp_path: Path) -> None:
    root = tmp_path / "crawl"
    folder = root / f"{TABLE}warc"
    folder.mkdir(parents=True)
    first, second = sorted((crawl.root / f"{TABLE}warc").iterdir())
    (folder / first.name).write_bytes(first.read_bytes())
    (folder / second.name).write_bytes(second.read_bytes()[:200])
    wanted, out = Wanted((CRAWL,), WHERE, root=str(root)), tmp_path / "out"
    with pytest.raises(ShardError, match=rf"cannot read index file .*{second.name}.*run the same command to resume"):
        make_selection(wanted, str(out))
    (part,) = (out / "parts").glob("*.parquet")
    before = part.stat().st_ino
    (folder / second.name).write_bytes(second.read_bytes())
    heard: list[str] = []
    made, now = make_selection(wanted, str(out), lambda words: (heard.append(words), part.stat().st_ino == before))
    assert now
    assert made.digest == selected.digest
    assert len(heard) == 2
    assert make_selection(wanted, str(out))[1] is False
    with pytest.raises(DriftError, match="holds another selection"):
        make_selection(Wanted((CRAWL,), "true", root=str(root)), str(out))


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("content_language = 'jpn'", "content_language.*columns of this index: .*content_languages"),
        ("fetch_status = 200, true", "single expression"),
        ("fetch_status = ", "--where is wrong"),
        ("", "--where is wrong"),
        ("url IN (SELECT url FROM read_csv('/etc/passwd'))", "more than one row"),
        ("EXISTS (FROM duckdb_settings())", "more than one row"),
        ("random() < 0.5", "which changes"),
        ("fetch_time < now()", "which changes"),
        ("fetch_time < current_date", "which changes"),
        ("true); COPY (VALUES (1)) TO 'x'; --", "--where is wrong"),
        ("count(*) > 1", "--where is wrong"),
        ("fetch_status = 299", "no record of the index meets the condition"),
    ],
)
def test_a_wrong_condition_is_told(crawl: Crawl, tmp_path: Path, where: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        make_selection(Wanted((CRAWL,), where, root=str(crawl.root)), str(tmp_path / "out"))


def test_a_condition_reads_and_writes_no_file(crawl: Crawl, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("word")
    for where in (f"read_text('{secret}') IS NULL", f"url IN '{secret}'", "getenv('HOME') = url"):
        with pytest.raises((RecipeError, ShardError, duckdb.Error)) as said:
            make_selection(Wanted((CRAWL,), where, root=str(crawl.root)), str(tmp_path / "out"))
        assert isinstance(said.value, RecipeError), where


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (b'example)/ 20240101000000 {"url": 3', "line 1 of .* is no line of CDX"),
        (b'example)/ 20240101000000 {"url": "http://example/"}', "line 1 of .* is no line of CDX"),
        (b"\x1f\x8bdamaged", "damaged gzip"),
        (LINE % (b'"offset": -1', b'"digest": "A"'), "line 1 of .* is no line of CDX"),
        (LINE % (b'"offset": "9223372036854775808"', b'"digest": "A"'), "line 1 of .* is no line of CDX"),
        (LINE % (b'"offset": 1.5', b'"digest": "A"'), "line 1 of .* is no line of CDX"),
        (LINE % (b'"offset": 1', b'"digest": ["A"]'), "line 1 of .* is no line of CDX"),
        (LINE % (b'"offset": 1', b'"status": 99999'), "line 1 of .* is no line of CDX"),
        (LINE % (b'"offset": 1', b'"url": {}'), "line 1 of .* is no line of CDX"),
    ],
)
def test_lines_that_are_no_index(tmp_path: Path, lines: bytes, words: str) -> None:
    (tmp_path / "bad.cdxj").write_bytes(lines)
    with pytest.raises(ShardError, match=words):
        make_selection(Wanted((str(tmp_path / "bad.cdxj"),)), str(tmp_path / "out"))


def test_older_cdx_says_its_fields_in_its_head(tmp_path: Path) -> None:
    (tmp_path / "old.cdx").write_text(
        " CDX N b a m s k r M S V g\n"
        "example,www)/ 20100102030405 http://www.example/ text/html 200 ABC - - 321 45 a.warc.gz\n"
        "example,www)/x 20100102030405 http://www.example/x text/html - DEF - - 9 366 a.warc.gz\n"
    )
    made, _ = make_selection(Wanted((str(tmp_path / "old.cdx"),)), str(tmp_path / "out"))
    first, second = table(made)
    assert (first["file"], first["offset"], first["length"], first["status"]) == ("a.warc.gz", 45, 321, 200)
    assert (second["status"], second["digest"], second["host"]) == (None, "DEF", "www.example")


def test_what_is_no_crawl(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["x"]}), tmp_path / "rows.parquet")
    with pytest.raises(RecipeError, match="is no index: it has no column url"):
        make_selection(Wanted((str(tmp_path / "rows.parquet"),)), str(tmp_path / "out"))
    with pytest.raises(RecipeError, match=r"does not exist|holds no Parquet"):
        make_selection(Wanted(("CC-MAIN-1999-01",), root=str(tmp_path)), str(tmp_path / "out"))
    with pytest.raises(RecipeError, match="no selection has ended there"):
        load_selection(open_store(str(tmp_path)))


def test_records_named_twice_are_taken_once_and_overlaps_are_refused(crawl: Crawl, tmp_path: Path) -> None:
    both = (str(crawl.root / "index.cdxj"), str(crawl.root / f"{TABLE}warc"))
    made, _ = make_selection(Wanted(both, WHERE), str(tmp_path / "both"))
    assert places(made) == wanted_places(crawl)
    assert made.facts.twice == made.facts.records
    line = "example)/ 20240101000000 " + '{"url": "http://example/", "filename": "a", "offset": "%s", "length": "10"}\n'
    (tmp_path / "over.cdxj").write_text(line % 0 + line % 5)
    with pytest.raises(RecipeError, match="begins inside another one"):
        make_selection(Wanted((str(tmp_path / "over.cdxj"),)), str(tmp_path / "over"))


def test_ranges_are_read_together_within_gap_waste_and_size() -> None:
    how = Reading(gap=10, waste=0.5, largest=100)
    spans = [(0, 20), (25, 20), (56, 20), (80, 30), (125, 200), (330, 5)]
    groups = list(coalesce(spans, how))
    assert [span for group in groups for span in group] == spans
    assert groups == [[(0, 20), (25, 20)], [(56, 20), (80, 30)], [(125, 200)], [(330, 5)]]
    assert [read_bytes(group) for group in groups] == [45, 54, 200, 5]
    assert list(coalesce([(0, 1), (3, 1), (6, 1)], how)) == [
        [(0, 1)],
        [(3, 1)],
        [(6, 1)],
    ]  # gaps outweigh what is asked
    assert list(coalesce([], how)) == []
    with pytest.raises(RecipeError, match="gap"):
        Reading(gap=-1)


def joined(folder: Path, on: str, **columns: list[Any]) -> Joined:
    folder.mkdir()
    pq.write_table(pa.table(columns), folder / "table.parquet")
    return read_joined(str(folder / "table.parquet"), on, folder)


def test_columns_of_a_table_are_joined_by_key(crawl: Crawl, tmp_path: Path) -> None:
    hosts = sorted({row["url_surtkey"].partition(")")[0] for row in crawl.rows})
    liked, row = hosts[1:3], crawl.rows[7]
    tables = [
        joined(tmp_path / "host", "host", surt_host_name=hosts[1:], hcrank=[5.0, 5.0, *([1.0] * (len(hosts) - 3))]),
        joined(
            tmp_path / "capture", "capture", url_surtkey=[row["url_surtkey"]], fetch_time=[row["fetch_time"]], x=[9.0]
        ),
        joined(tmp_path / "digest", "digest", digest=[row["content_digest"], None, None], hcrank=[9.0, 9.0, 9.0]),
    ]
    wheres = ["joined_hcrank > 3", "joined_x > 3", "coalesce(joined_hcrank, 0) > 3"]
    due = [[one for one in crawl.rows if one["url_surtkey"].partition(")")[0] in liked], [row], [row]]
    for number, (table, where, rows) in enumerate(zip(tables, wheres, due, strict=True)):
        wanted = Wanted((CRAWL,), where, root=str(crawl.root), joined=table)
        made, _ = make_selection(wanted, str(tmp_path / f"out{number}"))
        assert places(made) == sorted(
            (one["warc_filename"], one["warc_record_offset"], one["warc_record_length"]) for one in rows
        )
        assert make_selection(wanted, str(tmp_path / f"out{number}"))[1] is False
    with pytest.raises(DriftError):
        make_selection(Wanted((CRAWL,), wheres[2], root=str(crawl.root), joined=tables[0]), str(tmp_path / "out2"))
    with pytest.raises(RecipeError, match="joined_surt_host_name, joined_hcrank"):
        make_selection(
            Wanted((CRAWL,), "joined_rank > 3", root=str(crawl.root), joined=tables[0]), str(tmp_path / "wrong")
        )


def test_what_cannot_be_joined(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="2 rows of host a"):
        joined(tmp_path / "twice", "host", host=["a", "b", "a"])
    with pytest.raises(RecipeError, match="no key of host, which is column surt_host_name or url_host_name or host"):
        joined(tmp_path / "none", "host", url=["a"])
    (tmp_path / "text.jsonl").write_text("{}\n")
    with pytest.raises(RecipeError, match="is no Parquet"):
        read_joined(str(tmp_path / "text.jsonl"), "host", tmp_path)
