"""Who edits a field of run.json and seals it anew contradicts the last step, and what rows and tasks say."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from manifests.forger import Rows, change_rows, put, seal, seal_alone
from manifests.test_audit_edits import edits, errors, value_of, words
from rights_corpora import CC_BY, NOAI, P, archive, corpus, recipe, robots_txt
from run_helpers import assert_whole
from warc_samples import warc_record
from yurai.engine.local import LocalRunner
from yurai.run.run import run_recipe
from yurai.run.side import find_sides
from yurai.sources.find import find_sources
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import AuditError, ContractError
from yurai_manifests.run import load_run
from yurai_manifests.seal import SEAL
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

LATER = "2025-01-01T00:00:00Z"
DENY = "User-agent: GPTBot\nDisallow: /\n"
PAGES = [
    *(P(f"open {n}", f"https://open{n}.example/", foot=CC_BY) for n in range(14)),
    P("a", "https://a.example/", foot=CC_BY),
    P("a", "https://copy.example/", head=NOAI, date=LATER),
    P("c", "https://silent.example/"),
]
STAGES: list[dict[str, Any]] = [
    {"use": "dedup", "method": "exact"},
    {"use": "near-dedup", "preset": "fineweb"},
    {"use": "select", "policy": "evidence-only", "rights_sensitive_max": 0.9},
    {"use": "tokenize", "tokenizer": "bytes"},
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with copies, verdicts, a cap, tokens, captures of its own and of a side input, and a warcinfo record."""
    folder = tmp_path_factory.mktemp("sealed")
    info = warc_record("warcinfo", 0, b"software: sample\r\n", WARC_Target_URI="")
    source = corpus(folder / "in/x.warc.gz", PAGES, [info, robots_txt(90, "a.example", DENY)])
    away = [robots_txt(91, "b.example", DENY), robots_txt(92, "c.example", DENY)]
    side = archive(folder / "side/robots.warc.gz", away)
    sides = find_sides([f"robots={side}"])
    ended = run_recipe(recipe(*STAGES), find_sources([str(source)]), str(folder / "out"), LocalRunner(1), sides=sides)
    assert_whole(folder / "out", ended.digest)
    assert errors(folder / "out") == []
    return folder / "out"


@pytest.fixture
def tree(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "tree"))


