"""Domains for a person to rule on: what is listed, that it can be read back, and that a terminal obeys none of it."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rights_corpora import CC_BY, NOAI, P, by_url, corpus, recipe, rows
from run_helpers import run
from yurai.rights import load_rulings
from yurai.run.review import as_csv, as_toml, review
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

PAGES = [
    *(P(f"big {n}", f"https://www.big-site.com/{n}", foot=CC_BY if n % 2 else "") for n in range(25)),
    *(P(f"small {n}", f"https://small-site.org/{n}", head=NOAI) for n in range(3)),
    P(
        "odd",
        "https://odd-site.net/=x",
        head='<meta name="tdm-policy" content="https://odd-site.net/\x1b]0;owned\x07">',
    ),
]
SELECT = {"use": "select"}
TOKENIZE = {"use": "tokenize", "tokenizer": "bytes"}


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("review")
    source = corpus(folder / "in/x.warc.gz", PAGES)
    stages = {"bytes": [SELECT], "tokens": [SELECT, TOKENIZE], "bare": [],
              "counted": [{**SELECT, "rights_sensitive_max": 1.0}, TOKENIZE]}  # fmt: skip
    for name, behind in stages.items():
        run(folder / name, [source], recipe=recipe(*behind))
    return {name: folder / name for name in stages}


@pytest.mark.parametrize("name", ["bytes", "tokens", "bare", "counted"])
def test_the_largest_domains_come_first(trees: dict[str, Path], name: str) -> None:
    found = review(open_store(str(trees[name])), 2)
    documents = rows(trees[name])
    more = 1 if name in ("tokens", "counted") else 0  # bytes, and the end of document
    sizes = {
        domain: sum(row["text_bytes"] + more for row in documents if row["registrable_domain"] == domain)
        for domain in ("big-site.com", "small-site.org")
    }
    assert found.unit == ("tokens" if more else "text_bytes")
    assert [(one.name, one.size) for one in found.domains] == list(sizes.items())
    assert found.whole == sum(row["text_bytes"] + more for row in documents)
    big, small = found.domains
    assert (big.documents, len(big.pages), small.documents, len(small.pages)) == (25, 20, 3, 3)
    assert big.declared == {"none": 13, "CC-BY-4.0": 12}
    assert small.signals == {"meta-robots:noai": 3}
    assert all("noai" in one for one in small.statements)
    care = sum(row["text_bytes"] + more for row in documents if row["concluded_status"] != "granted")
    if name == "bare":
        assert found.care is None
    elif name != "tokens":
        assert found.care == pytest.approx(care / found.whole)
    if name != "bare":
        assert small.verdicts == {"deny": 3}


def test_the_draw_is_that_of_the_seed(trees: dict[str, Path]) -> None:
    store = open_store(str(trees["bytes"]))
    one, same, other = (review(store, 1, seed).domains[0].pages for seed in (0, 0, 1))
    assert one == same != other


@pytest.mark.parametrize("ending", ["toml", "csv"])
def test_rulings_are_read_back(yurai: Callable[..., Said], trees: dict[str, Path], tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"review.{ending}"
    said = yurai("rights", "review", trees["bytes"], "--top", "3", "--output", path)
    assert said.code == 0, said.err
    assert load_rulings(str(path)) == {}, "nothing is ruled on yet"
    text = path.read_text("utf-8")
    assert "\x1b" not in text
    assert "\x07" not in text
    if ending == "toml":
        asked = tomllib.loads(text)["rule"]
        ruled = text.replace('licence = ""', 'licence = "CC0-1.0"', 1).replace(
            'reviewer = ""', 'reviewer = "A. Person"', 1
        )
        ruled = ruled.replace("# date = ", "date = 2026-11-27", 1).replace(
            'evidence = ""', 'evidence = "https://x.example"', 1
        )
        path.write_text(ruled, "utf-8")
    else:
        asked = list(csv.DictReader(text.splitlines()))
        fields = dict(
            asked[0], licence="CC0-1.0", reviewer="A. Person", date="2026-11-27", evidence="https://x.example"
        )
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(fields))
            writer.writeheader()
            writer.writerows([fields, *asked[1:]])
    assert [one["domain"] for one in asked] == ["big-site.com", "small-site.org", "odd-site.net"]
    out = tmp_path / "out"
    run(out, [trees["bytes"].parent / "in/x.warc.gz"], recipe=recipe({**SELECT, "rulings": str(path)}))
    concluded = by_url(out, "concluded_spdx")
    assert {concluded[f"https://www.big-site.com/{n}"] for n in range(25)} == {"CC0-1.0"}
    assert set(by_url(out, "domain_rule_id").values()) == {"big-site.com", None}


def test_a_file_that_is_there_is_not_written_over(
    yurai: Callable[..., Said], trees: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "review.toml"
    path.write_text("mine", "utf-8")
    said = yurai("rights", "review", trees["bytes"], "--output", path)
    assert (said.code, path.read_text("utf-8")) == (2, "mine")
    said = yurai("rights", "review", trees["bytes"], "--output", tmp_path / "review.json")
    assert (said.code, ".toml or .csv" in said.err) == (2, True)


def test_a_terminal_obeys_nothing_of_a_page(yurai: Callable[..., Said], trees: dict[str, Path]) -> None:
    said = yurai("rights", "review", trees["bytes"])
    assert said.code == 0, said.err
    assert "big-site.com" in said.out
    assert "\x1b" not in said.out


def test_a_spreadsheet_computes_nothing_of_a_page(trees: dict[str, Path]) -> None:
    from dataclasses import replace

    found = review(open_store(str(trees["bytes"])), 3)
    found.domains[0].statements[:] = ['=HYPERLINK("https://x.example")']
    found.domains[1].pages[:] = [("", "+1")]
    named = replace(found, domains=(replace(found.domains[2], name="@sum"), *found.domains[:2]))
    cells = [cell for line in csv.reader(as_csv(named).splitlines()) for cell in line]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert tomllib.loads(as_toml(named))["rule"][0]["domain"] == "@sum"
