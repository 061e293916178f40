"""The audit finds whatever was done to a tree, and names it; what is only worth knowing does not fail it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from yurai.run.recheck import means_of
from yurai_manifests.audit import Audit, Finding, audit
from yurai_manifests.canonical import canonical, sha256
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.lease import held
from yurai_manifests.run import Delivered, content_digest
from yurai_manifests.seal import SEAL, sealed
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable


def audited(tree: Path, **options: bool) -> Audit:
    """The audit, as the command makes it."""
    store = open_store(str(tree))
    return audit(store, **options, means=lambda run: means_of(store, run))


def errors(tree: Path, **options: bool) -> list[Finding]:
    found = audited(tree, **options)
    wrong = [finding for finding in found.findings if finding.severity == "error"]
    assert found.ok == (not wrong)
    assert all(finding.where and finding.message and finding.do for finding in found.findings)
    return wrong


def value_of(tree: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((tree / "run.json").read_bytes())
    return value


def write(tree: Path, value: dict[str, Any]) -> None:
    """Write a run manifest and seal it again, as who knows how it is made would."""
    (tree / "run.json").write_bytes(canonical(sealed({name: value[name] for name in value if name != SEAL})))


def flip(path: Path, place: int | None = None) -> None:
    """Flip one bit, in the middle unless told."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if place is None else place] ^= 1
    path.unlink()  # delivered files are hard links to the work they were made from
    path.write_bytes(data)


def a_step(tree: Path, name: str = "00-extract") -> dict[str, str]:
    found: dict[str, str] = next(entry for entry in value_of(tree)["steps"] if entry["step"] == name)
    return found


def a_part(tree: Path) -> str:
    return str(json.loads((tree / a_step(tree)["manifest"]).read_bytes())["parts"][0]["path"])


def test_a_whole_tree_has_no_error(demo_tree: Path) -> None:
    found = audited(demo_tree, full=True)
    assert found.ok
    assert {finding.severity for finding in found.findings} == {"warning"}
    assert found.digest == value_of(demo_tree)["digest"]
    assert found.totals["candidates"] == found.totals["kept"] + found.totals["dropped"] + found.totals["failed"]
    assert sum(sum(reasons.values()) for reasons in found.dropped_by.values()) == found.totals["dropped"]
    assert sum(sum(reasons.values()) for reasons in found.failed_by.values()) == found.totals["failed"]
    assert json.loads(canonical(found.json()))["findings"][0]["check"] == "unreadable"


def test_unreadable_bytes_are_a_warning_that_names_the_file(demo_tree: Path) -> None:
    found = audit(open_store(str(demo_tree)))
    (gap,) = found.totals["unreadable"]
    (warning,) = [finding for finding in found.findings if finding.check == "unreadable"]
    assert warning.severity == "warning"
    assert gap["file"] == "sample-01.warc.gz"
    assert warning.where.endswith(gap["file"])
    assert f"{gap['bytes']:,} of " in warning.message


DELIVERED = ["documents/00000.parquet", "extracted/00000.parquet", "dropped/00000.parquet", "evidence/00000.parquet",
             "shards/00000.bin", "shards/00000.idx", "shards/00000.parquet"]  # fmt: skip


@pytest.mark.parametrize("name", DELIVERED)
def test_a_flipped_bit_in_a_delivered_file(name: str, tree: Path) -> None:
    flip(tree / name)
    (finding,) = errors(tree)
    assert (finding.check, finding.where) == ("changed", name)


def test_a_bit_is_found_without_hashing_only_if_the_size_changed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yurai_manifests.audit.case.FULL_HASH_BYTES", 0)
    flip(tree / DELIVERED[0])
    assert errors(tree) == []
    assert [f.where for f in audit(open_store(str(tree))).findings if f.check == "not-hashed"] == ["delivered files"]
    assert [finding.where for finding in errors(tree, full=True)] == [DELIVERED[0]]
    with (tree / DELIVERED[1]).open("ab") as file:
        file.write(b"x")
    assert [finding.where for finding in errors(tree)] == [DELIVERED[1]]


