"""Replay of a policy makes what a run under that policy makes, and opens no web archive."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rights_corpora import CC_BY, EXACT, NC, NOAI, P, archive, by_url, corpus, recipe, robots_txt, rows
from run_helpers import Watching, assert_whole, run
from yurai.engine.local import LocalRunner
from yurai.run.recipe import Recipe
from yurai.run.replay import replay
from yurai.run.run import run_recipe
from yurai.run.side import NO_SIDES, Sides, find_sides
from yurai.sources.find import find_sources
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

LATER = "2025-01-01T00:00:00Z"
DENY = "User-agent: GPTBot\nDisallow: /\n"
PAGES = [
    P("a", "https://a.example/", foot=CC_BY),
    P("a", "https://b.example/", head=NOAI, date=LATER),
    P("c", "https://shut.example/", foot=CC_BY),
    P("c", "https://open.example/", date=LATER),
    P("d", "https://d.example/", foot=NC),
    P("d", "https://e.example/", foot=NC, date=LATER),
    P("f", "https://f.example/", head='<meta name="tdm-reservation" content="1">'),
    P("g", "https://g.example/"),
    P("h", "https://h.example/", foot=CC_BY),
]
"""The second of each pair is a copy; shut.example, which is kept, denies by robots.txt."""
LENGTH = {"use": "filter", "rules": [{"use": "nfc"}, {"use": "length", "min_characters": 20}]}
TOKENIZE = {"use": "tokenize", "tokenizer": "bytes"}
POLICIES = ["robots-strictest", "robots-asof", "eu-dsm4-signals", "jp-30-4-signals", "open-licence-only"]


def source(folder: Path) -> Path:
    return corpus(folder / "x.warc.gz", PAGES, [robots_txt(90, "shut.example", DENY), b""])


def select(policy: str, **given: Any) -> dict[str, Any]:
    return {"use": "select", "policy": policy, "require": ["train"], **given}


def made(policy: str, shape: str) -> Recipe:
    """Recipes in which select stands in different places."""
    near = {"use": "near-dedup", "preset": "fineweb"}
    licence = {"use": "dedup", "method": "exact", "keep": "most-permissive-licence"}
    shapes = {
        "plain": [EXACT, select(policy)],
        "tokens": [LENGTH, EXACT, near, select(policy, rights_sensitive_max=0.6), TOKENIZE],
        "first": [select(policy, unknown="drop")],
        "keepers": [select(policy, require=[]), licence, select(policy)],
    }
    return recipe(*shapes[shape])


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Trees of runs from the beginning, by policy and shape, made once."""
    folder = tmp_path_factory.mktemp("trees")
    archive = source(folder / "in")
    done: dict[tuple[str, str], Path] = {}

    def tree(policy: str, shape: str) -> Path:
        key = policy, shape
        if key not in done:
            done[key] = folder / f"{policy}-{shape}"
            run(done[key], [archive], recipe=made(policy, shape))
        return done[key]

    return tree


def replayed(tree: Path, out: Path, policy: str, runner: Watching | None = None) -> str:
    return replay(
        str(tree), str(out), runner or LocalRunner(1), lambda settings: replace(settings, policy=policy)
    ).digest


def digest(out: Path) -> str:
    return load_run(open_store(str(out))).digest


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("shape", ["plain", "tokens"])
def test_a_replay_is_a_run_under_that_policy(
    trees: Callable[[str, str], Path], tmp_path: Path, policy: str, shape: str
) -> None:
    assert replayed(trees("evidence-only", shape), tmp_path / "new", policy) == digest(trees(policy, shape))
    assert_whole(tmp_path / "new", digest(trees(policy, shape)))


@pytest.mark.parametrize("shape", ["first", "keepers"])
def test_wherever_select_stands(trees: Callable[[str, str], Path], tmp_path: Path, shape: str) -> None:
    assert replayed(trees("evidence-only", shape), tmp_path / "new", "robots-strictest") == digest(
        trees("robots-strictest", shape)
    )


