"""Whoever can write to a tree can write to signatures/: nothing there hangs, breaks or deceives `yurai verify`."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai_manifests.canonical import canonical
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.run import RUN, load_run
from yurai_manifests.signing.bundle import read_bundle
from yurai_manifests.signing.files import BUNDLE_BYTES, STATEMENT_BYTES
from yurai_manifests.signing.keys import load_public, load_secret, new_key
from yurai_manifests.signing.statement import read_envelope, sign_tree, statement_of
from yurai_manifests.store import open_store
from yurai_manifests.verify.hashing import Hasher
from yurai_manifests.verify.signatures import Signatures, Trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said
    from yurai_manifests.findings import Finding

    Yurai = Callable[..., Said]


@pytest.fixture
def out(small_tree: Path, tmp_path: Path) -> Path:
    """What a signature needs of a tree, signed."""
    out = tmp_path / "out"
    out.mkdir()
    shutil.copy(small_tree / RUN, out / RUN)
    new_key(tmp_path / "me.key")
    sign_tree(open_store(str(out)), load_secret(tmp_path / "me.key"))
    return out


def errors(out: Path, trust: Trust | None = None) -> list[Finding]:
    store = open_store(str(out))
    return [one for one in Signatures(store, load_run(store), trust or Trust()).check() if one.severity == "error"]


def put(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)


def sparse(folder: Path, name: str, size: int) -> None:
    with (folder / name).open("wb") as file:
        file.truncate(size)


NAME = "0" * 32
HOSTILE: dict[str, Callable[[Path], object]] = {
    "a pipe": lambda folder: os.mkfifo(folder / f"{NAME}.json"),
    "a pipe as a bundle": lambda folder: os.mkfifo(folder / f"{NAME}.oms.json"),
    "a link to a device": lambda folder: (folder / f"{NAME}.json").symlink_to("/dev/zero"),
    "a link to a file": lambda folder: (folder / f"{NAME}.json").symlink_to(folder.parent / RUN),
    "a link to itself": lambda folder: (folder / f"{NAME}.json").symlink_to(f"{NAME}.json"),
    "a link to nothing": lambda folder: (folder / f"{NAME}.json").symlink_to("nowhere"),
    "a link to a folder": lambda folder: (folder / f"{NAME}.json").symlink_to(folder.parent),
    "a link to a good signature": lambda folder: (folder / f"{NAME}.json").symlink_to(next(folder.glob("*.json"))),
    "a copy under another name": lambda folder: put(folder, f"{NAME}.json", next(folder.glob("*.json")).read_bytes()),
    "a copy in a folder": lambda folder: shutil.copytree(folder, folder / "more"),
    "too long": lambda folder: sparse(folder, f"{NAME}.json", STATEMENT_BYTES + 1),
    "a bundle too long": lambda folder: sparse(folder, f"{NAME}.oms.json", BUNDLE_BYTES + 1),
    "a terabyte": lambda folder: sparse(folder, f"{NAME}.json", 1 << 40),
    "deep": lambda folder: put(folder, f"{NAME}.json", b"[" * 20_000),
    "deep and whole": lambda folder: put(folder, f"{NAME}.json", b"[" * 900 + b"]" * 900),
    "deep inside": lambda folder: put(folder, f"{NAME}.oms.json", b'{"a":' * 900 + b"1" + b"}" * 900),
    "a long number": lambda folder: put(folder, f"{NAME}.json", b"9" * 9000),
    "infinity": lambda folder: put(folder, f"{NAME}.json", b'{"payload":1e999}'),
    "half a letter": lambda folder: put(folder, f"{NAME}.json", b'{"payload":"\\ud800"}'),
    "no UTF-8": lambda folder: put(folder, f"{NAME}.json", b"\xff\xfe{"),
    "control bytes": lambda folder: put(folder, "\x1b[2J\x1b]0;owned\x07\n.json", b"{}"),
    "a name of no UTF-8": lambda folder: put(folder, os.fsdecode(b"\xff\xfe.json"), b"{}"),
    "a name turned around": lambda folder: put(folder, "\u202enosj.json", b"{}"),
    "another kind of file": lambda folder: put(folder, "readme.txt", b"trust me"),
    "a stamp alone": lambda folder: put(folder, f"{NAME}.json.tsr", b""),
    "a stamp of a stamp": lambda folder: put(folder, f"{NAME}.json.tsr.tsr", b""),
    "an ending alone": lambda folder: put(folder, ".json", b"{}"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_named_and_the_good_signature_still_counts(name: str, out: Path, yurai: Yurai) -> None:
    HOSTILE[name](out / "signatures")
    key = load_public(out.parent / "me.key.pub")
    store = open_store(str(out))
    signatures = Signatures(store, load_run(store), Trust(key))
    found = [one for one in signatures.check() if one.severity == "error"]
    assert [one.key for one in signatures.statements] == [key]
    assert found
    assert all(one.where.startswith("signatures/") for one in found)
    assert statement_of(store) is not None
    said = yurai("verify", out, "--no-rows")
    assert said.code == 1
    assert "Traceback" not in said.err
    assert not set(said.out) & set("\x1b\x07\u202e")


@pytest.mark.parametrize("good_first", [True, False])
def test_of_two_signatures_the_wrong_one_is_named(out: Path, *, good_first: bool) -> None:
    """Whichever comes first, the proof bears the good one."""
    name = ("f" if good_first else "0") * 32
    good = next((out / "signatures").iterdir())
    wrong = json.loads(good.read_bytes())
    wrong["signatures"][0]["sig"] = "A" * 86 + "=="
    put(out / "signatures", f"{name}.json", canonical(wrong))
    (finding,) = errors(out)
    assert finding.where == f"signatures/{name}.json"
    assert statement_of(open_store(str(out))) == json.loads(good.read_bytes())


def test_a_signature_of_another_run_beside_a_good_one_is_named(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(out, other)
    value = json.loads((other / RUN).read_bytes())
    value["code"]["python"] = "3.99"
    (other / RUN).write_bytes(canonical(value))
    new_key(tmp_path / "other.key")
    sign_tree(open_store(str(other)), load_secret(tmp_path / "other.key"))
    name = f"{load_public(tmp_path / 'other.key.pub').id}.json"
    shutil.copy(other / "signatures" / name, out / "signatures" / name)
    (finding,) = errors(out)
    assert finding.where == RUN


def test_a_folder_of_signatures_elsewhere_is_not_written_to(out: Path, tmp_path: Path, yurai: Yurai) -> None:
    elsewhere = tmp_path / "elsewhere"
    (out / "signatures").rename(elsewhere)
    (out / "signatures").symlink_to(elsewhere)
    before = [path.stat().st_mtime_ns for path in elsewhere.iterdir()]
    with pytest.raises(RecipeError, match="symbolic link"):
        sign_tree(open_store(str(out)), load_secret(tmp_path / "me.key"))
    assert [path.stat().st_mtime_ns for path in elsewhere.iterdir()] == before
    assert "signatures: no manifest names this file" in yurai("verify", out, "--no-rows").out


def test_what_is_no_file_has_no_digest(out: Path) -> None:
    os.mkfifo(out / "pipe")
    (out / "device").symlink_to("/dev/zero")
    hasher = Hasher(open_store(str(out)))
    assert [hasher.sha256(name) for name in ("pipe", "device", "signatures", "gone")] == [None] * 4


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_delivered_file_that_is_none_is_missing(small_tree: Path, tmp_path: Path, yurai: Yurai, kind: str) -> None:
    out = tmp_path / "tree"
    shutil.copytree(small_tree, out)
    path = next((out / "documents").iterdir())
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    said = yurai("verify", out)
    assert said.code == 1
    assert f"missing: documents/{path.name}" in said.out


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["payload", "a", "sig"]), inner),
    max_leaves=8,
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_stands_there_is_an_error_in_words(data: bytes) -> None:
    for read in (lambda: read_envelope("signatures/x.json", data), lambda: read_bundle(data)):
        with pytest.raises(AuditError):
            read()


PROOFS = {
    "deep": b"[" * 100_000,
    "deep and whole": b'{"a":' * 900 + b"1" + b"}" * 900,
    "deep in a statement": b'{"statement":' + b"[" * 900 + b"]" * 900 + b"}",
    "nothing": b"",
    "no JSON": b"\xff\x1b[2J",
    "a long number": b"9" * 9000,
    "a list": b"[]",
    "control bytes": b'{"\\u001b[2J":1}',
}


@pytest.mark.parametrize("name", PROOFS)
def test_what_is_no_proof_is_one_clear_line(name: str, tmp_path: Path, yurai: Yurai) -> None:
    path = tmp_path / "proof.json"
    path.write_bytes(PROOFS[name])
    said = yurai("verify", path)
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "this is no proof of Yurai" in said.err
    assert "\x1b" not in said.err


def test_a_proof_deep_where_anything_may_stand_is_one_clear_line(out: Path, tmp_path: Path, yurai: Yurai) -> None:
    """Its statement may be any JSON, until it is read."""
    for depth in (100, 300, 500, 900):
        path = tmp_path / "proof.json"
        value = {"format": "x", "statement": json.loads("[" * depth + "]" * depth), "claims": [], "trees": []}
        path.write_text(json.dumps(value))
        said = yurai("verify", path)
        assert (said.code, "Traceback" in said.err) == (1, False)


def test_a_proof_too_long_is_not_read(tmp_path: Path, yurai: Yurai) -> None:
    sparse(tmp_path, "proof.json", 1 << 40)
    said = yurai("verify", tmp_path / "proof.json")
    assert said.code == 1
    assert "longer than" in said.err
