"""`yurai.build` takes what people hand it, gives the bytes of the command line, and refuses the rest in its own words."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import yurai
from run_helpers import SMALL, assert_whole, run
from yurai.run.recipe import make_recipe, shipped
from yurai_manifests.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

STAGES: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, {"use": "measure"}]
RECIPE = {"name": "few", "stage": STAGES}
TEXT = "\n".join(["name = 'few'", *(f"[[stage]]\nuse = '{stage['use']}'" for stage in STAGES)])
ONE = SMALL[2]


def filtered(**length: object) -> dict[str, Any]:
    rules = [{"use": "length", **length}]
    return {"name": "few", "stage": [*STAGES, {"use": "filter", "rules": rules}]}


@pytest.fixture(scope="module")
def due(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of RECIPE over ONE."""
    return run(tmp_path_factory.mktemp("due") / "out", [ONE], recipe=make_recipe(RECIPE, where="due")).digest


def build(out: Path, recipe: Any = RECIPE, inputs: Any = ONE, **more: Any) -> yurai.Tree:
    return yurai.build(recipe, inputs, out, **{"report": False, **more})


RECIPES: dict[str, Callable[[Path], object]] = {
    "a dict": lambda _: RECIPE,
    "tuples": lambda _: {"name": "few", "stage": tuple(STAGES)},
    "a path": lambda folder: folder / "few.toml",
    "its text": lambda folder: str(folder / "few.toml"),
    "what tomllib reads": lambda _: tomllib.loads(TEXT),
}


@pytest.mark.parametrize("form", RECIPES)
def test_a_recipe_in_any_form(form: str, due: str, tmp_path: Path) -> None:
    (tmp_path / "few.toml").write_text(TEXT)
    assert build(tmp_path / "out", RECIPES[form](tmp_path)).digest == due


INPUTS: dict[str, Callable[[], object]] = {
    "a path": lambda: ONE,
    "text": lambda: str(ONE),
    "a list": lambda: [ONE],
    "a tuple of text": lambda: (str(ONE),),
    "a generator": lambda: (one for one in [ONE]),
    "a set": lambda: {ONE},
    "a glob": lambda: str(ONE.parent / "*.arc"),
    "a URL": lambda: f"file://{ONE}",
    "a location": lambda: Location(str(ONE)),
}


@pytest.mark.parametrize("form", INPUTS)
def test_inputs_in_any_form(form: str, due: str, tmp_path: Path) -> None:
    assert build(tmp_path / "out", inputs=INPUTS[form]()).digest == due


