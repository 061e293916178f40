"""Under any policy the audit follows each verdict, and finds one that was changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from manifests.forger import change_rows
from manifests.test_audit_edits import errors
from rights_corpora import CC_BY, EXACT, NC, NOAI, P, corpus, recipe, robots_txt, rows
from run_helpers import run
from yurai.run.rejudge import lines_of
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

LATER = "2025-01-01T00:00:00Z"
TDM = '<meta name="tdm-reservation" content="1">'
PAGES = [
    P("a", "https://a.example/", foot=CC_BY),
    P("a", "https://b.example/", head=NOAI, date=LATER),
    P("c", "https://shut.example/", foot=CC_BY),
    P("c", "https://open.example/", date=LATER),
    P("d", "https://d.example/", foot=NC),
    P("d", "https://e.example/", foot=CC_BY, date=LATER),
    P("f", "https://f.example/", head=TDM),
    P("g", "https://g.example/"),
    P("h", "https://h.example/", foot=f"{CC_BY} All rights reserved."),
    P("i", "https://ruled.example/", foot=NC),
    P("j", "https://over.example/", head=NOAI),
    P("k", "https://twice.example/", foot=CC_BY + NC),
    P("l", "https://header.example/", headers=("Content-Signal: search=yes, ai-train=no",)),
]
RULINGS = """
[[rule]]
domain = "ruled.example"
licence = "CC0-1.0"
reviewer = "A. Person"
date = 2026-01-05
evidence = "a letter"

[[rule]]
domain = "over.example"
train = "allow"
overrides = true
reviewer = "A. Person"
date = 2026-01-05
evidence = "a contract"
"""
DENY = "User-agent: GPTBot\nDisallow: /\n"
POLICIES = [
    "evidence-only",
    "robots-strictest",
    "robots-asof",
    "eu-dsm4-signals",
    "jp-30-4-signals",
    "open-licence-only",
]
NEAR = {"use": "near-dedup", "preset": "fineweb"}
SHAPES: dict[str, list[dict[str, Any]]] = {
    "after copies": [EXACT, {"use": "select"}],
    "with a cap": [EXACT, NEAR, {"use": "select", "rights_sensitive_max": 0.9}, {"use": "tokenize"}],
    "before copies": [{"use": "select"}, EXACT, {"use": "tokenize"}],
    "twice": [{"use": "select"}, EXACT, {"use": "select"}],
    "without evidence": [EXACT, {"use": "select"}],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    folder = tmp_path_factory.mktemp("verdicts")
    records = [robots_txt(90, "shut.example", DENY), robots_txt(91, "g.example", "")]
    source = corpus(folder / "in/x.warc.gz", PAGES, records)
    (folder / "rulings.toml").write_text(RULINGS)
    done: dict[tuple[str, str], Path] = {}

    def tree(policy: str, shape: str) -> Path:
        key = policy, shape
        if key not in done:
            done[key] = folder / f"{policy}-{shape}"
            given = {"policy": policy, "rulings": str(folder / "rulings.toml")}
            stages = [{**one, **given} if one["use"] == "select" else one for one in SHAPES[shape]]
            before = [{"use": "read"}, {"use": "extract", "evidence": shape != "without evidence"}]
            run(done[key], [source], recipe=recipe(*stages, before=before))
        return done[key]

    return tree


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("policy", POLICIES)
def test_what_select_writes_follows(made: Callable[[str, str], Path], policy: str, shape: str) -> None:
    tree = made(policy, shape)
    assert errors(tree) == []
    found = audit(open_store(str(tree))).findings
    assert "not-judged" not in [one.check for one in found]
    assert all(lines_of(row["verdict_reasons"]) is not None for row in rows(tree))


@pytest.mark.parametrize("column", ["train_verdict", "search_verdict", "redistribute_verdict", "concluded_spdx"])
@pytest.mark.parametrize("policy", POLICIES)
def test_another_verdict_is_found(made: Callable[[str, str], Path], policy: str, column: str, tmp_path: Path) -> None:
    """Of any document, whichever it was."""
    tree = Path(shutil.copytree(made(policy, "after copies"), tmp_path / "tree"))
    count = len(rows(tree))
    other = {"allow": "deny", "deny": "allow", "unknown": "allow"}

    def change(one: list[dict[str, Any]]) -> None:
        for row in one:
            row[column] = other.get(row[column], "GFDL-1.3-only")

    change_rows(tree, "documents", change)
    assert any(f"{count:,} rows have a {column} that does not follow" in one.message for one in errors(tree))


@pytest.mark.parametrize(
    ("column", "count"),
    [
        ([], 0),
        (["deny train: tdm-meta:1 at #0 by tdm-reservation"], 1),
        ([f"deny train,display: meta-robots:noai at #0 by noai of {'0' * 32}", "allow train: x: by y"], 2),
        (["unknown train: robots-txt:disallow:gptbot at robots:a b.warc@1 by robots of nobody"], None),
        ("deny train: a by b", None),
        (None, None),
        (["perhaps train: a by b"], None),
        (["deny train a by b"], None),
    ],
)
def test_reasons_are_read(column: object, count: int | None) -> None:
    found = lines_of(column)
    assert (found if found is None else len(found)) == count
