"""`package:file`: a list inside an installed package is found without running any code of it, and tells nothing else."""

from __future__ import annotations

import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from yurai_filters.lists import load, read_local
from yurai_filters.urls import Domains

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with packages that leave a mark when they are imported."""
    for package in ("loud", "loud/inner", "spaces/deep"):
        folder = tmp_path / package
        folder.mkdir(parents=True)
        (folder / "list.txt").write_text("good.example\n")
        if package != "spaces/deep":
            (folder / "__init__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit(9)\n")
    (tmp_path / "single.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    (tmp_path / "private.txt").write_text("a line of the house\n")
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("zipped/__init__.py", f"open({str(tmp_path / 'ran')!r}, 'w')\n")
        packed.writestr("zipped/lists/list.txt", "packed.example\n")
    monkeypatch.syspath_prepend(str(tmp_path / "packed.zip"))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def left_behind(site: Path) -> list[str]:
    made = [path.name for path in site.rglob("*") if path.name in ("ran", "__pycache__")]
    return made + [name for name in sys.modules if name.partition(".")[0] in ("loud", "spaces", "zipped", "single")]


@pytest.mark.parametrize(
    ("spec", "data"),
    [
        ("loud:list.txt", b"good.example\n"),
        ("loud:inner/list.txt", b"good.example\n"),
        ("loud.inner:list.txt", b"good.example\n"),
        ("spaces.deep:list.txt", b"good.example\n"),
        ("spaces:deep/list.txt", b"good.example\n"),
        ("zipped:lists/list.txt", b"packed.example\n"),
    ],
)
def test_a_list_is_read_and_nothing_is_imported(spec: str, data: bytes, site: Path) -> None:
    assert read_local(spec, "") == data
    assert left_behind(site) == []


@pytest.mark.parametrize(
    "spec",
    [
        "loud:no.txt", "loud.no:list.txt", "loud:../private.txt", "loud.inner:../../private.txt", "loud:/etc/hostname",
        "loud:inner", "loud:", "single:list.txt", "absent:list.txt", "absent.deep:list.txt", "sys:x", "os:x", "this:x",
        "antigravity:x", "__main__:x", "zipped:no.txt", "zipped:../private.txt", "loud..inner:list.txt", ".loud:list.txt",
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_and_nothing_is_imported(spec: str, site: Path) -> None:
    known = set(sys.modules)
    with pytest.raises(ValueError, match=r"names list '.*', which cannot be read \(.*\); give the path of a text file"):
        read_local(spec, "")
    assert left_behind(site) == []
    assert {"this", "antigravity"}.isdisjoint(set(sys.modules) - known)


def test_an_error_tells_no_line_of_a_file(site: Path) -> None:
    with pytest.raises(ValueError, match="line 1: what it holds is not a domain") as refused:
        load(Domains, (str(site / "private.txt"),), read_local)
    assert "of the house" not in str(refused.value)