@pytest.mark.parametrize("shape", ["plain", "tokens", "first", "keepers"])
def test_what_was_delivered_is_enough(trees: Callable[[str, str], Path], tmp_path: Path, shape: str) -> None:
    tree = Path(shutil.copytree(trees("evidence-only", shape), tmp_path / "tree"))
    shutil.rmtree(tree / ".work")
    assert replayed(tree, tmp_path / "new", "robots-strictest") == digest(trees("robots-strictest", shape))
    assert_whole(tmp_path / "new", digest(trees("robots-strictest", shape)))


def test_a_denied_page_that_its_cluster_kept_goes(trees: Callable[[str, str], Path], tmp_path: Path) -> None:
    """Its copies stay gone, as in a run from the beginning: the text is the same, and what restricts it reaches them."""
    replayed(trees("evidence-only", "plain"), tmp_path / "new", "robots-strictest")
    kept, gone = by_url(tmp_path / "new", "train_verdict"), by_url(tmp_path / "new", "reason", "dropped")
    assert "https://shut.example/" in by_url(trees("evidence-only", "plain"), "train_verdict")
    assert "https://shut.example/" not in kept
    assert gone["https://shut.example/"] == "rights:train-deny"
    assert gone["https://open.example/"] == "exact-duplicate"


def test_only_what_follows_runs_again(trees: Callable[[str, str], Path], tmp_path: Path) -> None:
    watching = Watching()
    replayed(trees("evidence-only", "tokens"), tmp_path / "new", "robots-strictest", watching)
    stages = {step.partition(".")[0].partition("-")[2] for step in watching.ran}
    assert stages <= {"select", "tokenize", "deliver", "roots"}
    again = Watching()
    replayed(trees("evidence-only", "tokens"), tmp_path / "new", "robots-strictest", again)
    assert again.ran.total() == 0, "the same replay resumes"


def test_back_and_forth(trees: Callable[[str, str], Path], tmp_path: Path) -> None:
    replayed(trees("evidence-only", "plain"), tmp_path / "there", "open-licence-only")
    assert replayed(tmp_path / "there", tmp_path / "back", "evidence-only") == digest(trees("evidence-only", "plain"))


def test_no_archive_is_opened(tmp_path: Path) -> None:
    archive = source(tmp_path / "in")
    run(tmp_path / "old", [archive], recipe=made("evidence-only", "plain"))
    archive.unlink()
    replayed(tmp_path / "old", tmp_path / "new", "robots-strictest")
    assert len(rows(tmp_path / "new")) < len(rows(tmp_path / "old"))


def test_a_tree_without_select_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "old", [source(tmp_path / "in")], recipe=recipe(EXACT))
    with pytest.raises(RecipeError, match="has no stage select"):
        replayed(tmp_path / "old", tmp_path / "new", "robots-strictest")
    with pytest.raises(RecipeError, match=r"no run\.json"):
        replayed(tmp_path / "in", tmp_path / "new", "robots-strictest")


def test_a_tree_is_not_written_over(trees: Callable[[str, str], Path]) -> None:
    tree = trees("evidence-only", "plain")
    with pytest.raises(RecipeError, match="written over"):
        replayed(tree, tree, "robots-strictest")


