"""Proofs of what is in a run and what is not: they hold without the data, and nothing else can be made of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from yurai_manifests.audit import audit
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.merkle.check import check_roots
from yurai_manifests.merkle.claims import Asked, proof_digest, prove
from yurai_manifests.merkle.proof import check_proof, holds_text, parse_proof
from yurai_manifests.run import load_run
from yurai_manifests.store import LocalStore, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

NOWHERE = "https://nowhere.example/page"


class Counting(LocalStore):
    """A store that counts what is opened."""

    opened = 0

    def open(self, key: str) -> Any:
        self.opened += 1
        return super().open(key)


def table(tree: Path, folder: str = "documents") -> list[dict[str, Any]]:
    return [row for file in sorted((tree / folder).glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


def made(tree: Path, *asked: Asked) -> dict[str, Any]:
    store = open_store(str(tree))
    return json.loads(json.dumps(prove(store, load_run(store), asked)))


def verdict(proof: dict[str, Any]) -> str:
    """What a verifier says of a proof whose own digest was made to fit."""
    proof = proof | {"sha256": proof_digest(proof)}
    try:
        check_proof(parse_proof(json.dumps(proof).encode()))
    except AuditError as error:
        return str(error)
    return ""


def test_every_document_is_in_and_others_are_not(demo_tree: Path) -> None:
    rows = table(demo_tree)
    present = [Asked("contains", kind, row[kind], "documents") for kind in ("url", "doc_id", "text") for row in rows]
    absent = [
        *(Asked("absent", "url", f"{NOWHERE}{number}") for number in range(200)),
        *(Asked("absent", "doc_id", f"{number:032x}") for number in range(200)),
        *(Asked("absent", "text", f"{row['text']} and more") for row in rows),
        *(Asked("absent", "text", row["text"][: len(row["text"]) // 2]) for row in rows),
    ]
    proof = made(demo_tree, *present, *absent)
    assert verdict(proof) == ""
    assert [claim["value"] for claim in proof["claims"]] == [
        None if one.kind == "text" else one.value for one in [*present, *absent]
    ]


@pytest.mark.parametrize("within", ["extracted", "dropped"])
def test_other_folders_have_keys_of_their_own(demo_tree: Path, within: str) -> None:
    rows = table(demo_tree, within)
    ids = {row["doc_id"] for row in table(demo_tree)}
    gone = next(row for row in rows if row["doc_id"] not in ids)
    proof = made(
        demo_tree, Asked("contains", "doc_id", gone["doc_id"], within), Asked("absent", "doc_id", gone["doc_id"])
    )
    assert verdict(proof) == ""


@pytest.mark.parametrize("url", ["HTTPS://toshokan.shiomihara.example:443/about/history#top", None])
def test_a_text_or_url_in_another_form_is_found(demo_tree: Path, url: str | None) -> None:
    text = table(demo_tree)[0]["text"]
    asked = Asked("contains", "url", url) if url else Asked("contains", "text", f"\n {text.replace(' ', '  ')}\n")
    proof = made(demo_tree, asked)
    assert verdict(proof) == ""
    assert holds_text(parse_proof(json.dumps(proof).encode()), text) is (url is None)


def test_what_is_not_so_is_refused_and_named(demo_tree: Path) -> None:
    url = table(demo_tree)[0]["url"]
    with pytest.raises(RecipeError, match=r"1 of 2 .*nowhere\.example/page: not in documents/; --absent proves that"):
        made(demo_tree, Asked("contains", "url", url), Asked("contains", "url", NOWHERE))
    with pytest.raises(RecipeError, match=r"1 of 2 .*: in documents/; --contains proves that"):
        made(demo_tree, Asked("absent", "url", url), Asked("absent", "url", NOWHERE))
    with pytest.raises(RecipeError, match="has no keys of text"):
        made(demo_tree, Asked("absent", "text", "a", "dropped"))


def test_a_thousand_absent_urls_cost_the_reading_of_one(demo_tree: Path) -> None:
    counts = []
    for count in (1, 1000):
        store = Counting(demo_tree)
        asked = [Asked("absent", "url", f"{NOWHERE}/{number}") for number in range(count)]
        proof = prove(store, load_run(store), asked)
        assert len(proof["claims"]) == count
        check_proof(proof)
        counts.append(store.opened)
    assert counts[0] == counts[1]


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a JSON value its texts, numbers and nulls stand."""
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*at, name))
    else:
        yield at


