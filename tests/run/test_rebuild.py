"""`--rebuild` repairs whatever the disk did to earlier work; what the audit says to do, does help."""

from __future__ import annotations

from pathlib import Path

import pytest

from run_helpers import Watching, assert_whole, run
from yurai_manifests.audit import audit
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

PLACES = {
    "delivered documents": "documents/*.parquet",
    "delivered tokens": "shards/*.bin",
    "dropped rows": "dropped/*.parquet",
    "extracted work": ".work/00-extract/data/*/*.parquet",
    "filtered work": ".work/05-filter/data/*/*.parquet",
    "rows handed on by number": ".work/06-dedup.apply/data/*/*.overlay",
    "a task manifest": "stages/05-filter/*/tasks/*/*.json",
    "a stage manifest": "stages/05-filter/*/commits/*/manifest.json",
    "a part of a stage manifest": "stages/05-filter/*/commits/*/00000.parquet",
    "the manifest of an inner step": "stages/06-dedup.decide/*/commits/*/manifest.json",
}


def damage(path: Path, how: str) -> None:
    if how == "gone":
        path.unlink()
        return
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    # in place: a delivered file is a second name of the work file, and both must be repaired
    with path.open("r+b") as file:
        file.write(data)


@pytest.mark.parametrize("how", ["gone", "changed"])
@pytest.mark.parametrize("place", PLACES)
def test_a_damaged_file_is_made_again(place: str, how: str, tree: Path) -> None:
    digest = load_run(open_store(str(tree))).digest
    victim = max(tree.glob(PLACES[place]), key=lambda path: path.stat().st_size)
    damage(victim, how)
    run(tree, rebuild=True)
    assert_whole(tree, digest)
    assert audit(open_store(str(tree)), full=True).ok


@pytest.mark.parametrize("place", ["delivered documents", "a stage manifest", "the manifest of an inner step"])
def test_the_audit_finds_it_and_names_rebuild(place: str, tree: Path) -> None:
    victim = next(iter(sorted(tree.glob(PLACES[place]))))
    damage(victim, "changed")
    found = [finding for finding in audit(open_store(str(tree))).findings if finding.severity == "error"]
    assert found
    assert all("rebuild" in finding.do for finding in found)
    assert any(str(victim.relative_to(tree)) in finding.where for finding in found)


@pytest.mark.parametrize(
    "entry", ["", "[", "[]", "{}", '"text"', "null", '{"source_sha256": 5}', "\x00\xff", "[" * 90_000]
)
def test_a_damaged_journal_costs_a_second_look_at_the_source(entry: str, tree: Path) -> None:
    """The journal says which bytes a source had when it was hashed; one that says nothing hides no work that is done."""
    digest = load_run(open_store(str(tree))).digest
    entries = [path for path in (tree / "journal" / "00-extract").rglob("*") if path.is_file()]
    assert entries
    for path in entries:
        path.write_bytes(entry.encode("latin-1"))
    watching = Watching()
    run(tree, runner=watching)
    assert watching.ran["01-language"] == 0
    assert_whole(tree, digest)
