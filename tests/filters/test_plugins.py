"""Filters of other packages, and the catalogue of all filters."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

import yurai_filters as yf
from yurai_filters import catalogue

if TYPE_CHECKING:
    pass

README = Path(catalogue.README)
FILTERS = sorted(yf.FILTERS)


# --- plugins ---------------------------------------------------------------------------------------------------------

PLUGIN = '''
import pyarrow as pa
from yurai_filters import above, document_filter, first_reason

@document_filter("crowd-{name}", version=3, cites="a test")
def crowd(line_count: pa.Int32Array, *, max_lines: int = 9) -> pa.StringArray:
    """Drop crowds."""
    return first_reason(too_many_lines=above(line_count, max_lines))
'''


def install(folder: Path, name: str, code: str) -> None:
    package = folder / f"{name}_pkg"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "rules.py").write_text(code)
    info = folder / f"{name}_dist-4.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-dist\nVersion: 4.2\n")
    (info / "entry_points.txt").write_text(f"[yurai.filters]\n{name} = {name}_pkg.rules\n")


@pytest.mark.usefixtures("registry")
def test_plugins_are_loaded_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "good", PLUGIN.format(name="good"))
    monkeypatch.syspath_prepend(tmp_path)
    try:
        yf.load_plugins()
        yf.load_plugins()
    finally:
        for module in [module for module in sys.modules if module.startswith("good_pkg")]:
            del sys.modules[module]
    said = yf.FILTERS["crowd-good"]
    assert (said.version, said.package) == (3, yf.Package("good-dist", "4.2"))
    assert yf.reasons(said) == ("too-many-lines",)
    found = yf.judge(said, {"line_count": pa.array([9, 10], pa.int32())}, {}, None)
    assert found.reason.to_pylist() == [None, "too-many-lines"]
    assert "crowd-good" not in catalogue.catalogue_markdown()


@pytest.mark.usefixtures("registry")
def test_a_plugin_that_declares_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "silent", "x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    (said,) = yf.load_plugins().items()
    assert "silent = silent_pkg.rules of silent-dist 4.2" in said[0]
    assert "declares no filter" in said[1]


BROKEN = {
    "no module": "import nothing_like_it\n",
    "raises": "raise RuntimeError('too early')\n",
    "says nothing": "raise ValueError\n",
    "exits": "import sys\nsys.exit(3)\n",
    "no Python": "def broken(:\n",
    "no annotation": PLUGIN.format(name="x").replace("line_count: pa.Int32Array", "line_count"),
    "breaks behind a declaration": PLUGIN.format(name="half") + "\nraise KeyError('later')\n",
    "a name of ours": PLUGIN.format(name="x").replace("crowd-x", "length"),
    "no docstring": PLUGIN.format(name="x").replace('    """Drop crowds."""\n', ""),
}


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_plugin_blocks_nothing_but_itself(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {*yf.FILTERS, *yf.TAGGERS, *yf.EDITORS}
    install(tmp_path, "broken", BROKEN[how])
    install(tmp_path, "sound", PLUGIN.format(name="sound"))
    monkeypatch.syspath_prepend(tmp_path)
    try:
        (said,) = yf.load_plugins().items()
    finally:
        for module in [module for module in sys.modules if module.startswith(("broken_pkg", "sound_pkg"))]:
            del sys.modules[module]
    assert "broken = broken_pkg.rules of broken-dist 4.2" in said[0]
    assert said[1]
    assert {*yf.FILTERS, *yf.TAGGERS, *yf.EDITORS} - before == {"crowd-sound"}


# --- catalogue and documentation -------------------------------------------------------------------------------------


def test_the_catalogue_is_in_step() -> None:
    page = README.read_text(encoding="utf-8")
    assert catalogue.in_step(page) == page, "run `python -m yurai_filters.catalogue`"
    for name in (*yf.FILTERS, *yf.TAGGERS, *yf.EDITORS):
        assert f"| `{name}` |" in page


def test_the_catalogue_needs_its_markers() -> None:
    with pytest.raises(ValueError, match="has no lines"):
        catalogue.in_step(catalogue.END + catalogue.BEGIN)


def test_the_example_in_the_readme_runs() -> None:
    [code] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_the_public_names_are_sorted_and_exist() -> None:
    assert yf.__all__ == sorted(yf.__all__, key=lambda name: (not name.isupper(), name.islower(), name))
    assert all(hasattr(yf, name) for name in yf.__all__)
