"""Keys, envelopes and statements: whatever byte is changed, the signature no longer holds."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from yurai_manifests.canonical import canonical, sha256
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.run import RUN, content_digest, load_run
from yurai_manifests.signing.envelope import holds, parse_envelope, sealed
from yurai_manifests.signing.keys import SecretKey, load_public, load_secret, new_key
from yurai_manifests.signing.statement import read_envelope, read_statement, sign_tree, statement_of
from yurai_manifests.store import open_store


def key_at(folder: Path, name: str = "me.key") -> tuple[SecretKey, Path]:
    path = folder / name
    if not path.exists():
        new_key(path)
    return load_secret(path), path


@pytest.fixture
def signed(small_tree: Path, tmp_path: Path) -> Path:
    """What a signature needs of a tree, signed."""
    out = tmp_path / "out"
    out.mkdir()
    shutil.copy(small_tree / RUN, out / RUN)
    sign_tree(open_store(str(out)), key_at(tmp_path)[0])
    return out


def test_a_new_key_is_its_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    secret, path = key_at(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_public(tmp_path / "me.key.pub") == secret.public
    before = path.read_bytes()
    with pytest.raises(RecipeError, match="never overwritten"):
        new_key(path)
    assert path.read_bytes() == before
    assert key_at(tmp_path, "other.key")[0].public != secret.public


def other_keys() -> dict[str, bytes]:
    curve, ours = generate_private_key(SECP256R1()), Ed25519PrivateKey.generate()
    pem, pkcs8 = Encoding.PEM, PrivateFormat.PKCS8
    return {
        "another kind": curve.private_bytes(pem, pkcs8, NoEncryption()),
        "with a password": ours.private_bytes(pem, pkcs8, BestAvailableEncryption(b"x")),
        "public": ours.public_key().public_bytes(pem, PublicFormat.SubjectPublicKeyInfo),
        "another kind, public": curve.public_key().public_bytes(pem, PublicFormat.SubjectPublicKeyInfo),
        "OpenSSH": ours.private_bytes(pem, PrivateFormat.OpenSSH, NoEncryption()),
        "nothing": b"",
        "no PEM": b"\xff\x00key",
    }


@pytest.mark.parametrize("name", other_keys())
def test_what_is_no_key_to_sign_with_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(other_keys()[name])
    with pytest.raises(RecipeError, match="Ed25519"):
        load_secret(tmp_path / "key")


@pytest.mark.parametrize(
    "name", ["another kind", "with a password", "another kind, public", "OpenSSH", "nothing", "no PEM"]
)
def test_what_is_no_public_key_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(other_keys()[name])
    with pytest.raises(RecipeError, match=r"public key|Ed25519"):
        load_public(tmp_path / "key")


@pytest.mark.parametrize("load", [load_secret, load_public])
def test_a_key_that_is_not_there_is_an_error(load: Any, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot read the key"):
        load(tmp_path / "none")


def test_the_signature_is_over_what_dsse_says(tmp_path: Path) -> None:
    """DSSE v1: "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in ASCII decimals."""
    secret, _ = key_at(tmp_path)
    envelope = sealed(b'{"a":1}', secret)
    assert parse_envelope(envelope)[1] == b'{"a":1}'
    import base64

    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    signed_bytes = b'DSSEv1 28 application/vnd.in-toto+json 7 {"a":1}'
    assert secret.public.signed(signed_bytes, signature)
    assert not secret.public.signed(b'{"a":1}', signature)
    assert holds(envelope, b'{"a":1}', secret.public)
    assert not holds(envelope, b'{"a":2}', secret.public)


def test_no_byte_of_a_signature_can_be_another(signed: Path) -> None:
    (path,) = (signed / "signatures").iterdir()
    name, data = f"signatures/{path.name}", path.read_bytes()
    read_envelope(name, data)
    held = []
    for place in range(len(data)):
        for bit in (0, 5):
            damaged = bytearray(data)
            damaged[place] ^= 1 << bit
            try:
                read_envelope(name, bytes(damaged))
            except AuditError:
                continue
            held.append((place, bit))
    assert held == []


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"null", b"[" * 100_000, b'{"payload":"","payloadType":"","signatures":[]}']
)
def test_what_is_no_signature_is_damaged(data: bytes) -> None:
    with pytest.raises(AuditError, match="the signature is"):
        read_envelope("signatures/x.json", data)


def test_a_statement_says_what_the_run_is(signed: Path, tmp_path: Path) -> None:
    store = open_store(str(signed))
    run = load_run(store)
    said = read_statement(statement_of(store))
    assert said.run_sha256 == sha256((signed / RUN).read_bytes())
    assert (said.root, said.content_digest) == (run.value["roots"]["run"], run.digest)
    assert said.key == load_public(tmp_path / "me.key.pub")


def test_signing_again_replaces_and_another_key_stands_beside(signed: Path, tmp_path: Path) -> None:
    store = open_store(str(signed))
    sign_tree(store, key_at(tmp_path)[0])
    assert len(list((signed / "signatures").iterdir())) == 1
    sign_tree(store, key_at(tmp_path, "other.key")[0])
    assert len(list((signed / "signatures").iterdir())) == 2


def test_a_signature_of_another_run_is_not_of_this_one(signed: Path) -> None:
    value = json.loads((signed / RUN).read_bytes())
    value["code"]["python"] = "3.99"
    (signed / RUN).write_bytes(canonical(value))
    assert statement_of(open_store(str(signed))) is None


def test_nothing_of_the_run_changes(signed: Path, small_tree: Path) -> None:
    assert (signed / RUN).read_bytes() == (small_tree / RUN).read_bytes()
    run = load_run(open_store(str(signed)))
    assert content_digest({folder: run.files(folder) for folder in run.value["files"]}) == run.digest


def test_a_run_without_roots_cannot_be_signed(signed: Path, tmp_path: Path) -> None:
    value = json.loads((signed / RUN).read_bytes())
    del value["roots"]
    (signed / RUN).write_bytes(canonical(value))
    with pytest.raises(RecipeError, match="Merkle"):
        sign_tree(open_store(str(signed)), key_at(tmp_path)[0])
