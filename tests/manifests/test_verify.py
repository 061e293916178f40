"""`yurai verify OUT`: each kind of edit is named, with the row where it can be; what is declared outside may change."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yurai_manifests.canonical import canonical
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.run import RUN, load_run
from yurai_manifests.seal import SEAL, sealed
from yurai_manifests.signing.keys import PublicKey, load_public, load_secret, new_key
from yurai_manifests.signing.statement import sign_tree
from yurai_manifests.store import open_store
from yurai_manifests.verify.outside import is_outside
from yurai_manifests.verify.tree import Verified, verify_tree

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENTS = "documents/00000.parquet"


@pytest.fixture(scope="session")
def signed_tree(small_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`small_tree`, signed; the keys lie beside it. Not to be changed."""
    folder = tmp_path_factory.mktemp("signed")
    out = Path(shutil.copytree(small_tree, folder / "out"))
    new_key(folder / "me.key")
    sign_tree(open_store(str(out)), load_secret(folder / "me.key"))
    return out


@pytest.fixture
def out(signed_tree: Path, tmp_path: Path) -> Path:
    """A copy that a test may change; every file is one of its own."""
    return Path(shutil.copytree(signed_tree, tmp_path / "out"))


def key_of(signed_tree: Path) -> PublicKey:
    return load_public(signed_tree.parent / "me.key.pub")


def verified(out: Path, pinned: PublicKey | None = None, *, rows: bool = False) -> Verified:
    return verify_tree(open_store(str(out)), pinned, rows=rows)


def errors(found: Verified) -> dict[str, str]:
    return {finding.where: finding.message for finding in found.findings if finding.severity == "error"}


def first(out: Path, pattern: str) -> Path:
    return next(path for path in sorted(out.glob(pattern)) if path.stat().st_size)


