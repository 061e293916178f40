"""From each export alone a reader of its standard finds the figures of the run, and they are those of the tree."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from export_figures import ANSWERS, READERS, in_the_tree
from yurai.api.tree import open as open_tree

if TYPE_CHECKING:
    from pathlib import Path


def text_of(out: Path, name: str) -> str:
    return "".join(open_tree(out).export(name, ANSWERS.get(name)))


@pytest.mark.parametrize("name", READERS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_export_alone_has_the_figures_of_the_run(name: str, demo_tree: Path) -> None:
    expected = {figure: str(value) for figure, value in in_the_tree(demo_tree).items()}
    found = {figure: str(value) for figure, value in READERS[name](text_of(demo_tree, name)).items()}
    assert {figure: found.get(figure) for figure in expected} == expected


@pytest.mark.parametrize("name", [*READERS, "eu-domains"])
def test_the_same_tree_gives_the_same_bytes(name: str, demo_tree: Path, tree: Path) -> None:
    with warnings.catch_warnings():
        assert text_of(demo_tree, name) == text_of(tree, name)