def test_a_gate_that_dropped_by_rights_is_refused(
    trees: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No stage has the setting yet; one that will says so under this name."""
    import yurai.run.replay as module

    tree = trees("evidence-only", "plain")
    uses = [module.restored_use(value) for value in load_run(open_store(str(tree))).recipe_stages]
    plain = type(uses[1].settings).json
    monkeypatch.setattr(type(uses[1].settings), "json", lambda self: {**plain(self), "replayable": False})
    with pytest.raises(RecipeError, match="replayable = false"):
        module._refuse(str(tree), uses)


def test_the_command(yurai: Callable[..., Said], trees: Callable[[str, str], Path], tmp_path: Path) -> None:
    tree = trees("evidence-only", "plain")
    said = yurai(
        "policy", "replay", tree, "--policy", "robots-strictest", "--output", tmp_path / "new", "--runner", "local"
    )
    assert said.code == 0, said.err
    assert digest(trees("robots-strictest", "plain")) in said.out
    said = yurai("policy", "replay", tree, "--policy", "robots", "--output", tmp_path / "x", "--runner", "local")
    assert (said.code, "no policy 'robots'" in said.err) == (2, True)
    shown = yurai("policy", "show", "robots-asof", "--format", "json")
    assert json.loads(shown.out)["id"] == rows(replay_of(tmp_path, tree))[0]["policy_id"]


def replay_of(tmp_path: Path, tree: Path) -> Path:
    replayed(tree, tmp_path / "asof", "robots-asof")
    return tmp_path / "asof"


AWAY = [robots_txt(95, "d.example", DENY), robots_txt(96, "g.example", DENY)]
OTHER = [robots_txt(97, "h.example", DENY)]


def sides(path: Path) -> Sides:
    return find_sides([f"robots={path}"])


@pytest.mark.parametrize(
    ("before", "shape", "work"),
    [
        (None, "plain", True),
        (None, "tokens", False),
        (OTHER, "plain", False),
        (OTHER, "tokens", True),
        (AWAY, "tokens", True),
        ([*AWAY, *OTHER], "plain", False),
    ],
)
def test_side_inputs_stand_in_the_place_of_those_of_the_tree(
    tmp_path: Path, before: list[bytes] | None, shape: str, work: bool
) -> None:
    """As a run under that policy with these, whichever the tree was made with, or none, whatever of its work is left."""
    archives = find_sources([str(source(tmp_path / "in"))])
    side = archive(tmp_path / "side/robots.warc.gz", AWAY)
    old = sides(archive(tmp_path / "old/earlier.warc.gz", before)) if before else NO_SIDES
    run_recipe(made("evidence-only", shape), archives, str(tmp_path / "tree"), LocalRunner(1), sides=old)
    fresh = run_recipe(
        made("robots-strictest", shape), archives, str(tmp_path / "fresh"), LocalRunner(2), sides=sides(side)
    )
    if not work:
        shutil.rmtree(tmp_path / "tree/.work")
    change = partial(replace, policy="robots-strictest")
    new = replay(str(tmp_path / "tree"), str(tmp_path / "new"), LocalRunner(1), change, sides=sides(side))
    assert new.digest == fresh.digest
    assert_whole(tmp_path / "new", fresh.digest)
    assert new.value["sources"]["side"] == fresh.value["sources"]["side"]
    gone = by_url(tmp_path / "new", "reason", "dropped")
    assert {gone[f"https://{name}.example/"] for name in "dg"} == {"rights:train-deny"}
    assert "https://h.example/" in by_url(tmp_path / "new", "train_verdict")


def test_side_inputs_of_the_tree_are_taken_over(tmp_path: Path) -> None:
    archives = find_sources([str(source(tmp_path / "in"))])
    side = sides(archive(tmp_path / "side/robots.warc.gz", AWAY))
    tree, fresh = tmp_path / "tree", tmp_path / "fresh"
    run_recipe(made("evidence-only", "plain"), archives, str(tree), LocalRunner(1), sides=side)
    ended = run_recipe(made("robots-strictest", "plain"), archives, str(fresh), LocalRunner(1), sides=side)
    assert replayed(tree, tmp_path / "new", "robots-strictest") == ended.digest
    assert_whole(tmp_path / "new", ended.digest)


def test_the_command_takes_side_inputs(yurai: Callable[..., Said], tmp_path: Path) -> None:
    archives = find_sources([str(source(tmp_path / "in"))])
    side = archive(tmp_path / "side/robots.warc.gz", AWAY)
    run_recipe(made("evidence-only", "plain"), archives, str(tmp_path / "tree"), LocalRunner(1))
    options = ("--policy", "robots-strictest", "--side", f"robots={side}", "--runner", "local", "--no-report")
    said = yurai("policy", "replay", tmp_path / "tree", "--output", tmp_path / "new", *options)
    assert said.code == 0, said.err
    ended = run_recipe(
        made("robots-strictest", "plain"), archives, str(tmp_path / "fresh"), LocalRunner(1), sides=sides(side)
    )
    assert digest(tmp_path / "new") == ended.digest
    said = yurai("policy", "replay", tmp_path / "tree", "--output", tmp_path / "no", *options[:2], "--side", "robotz=x")
    assert said.code == 2
    assert "robotz" in said.err
