"""`import yurai` loads nothing; its names are there when they are used, and type checkers see the same ones."""

from __future__ import annotations

import ast
import builtins
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import yurai

INIT = Path(yurai.__file__)
OWN = ("yurai_manifests", "yurai_filters")
HEAVY = ("numpy", "pyarrow", "ray", "lxml", "rich", "fsspec", "duckdb", "typer", "multiprocessing", "asyncio")


def loaded_by(code: str) -> set[str]:
    """Names of modules that a fresh process has loaded behind `code`, over those of an empty one."""
    shown = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*sorted(set(sys.modules) - before))"
    ended = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(ended.stdout.split())


def test_the_import_loads_nothing_of_ours_and_nothing_of_others() -> None:
    loaded = {name.partition(".")[0] for name in loaded_by("import yurai")}
    assert loaded & {*OWN, *HEAVY} == set()
    assert [name for name in loaded_by("import yurai") if name.startswith("yurai.")] == []
    assert loaded - {"yurai"} <= sys.stdlib_module_names


def test_an_error_costs_no_arrow_and_a_digest_no_dataset() -> None:
    assert loaded_by("import yurai; yurai.YuraiError") & {"numpy", "pyarrow"} == set()
    code = "import yurai\ntry: yurai.open('nowhere')\nexcept yurai.RecipeError: pass"
    assert loaded_by(code) & {"pyarrow.dataset", "ray", "lxml", "duckdb", "fsspec", "scipy", "rich"} == set()


@pytest.mark.parametrize("name", [*yurai.__all__, "open"])
def test_every_name_is_there_and_told(name: str) -> None:
    found = getattr(yurai, name)
    assert name in dir(yurai)
    if name != "__version__":
        assert inspect.getdoc(found)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'bild'"):
        yurai.bild  # type: ignore[attr-defined] # noqa: B018
    with pytest.raises(ImportError):
        exec("from yurai import opne")


def test_star_leaves_the_builtin_open_alone() -> None:
    names: dict[str, object] = {}
    exec("from yurai import *", names)
    assert names.get("open", builtins.open) is builtins.open
    assert names["build"] is yurai.build


def test_every_error_of_ours_is_one_of_yurai() -> None:
    from yurai_manifests import errors

    own = {name for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, Exception)}
    assert own <= set(yurai.__all__)
    assert all(issubclass(getattr(yurai, name), yurai.YuraiError) for name in own)


def test_type_checkers_see_the_names_that_there_are() -> None:
    seen: dict[str, str] = {}
    for node in ast.walk(ast.parse(INIT.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("yurai"):
            seen |= {alias.asname or alias.name: node.module for alias in node.names}
    assert seen == yurai._PLACES
    assert {*seen, "__version__"} == {*yurai.__all__, "open"}
