"""Every large part of an install is written down with what it is for."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

import pytest

from page_blocks import ROOT

if TYPE_CHECKING:
    from types import ModuleType

PAGE = ROOT / "docs/decisions/0035-size-of-an-install.md"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_install", ROOT / "bench/install.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_each_part_over_20_mb_has_its_row(bench: ModuleType) -> None:
    parts = bench.parts()
    assert {"yurai", "typer", "ray", "scipy"} <= {part.name for part in parts}
    large = [part.name for part in parts if part.whole > bench.LEAST * bench.MB]
    assert "ray" in large
    assert [name for name in large if f"| `{name}` |" not in PAGE.read_text("utf-8")] == []


def test_what_brings_a_part_is_a_requirement_of_ours(bench: ModuleType) -> None:
    through = {part.name: part.through for part in bench.parts()}
    assert through["scipy"] == "datasketch"
    assert through["babel"] == "trafilatura"
    assert through["ray"] == "ray"
    assert "pytest" not in through, "an extra that nobody asked for"
