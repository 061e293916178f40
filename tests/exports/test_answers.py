"""What people answer: it stands where it was asked, and what nobody answered is named, never made up."""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from run_helpers import run
from sample_expectations import SAMPLE
from yurai.api.tree import open as open_tree
from yurai.run.recipe import make_recipe
from yurai_manifests.export import EXPORTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]

FORMS = ("eu-summary", "ab2013", "principle-code")
PLANTED = "https://pLANTEDuser:pLANTEDword@lab.example/terms?sig=pLANTEDsig"


@pytest.mark.parametrize("name", FORMS)
def test_the_lint_of_a_form_is_a_file_to_fill_in(name: str, demo_tree: Path, tmp_path: Path, yurai: Yurai) -> None:
    empty = yurai("export", demo_tree, name)
    lines = empty.out.rpartition("`--with FILE`:\n\n")[2]
    given = tmp_path / "answers.toml"
    given.write_text(lines, "utf-8")
    keys = list(tomllib.loads(lines))
    assert keys == [one.key for one in open_tree(demo_tree).export_questions(name)]
    assert empty.err.strip().endswith(", ".join(keys))
    assert yurai("export", demo_tree, name, "--with", given) == empty  # an empty answer is none
    given.write_text("".join(f'{key} = "so says {key}."\n' for key in keys), "utf-8")
    filled = yurai("export", demo_tree, name, "--with", given)
    assert (filled.code, filled.err) == (0, "")
    for key in keys:
        assert f"so says {key.replace('_', chr(92) + '_')}." in filled.out
        assert f"`{key}`" not in filled.out


def test_the_json_of_the_summary_tells_who_said_what(demo_tree: Path) -> None:
    value = json.loads("".join(open_tree(demo_tree).export("eu-summary-json", {"provider": "A Lab"})))
    fields = {one["label"]: one for section in value["sections"] for one in section["fields"]}
    assert fields["Provider name and contact"] == {
        "label": "Provider name and contact",
        "from_manifest": None,
        "key": "provider",
        "answer": "A Lab",
    }
    assert "provider" not in [one["key"] for one in value["missing"]]


def test_domains_are_ranked_and_the_summary_names_the_top_and_the_file(demo_tree: Path) -> None:
    text = "".join(open_tree(demo_tree).export("eu-domains"))
    rows = [*csv.DictReader(text.splitlines())]
    table = pq.read_table(
        demo_tree / "documents", columns=["registrable_domain", "text_bytes", "body_bytes"]
    ).to_pylist()
    sizes: dict[str, list[int]] = {}
    for row in table:
        both = sizes.setdefault(row["registrable_domain"], [0, 0])
        both[0] += row["text_bytes"]
        both[1] += row["body_bytes"]
    by_text = sorted(sizes, key=lambda one: (-sizes[one][0], one))
    by_pages = sorted(sizes, key=lambda one: (-sizes[one][1], one))
    assert [row["domain"] for row in rows] == by_text
    assert [row["domain"] for row in sorted(rows, key=lambda one: int(one["rank_payload"]))] == by_pages
    value = json.loads("".join(open_tree(demo_tree).export("eu-summary-json")))
    fields = {one["label"]: one for section in value["sections"] for one in section["fields"]}
    top = -(-len(sizes) // 10)
    assert fields[f"Top 10 % by bytes of kept text ({top})"]["names"] == by_text[:top]
    assert fields[f"Top 10 % by bytes of pages ({top})"]["names"] == by_pages[:top]
    assert hashlib.sha256(text.encode()).hexdigest() in fields["Domains"]["from_manifest"]


@pytest.mark.parametrize(
    ("name", "answers", "said"),
    [
        ("eu-summary", 'provder = "x"', "provder"),
        ("sources", 'provider = "x"', "asks for nothing"),
        ("eu-summary", "provider = {a = 1}", "provider"),
        ("eu-summary", "provider", "TOML"),
        ("ro-crate", 'creator = "x"', "published"),
        ("ro-crate", 'published = "soon"', "2026-01-31"),
        ("spdx", "created = 2026-11-28T09:00:00", "zone"),
        ("spdx", 'created = "2026-11-28"', "2026-01-31T09:00:00Z"),
        ("croissant", 'url = "no address"', "https://"),
    ],
)
def test_a_wrong_answer_is_one_clear_error(
    name: str, answers: str, said: str, demo_tree: Path, tmp_path: Path, yurai: Yurai
) -> None:
    given, made = tmp_path / "answers.toml", tmp_path / "made"
    given.write_text(answers, "utf-8")
    ended = yurai("export", demo_tree, name, "--with", given, "--output", made)
    assert ended.code == 2
    assert said in ended.err
    assert not made.exists()


def test_times_of_another_zone_are_told_in_utc(demo_tree: Path, tmp_path: Path) -> None:
    given = tmp_path / "answers.toml"
    given.write_text("created = 2026-11-28T18:00:00+09:00", "utf-8")
    graph = json.loads("".join(open_tree(demo_tree).export("spdx", given)))["@graph"]
    assert graph[0]["created"] == "2026-11-28T09:00:00Z"


def test_nothing_planted_leaves(tmp_path: Path) -> None:
    stage = [{"use": "read"}, {"use": "extract"}]
    source = [{"match": "*.jsonl", "name": "rows", "terms_url": PLANTED, "licence": "CC0-1.0"}]
    recipe = make_recipe(
        {"name": f"as {PLANTED}", "about": f"see {PLANTED} \x1b[31m", "stage": stage, "source": source}, where="a test"
    )
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"text": "The tide comes in. " * 40, "url": PLANTED}) + "\n")
    run(tmp_path / "out", [rows, SAMPLE / "sample.arc"], recipe=recipe)
    tree = open_tree(tmp_path / "out")
    given = {"ro-crate": {"published": "2026-11-28"}, "spdx": {"created": "2026-11-28T09:00:00Z"}}
    asked = [name for name, one in EXPORTS.items() if one.folder is None and one.write.__module__.startswith("yurai_")]
    for name in asked:
        text = "".join(tree.export(name, given.get(name)))
        assert not [secret for secret in ("pLANTEDuser", "pLANTEDword", "pLANTEDsig", "\x1b") if secret in text], name
