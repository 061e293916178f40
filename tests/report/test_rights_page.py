"""Licences, opt-outs and sources are told as the files have them, and nothing is claimed that nobody looked for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_checks import cells, number, parsed, report, rows, tables_of
from rights_corpora import CC_BY, NC, NOAI, P, archive, page, recipe, robots_txt
from rights_corpora import rows as delivered
from run_helpers import run
from warc_samples import warc_record
from yurai.report.count_sources import overlapping
from yurai.report.merge import Facts
from yurai.report.merge_rights import Rights
from yurai.report.rights_page import licences
from yurai.report.sums import Entry
from yurai.sources.fetch import Shard
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [
    P("a", "https://open.example/a", foot=CC_BY),
    P("b", "https://open.example/b", foot=NC),
    P("c", "https://shut.example/c", head=NOAI),
    P("d", "https://shut.example/d", head='<meta name="robots" content="noindex">'),
    P("e", "https://notice.example/e", foot="<footer>&copy; The tide society. All rights reserved.</footer>"),
    P("f", "https://plain.example/f"),
    P("g", "https://half.example/g", headers=("TDM-Reservation: 1",)),
]
RULES = {
    "shut.example": "User-agent: GPTBot\nDisallow: /\n",
    "open.example": "User-agent: *\nAllow: /\n",
    "half.example": "User-agent: CCBot\nDisallow: /x/\n",
}
INFO = b"software: tide-crawler/2\r\nhttp-header-user-agent: tide\r\nrobots: obey\r\nisPartOf: tides-2024\r\n"
TOKENIZE = {"use": "tokenize", "tokenizer": "bytes"}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = tmp_path_factory.mktemp("rights")
    robots = [robots_txt(90 + at, host, rules) for at, (host, rules) in enumerate(RULES.items())]
    info = warc_record("warcinfo", 99, INFO, WARC_Date="2024-05-01T00:00:00Z")
    archive(folder / "first.warc.gz", [info, *robots, *(page(at, one) for at, one in enumerate(PAGES))])
    archive(folder / "second.warc.gz", [page(at, one._replace(text=one.text * 2)) for at, one in enumerate(PAGES[:2])])
    select = {"use": "select", "policy": "robots-asof", "require": ["display"]}
    run(folder / "out", [folder / "first.warc.gz", folder / "second.warc.gz"], recipe=recipe(select, TOKENIZE))
    return folder / "out", parsed(report(folder / "out"))


def card(page: Any, head: str) -> Any:
    [found] = [one for one in page.find_class("card") if [h.text_content() for h in one.iter("h3")][:1] == [head]]
    return found


def test_marks_stand_by_kind(judged: tuple[Path, Any]) -> None:
    out, page = judged
    heads = {
        "licence_claim": "Licence claims",
        "optout_signal": "Reservations and permissions",
        "search_signal": "Search signals",
        "notice": "Notices",
    }
    found = delivered(out, "evidence")
    assert {one["kind"] for one in found} == set(heads)
    for kind, head in heads.items():
        expected = Counter((one["norm"], one["channel"]) for one in found if one["kind"] == kind)
        said = {(row[0], row[1]): number(row[2]) for row in cells(tables_of(card(page, head))[0])}
        assert said == expected


@pytest.mark.parametrize(("kind", "norm", "said"), [
    ("notice", "", "in words of its own"), ("licence_claim", "", "not readable"), ("optout_signal", "", "not readable"),
    ("notice", "paywalled", "paywalled"), ("search_signal", "noindex", "noindex"),
])  # fmt: skip
def test_a_notice_is_never_called_unreadable(judged: tuple[Path, Any], kind: str, norm: str, said: str) -> None:
    rights = Rights(marks={kind: [Entry(f"{kind}\ttext\t{norm}", 3, 2, 0, 0)]}, mark_count={kind: 1})
    part = parsed(str(licences(load_run(open_store(str(judged[0]))), Facts(rights=rights))))
    assert cells(tables_of(part)[0]) == [[said, "text", "3", "2"]]


def test_verdicts_have_the_shares_of_the_files(judged: tuple[Path, Any]) -> None:
    out, page = judged
    kept = delivered(out)
    policy = {one["policy_id"] for one in kept}
    section = card(page, f"Verdicts of {policy.pop()}")
    shown = {(row[0], row[1]): (number(row[2]), row[3]) for row in cells(tables_of(section)[0])}
    whole, expected = sum(one["text_bytes"] for one in kept), {}
    for use, column in (
        ("train", "train_verdict"),
        ("display", "search_verdict"),
        ("redistribute", "redistribute_verdict"),
    ):
        for verdict in {one[column] for one in kept}:
            sizes = [one["text_bytes"] for one in kept if one[column] == verdict]
            expected[use, verdict] = (len(sizes), f"{100 * sum(sizes) / whole:.1f} %".replace(".0 %", " %"))
    assert shown == expected
    assert "Stage select dropped 1 rights:display-deny" in section.text_content()


def test_reasons_and_licences_are_those_of_the_files(judged: tuple[Path, Any]) -> None:
    out, page = judged
    kept = delivered(out)
    said = {row[0]: number(row[1]) for row in cells(tables_of(card(page, "Reasons"))[0])}
    assert sum(said.values()) == sum(
        len({line.split(" at ")[0] + line.split(" by ")[1] for line in one["verdict_reasons"]}) for one in kept
    )
    assert "deny train: tdm-header:tdm-reservation=1 by tdm-reservation" in said
    assert not any(" at #" in line or " at robots:" in line for line in said)
    licences_said = {row[0]: number(row[2]) for row in cells(tables_of(card(page, "Licences as concluded"))[0])}
    assert licences_said == Counter(one["concluded_spdx"] for one in kept)


def test_hosts_and_archives(judged: tuple[Path, Any]) -> None:
    _, page = judged
    robots = card(page, "robots.txt, as captured")
    assert "3 captures of 3 hosts" in robots.text_content()
    assert "3 with rules; 1 of them shut out an AI agent" in robots.text_content()
    assert {row[0]: (row[1], row[2]) for row in cells(tables_of(robots)[0])} == {
        "GPTBot": ("1", "0"),
        "CCBot": ("0", "1"),
    }
    crawls = card(page, "Crawls, as the archives say")
    assert cells(tables_of(crawls)[0]) == [["tide-crawler/2", "tide", "obey", "tides-2024", "1"]]
    assert "1 warcinfo record, written from 2024-05-01 to 2024-05-01" in crawls.text_content()


def test_sources_have_funnels_of_their_own(judged: tuple[Path, Any]) -> None:
    out, page = judged
    kept, dropped = delivered(out), delivered(out, "dropped")
    tokens = {one["doc_id"]: one["token_count"] for one in delivered(out, "shards")}
    expected = []
    for name in ("first.warc.gz", "second.warc.gz"):
        stay = [one["doc_id"] for one in kept if one["source"] == name]
        gone = [one for one in dropped if one["source"] == name]
        expected.append(
            [
                name,
                len(stay) + len(gone),
                len(stay),
                sum(one["outcome"] == "failed" for one in gone),
                sum(tokens[one] for one in stay),
            ]
        )
    assert [[row[0], *(number(cell or "0") for cell in row[1:5])] for row in rows(page, "sources")] == expected


def test_nothing_is_claimed_that_nobody_looked_for(judged: tuple[Path, Any], tmp_path: Path) -> None:
    text = judged[1].text_content()
    assert "Nothing looked for personal data" in text
    assert "what matched is written" not in text
    assert "No verdict on rights is given" not in text
    path = archive(tmp_path / "in.warc.gz", [page(0, PAGES[5])])
    plain = [{"use": "read"}, {"use": "extract", "evidence": False}]
    run(tmp_path / "out", [path], recipe=recipe({"use": "redact"}, before=plain))
    text = parsed(report(tmp_path / "out")).text_content()
    assert "Nothing looked for marks: stage extract ran with evidence = false." in text
    assert "what matched is written to no column" in text
    assert "None: the recipe has no stage select" in text
    assert "No verdict on rights is given: the recipe has no stage select" in text
    assert "No capture of a robots.txt is in these inputs." in text
    assert "The inputs hold no warcinfo record" in text


@given(st.lists(st.integers(0, 9), max_size=8), st.lists(st.integers(1, 9), max_size=8))
def test_token_shards_meet_the_files_of_their_pages(documents: list[int], shards: list[int]) -> None:
    """Whatever the cuts: a file meets the shards that hold its rows, all of them and no other."""
    rest = sum(documents) - sum(shards)
    shards = [*shards, rest] if rest > 0 else shards
    held = [Shard("", str(at), "", count, 0, "") for at, count in enumerate(shards)]
    places = [at for at, count in enumerate(shards) for _ in range(count)]
    first = 0
    for count, (skip, met) in zip(documents, overlapping(documents, held), strict=True):
        if sum(documents) != sum(shards) or not count:
            assert met == []
        else:
            assert [int(one.path) for one in met] == sorted(set(places[first : first + count]))
            assert skip == first - places.index(places[first])
        first += count