def test_every_single_edit_is_named_after_sealing_again(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contents are not read: the last step alone names the field."""
    monkeypatch.setattr("yurai_manifests.audit.case.FULL_HASH_BYTES", 0)
    monkeypatch.setattr("yurai_manifests.audit.CHECKS", _without_contents())
    tree = Path(shutil.copytree(made, tmp_path / "tree"))
    value, kinds, wrong = value_of(tree), Counter[str](), []
    for kind, path, new in edits({name: value[name] for name in value if name != SEAL}):
        kinds[kind] += 1
        try:
            seal_alone(tree, new)
            text = words(tree)
        except (AuditError, ContractError) as error:
            text = str(error)
        if str(path[0]) not in text and not (path[0] == "steps" and "stages/" in text):  # a step that is not there
            wrong.append((kind, path, text))
    assert wrong == []
    assert kinds.total() > 1500
    assert len(kinds) == 6


def _without_contents() -> tuple[Any, ...]:
    from yurai_manifests.audit.identities import check_plan
    from yurai_manifests.audit.seals import check_seal, check_sealed
    from yurai_manifests.audit.steps import check_steps

    return check_seal, check_plan, check_steps, check_sealed


def test_a_run_without_its_last_step(tree: Path) -> None:
    value = value_of(tree)
    value["steps"].pop()
    seal_alone(tree, value)
    assert "the last of its steps is not the one that seals it" in words(tree)


def test_an_older_tree_had_no_such_step(tree: Path) -> None:
    value = value_of(tree) | {"schema_version": "1.4.0"}
    value["steps"].pop()
    seal_alone(tree, value)
    assert "seals it" not in words(tree)


def changed(tree: Path, folder: str, change: Callable[[Rows], object]) -> str:
    """What the audit says of rows that were changed, all above them hashed again, Merkle roots left alone."""
    change_rows(tree, folder, change)
    return "\n".join(f"{one.where}: {one.message}" for one in errors(tree) if one.check != "roots")


def every(**values: object) -> Callable[[Rows], object]:
    return lambda rows: [row.update(values) for row in rows[:14]]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"concluded_spdx": "CC0-1.0"}, "concluded_spdx"),
        ({"concluded_spdx": "CC0-1.0", "concluded_status": "granted"}, "concluded_spdx"),
        ({"concluded_status": "conflict"}, "concluded_status"),
        ({"licence_confidence": 0.5}, "licence_confidence"),
        ({"licence_scope": "site"}, "licence_scope"),
        ({"domain_rule_id": "somebody"}, "domain_rule_id"),
        ({"policy_id": "open-licence-only@1"}, "policy_id"),
        ({"robots_ref": "x.warc.gz:0"}, "robots_ref"),
        ({"train_verdict": "deny"}, "train_verdict"),
        ({"search_verdict": "deny"}, "search_verdict"),
        ({"redistribute_verdict": "deny"}, "redistribute_verdict"),
        ({"train_verdict": None}, "train_verdict"),
        ({"verdict_reasons": None}, "verdict_reasons"),
        ({"verdict_reasons": ["it is so"]}, "verdict_reasons"),
        ({"verdict_reasons": ["allow train: rel-license:CC0-1.0 at #0 by licence.public-domain"]}, "verdict_reasons"),
        ({"token_count": 1}, "token_count"),
    ],
)
def test_a_verdict_follows_from_the_evidence(change: dict[str, object], column: str, tree: Path) -> None:
    assert f"have a {column} that does not follow" in (text := changed(tree, "documents", every(**change))) or (
        f"another {column} than in shards/" in text
    )


def test_a_forger_of_fourteen_licences_with_their_conclusions(tree: Path) -> None:
    reasons = ["allow train,display,redistribute: rel-license:CC0-1.0 at #0 by licence.public-domain"]
    change = every(declared_spdx="CC0-1.0", concluded_spdx="CC0-1.0", verdict_reasons=reasons)
    text = changed(tree, "documents", change)
    assert "14 rows have another declared_spdx than in extracted/" in text
    assert "14 rows have a verdict_reasons that does not follow" in text


def test_a_copy_that_restricts_is_heard_and_cannot_be_silenced(tree: Path) -> None:
    def silence(rows: Rows) -> None:
        row = next(row for row in rows if row["url"] == "https://a.example/")
        assert row["train_verdict"] == "deny"
        assert " of " in row["verdict_reasons"][-1]
        row["train_verdict"] = "allow"

    assert "1 rows have a train_verdict that does not follow" in changed(tree, "documents", silence)


CAPTURES = {
    "another outcome": (lambda rows: rows[0].update(outcome="none"), "outcome rules"),
    "one fewer of the input": (lambda rows: rows.pop(0), "0 captures of input"),
    "one fewer of the side": (lambda rows: rows.pop(), "1 captures of side, 2 by the tasks"),
    "one twice": (lambda rows: rows.append(rows[-1]), "3 captures of side, 2 by the tasks"),
    "given otherwise": (lambda rows: rows[0].update(given="side"), "source_sha256 that no task read"),
    "of another side file": (lambda rows: rows[-1].update(source_sha256="0" * 64), "source_sha256 that no task read"),
    "at another place": (lambda rows: rows[-1].update(warc_offset=1), "doc_id that is not of their source"),
}


@pytest.mark.parametrize("name", CAPTURES)
def test_captures_are_those_that_tasks_wrote(name: str, tree: Path) -> None:
    change, due = CAPTURES[name]
    assert due in changed(tree, "robots", change)


def test_warcinfo_rows_are_those_that_were_counted(tree: Path) -> None:
    counted = load_run(open_store(str(tree))).value["totals"]["other_records"]
    text = changed(tree, "warcinfo", lambda rows: rows.pop())
    assert counted["warcinfo"] == 1
    assert "0 rows, 1 warcinfo records by the tasks" in text


def side_of_run(tree: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Edit `sources.side`, the last step and the seal with it."""
    value = value_of(tree)
    change(value["sources"])
    seal(tree, value)
    return words(tree)


@pytest.mark.parametrize(
    "change",
    [
        lambda sources: sources.pop("side"),
        lambda sources: sources.update(side={}),
        lambda sources: sources["side"].update(ledger=sources["side"]["robots"]),
        lambda sources: sources["side"]["robots"].update(count=2),
        lambda sources: sources["side"]["robots"].update(digest="0" * 64),
        lambda sources: sources["side"].update(robots=[]),
        lambda sources: sources["side"]["robots"].pop("bytes"),
        lambda sources: sources["side"]["robots"].update(more=1),
    ],
)
def test_side_inputs_are_those_of_the_plan(change: Callable[[dict[str, Any]], object], tree: Path) -> None:
    assert "sources.side" in side_of_run(tree, change)


def test_side_files_of_the_plan_are_those_that_tasks_read(tree: Path) -> None:
    plan = json.loads((tree / "plan.json").read_bytes())
    plan["side"]["robots"].append("another.warc.gz")
    put(tree / "plan.json", canonical(plan))
    assert "plan.json" in words(tree)
