"""The house in numbers: rooms, arrows between them, sizes of files and functions, and what has no type."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"yurai": ROOT / "pipeline", "yurai_filters": ROOT / "filters", "yurai_manifests": ROOT / "manifests"}
UNITS, LINES, STATEMENTS = 20, 400, 60
UNTYPED, UNTYPED_TABLES = 286, 88
"""Lines with `Any`, and with `dict[str, Any]`, aliases of either counted: they may fall, never rise."""
ALIAS = re.compile(r"^(\w+)(?:: TypeAlias)? = (.*\bAny\b.*)$", re.MULTILINE)
FILES = {
    ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"): path
    for name, folder in PACKAGES.items()
    for path in sorted((folder / name).rglob("*.py"))
}


def imports(name: str) -> set[str]:
    """The modules of the project that a module imports, wherever in it."""
    found = set[str]()
    for node in ast.walk(ast.parse(FILES[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & FILES.keys()
            found.update(inner or {node.module})
    return (found & FILES.keys()) - {name}


def cycles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Groups of nodes that reach each other."""
    reach = {name: set(others) for name, others in arrows.items()}
    changed = True
    while changed:
        changed = False
        for others in reach.values():
            more = set().union(*(reach.get(other, set()) for other in others)) - others
            others.update(more)
            changed = changed or bool(more)
    groups = {
        tuple(sorted(other for other in reach if other in reach[name] and name in reach[other])) for name in reach
    }
    return sorted(list(group) for group in groups if len(group) > 1)


def unit(name: str) -> str:
    return ".".join(name.split(".")[:2])


def test_the_top_is_rooms_alone() -> None:
    top = [path for path in (ROOT / "pipeline/yurai").iterdir() if path.name != "__pycache__"]
    assert {path.name for path in top if path.is_file()} == {"__init__.py", "__main__.py", "py.typed"}
    assert sum((path / "__init__.py").is_file() for path in top) <= UNITS


def test_no_unit_of_the_pipeline_imports_in_a_circle() -> None:
    arrows: dict[str, set[str]] = {}
    for name in FILES:
        if name.startswith("yurai.") and name != "yurai.__main__":
            others = {unit(other) for other in imports(name) if other.startswith("yurai.")}
            arrows.setdefault(unit(name), set()).update(others - {unit(name)})
    assert cycles(arrows) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_imports_in_a_circle(package: str) -> None:
    arrows = {name: imports(name) for name in FILES if name.split(".")[0] == package and name != package}
    assert cycles({name: {other for other in others if other in arrows} for name, others in arrows.items()}) == []


@pytest.mark.parametrize("name", FILES)
def test_files_and_functions_are_small(name: str) -> None:
    text = FILES[name].read_text("utf-8")
    assert text.count("\n") <= LINES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert [one.name for one in functions if (one.end_lineno or 0) - one.lineno >= STATEMENTS] == []


def test_no_function_is_named_by_a_string() -> None:
    """Ids of task functions are given once, where they are declared; nothing is looked up by them."""
    place = re.compile(r'"(?:[a-z_]+\.)+[a-z_]+:[a-z_]+"')
    named = [
        (name, line)
        for name, path in FILES.items()
        for line in path.read_text("utf-8").splitlines()
        if place.search(line) and "@task_function(" not in line
    ]
    assert named == []


def test_what_has_no_type_becomes_less() -> None:
    """A line that uses another name for `Any`, or for a table of it, counts as one that says so."""
    texts = {name: path.read_text("utf-8") for name, path in FILES.items()}
    aliases = {name: ALIAS.findall(text) for name, text in texts.items()}
    seen = Counter[str]()
    for name, text in texts.items():
        known = [one for other in {name, *imports(name)} for one in aliases[other] if re.search(rf"\b{one[0]}\b", text)]
        untyped = words("Any", *(alias for alias, _ in known))
        tables = words(*(alias for alias, value in known if "dict[str, Any]" in value))
        for line in text.splitlines():
            seen["Any"] += bool(untyped.search(line))
            seen["table"] += "dict[str, Any]" in line or bool(tables.search(line))
    assert seen["Any"] <= UNTYPED
    assert seen["table"] <= UNTYPED_TABLES


def words(*names: str) -> re.Pattern[str]:
    """What finds one of these names; nothing where there is none."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names)) or '(?!)'})\b")


DECODES = ("read_row_group", "read_row_groups", "iter_batches", "read_table")


@pytest.mark.parametrize("name", sorted(FILES))
def test_parquet_is_decoded_in_the_thread_that_asks(name: str) -> None:
    """A pool thread that holds a Python buffer when the interpreter ends aborts the process: see `cli.script`."""
    for node in ast.walk(ast.parse(FILES[name].read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DECODES:
            threads = [one.value for one in node.keywords if one.arg == "use_threads"]
            assert [isinstance(one, ast.Constant) and one.value for one in threads] == [False], node.lineno
