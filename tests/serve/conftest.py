"""One server a session for each kind of tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
def planted_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of pages with planted secrets and hostile titles."""
    return planted(tmp_path_factory.mktemp("planted"))
