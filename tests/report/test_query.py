"""Each named query finds what was planted, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import yurai
import yurai_manifests.exports  # noqa: F401 - importing declares them
from query_trees import BURST
from yurai.cli.commands import PLACES, as_command, load
from yurai.engine.local import LocalRunner
from yurai.report.query import ELSEWHERE, queries, sql_of
from yurai.rights import shipped
from yurai.run.takedown.decide import Order, decided
from yurai.run.takedown.driver import take_down
from yurai.run.takedown.selectors import selector
from yurai_manifests.errors import RecipeError
from yurai_manifests.export import EXPORTS
from yurai_manifests.store import open_store
from yurai_manifests.takedown.pending import put_pending

if TYPE_CHECKING:
    from query_trees import Trees
    from yurai.api.tree import Tree

ROOT = Path(__file__).resolve().parents[2]
KEPT = {
    *(f"https://{host}.example/" + path for host, path in
      (("by", "a"), ("nc", "n"), ("origin", "g"), ("r1", "d"), ("res", "e"), ("plain", "f"), ("sa", "m"), ("both", "x"))),
    *(f"https://{host}.example/o" for host in ("bad", "nodigest", "cut")),
}  # fmt: skip
"""Pages of the newer tree that are certain to be kept; of the burst one is."""


@pytest.fixture
def tree(planted: Trees) -> Tree:
    return yurai.open(planted.new)


def asked(tree: Tree, query: str, /, **params: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tree.query(query, params).to_pylist()
    return rows


def test_what_is_kept_is_what_was_planted(tree: Tree) -> None:
    kept = {row["url"] for row in tree.documents.to_table(columns=["url"]).to_pylist()}
    assert kept > KEPT
    (burst,) = kept - KEPT
    assert burst.endswith(".example/s")


def test_licences_by_tokens_and_how_far_they_are_known(tree: Tree) -> None:
    by = {(row["licence"], row["status"]): row for row in asked(tree, "licence-tokens")}
    counts = {key: row["documents"] for key, row in by.items()}
    granted = {(name, "granted"): count for name, count in
               (("CC-BY-4.0", 2), ("CC-BY-NC-4.0", 2), ("CC-BY-SA-4.0", 1))}  # fmt: skip
    assert {key: count for key, count in counts.items() if key[1] == "granted"} == granted
    assert counts["NOASSERTION", "conflict"] == 1
    assert sum(row["tokens"] for row in by.values()) == tree.manifest.totals.tokens
    measured = by["CC-BY-SA-4.0", "granted"]
    assert measured["measured_documents"] == 1
    assert 0 < measured["tokens_low"] < measured["tokens_high"] < measured["tokens"] == measured["measured_tokens"]
    ruled = by["CC-BY-4.0", "granted"]
    assert ruled["measured_documents"] < ruled["documents"]


def test_conclusions_that_are_not_declarations(tree: Tree) -> None:
    found = {row["url"]: (row["declared"], row["concluded"], row["rule"]) for row in asked(tree, "declared-differs")}
    assert found == {
        "https://plain.example/f": (None, "CC-BY-4.0", "asked"),
        "https://both.example/x": (None, "NOASSERTION", None),
    }


def test_evidence_of_a_page_that_is_kept_and_of_one_that_is_not(tree: Tree) -> None:
    (mark,) = asked(tree, "evidence", page="https://by.example/a")
    assert (mark["channel"], mark["norm"], mark["concluded"]) == ("rel-license", "CC-BY-4.0", "CC-BY-4.0")
    assert mark["decided_by"].startswith("evidence-only@")
    assert asked(tree, "evidence", page=mark["doc_id"]) == [mark]
    (ruled,) = asked(tree, "evidence", page="https://plain.example/f")
    assert (ruled["kind"], ruled["decided_by"]) == (None, "asked")
    (copy,) = asked(tree, "evidence", page="https://copy.example/g")
    assert (copy["outcome"], copy["declared"]) == ("dropped dedup exact-duplicate", "CC-BY-4.0")
    assert asked(tree, "evidence", page="https://nowhere.example/") == []


def test_clusters_whose_copies_disagree(tree: Tree) -> None:
    found = {row["kept_url"]: (row["licences"], row["copies_say"]) for row in asked(tree, "cluster-conflicts")}
    assert found == {
        "https://origin.example/g": (["CC-BY-4.0", "CC-BY-NC-4.0"], None),
        "https://r1.example/d": (None, ["meta-robots: noai"]),
    }


def test_reservations_that_were_kept(tree: Tree) -> None:
    found = {row["url"]: row for row in asked(tree, "reserved-kept")}
    assert found.keys() == {"https://res.example/e", "https://r1.example/d"}
    assert found["https://res.example/e"]["says"] == ["meta-robots: noai"]
    assert {row["train"] for row in found.values()} == {"deny"}
    assert {row["why"] for row in found.values()} == {"denied, but stage select requires no use"}


def test_domains_by_size(tree: Tree) -> None:
    rows = asked(tree, "top-domains")
    assert [row["rank"] for row in rows] == list(range(1, 13))
    assert [row["text_bytes"] for row in rows] == sorted((row["text_bytes"] for row in rows), reverse=True)
    assert [row["in_top_10_percent"] for row in rows].count(True) == 2
    assert [row["in_top_5_percent"] for row in rows].count(True) == 1
    assert sum(row["tokens"] for row in rows) == tree.manifest.totals.tokens


def test_whom_to_credit(tree: Tree) -> None:
    rows = {row["url"]: row for row in asked(tree, "attribution")}
    assert rows.keys() == {f"https://{name}" for name in
                           ("by.example/a", "nc.example/n", "origin.example/g", "plain.example/f", "sa.example/m")}  # fmt: skip
    credit = rows["https://by.example/a"]
    assert (credit["name"], credit["name_url"], credit["complete"]) == ("Ada Aoki", "https://by.example/", True)
    assert not rows["https://nc.example/n"]["complete"]
    assert all(row["concluded"] for row in rows.values())
    assert {row["url"] for row in asked(tree, "attribution", licence="%NC%")} == {
        "https://nc.example/n",
        "https://origin.example/g",
    }


@pytest.mark.parametrize(
    ("key", "urls", "matched"),
    [
        ("https://copy.example/g", {"https://copy.example/g"}, "url"),
        ("R2.example", {"https://r2.example/d"}, "domain"),
        ("ada aoki", {"https://by.example/a"}, "author"),
        ("https://absent.example/", set(), ""),
        ("y.example", set(), ""),
    ],
)
def test_presence(tree: Tree, key: str, urls: set[str], matched: str) -> None:
    rows = asked(tree, "presence", key=key)
    assert {row["url"] for row in rows} == urls
    assert all(row["matched"] == [matched] for row in rows)


def test_presence_by_text_finds_all_copies(tree: Tree) -> None:
    table = tree.documents.to_table(columns=["url", "text_sha256", "payload_sha256"]).to_pylist()
    row = next(row for row in table if row["url"] == "https://origin.example/g")
    copies = asked(tree, "presence", key=row["text_sha256"])
    assert [(one["outcome"], one["url"]) for one in copies] == [
        ("kept", "https://origin.example/g"),
        ("dropped", "https://copy.example/g"),
    ]
    assert [one["url"] for one in asked(tree, "presence", key=row["payload_sha256"])] == ["https://origin.example/g"]


def test_the_waterfall_reconciles(tree: Tree) -> None:
    rows = asked(tree, "waterfall")
    assert [row["stage"] for row in rows] == [str(stage["use"]) for stage in tree.manifest.stages]
    assert all(row["reconciles"] for row in rows)
    assert {row["stage"]: row["dropped"] for row in rows if row["dropped"]} == {"read": 2, "filter": 1, "dedup": 7}


def test_records_to_doubt(tree: Tree) -> None:
    rows = asked(tree, "doubtful-records")
    by = {row["url"]: set(row["doubts"]) for row in rows}
    assert "digest does not match" in by["https://bad.example/o"]
    assert "no digest" in by["https://nodigest.example/o"]
    assert "truncated: length" in by["https://cut.example/o"]
    unmatched = {url for url, doubts in by.items() if "no robots.txt" in doubts}
    assert "https://nc.example/n" in unmatched
    assert not unmatched & {"https://by.example/a", "https://res.example/e"}


def test_hosts_that_closed_to_robots(planted: Trees, tree: Tree) -> None:
    def changed(later: Tree, earlier: Path) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = later.query("robots-changed", against=earlier).to_pylist()
        return rows

    (closed,) = changed(tree, planted.old)
    assert (closed["host"], closed["closed_to"], closed["opened_to"]) == ("res.example", ["*"], [])
    assert (closed["documents"], closed["tokens"]) == (1, next(
        row["tokens"] for row in asked(tree, "reserved-kept") if row["url"] == "https://res.example/e"
    ))  # fmt: skip
    (opened,) = changed(yurai.open(planted.old), planted.new)
    assert (opened["closed_to"], opened["opened_to"]) == ([], ["*"])
    assert changed(tree, planted.new) == []
    with pytest.raises(RecipeError, match="give --against"):
        tree.query("robots-changed")


def test_what_a_version_touched(tree: Tree) -> None:
    everything = {row["url"] for row in tree.query(sql="SELECT url FROM candidates").to_pylist()}
    robots = {url for url in everything if url.endswith("robots.txt")}
    by_rule = {row["url"]: row["how"] for row in asked(tree, "touched-by", name="length", version="1")}
    assert by_rule.keys() == everything - robots
    assert [url for url, how in by_rule.items() if how == ["decided", "judged"]] == ["https://short.example/o"]
    assert asked(tree, "touched-by", name="length", version="999") == []
    dedup = {row["url"]: row["how"] for row in asked(tree, "touched-by", name="dedup")}
    assert dedup.keys() == everything - robots - {"https://short.example/o"}
    assert {url for url, how in dedup.items() if "decided" in how} > {"https://copy.example/g", "https://r2.example/d"}
    marks = {row["url"] for row in asked(tree, "touched-by", name="yurai-evidence") if row["how"] == ["found"]}
    assert marks >= {"https://by.example/a", "https://copy.example/g", "https://res.example/e"}
    made = tree.extracted.to_table(columns=["url", "extractor", "extractor_version"]).to_pylist()
    one = made[0]["extractor"], made[0]["extractor_version"]
    extracted = asked(tree, "touched-by", name=one[0], version=one[1])
    assert {row["url"] for row in extracted if "extracted" in row["how"]} == {
        row["url"] for row in made if (row["extractor"], row["extractor_version"]) == one
    }


def test_personal_data_that_was_masked(tree: Tree) -> None:
    row = {"kind": "email", "pages": 1, "removals": 2, "kept_pages": 1, "kept_removals": 2}
    assert asked(tree, "pii-removals") == [row]


def test_bursts_of_one_text(planted: Trees, tree: Tree) -> None:
    (burst,) = asked(tree, "bursts")
    assert (burst["copies"], burst["domains"], burst["new_domains"], burst["kept"]) == (BURST, BURST, None, 1)
    assert burst["examples"] == [f"https://b{number}.example/s" for number in range(3)]
    (against,) = tree.query("bursts", against=planted.old).to_pylist()
    assert against["new_domains"] == BURST
    assert asked(tree, "bursts", domains=BURST + 1) == []
    assert {row["domains"] for row in asked(tree, "bursts", domains=2)} == {2, BURST}
    (new,) = tree.query("new-domains", against=planted.old).to_pylist()
    assert new["example"] in {f"https://b{number}.example/s" for number in range(BURST)}
    assert (new["documents"], new["first_captured"]) == (1, "2024-05-06T07:08:09Z")
    gone = yurai.open(planted.old).query("new-domains", against=planted.new).to_pylist()
    assert [row["domain"] for row in gone] == ["gone.example"]


def test_takedowns_done_and_pending_and_what_is_left_of_them(planted: Trees, tmp_path: Path) -> None:
    out, mirror = (Path(shutil.copytree(planted.new, tmp_path / name)) for name in ("out", "mirror"))

    def order(case: str, host: str, received: str) -> Order:
        chosen = (selector("domain", f"{host}.example"),)
        return Order(case, "contract", chosen, bytes(32), received=received, decided="2026-03-11")

    done = take_down(str(out), order("7", "by", "2026-03-01"), LocalRunner(1))
    pending, _ = decided(open_store(str(out)), order("8", "nc", "2026-02-28"))
    put_pending(open_store(str(out)), pending)
    tree = yurai.open(out)
    known = {row["case"]: (row["state"], row["days"]) for row in asked(tree, "takedowns", today="2026-03-30")}
    assert known == {"7": ("done", 10), "8": ("pending", 30)}
    assert [row["case"] for row in asked(tree, "takedowns", today="2026-03-30", over=10)] == ["8"]
    first = next(row for row in asked(tree, "takedowns") if row["case"] == "7")
    assert (first["documents"], first["tokens"]) == (len(done.tombstone["documents"]), done.tombstone["tokens"])
    rows = tree.query("takedown-left", {}, against=mirror).to_pylist()
    gone = {(row["case"], row["tree"]): (row["known"], row["gone"]) for row in rows}
    assert gone == {
        ("7", "this"): ("yes", "yes"),
        ("7", "other"): ("no", "no"),
        ("8", "this"): ("yes", "no"),
        ("8", "other"): ("no", "no"),
    }
    left = next(row for row in rows if (row["case"], row["tree"]) == ("7", "other"))
    assert left["documents_left"] == first["documents"]
    assert [row["tree"] for row in asked(tree, "takedown-left", case_id="7")] == ["this"]
    assert asked(yurai.open(mirror), "takedowns") == asked(yurai.open(mirror), "takedown-left") == []


def test_every_query_is_tested_here_and_says_what_it_takes() -> None:
    text = "".join(path.read_text("utf-8") for path in (Path(__file__), Path(__file__).with_name("test_tampering.py")))
    for name, query in queries().items():
        assert f'"{name}"' in text
        assert sql_of(name).startswith(("SELECT", "WITH"))
        assert {one.name for one in query.parameters} == set(re.findall(r"\$(\w+)", query.sql))
        assert query.help
        assert len(query.about) < 110


def test_commands_that_answer_are_commands() -> None:
    for one in ELSEWHERE:
        _, name, *rest = one.command.split()
        assert name in PLACES
        command = as_command(name, load(name))
        if hasattr(command, "commands"):
            command = command.commands[rest.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options, one.command
        assert name != "export" or rest[1] in EXPORTS
        assert not [
            rest[at + 1] for at, word in enumerate(rest) if word == "--policy" and rest[at + 1] not in shipped()
        ]


def test_wrong_calls_are_told(tree: Tree) -> None:
    for name, params, said in (
        ("no-such", {}, "no query is called"),
        ("evidence", {}, "needs --param page"),
        ("evidence", {"pages": "x"}, "has no parameter 'pages'"),
    ):
        with pytest.raises(RecipeError, match=said):
            tree.query(name, params)
    with pytest.raises(RecipeError, match="takes a name"):
        tree.query()


def test_the_page_names_every_query() -> None:
    page = (ROOT / "docs/queries.md").read_text("utf-8")
    assert [name for name in queries() if f"query `{name}`" not in page] == []