def test_a_shipped_name_is_that_recipe_and_a_path_of_that_name_is_a_file(
    due: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plain").write_text(TEXT)
    assert build(Path("out"), Path("plain")).digest == due
    assert build(Path("named"), "plain").manifest.recipe == "plain"


def test_nothing_of_the_callers_dict_is_changed_or_kept(tmp_path: Path) -> None:
    given = filtered(min_characters=5)
    before = repr(given)
    tree = build(tmp_path / "out", given)
    assert repr(given) == before
    given["stage"].clear()
    assert tree.manifest.stages[-1]["use"] == "filter"


def test_the_command_line_and_processes_give_the_same_bytes(
    due: str, tmp_path: Path, yurai: Callable[..., Said]
) -> None:
    (tmp_path / "few.toml").write_text(TEXT)
    said = yurai("run", tmp_path / "few.toml", "--input", ONE, "--output", tmp_path / "typed", "--runner", "local")
    assert said.code == 0
    assert build(tmp_path / "two", workers=2).digest == due
    assert (tmp_path / "typed/run.json").read_bytes() == (tmp_path / "two/run.json").read_bytes()
    assert (tmp_path / "typed/README.md").read_bytes() == (tmp_path / "two/README.md").read_bytes()
    assert_whole(tmp_path / "two", due)


@pytest.mark.ray
def test_ray_gives_the_same_bytes(due: str, tmp_path: Path, ray_cluster: None) -> None:
    assert build(tmp_path / "out", runner="ray", workers=2).digest == due


@pytest.mark.parametrize("way", ["file", "standard input"])
def test_a_script_without_a_main_guard_may_use_processes(way: str, tmp_path: Path) -> None:
    """A spawned worker imports the script that spawned it, and would build again, without end."""
    code = f"import yurai\nprint(yurai.build({RECIPE!r}, {str(ONE)!r}, 'out', workers=2, report=False).digest)\n"
    (tmp_path / "script.py").write_text(code)
    words = [sys.executable, *(["script.py"] if way == "file" else ["-"])]
    ended = subprocess.run(words, cwd=tmp_path, input=code, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == yurai.open(tmp_path / "out").digest


def test_the_same_call_does_nothing_and_another_recipe_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(out)
    before = {path: path.stat().st_mtime_ns for path in [*out.glob("documents/*"), out / "run.json", out / "README.md"]}
    build(out)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    with pytest.raises(yurai.DriftError):
        build(out, filtered(min_characters=5))
    assert build(out, filtered(min_characters=5), rebuild=True).manifest.stages[-1]["use"] == "filter"


def test_a_report_is_written_unless_it_is_not_wanted(tmp_path: Path) -> None:
    yurai.build(RECIPE, ONE, tmp_path / "with")
    build(tmp_path / "without")
    assert (tmp_path / "with/report/index.html").is_file()
    assert not (tmp_path / "without/report").exists()


@pytest.mark.parametrize("progress", [False, True])
def test_progress_is_shown_where_it_is_asked_for(
    progress: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(tmp_path / "out", progress=progress)
    said = capsys.readouterr()
    assert said.out == ""
    assert ("00-extract" in said.err) == progress


def test_a_run_that_keeps_nothing_warns_and_says_why(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"nothing was kept; of \d+ candidates went .*length:too-short"):
        tree = build(tmp_path / "out", filtered(min_characters=10**6))
    assert tree.manifest.totals.kept == tree.documents.count_rows() == 0


def test_a_source_that_failed_whole_warns(tmp_path: Path) -> None:
    shutil.copy(ONE, tmp_path / "a.arc")
    (tmp_path / "b.warc").write_bytes(b"no archive at all")
    with pytest.warns(UserWarning, match=r"1 source failed whole, first .*b\.warc"):
        build(tmp_path / "out", inputs=[tmp_path / "a.arc", tmp_path / "b.warc"])


def test_a_warning_names_the_line_that_called(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yurai.build(filtered(min_characters=10**6), ONE, tmp_path / "out", report=False)
    assert [Path(one.filename).name for one in caught] == ["test_build.py"]


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "an unknown recipe": ({"recipe": "plian"}, "no recipe 'plian'"),
    "no recipe": ({"recipe": ""}, "recipe is empty"),
    "a number for a recipe": ({"recipe": 7}, "recipe must be a path"),
    "a dict without stages": ({"recipe": {"name": "x"}}, "at least one"),
    "an unknown stage": ({"recipe": {"name": "x", "stage": [{"use": "raed"}]}}, "raed"),
    "an unknown key": ({"recipe": {**RECIPE, "stages": []}}, "stages"),
    "a setting of the wrong type": ({"recipe": filtered(min_characters="many")}, "min_characters"),
    "no inputs": ({"inputs": []}, "inputs names nothing"),
    "an empty input": ({"inputs": ["a", " "]}, "inputs is empty"),
    "None": ({"inputs": None}, "inputs must be"),
    "bytes": ({"inputs": b"a.warc"}, "inputs must be"),
    "a number among inputs": ({"inputs": [ONE, 5]}, "not 5"),
    "a dict of inputs": ({"inputs": {"a": ONE}}, "inputs must be"),
    "an input that is not there": ({"inputs": "nowhere/*.warc"}, "nowhere"),
    "an empty output": ({"output": ""}, "output is empty"),
    "no path for output": ({"output": 3}, "output must be"),
    "an output in the input": ({"inputs": ONE.parent, "output": ONE.parent / "out"}, "lies inside"),
    "an unknown runner": ({"runner": "spark"}, "local, ray"),
    "no workers": ({"workers": 0}, "positive"),
    "true workers": ({"workers": True}, "positive"),
    "workers as text": ({"workers": "2"}, "positive"),
    "an address without a cluster": ({"address": "host:1"}, "--address"),
    "an address that is none": ({"address": 6379}, "address must be"),
    "no place to allow": ({"allow": ["example.org"]}, "is no place"),
    "an unknown side input": ({"side": {"robot": "a.warc"}}, "robots"),
    "a side input of no files": ({"side": {"robots": []}}, "names nothing"),
    "side as a list": ({"side": ["robots=a"]}, "side must be a table"),
    "tables that are not there": ({"sources": "nowhere.toml"}, "nowhere.toml"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_refused_before_anything_is_written(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    change, words = WRONG[wrong]
    call: dict[str, Any] = {"recipe": RECIPE, "inputs": ONE, "output": "out", **change}
    with pytest.raises(yurai.RecipeError, match=words):
        yurai.build(**call)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_recipes_are_tables_too(name: str) -> None:
    from yurai.api.given import recipe_of

    assert recipe_of(tomllib.loads(shipped()[name].read_text("utf-8"))) == recipe_of(name)