@pytest.mark.parametrize("name", DELIVERED)
def test_a_removed_file(name: str, tree: Path) -> None:
    (tree / name).unlink()
    (finding,) = errors(tree)
    assert (finding.check, finding.where) == ("missing", name)


@pytest.mark.parametrize("name", ["documents/00001.parquet", "shards/notes.txt", "evidence/a/b"])
def test_a_file_that_nothing_names(name: str, tree: Path) -> None:
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_bytes(b"")
    (finding,) = errors(tree)
    assert (finding.check, finding.where) == ("unreferenced", name)


@pytest.mark.parametrize("damage", [flip, Path.unlink], ids=["flipped", "removed"])
@pytest.mark.parametrize("step", ["00-extract", "last"])
def test_a_step_manifest(step: str, damage: Callable[[Path], None], tree: Path) -> None:
    name = (value_of(tree)["steps"][-1] if step == "last" else a_step(tree))["manifest"]
    damage(tree / name)
    (finding,) = errors(tree)
    assert (finding.check, finding.where) == ("manifest-chain", name)
    assert name in finding.message


@pytest.mark.parametrize("damage", [flip, Path.unlink], ids=["flipped", "removed"])
def test_a_part(damage: Callable[[Path], None], tree: Path) -> None:
    name = a_part(tree)
    damage(tree / name)
    (finding,) = errors(tree)
    assert finding.check == "manifest-chain"
    assert name in finding.message


def test_any_flipped_bit_of_run_json(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yurai_manifests.audit.case.FULL_HASH_BYTES", 0)  # what it says is found without contents
    path = tree / "run.json"
    whole = path.read_bytes()
    counted = whole.index(b'"counts"'), whole.index(b'"files"'), whole.index(b'"steps"'), whole.index(b'"totals"')
    for start in counted:
        for place in range(start, min(start + 400, len(whole)), 7):
            flip(path, place)
            try:
                assert errors(tree), (place, path.read_bytes()[place - 20 : place + 20])
            except AuditError as error:
                assert "run.json" in str(error)  # noqa: PT017 - one of the two, at every place
            path.write_bytes(whole)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"schema_version":"2.0.0"}', b'{"schema_version":1}'])
def test_a_run_json_that_no_run_wrote(data: bytes, tree: Path) -> None:
    (tree / "run.json").write_bytes(data)
    with pytest.raises(AuditError, match=r"run\.json is "):
        audit(open_store(str(tree)))


@pytest.mark.parametrize("kind", ["recipe", "steps", "sources", "carried", "counts", "totals", "files", "digest"])
def test_a_run_json_that_lacks_something(kind: str, tree: Path) -> None:
    value = value_of(tree)
    for wrong in ({name: value[name] for name in value if name != kind}, value | {kind: 7}):
        write(tree, wrong)
        with pytest.raises(AuditError, match=rf"run\.json is damaged: .*{kind}"):
            audit(open_store(str(tree)))


def test_no_run_json(tree: Path) -> None:
    (tree / "run.json").unlink()
    with pytest.raises(RecipeError, match="has not ended"):
        audit(open_store(str(tree)))


def swap_reason(value: dict[str, Any]) -> None:
    """A lie that adds up: the rows were dropped for another reason."""
    counts = next(counts for counts in value["counts"] if counts["dropped"])
    reason = next(iter(counts["dropped"]))
    counts["dropped"]["duplicate-of-nothing"] = counts["dropped"].pop(reason)


def add_to_all(value: dict[str, Any]) -> None:
    """A lie that adds up inside run.json: one more document everywhere."""
    for counts in value["counts"]:
        counts["seen"] += 1
        counts["kept"] += 1
    value["totals"]["candidates"] += 1
    value["totals"]["kept"] += 1


