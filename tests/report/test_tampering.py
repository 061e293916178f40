"""Signals of tampering are found where they were planted, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import yurai
from rights_corpora import CC_BY, P, corpus, recipe
from run_helpers import run

if TYPE_CHECKING:
    from pathlib import Path

    from yurai.api.tree import Tree

LONG_AGO, SHORTLY, NOW = "2024-01-01T00:00:00Z", "2024-12-20T00:00:00Z", "2025-01-01T00:00:00Z"
MANY = 6
JAPANESE = "<p>" + "港の市場では、朝早くから魚と野菜が売られています。町の人々は毎日ここに集まります。" * 8 + "</p>"


def pages() -> list[P]:
    """A burst over young domains and one over old ones, a late change among ordinary ones, a flip, a new claim."""
    numbers = range(MANY)
    return [
        *(P(f"young{n}", f"https://young{n}.example/", date=SHORTLY) for n in numbers),
        *(P("storm", f"https://young{n}.example/storm", date=NOW) for n in numbers),
        *(P(f"old{n}", f"https://old{n}.example/", date=LONG_AGO) for n in numbers),
        *(P("wire", f"https://old{n}.example/wire", date=NOW) for n in numbers),
        P("before", "https://late.example/x", date=SHORTLY),
        P("swapped", "https://late.example/x", date=NOW),
        P("swapped", "https://helper.example/y", date=NOW),
        P("monday", "https://news.example/x", date=SHORTLY),
        P("tuesday", "https://news.example/x", date=NOW),
        P("claimed", "https://claim.example/x", date=SHORTLY),
        P("claimed", "https://claim.example/x", foot=CC_BY, date=NOW),
        *(P(f"english{n}", f"https://flip.example/{n}", date=LONG_AGO) for n in numbers),
        *(P("", f"https://flip.example/ja{n}", foot=JAPANESE + f"<p>第{n}号です。</p>", date=NOW) for n in numbers),
    ]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A finished tree over the planted pages."""
    folder: Path = tmp_path_factory.mktemp("tampering")
    (folder / "in").mkdir()
    corpus(folder / "in" / "pages.warc.gz", pages())
    run(folder / "out", [folder / "in"], recipe=recipe({"use": "dedup", "method": "exact"}, {"use": "tokenize"}))
    return yurai.open(folder / "out")


def asked(tree: Tree, name: str, **params: object) -> list[dict[str, Any]]:
    """Rows of a named query."""
    return tree.query(name, params).to_pylist()


def test_bursts_over_young_domains(tree: Tree) -> None:
    (burst,) = asked(tree, "young-bursts")
    assert (burst["domains"], burst["young"]) == (MANY, MANY)
    assert burst["examples"][0] == "https://young0.example/storm"
    assert asked(tree, "young-bursts", domains=MANY + 1) == []
    assert asked(tree, "young-bursts", days=200) == []  # the tree has not looked for so long that it could tell


def test_texts_that_changed_late(tree: Tree) -> None:
    (late,) = asked(tree, "changed-late")
    assert (late["url"], late["days"], late["other_domains"]) == ("https://late.example/x", 12, 1)
    assert {row["url"] for row in asked(tree, "changed-late", similar=0)} == {late["url"], "https://news.example/x"}
    assert asked(tree, "changed-late", days=11) == []


def test_domains_that_flipped(tree: Tree) -> None:
    (flip,) = asked(tree, "flipped-domains")
    assert (flip["domain"], flip["what"], flip["before"], flip["after"]) == ("flip.example", "language", "en", "ja")
    assert asked(tree, "flipped-domains", pages=MANY + 1) == []


def test_claims_that_are_new(tree: Tree) -> None:
    (claim,) = asked(tree, "new-claims")
    assert (claim["url"], claim["spdx_before"], claim["spdx"]) == ("https://claim.example/x", None, "CC-BY-4.0")
    assert claim["same_text"] is True


def test_years_add_up(tree: Tree) -> None:
    rows = asked(tree, "years")
    kept = tree.manifest.totals.kept
    for of in ("captured", "stated"):
        assert sum(row["documents"] for row in rows if row["of"] == of) == kept
    assert {row["year"] for row in rows if row["of"] == "captured"} == {"2024", "2025"}
    assert [row["year"] for row in rows if row["of"] == "stated"] == [None]
