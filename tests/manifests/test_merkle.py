"""Hash trees against the definition in RFC 6962 and the test vectors of Certificate Transparency; rows; sorted keys."""

from __future__ import annotations

import hashlib
import math
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from yurai_manifests.merkle.leaves import hash_of, leaf_bytes, row_leaves
from yurai_manifests.merkle.places import Place, find_places
from yurai_manifests.merkle.rows import row_json
from yurai_manifests.merkle.sorted_keys import (
    ROW_BYTES,
    SortedRows,
    digest,
    key_of,
    key_rows,
    keys_of,
    merged,
    split,
)
from yurai_manifests.merkle.token_spans import spans_of
from yurai_manifests.merkle.tree import TreeBuilder, leaf_hash, path_spans, paths_of, root_by, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Inputs and roots of the tests of Certificate Transparency (google/certificate-transparency, merkletree), for RFC 6962.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]


def one_by_one(leaves: Iterable[bytes]) -> bytes:
    builder = TreeBuilder()
    for leaf in leaves:
        builder.append(leaf)
    return builder.root()


TOP_OF_9000 = one_by_one(number.to_bytes(32, "big") for number in range(9000))


def mth(data: Sequence[bytes]) -> bytes:
    """MTH, word by word as RFC 6962 2.1 defines it."""
    if not data:
        return hashlib.sha256().digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = max(2**power for power in range(64) if 2**power < len(data))
    return hashlib.sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: Sequence[bytes]) -> list[bytes]:
    """PATH, word by word as RFC 6962 2.1.1 defines it."""
    if len(data) == 1:
        return []
    k = max(2**power for power in range(64) if 2**power < len(data))
    return [*path(m, data[:k]), mth(data[k:])] if m < k else [*path(m - k, data[k:]), mth(data[:k])]


@pytest.mark.parametrize("size", range(9))
def test_the_vectors_of_certificate_transparency(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]
    assert mth([bytes.fromhex(one) for one in INPUTS[:size]]).hex() == ROOTS[size]


DATA = st.lists(st.binary(max_size=4), max_size=70)


@given(data=DATA)
def test_root_is_that_of_the_definition(data: list[bytes]) -> None:
    assert root_of(map(leaf_hash, data)) == mth(data)


@given(data=DATA.filter(bool), picks=st.data())
def test_paths_are_those_of_the_definition_and_lead_to_the_root(data: list[bytes], picks: st.DataObject) -> None:
    indexes = picks.draw(st.sets(st.integers(0, len(data) - 1)))
    root, paths = paths_of(map(leaf_hash, data), len(data), indexes)
    assert root == mth(data)
    assert paths == {index: path(index, data) for index in indexes}
    for index, hashes in paths.items():
        assert root_by(leaf_hash(data[index]), index, len(data), hashes) == root


@given(size=st.integers(1, 300), picks=st.data())
def test_a_path_proves_its_own_place_alone(size: int, picks: st.DataObject) -> None:
    data = [number.to_bytes(4, "big") for number in range(size)]
    index, other = (picks.draw(st.integers(0, size - 1)) for _ in range(2))
    root, paths = paths_of(map(leaf_hash, data), size, [index])
    try:
        led = root_by(leaf_hash(data[index]), other, size, paths[index])
    except ValueError:
        led = b""
    assert (led == root) == (index == other)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4), (5, 4)])
