"""What identity rests on: canonical JSON, document ids, and columns that say what they mean."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai_manifests.canonical import canonical, fingerprint, sha256, sha256_file
from yurai_manifests.errors import ContractError, YuraiError
from yurai_manifests.schema import DOCUMENT, DROPPED, INDEX, PROVENANCE, SCHEMA_VERSION, TOKEN_INDEX, document_id

SAFE = 2**53 - 1
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.floats(-SAFE, SAFE) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_rfc_8785_section_3_2_2() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_rfc_8785_section_3_2_3_sorts_by_utf_16() -> None:
    names = ["€", "\r", "\ufb33", "1", "😀", "\u0080", "ö"]
    assert list(json.loads(canonical(dict.fromkeys(names, 0)))) == ["\r", "1", "\u0080", "ö", "€", "😀", "\ufb33"]


@given(JSON)
def test_canonical_bytes_say_the_value_and_only_one_way(value: object) -> None:
    data = canonical(value)
    assert canonical(json.loads(data)) == data


@pytest.mark.parametrize(
    "value",
    [{1, 2}, object(), math.nan, math.inf, b"bytes", {1: "key"}, 2**53, "\ud800"],
    ids=["set", "object", "nan", "infinity", "bytes", "number-as-key", "beyond-double", "surrogate"],
)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"a": [value]}], ids=["bare", "nested"])
def test_what_json_cannot_say_twice_alike_is_refused(value: object, wrap: object) -> None:
    with pytest.raises(ContractError, match=r"cannot write .* as canonical JSON"):
        canonical(wrap(value))  # type: ignore[operator]


def test_fingerprint_ignores_the_order_of_fields() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1}) == sha256(b'{"a":1,"b":[2]}')
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})


def test_sha256_file_reads_all_pieces(tmp_path: object) -> None:
    path = tmp_path / "file"  # type: ignore[operator]
    data = bytes(range(256)) * 10_000
    path.write_bytes(data)
    assert sha256_file(path) == hashlib.sha256(data).hexdigest()


def test_document_id_is_that_of_the_contract() -> None:
    expected = hashlib.sha256(b"crawl/a.warc.gz\x001234").hexdigest()[:32]
    assert document_id("crawl/a.warc.gz", 1234) == expected
    expected = hashlib.sha256(b"crawl/a.warc.gz\x001234\x005").hexdigest()[:32]
    assert document_id("crawl/a.warc.gz", 1234, 5) == expected


PLACES = st.tuples(st.text(st.characters(exclude_characters="\0")), st.integers(0, 99), st.none() | st.integers(0, 99))


@given(PLACES, PLACES)
def test_document_ids_differ_where_places_do(
    one: tuple[str, int, int | None], two: tuple[str, int, int | None]
) -> None:
    assert (document_id(*one) == document_id(*two)) == (one == two)


@pytest.mark.parametrize(
    "schema", [DOCUMENT, DROPPED, INDEX, TOKEN_INDEX], ids=["DOCUMENT", "DROPPED", "INDEX", "TOKEN_INDEX"]
)
def test_each_column_says_what_it_means_and_who_may_see_it(schema: pa.Schema) -> None:
    assert schema.metadata == {b"schema_version": SCHEMA_VERSION.encode()}
    assert [name for name, count in Counter(schema.names).items() if count > 1] == []
    for field in schema:
        assert len(field.metadata[b"doc"]) > 3, field.name
        assert field.metadata[b"tier"] in (b"public", b"auditor", b"internal"), field.name


def test_rows_that_were_dropped_keep_their_provenance() -> None:
    for schema in (DOCUMENT, DROPPED):
        assert [schema.field(place) for place in range(len(PROVENANCE))] == list(PROVENANCE)


def test_all_columns_exist_before_any_stage_fills_them() -> None:
    required = {
        "doc_id": "d", "source": "s", "warc_offset": 0, "warc_length": 1,
        "text": "", "text_sha256": "t", "text_bytes": 0,
    }  # fmt: skip
    assert {field.name for field in DOCUMENT if not field.nullable} == set(required)
    (row,) = pa.RecordBatch.from_pylist([required], schema=DOCUMENT).to_pylist()
    assert {name for name, value in row.items() if value is not None} == set(required)
    assert {"train_verdict", "concluded_spdx", "cluster_id", "pii", "quality"} <= set(row)


def test_every_error_is_a_yurai_error() -> None:
    assert {error.__name__ for error in YuraiError.__subclasses__()} == {
        "RecipeError", "ContractError", "ShardError", "DriftError", "AuditError",
    }  # fmt: skip
