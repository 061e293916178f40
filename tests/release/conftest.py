"""A crawl and its release, which tests of both ways share."""

from __future__ import annotations

from pathlib import Path

import pytest

from release_corpora import Crawl, made
from yurai.api.tree import open as open_tree


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return made(tmp_path_factory.mktemp("released"))


@pytest.fixture(scope="session")
def folder(crawl: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the crawl, not to be changed."""
    path = tmp_path_factory.mktemp("given") / "release"
    open_tree(crawl.out).release(path, policy="evidence-only")
    return path
