"""Documentation lags behind code unless it is tested: names, links, commands and snippets that the docs show.

What the commands of README and guide print is tested in `newcomer/`.
"""

from __future__ import annotations

import ast
import contextlib
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from page_blocks import FENCE, PAGES, ROOT, commands, fences
from yurai.cli import reference
from yurai.cli.app import app
from yurai.cli.arguments import spread_inputs
from yurai.cli.commands import PLACES, as_command, load
from yurai.declare.stage import STAGES
from yurai.run.recipe import load_recipe, make_recipe, shipped
from yurai.terminal import out as terminal
from yurai_filters import EDITORS, FILTERS, TAGGERS
from yurai_manifests.errors import YuraiError
from yurai_manifests.plugins import GROUPS
from yurai_manifests.run import FOLDERS

GUIDE = (ROOT / "docs/guide.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SOURCES = [
    path.read_text("utf-8")
    for folder in ("pipeline", "filters", "manifests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
COMMANDS = {name: as_command(name, load(name)) for name in PLACES}


def ours(folder: str) -> list[str]:
    return sorted(path.name for path in (ROOT / folder).glob("*.py") if path.name != "__init__.py")


def yurai(*args: str) -> str:
    """What a command prints on a terminal of 200 columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal._stream(stderr=False), "_width", 200)
        run = CliRunner().invoke(app, args, catch_exceptions=False)
    assert run.exit_code == 0, run.output
    return "\n".join(line.rstrip() for line in run.stdout.strip().splitlines())


def test_code_of_contributing_is_that_of_the_sample_package() -> None:
    package = [path.read_text("utf-8") for path in (ROOT / "tests/sample_plugin/src").rglob("*.py")]
    blocks = [body for page, _, body in fences("python") if page == "CONTRIBUTING.md"]
    assert len(blocks) == 2
    for body in blocks:
        assert any(body in text for text in package), body


def test_contributing_names_every_group_of_entry_points() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [group for group in GROUPS if f"`{group}`" not in text] == []
    assert tuple(sorted(set(re.findall(r'^ENTRY_POINTS = "(.*)"$', "\n".join(SOURCES), re.MULTILINE)))) == GROUPS


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Works in a folder that holds demo-out; what `yurai demo` said."""
    with contextlib.chdir(tmp_path_factory.mktemp("docs")):
        yield yurai("demo", "--runner", "local", "--output", "demo-out")


def test_generated_pages_are_in_step() -> None:
    assert reference.stale(ROOT / "docs") == [], "run python -m yurai.cli.reference"


def test_a_changed_or_missing_page_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["docs"])
    assert reference.stale(tmp_path) == list(reference.PAGES)
    reference.main()
    assert reference.stale(tmp_path) == []
    (tmp_path / "cli.md").write_text("old", "utf-8")
    monkeypatch.setattr(sys, "argv", ["docs", "--check"])
    with pytest.raises(SystemExit) as stopped:
        reference.main()
    assert stopped.value.code == 1
    assert (tmp_path / "cli.md").read_text("utf-8") == "old"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_told_with_its_options(name: str) -> None:
    page = (ROOT / "docs/cli.md").read_text("utf-8")
    section = page.partition(f"## yurai {name}\n")[2].partition("\n## ")[0]
    assert f"yurai {name}" in README + GUIDE
    for parameter in COMMANDS[name].params:
        said = "/".join([*parameter.opts, *parameter.secondary_opts])
        said = said if said.startswith("-") else (parameter.metavar or parameter.name.upper())
        assert f"`{said}`".replace("|", "\\|") in section or said == "--help", said


def test_every_name_a_recipe_can_use_is_told() -> None:
    catalogue = (ROOT / "filters/README.md").read_text("utf-8")
    own = [
        said.name for said in (*FILTERS.values(), *EDITORS.values(), *TAGGERS.values()) if said.package.name == "yurai"
    ]
    assert [name for name in own if f"| `{name}` |" not in catalogue] == []
    assert [name for name in STAGES if f"`{name}`" not in GUIDE] == []
    assert [name for name in shipped() if f"`{name}`" not in GUIDE] == []


def test_every_finding_and_error_is_told() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "manifests/yurai_manifests").rglob("*.py")]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    calls = [node for node in nodes if getattr(node.func, "id", "") == "Finding"]
    calls = [node for node in calls if all(isinstance(argument, ast.Constant) for argument in node.args[:2])]
    found = {tuple(argument.value for argument in call.args[:2]) for call in calls}  # type: ignore[attr-defined] # constants
    assert len(found) > 8
    assert [row for row in sorted(found) if f"| `{row[1]}` | {row[0]} |" not in GUIDE] == []
    errors = [YuraiError, *YuraiError.__subclasses__()]
    assert [error.__name__ for error in errors if f"`{error.__name__}`" not in GUIDE] == []


