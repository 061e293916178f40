"""Trees that several files of tests ask; none changes them."""

from __future__ import annotations

import pytest

from query_trees import Trees, plant


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Trees:
    return plant(tmp_path_factory.mktemp("planted"))
