"""What is made from a tree and lies in it: its manifest, and what the audit says when one of the two is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from yurai_manifests.audit import audit
from yurai_manifests.canonical import sha256
from yurai_manifests.derived import MANIFEST, Derived, below, derived_in, folder_of, load_derived, put_derived, relation
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.run import Delivered, load_run
from yurai_manifests.store import LocalStore, Store
from yurai_manifests.verify.tree import verify_tree

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"some index"
FOLDER = folder_of("search", "main")


@pytest.fixture
def made(tree: Path) -> tuple[Store, Derived]:
    """A tree with an index in it, and its manifest."""
    store = LocalStore(tree)
    folder = below(store, FOLDER)
    folder.put("00000.units", DATA)
    file = Delivered("00000.units", sha256(DATA), len(DATA), 1, 0)
    one = Derived("search", load_run(store).digest, {"form": "stored"}, {"letters": 3}, [file])
    put_derived(folder, one)
    return store, one


def wrong(store: Store) -> set[tuple[str, str]]:
    """What the audit finds wrong with what was made from the tree."""
    return {(one.severity, one.where) for one in audit(store).findings if one.check == "search"}


def test_what_was_written_is_read(made: tuple[Store, Derived]) -> None:
    store, one = made
    assert derived_in(store, "search") == [FOLDER]
    assert derived_in(store, "order") == []
    assert load_derived(below(store, FOLDER), "search") == one
    assert relation(one, store, load_run(store)) == "current"
    assert wrong(store) == set()


def test_of_another_run(made: tuple[Store, Derived]) -> None:
    store, one = made
    put_derived(below(store, FOLDER), replace(one, of="0" * 64))
    assert wrong(store) == {("error", FOLDER)}


@pytest.mark.parametrize("name", ["00000.units", "00001.units", MANIFEST])
def test_the_audit_names_what_was_changed(made: tuple[Store, Derived], name: str) -> None:
    store, _ = made
    store.put(f"{FOLDER}/{name}", b"another in")
    assert wrong(store) == {("error", f"{FOLDER}/{name}")}


def test_a_missing_file_is_named(made: tuple[Store, Derived]) -> None:
    store, _ = made
    store.remove(f"{FOLDER}/00000.units")
    assert wrong(store) == {("error", f"{FOLDER}/00000.units")}


def test_verify_reads_it_too_and_an_unfinished_one_is_no_damage(made: tuple[Store, Derived]) -> None:
    store, _ = made
    store.put("order/half/.work/begun", b"some")
    found = verify_tree(store).findings
    assert [(one.severity, one.where) for one in found if one.severity != "warning"] == [("info", "order/half")]
    store.put(f"{FOLDER}/00000.units", b"another in")
    assert ("error", f"{FOLDER}/00000.units") in {(one.severity, one.where) for one in verify_tree(store).findings}


def test_another_kind_or_version_is_refused(made: tuple[Store, Derived]) -> None:
    with pytest.raises(AuditError, match="is of kind search and version 1, not order and 1"):
        load_derived(below(made[0], FOLDER), "order")


@pytest.mark.parametrize("name", ["", "Main", "a/b", "..", "-a", "é"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(RecipeError, match="no name"):
        folder_of("order", name)