def one_more(*path: str | int) -> Callable[[dict[str, Any]], None]:
    def change(value: dict[str, Any]) -> None:
        place: Any = value
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] += 1

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (one_more("totals", "kept"), "totals.kept"),
        (one_more("totals", "dropped"), "totals.dropped"),
        (one_more("totals", "failed"), "totals.failed"),
        (one_more("totals", "candidates"), "totals.candidates"),
        (one_more("totals", "tokens"), "totals.tokens"),
        (one_more("totals", "other_records", "request"), "totals.other_records"),
        (one_more("counts", 0, "seen"), "stage read saw"),
        (swap_reason, "counts of stage"),
        (add_to_all, "counts of stage read are not those of its step"),
        (one_more("sources", "count"), "sources"),
        (one_more("files", "documents", 0, "rows"), "rows in documents/"),
        (one_more("files", "documents", 0, "size"), "documents/00000.parquet is not what any task"),
        (lambda value: value["counts"].pop(0), "stages are counted"),
        (lambda value: value.update(fingerprint="0" * 64), "fingerprint"),
        (lambda value: value.update(digest="0" * 64), "digest"),
        (lambda value: value["totals"].update(invented=1), "totals.invented"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_lie_in_run_json_is_found(change: Callable[[dict[str, Any]], None], said: str, tree: Path) -> None:
    value = value_of(tree)
    change(value)
    write(tree, value)
    assert any(said in finding.message for finding in errors(tree)), errors(tree)


def test_a_file_and_its_entry_that_were_changed_together(tree: Path) -> None:
    path, value = tree / "shards/00000.bin", value_of(tree)
    flip(path)
    entry = next(entry for entry in value["files"]["shards"] if entry["name"] == "shards/00000.bin")
    entry["sha256"] = sha256(path.read_bytes())
    files = {folder: [Delivered(**entry) for entry in entries] for folder, entries in value["files"].items()}
    value["digest"] = content_digest(files)
    write(tree, value)
    said = [finding.message for finding in errors(tree)]
    assert "shards/00000.bin is not what any task of the run wrote as file 0 of shards/" in said
    assert any("have other tokens than their text" in message for message in said)


def test_a_step_that_was_replaced_consistently(tree: Path) -> None:
    """A step's root whose totals were changed, and run.json made to name the new root."""
    value, entry = value_of(tree), a_step(tree)
    root = json.loads((tree / entry["manifest"]).read_bytes())
    root["totals"]["stages"][0]["dropped"] = {}
    (tree / entry["manifest"]).write_bytes(canonical(root))
    for step in value["steps"]:
        if step["step"] == entry["step"]:
            step["sha256"] = sha256(canonical(root))
    write(tree, value)
    assert ("stage-sums", entry["manifest"]) in [(finding.check, finding.where) for finding in errors(tree)]


def test_what_a_killed_writer_left_is_named(tree: Path) -> None:
    (tree / ".work/spool/attempt-x").mkdir(parents=True)
    (tree / ".work/spool/attempt-x/extracted.parquet").write_bytes(bytes(1_000))
    half = tree / "stages/00-extract/.attempt-0123"
    half.write_bytes(b"half")
    (found,) = (one for one in audit(open_store(str(tree))).findings if one.check == "litter")
    assert found.severity == "info"
    assert found.message == "2 half-written files of a killed writer, 1,004 bytes"
    assert found.where == ".work/spool/attempt-x/extracted.parquet"


def test_a_tree_that_is_being_written_is_told_so(tree: Path) -> None:
    store = open_store(str(tree))
    with held(store):
        (tree / ".work/spool/attempt-x").mkdir(parents=True)
        (tree / ".work/spool/attempt-x/extracted.parquet").write_bytes(bytes(1_000))
        (found,) = (one for one in audit(store).findings if one.check in {"litter", "in-use"})
    assert found.check == "in-use"
    assert f"process {os.getpid()} on " in found.message