def test_no_path_where_there_is_no_leaf(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        path_spans(index, size)


def test_a_path_of_another_length_is_refused() -> None:
    _, paths = paths_of(LEAVES, 8, [3])
    for wrong in (paths[3][:-1], [*paths[3], paths[3][0]], []):
        with pytest.raises(ValueError, match="hashes"):
            root_by(LEAVES[3], 3, 8, wrong)


def test_a_node_is_no_leaf() -> None:
    """Without 0x00 and 0x01 the pair of two hashes would be a leaf of a smaller tree with the same root."""
    forged = leaf_hash(LEAVES[0] + LEAVES[1])
    assert root_of([forged]) != root_of(LEAVES[:2])


def test_a_builder_holds_one_hash_for_each_bit() -> None:
    builder = TreeBuilder()
    for number in range(5000):
        builder.append(leaf_hash(number.to_bytes(4, "big")))
        assert len(builder._edge) == builder.size.bit_count()


@given(cuts=st.lists(st.integers(0, 9000), max_size=4))
def test_leaves_come_one_by_one_or_by_the_thousand(cuts: list[int]) -> None:
    known = [number.to_bytes(32, "big") for number in range(9000)]
    builder, bounds = TreeBuilder(), [0, *sorted(cuts), len(known)]
    for low, high in pairwise(bounds):
        builder.extend(known[low:high])
    assert (builder.size, builder.root(), len(builder._edge)) == (9000, TOP_OF_9000, (9000).bit_count())


FLOATS = st.one_of(st.floats(width=32), st.sampled_from([0.0, -0.0, 1.0, 1e-7, 1e21, 123456789.0, 5e-324, 0.1]))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CELLS = {
    "flags": (pa.list_(pa.string()), st.lists(TEXT, max_size=3)),
    "pii": (pa.list_(pa.struct([("name", pa.string()), ("count", pa.int32())])), st.none()),
    "quality": (
        pa.list_(pa.struct([("name", pa.string()), ("score", pa.float64())])),
        st.lists(st.fixed_dictionaries({"name": TEXT, "score": FLOATS.filter(math.isfinite)}), max_size=2),
    ),
    "attribution": (
        pa.struct([("url", pa.string()), ("name", pa.string())]),
        st.fixed_dictionaries({"url": TEXT, "name": st.none()}),
    ),
    "url": (pa.string(), TEXT),
    "lang_score": (pa.float64(), FLOATS.filter(math.isfinite)),
    "warc_offset": (pa.int64(), st.integers(-(2**53) + 1, 2**53 - 1)),
    "digest_ok": (pa.bool_(), st.booleans()),
}


@given(rows=st.lists(st.fixed_dictionaries({name: st.none() | cell for name, (_, cell) in CELLS.items()}), max_size=4))
def test_rows_are_canonical_json(rows: list[dict[str, Any]]) -> None:
    schema = pa.schema([("text", pa.string()), *((name, kind) for name, (kind, _) in CELLS.items())])
    batch = pa.RecordBatch.from_pylist([row | {"text": "t"} for row in rows], schema)
    kept = [{name: value for name, value in row.items() if name != "text"} for row in batch.to_pylist()]
    assert list(row_json(batch)) == [rfc8785.dumps(row) for row in kept]


def test_rows_with_what_json_has_no_word_for() -> None:
    batch = pa.RecordBatch.from_pydict({"signature": [b"\x00\xff"], "score": [math.nan], "rank": [2**63 - 1]})
    assert list(row_json(batch)) == [b'{"rank":9223372036854775807,"score":"nan","signature":"00ff"}']


def test_every_column_and_the_order_of_rows_count() -> None:
    def leaves(**changes: list[Any]) -> list[bytes]:
        columns = {"doc_id": ["a", "b"], "url": ["u", None], "text": ["x", "y"], "flags": [[], ["f"]]} | changes
        return [hash_of(leaf) for leaf in row_leaves("documents", pa.RecordBatch.from_pydict(columns))]

    plain = leaves()
    assert leaves() == plain
    changed = [
        leaves(doc_id=["a", "c"]),
        leaves(url=["u", ""]),
        leaves(text=["x", "y "]),
        leaves(flags=[[], ["g"]]),
        leaves(flags=[None, ["f"]]),
    ]
    assert all(one != plain for one in changed)
    assert len({root_of(one) for one in [plain, plain[::-1], plain[:1], *changed]}) == len(changed) + 3


def test_the_leaf_of_a_document() -> None:
    batch = pa.RecordBatch.from_pydict({"doc_id": ["a"], "text": ["é"]})
    span = hashlib.sha256(b"ids").digest()
    (leaf,) = row_leaves("documents", batch, [span])
    assert leaf == {
        "doc_id": "a",
        "kind": "documents",
        "row": hashlib.sha256(b'{"doc_id":"a"}').hexdigest(),
        "text": hashlib.sha256("é".encode()).hexdigest(),
        "tokens": span.hex(),
    }
    assert leaf_bytes(leaf) == rfc8785.dumps(leaf)
    (dropped,) = row_leaves("dropped", pa.RecordBatch.from_pydict({"doc_id": ["a"]}))
    assert dropped.keys() == {"doc_id", "kind", "row"}


@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
def test_tokens_have_one_digest_in_both_forms_of_a_shard(kind: type, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    ids = [[1, 2, 300], [], [65535]]
    counts = [len(one) for one in ids]
    table = pa.table({"doc_id": ["a", "b", "c"], "token_start": [0, 3, 3], "token_count": counts})
    pq.write_table(table, tmp_path / "index.parquet")
    arrow = pa.array(ids, pa.large_list(pa.from_numpy_dtype(kind)))
    pq.write_table(table.append_column("tokens", arrow), tmp_path / "whole.parquet")
    stored = np.concatenate([np.array(one, kind) for one in ids]).astype(np.dtype(kind).newbyteorder("<"))
    (tmp_path / "ids.bin").write_bytes(stored.tobytes())
    with (tmp_path / "ids.bin").open("rb") as file:
        apart = list(spans_of(tmp_path / "index.parquet", file, stored.itemsize))
    assert apart == list(spans_of(tmp_path / "whole.parquet", None, 0))
    assert apart[1] == ("b", hashlib.sha256().digest())


ROWS = st.lists(
    st.binary(min_size=ROW_BYTES, max_size=ROW_BYTES) | st.sampled_from([bytes(64), b"\xff" * 64]), max_size=60
)


def _sorted_to(path: Path, rows: list[bytes], memory_bytes: int = 1 << 20) -> None:
    taken = SortedRows(path, memory_bytes=memory_bytes)
    for row in rows:
        taken.add(row)
    assert taken.write() == len(rows)
    assert not list(path.parent.glob(f"{path.name}.*")), "what was spilled is gone"


@settings(max_examples=60)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 60), max_size=4), memory=st.sampled_from([64, 200, 1 << 20]))
def test_sorted_rows_do_not_depend_on_files_or_memory(
    tmp_path_factory: pytest.TempPathFactory, rows: list[bytes], cuts: list[int], memory: int
) -> None:
    folder = tmp_path_factory.mktemp("keys")
    edges = [0, *sorted(cuts), len(rows)]
    files = [folder / str(number) for number in range(len(edges) - 1)]
    for file, start, end in zip(files, edges[:-1], edges[1:], strict=True):
        _sorted_to(file, rows[start:end], memory)
    assert [row for part in merged(files, memory) for row in split(part)] == sorted(rows)