def test_every_delivered_folder_and_module_is_told() -> None:
    assert [name for name in FOLDERS if f"`{name}/" not in GUIDE] == []
    page = (ROOT / "pipeline/README.md").read_text("utf-8")
    folders = [
        path.name for path in (ROOT / "pipeline/yurai").iterdir() if path.is_dir() and path.name != "__pycache__"
    ]
    missing = [name for name in folders if f"| `{name}/` |" not in page]
    missing += [
        name for name in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", page) if not (ROOT / "pipeline/yurai" / name).is_file()
    ]
    page = (ROOT / "manifests/README.md").read_text("utf-8")
    missing += [name for name in ours("manifests/yurai_manifests") if f"`{name}`" not in page]
    assert missing == []


def test_file_map_and_tree_agree() -> None:
    block = README.partition("## Where things are\n\n")[2].partition("\n\n")[0]
    parents: list[str] = []
    named = set()
    for line in block.splitlines():
        depth, name = (len(line) - len(line.lstrip()) - 4) // 2, line.split()[0]
        parents = [*parents[:depth], name]
        named.add("".join(parents))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    top = {path.name + "/" * path.is_dir() for path in ROOT.iterdir() if not path.name.startswith(".")}
    inner = {f"pipeline/yurai/{path.name}/" for path in (ROOT / "pipeline/yurai").iterdir() if path.is_dir()}
    made = {"demo-out/", "build/", "dist/", "cluster.yaml", "uv.lock"}
    assert {*top, *inner} - named - made - {"pipeline/yurai/__pycache__/"} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "", FENCE.sub("", page.read_text("utf-8")))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not anchor or anchor in _anchors(found), target


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_shown_commands_parse() -> None:
    lines = [one.line for page in PAGES for one in commands(page) if one.line.startswith("yurai ")]
    assert len(lines) > 40
    for line in lines:
        name, *args = spread_inputs(shlex.split(line)[1:])
        context = COMMANDS[name].make_context(name, args)
        recipe = context.params.get("recipe")
        assert recipe is None or recipe.endswith(".toml") or load_recipe(recipe), line


def test_reasons_of_the_sample_are_told(demo: str) -> None:
    found = re.findall(r"(?:dropped|failed) +(?:read|extract|dedup) +(\S+)", yurai("audit", "demo-out"))
    assert len(found) > 10
    assert [reason for reason in found if f"`{reason.partition(':')[0]}" not in GUIDE] == []


def test_python_blocks_compile_and_run(demo: str) -> None:
    blocks = fences("python")
    for page, mark, body in blocks:
        code = compile(body, page, "exec")
        if mark == "runnable":
            exec(code, {})
    assert sum(mark == "runnable" for _, mark, _ in blocks) >= 2


def test_shown_recipes_load() -> None:
    recipes = [(page, body) for page, _, body in fences("toml") if "[[stage]]" in body]
    assert recipes
    for page, body in recipes:
        make_recipe(tomllib.loads(body), where=page)


def test_the_tour_of_one_page_is_that_of_a_trace() -> None:
    """In a process of its own: what was cached before would not run."""
    ran = subprocess.run([sys.executable, ROOT / "bench/page_way.py"], capture_output=True, text=True, check=True)
    page = (ROOT / "pipeline/README.md").read_text("utf-8")
    assert page.rpartition("```\n")[0].rpartition("```\n")[2].strip() == ran.stdout.strip()


def test_decisions_are_short_and_numbered() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert all(number.isdecimal() for number in numbers)
    assert len(set(numbers)) == len(numbers), "a number is given once; decisions made at once may land out of order"
    for page in pages:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert len(text.splitlines()) <= 40, page.name
        assert all(f"\n## {part}\n" in text for part in ("Context", "Decision", "Revisited")), page.name


def test_decisions_that_code_names_exist() -> None:
    files = [ROOT / "pyproject.toml", *(ROOT / "pipeline").rglob("*.py"), *(ROOT / "manifests").rglob("*.py")]
    named = {found for file in files for found in re.findall(r"docs/decisions/[\w.-]+\.md", file.read_text("utf-8"))}
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [name for group in project["optional-dependencies"].values() for name in group]
    names = {re.split(r"[\[>=<~]", name)[0] for name in (*project["dependencies"], *extras)}
    page = (ROOT / "docs/decisions/0008-dependencies.md").read_text("utf-8")
    assert [name for name in sorted(names) if name not in page] == []