def at(proof: dict[str, Any], where: tuple[Any, ...]) -> tuple[Any, Any]:
    value: Any = proof
    for name in where[:-1]:
        value = value[name]
    return value, value[where[-1]]


CHANGES: dict[str, Any] = {
    "one letter": lambda value: (
        value[:-1] + ("0" if value[-1] != "0" else "1") if isinstance(value, str) and value else 7
    ),
    "one more": lambda value: value + 1 if isinstance(value, int) else f"{value}0",
    "null": lambda value: None if value is not None else "",
    "upper case": lambda value: value.upper() if isinstance(value, str) and value != value.upper() else [],
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_field_can_be_another(demo_tree: Path, change: str) -> None:
    row = table(demo_tree)[3]
    proof = made(
        demo_tree,
        Asked("contains", "url", row["url"]),
        Asked("contains", "doc_id", row["doc_id"]),
        Asked("absent", "url", NOWHERE),
        Asked("absent", "doc_id", "0" * 32),
    )
    unchanged = []
    for where in leaves({name: value for name, value in proof.items() if name not in ("sha256", "statement")}):
        forged = copy.deepcopy(proof)
        holder, value = at(forged, where)
        holder[where[-1]] = CHANGES[change](value)
        if not verdict(forged):
            unchanged.append(where)
    assert unchanged == []


@pytest.mark.parametrize("value", [10**30, -1, 1.5, True, "\ud800", None, [], {}])
@pytest.mark.parametrize("where", [("trees", "documents", "size"), ("claims", 0, "value"), ("claims", 0, "entry", "index"), ("statement",)])  # fmt: skip
def test_values_that_canonical_json_lacks_make_no_proof(demo_tree: Path, where: tuple[Any, ...], value: object) -> None:
    proof = made(demo_tree, Asked("contains", "url", table(demo_tree)[0]["url"]))
    place, old = at(proof, where)
    if value is None and old is None:
        pytest.skip("nobody signed it")
    place[where[-1]] = value
    with pytest.raises(AuditError):
        check_proof(parse_proof(json.dumps(proof).encode()))


def test_damage_of_a_text_claim_is_seen(demo_tree: Path) -> None:
    """The key of a text that is not in may be that of a neighbour: then the digest of the proof tells."""
    proof = made(demo_tree, Asked("absent", "text", "a text that nobody wrote"))
    proof["claims"][0]["key"] = f"{proof['claims'][0]['key'][:-1]}x"
    with pytest.raises(AuditError):
        parse_proof(json.dumps(proof).encode())
    assert verdict(proof)


def neighbours(tree: Path, url: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The rows before and behind that of a URL that is in, with true paths, and the claim that it is in."""
    present = [row["url"] for row in table(tree)]
    claims = made(tree, *(Asked("contains", "url", one) for one in present))["claims"]
    order = sorted(claims, key=lambda claim: claim["entry"]["index"])
    middle = next(number for number, claim in enumerate(order) if claim["value"] == url)
    return order[middle - 1]["entry"], order[middle]["entry"], order[middle + 1]["entry"]


def forgeries(left: dict[str, Any], own: dict[str, Any], right: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        "its real neighbours, which are not next to each other": (left, right),
        "the right one moved next to the left": (left, right | {"index": own["index"]}),
        "the left one moved next to the right": (left | {"index": own["index"]}, right),
        "its own row as the right": (left, own),
        "its own row as the left": (own, right),
        "its own row with another key": (left, own | {"key": right["key"]}),
        "its own path under the key of the right": (left, right | {"index": own["index"], "path": own["path"]}),
        "an end of the tree": (None, right),
        "an end of the tree, said to be first": (None, right | {"index": 0}),
        "the other end of the tree": (left, None),
        "the other end, the tree cut": (left | {"index": 55}, None),
        "an empty tree": (None, None),
        "the two exchanged": (right, left),
        "one of them twice": (left, left | {"index": own["index"]}),
    }


@pytest.mark.parametrize("name", forgeries({}, {"index": 0, "path": []}, {"key": ""}))
def test_what_is_in_cannot_be_made_absent(demo_tree: Path, name: str) -> None:
    present = [Asked("contains", "url", row["url"]) for row in table(demo_tree)]
    entries = made(demo_tree, *present)["claims"]
    middle = sorted(entries, key=lambda claim: claim["entry"]["index"])[20]
    left, right = forgeries(*neighbours(demo_tree, middle["value"]))[name]
    proof = made(demo_tree, Asked("absent", "url", NOWHERE))
    named = {field: middle[field] for field in ("kind", "value", "key", "within")}
    proof["claims"] = [{"claim": "absent", **named, "left": left, "right": right}]
    assert "the proof is wrong" in verdict(proof)


def test_what_is_absent_cannot_be_made_present(demo_tree: Path) -> None:
    url = table(demo_tree)[0]["url"]
    proof = made(demo_tree, Asked("contains", "url", url), Asked("absent", "url", NOWHERE))
    true, absent = proof["claims"]
    for forged in (
        true | {"value": NOWHERE},
        true | {"value": NOWHERE, "key": absent["key"]},
        true | {"value": NOWHERE, "key": absent["key"], "entry": true["entry"] | {"key": absent["key"]}},
        true | {"value": NOWHERE, "key": absent["key"], "entry": absent["left"] or absent["right"]},
    ):
        assert "the proof is wrong" in verdict(proof | {"claims": [forged]})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"a":1,"a":2}',
        b"\xff",
        b'{"yurai_proof":1}',
        b"[" * 100_000,
        b'{"yurai_proof":true}',
    ],
)
def test_what_is_no_proof_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(AuditError, match="no proof"):
        parse_proof(data)


def test_extra_fields_and_no_claims_are_refused(demo_tree: Path) -> None:
    proof = made(demo_tree, Asked("absent", "url", NOWHERE))
    assert verdict(proof | {"claims": []})
    assert verdict(proof | {"note": "trust me"})
    proof["claims"][0]["note"] = "trust me"
    assert verdict(proof)


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("where", ["files", "trees", "run"])
def test_roots_in_run_json_are_held_against_the_rows_or_records(demo_tree: Path, where: str, recorded: bool) -> None:
    store = open_store(str(demo_tree))
    run = load_run(store)
    steps = [*run.steps(store)] if recorded else None
    assert list(check_roots(store, run, steps)) == []
    value = copy.deepcopy(run.value)
    if where == "files":
        value["roots"]["files"]["dropped/00000.parquet"] = "0" * 64
    elif where == "trees":
        value["roots"]["trees"]["documents/text"]["size"] += 1
    else:
        value["roots"]["run"] = "0" * 64
    assert {finding.severity for finding in check_roots(store, type(run)(value), steps)} == {"error"}
    value["roots"] = {"run": "0" * 64}
    assert ["missing" in finding.message for finding in check_roots(store, type(run)(value), steps)] == [True]
    del value["roots"]
    assert [finding.severity for finding in check_roots(store, type(run)(value), steps)] == ["info"]


def test_roots_that_no_task_recorded_are_found_at_the_end_of_a_run(demo_tree: Path) -> None:
    store = open_store(str(demo_tree))
    run = load_run(store)
    without = [step for step in run.steps(store) if not step.step.name.endswith(".rows")]
    found = [one.where for one in check_roots(store, run, without)]
    assert {f"documents/{number:05}.parquet" for number in range(len(run.files("documents")))} <= {*found}
    assert all(audit(store, just_made=just_made).ok for just_made in (True, False))