@settings(max_examples=60)
@given(rows=ROWS, keys=st.lists(st.binary(min_size=32, max_size=32), max_size=5), picks=st.data())
def test_places_are_where_a_key_stands_or_would_stand(
    tmp_path_factory: pytest.TempPathFactory, rows: list[bytes], keys: list[bytes], picks: st.DataObject
) -> None:
    asked = [*keys, *(row[:32] for row in (picks.draw(st.lists(st.sampled_from(rows), max_size=5)) if rows else []))]
    file = tmp_path_factory.mktemp("places") / "rows"
    _sorted_to(file, rows)
    order = sorted(rows)
    size, places = find_places([file], asked)
    assert size == len(order)
    for key in asked:
        index = sum(row[:32] < key for row in order)
        row = order[index] if index < size else None
        held = row is not None and row[:32] == key
        assert places[key] == Place(index, order[index - 1] if index else None, row, held)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("url", "HTTP://E.example:80/a/../b#top", "http://e.example/b"),
        ("url", "http://e.example/%7Ea", "http://e.example/~a"),
        ("text", " か\u3099\n\n x ", "が x"),
        ("text", "e\u0301\u00a0y", "é y"),
    ],
)
def test_keys_are_of_normal_forms(kind: Any, one: str, other: str) -> None:
    assert key_of(kind, one) == key_of(kind, other) == digest(other)


def test_rows_without_a_value_have_no_key() -> None:
    batch = pa.RecordBatch.from_pydict({"doc_id": ["a", "b"], "url": [None, "http://e.example"]})
    named = keys_of(["url"], batch)
    assert key_rows(named["url"], named["doc_id"]) == digest("http://e.example/") + digest("b")