def flip(path: Path, place: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[place if place >= 0 else len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_signed_tree_is_whole(signed_tree: Path) -> None:
    found = verified(signed_tree, key_of(signed_tree), rows=True)
    assert found.findings == []
    assert [signed.key for signed in found.signers] == [key_of(signed_tree)]


def test_an_unsigned_tree_says_so(small_tree: Path, signed_tree: Path) -> None:
    found = verified(small_tree)
    assert [(finding.severity, finding.check) for finding in found.findings] == [("warning", "unsigned")]
    assert "no signature" in errors(verified(small_tree, key_of(signed_tree)))[RUN]


def test_another_key_is_not_the_one_that_was_given(signed_tree: Path, tmp_path: Path) -> None:
    other = new_key(tmp_path / "other.key")
    assert "not by the key that was given" in errors(verified(signed_tree, other))[RUN]


def test_one_of_two_signers_is_enough(out: Path, signed_tree: Path, tmp_path: Path) -> None:
    other = new_key(tmp_path / "other.key")
    sign_tree(open_store(str(out)), load_secret(tmp_path / "other.key"))
    for key in (other, key_of(signed_tree)):
        assert verified(out, key).ok
    assert len(verified(out).signers) == 2


KINDS = [
    "run.json",
    "plan.json",
    "signatures/*.json",
    "documents/*.parquet",
    "extracted/*.parquet",
    "dropped/*.parquet",
    "evidence/*.parquet",
    "shards/*.bin",
    "shards/*.idx",
    "shards/*.parquet",
    "stages/*/*/commits/*/manifest.json",
    "stages/*/*/commits/*/*.parquet",
    "stages/*/*/tasks/*/*.json",
    ".work/*-extract/data/*/*.parquet",
    ".work/*-roots.rows/data/*/*.bin",
]


@pytest.mark.parametrize("pattern", KINDS)
@pytest.mark.parametrize("edit", ["flip", "cut", "longer", "remove"])
def test_an_edit_of_any_kind_of_file_is_named(out: Path, signed_tree: Path, pattern: str, edit: str) -> None:
    path = first(out, pattern)
    name, data = str(path.relative_to(out)), path.read_bytes()
    changes: dict[str, Callable[[], object]] = {
        "flip": lambda: flip(path),
        "cut": lambda: path.write_bytes(data[: len(data) // 2]),
        "longer": lambda: path.write_bytes(data + b" "),
        "remove": path.unlink,
    }
    changes[edit]()
    if name == RUN and edit == "remove":
        from yurai_manifests.errors import RecipeError

        with pytest.raises(RecipeError, match=r"no run\.json"):
            verified(out, key_of(signed_tree))
        return
    named = RUN if name.startswith("signatures/") and edit == "remove" else name
    assert named in errors(verified(out, key_of(signed_tree)))


@pytest.mark.slow
def test_random_edits_are_named(out: Path, signed_tree: Path) -> None:
    chance = random.Random(12)
    names = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    names = [name for name in names if not is_outside(name)]
    missed = []
    for _ in range(200):
        path = out / chance.choice(names)
        data = path.read_bytes()
        if not data:
            continue
        flip(path, chance.randrange(len(data)))
        if str(path.relative_to(out)) not in errors(verified(out, key_of(signed_tree))):
            missed.append(path)
        path.write_bytes(data)
    assert missed == []


@pytest.mark.parametrize(
    "name", ["extra.txt", "documents/00001.parquet", "shards/x", ".work/x", "documents/a/b", "signatures/x.json"]
)
def test_a_file_too_many_is_named(out: Path, name: str) -> None:
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_bytes(b"more")
    assert name in errors(verified(out))


def test_two_files_exchanged_are_both_named(out: Path) -> None:
    one, other = out / DOCUMENTS, out / "extracted/00000.parquet"
    held = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(held)
    assert {DOCUMENTS, "extracted/00000.parquet"} <= errors(verified(out)).keys()


@pytest.mark.parametrize("folder", ["journal", "report", ".work/lease", ".work/spool"])
def test_what_is_declared_outside_may_change(out: Path, signed_tree: Path, folder: str) -> None:
    shutil.rmtree(out / folder, ignore_errors=True)
    (out / folder).mkdir(parents=True)
    (out / folder / "x").write_bytes(b"another host, another time")
    assert verified(out, key_of(signed_tree)).findings == []


def test_steps_of_earlier_runs_are_a_warning(out: Path) -> None:
    (out / "stages/99-old").mkdir()
    (out / "stages/99-old/manifest.json").write_bytes(b"{}")
    assert [(found.severity, found.where) for found in verified(out).findings] == [
        ("warning", "stages/99-old/manifest.json")
    ]


def test_a_tree_without_its_work_is_whole_but_part_of_it_is_not(out: Path, tmp_path: Path) -> None:
    data = (
        first(out, ".work/*-measure*/data/*/*")
        if list(out.glob(".work/*-measure*"))
        else first(out, ".work/*/data/*/*")
    )
    data.unlink()
    assert str(data.relative_to(out)) in errors(verified(out))
    shutil.rmtree(out / ".work")
    assert [(found.severity, found.check) for found in verified(out).findings] == [("info", "no-work")]


def rewrite(path: Path, change: Callable[[list[dict[str, Any]]], None]) -> list[dict[str, Any]]:
    """Write a Parquet file again as Yurai does, with changed rows; return them."""
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    path.unlink()
    sink = ParquetSink(path, table.schema)
    sink.write(pa.Table.from_pylist(rows, table.schema))
    sink.close()
    return rows


@pytest.mark.parametrize("column", ["text", "url", "declared_spdx", "lang_score", "flags", "title"])
def test_the_row_of_a_change_is_named(out: Path, column: str) -> None:
    values: dict[str, Any] = {"lang_score": 0.25, "flags": ["x"]}

    def change(rows: list[dict[str, Any]]) -> None:
        rows[2][column] = values.get(column, "https://other.example/")

    rows = rewrite(out / DOCUMENTS, change)
    message = errors(verified(out))[DOCUMENTS]
    assert message.endswith(f"row 2, document {rows[2]['doc_id']}")


def test_rows_that_are_gone_or_exchanged_are_named(out: Path) -> None:
    rewrite(out / DOCUMENTS, lambda rows: rows.pop())
    rewrite(out / "dropped/00000.parquet", lambda rows: rows.insert(0, rows.pop(1)))
    found = errors(verified(out))
    assert found[DOCUMENTS].endswith("another number of rows")
    assert "row 0, document" in found["dropped/00000.parquet"]
    assert "row 1, document" in found["dropped/00000.parquet"]


def test_the_document_of_a_flipped_token_is_named(out: Path) -> None:
    index = pq.read_table(out / "shards/00000.parquet").to_pylist()
    flip(out / "shards/00000.bin", 2 * index[1]["token_start"])
    assert errors(verified(out))["shards/00000.bin"].endswith(f"row 1, document {index[1]['doc_id']}")


def test_an_unreadable_page_is_named_by_rows_and_column(out: Path) -> None:
    path = out / "extracted/00000.parquet"
    group = pq.read_metadata(path).row_group(0)
    column = next(group.column(n) for n in range(group.num_columns) if group.column(n).path_in_schema == "text")
    data, middle = bytearray(path.read_bytes()), column.data_page_offset + column.total_compressed_size // 2
    data[middle : middle + 200] = bytes(200)
    path.write_bytes(data)
    assert "text cannot be read" in errors(verified(out))["extracted/00000.parquet"]


FIELDS: dict[str, Callable[[dict[str, Any]], object]] = {
    "recipe": lambda value: value["recipe"].update(name="another"),
    "code": lambda value: value["code"].update(python="3.99"),
    "sources": lambda value: value["sources"].update(bytes=1),
    "totals": lambda value: value["totals"].update(kept=1),
    "counts": lambda value: value["counts"].pop(),
    "facts": lambda value: value["facts"].update(x=1),
    "roots": lambda value: value["roots"].update(run="0" * 64),
    "digest": lambda value: value.update(digest="0" * 64),
    "carried": lambda value: value["carried"].update(tables=[]),
    "schema_version": lambda value: value.update(schema_version="1.4.9"),
    "a field too many": lambda value: value.update(note="fine"),
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("again", [False, True])
def test_no_edit_of_run_json_passes_where_it_is_signed(out: Path, signed_tree: Path, field: str, again: bool) -> None:
    """A forger who seals run.json again passes the seal; never the signature."""
    value = json.loads((out / RUN).read_bytes())
    FIELDS[field](value)
    if again and SEAL in value:
        value = sealed({name: part for name, part in value.items() if name != SEAL})
    (out / RUN).write_bytes(canonical(value))
    for pinned in (None, key_of(signed_tree)):
        assert RUN in errors(verified(out, pinned))


def test_who_signs_the_forgery_is_not_who_signed_before(out: Path, signed_tree: Path, tmp_path: Path) -> None:
    value = json.loads((out / RUN).read_bytes())
    value["code"]["python"] = "3.99"
    (out / RUN).write_bytes(canonical(sealed({name: part for name, part in value.items() if name != SEAL})))
    shutil.rmtree(out / "signatures")
    new_key(tmp_path / "forger.key")
    sign_tree(open_store(str(out)), load_secret(tmp_path / "forger.key"))
    found = verified(out, key_of(signed_tree))
    assert "not by the key that was given" in errors(found)[RUN]


def test_rows_that_are_not_those_of_the_roots_are_named(out: Path) -> None:
    """Who rewrites a file and its digest in run.json has the roots against them."""
    rewrite(out / "dropped/00000.parquet", lambda rows: rows.reverse())
    run = load_run(open_store(str(out)))
    from yurai_manifests.canonical import sha256_file

    entry = run.value["files"]["dropped"][0]
    entry |= {"sha256": sha256_file(out / entry["name"]), "bytes": (out / entry["name"]).stat().st_size}
    (out / RUN).write_bytes(canonical(sealed({name: part for name, part in run.value.items() if name != SEAL})))
    assert "Merkle root" in errors(verified(out, rows=True))["dropped/00000.parquet"]


def test_a_tree_on_remote_storage_is_verified_as_well(signed_tree: Path) -> None:
    import fsspec

    files = fsspec.filesystem("memory")
    for path in signed_tree.rglob("*"):
        if path.is_file():
            files.pipe_file(f"/verify/out/{path.relative_to(signed_tree)}", path.read_bytes())
    store = open_store("memory://verify/out")
    assert verify_tree(store, key_of(signed_tree), rows=True).findings == []
    files.pipe_file("/verify/out/extra.txt", b"more")
    files.rm_file(f"/verify/out/{next(iter(store.names('.work/09-tokenize/data')))}")
    found = verify_tree(store, rows=False)
    assert [finding.check for finding in found.findings] == ["unreferenced", "missing"]
    files.rm("/verify", recursive=True)
