"""One server a session for each kind of tree."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import yurai
from report_readers import planted
from served import Served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def demo(demo_tree: Path) -> Iterator[Served]:
    """The demo, shown whole."""
    with Served(demo_tree, "--tier", "internal") as served:
        yield served


@pytest.fixture(scope="session")
def traceable(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo with an index of its texts and an order of training."""
    out = tmp_path_factory.mktemp("traceable") / "out"
    shutil.copytree(demo_tree, out)
    tree = yurai.open(out)
    tree.index()
    tree.pack(2048, global_batch=8)
    with Served(out, "--tier", "internal") as served:
        yield served


@pytest.fixture(scope="session")
def planted_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of pages with planted secrets and hostile titles."""
    return planted(tmp_path_factory.mktemp("planted"))
