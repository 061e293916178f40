"""Bundles of OpenSSF Model Signing: the public tool and `yurai verify` agree on which trees are as they were signed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, SECP384R1, SECP521R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.signing.bundle import read_bundle
from yurai_manifests.signing.curve_keys import CurveKey, load_any_public, load_curve_secret, new_curve_key
from yurai_manifests.signing.keys import load_public, load_secret, new_key, write_key
from yurai_manifests.signing.oms import Identity, Keyless, sign_bundle, verify_keyless
from yurai_manifests.signing.statement import sign_tree, statement_of
from yurai_manifests.store import open_store
from yurai_manifests.verify.signatures import Trust
from yurai_manifests.verify.tree import Verified, verify_tree

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(find_spec("model_signing") is None, reason="the extra yurai[oms] is not installed")


@pytest.fixture(scope="module")
def bundled(small_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`small_tree` with a bundle; the keys lie beside it. Not to be changed."""
    folder = tmp_path_factory.mktemp("bundled")
    out = Path(shutil.copytree(small_tree, folder / "out"))
    new_curve_key(folder / "me.key")
    sign_bundle(open_store(str(out)), folder / "me.key")
    return out


@pytest.fixture
def out(bundled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundled, tmp_path / "out"))


def public(bundled: Path) -> Path:
    return bundled.parent / "me.key.pub"


def bundle_of(out: Path) -> Path:
    (path,) = (out / "signatures").glob("*.oms.json")
    return path


def public_tool(out: Path, key: Path) -> subprocess.CompletedProcess[str]:
    """What anyone calls who does not know Yurai; no option says what to leave out."""
    words = ["verify", "key", str(out), "--signature", str(bundle_of(out)), "--public_key", str(key)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "model_signing", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def verified(out: Path, trust: Trust | Any = None) -> Verified:
    return verify_tree(open_store(str(out)), trust, rows=False)


def errors(found: Verified) -> list[str]:
    return [f"{one.where}: {one.message}" for one in found.findings if one.severity == "error"]


def test_the_public_tool_verifies_it(bundled: Path) -> None:
    ended = public_tool(bundled, public(bundled))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = verified(bundled, load_any_public(public(bundled)))
    assert (found.findings, len(found.bundles), found.signed) == ([], 1, True)


def test_it_covers_what_is_delivered_and_nothing_else(bundled: Path) -> None:
    files = read_bundle(bundle_of(bundled).read_bytes()).files
    folders = ("documents", "extracted", "dropped", "evidence", "robots", "warcinfo", "index", "shards")
    delivered = {str(path.relative_to(bundled)) for name in folders for path in (bundled / name).glob("**/*")}
    assert {*files} == {"run.json", "plan.json"} | delivered


def test_what_is_added_outside_later_does_not_matter(out: Path, bundled: Path) -> None:
    for name in ("journal", "report", ".work", "ledger", "order", "search"):
        (out / name).mkdir(exist_ok=True)
        (out / name / "later").write_bytes(b"x")
    (out / "README.md").write_text("a card")
    new_key(out.parent / "ours.key")
    sign_tree(open_store(str(out)), load_secret(out.parent / "ours.key"))
    assert public_tool(out, public(bundled)).returncode == 0


EDITS: dict[str, Callable[[Path], object]] = {
    "a flip in run.json": lambda out: (out / "run.json").write_bytes((out / "run.json").read_bytes() + b" "),
    "a flip in plan.json": lambda out: (out / "plan.json").write_bytes(b"{}"),
    "a flip in documents": lambda out: next((out / "documents").iterdir()).write_bytes(b"PAR1"),
    "a flip in shards": lambda out: next((out / "shards").iterdir()).write_bytes(b""),
    "documents removed": lambda out: next((out / "documents").iterdir()).unlink(),
    "documents added": lambda out: (out / "documents" / "99999.parquet").write_bytes(b"PAR1"),
    "a stray file": lambda out: (out / "notes.txt").write_bytes(b"hello"),
    "a stray folder": lambda out: (out / "extra").mkdir() or (out / "extra" / "x").write_bytes(b""),
    "another name": lambda out: (out / "plan.json").rename(out / "plan2.json"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_seen_by_both_and_never_signed(name: str, out: Path, bundled: Path) -> None:
    EDITS[name](out)
    assert public_tool(out, public(bundled)).returncode != 0
    assert errors(verified(out, load_any_public(public(bundled))))
    before = bundle_of(out).read_bytes()
    with pytest.raises((RecipeError, AuditError)):
        sign_bundle(open_store(str(out)), bundled.parent / "me.key")
    assert bundle_of(out).read_bytes() == before


def test_another_key_is_not_the_one(out: Path, tmp_path: Path) -> None:
    other = new_curve_key(tmp_path / "other.key")
    assert public_tool(out, tmp_path / "other.key.pub").returncode != 0
    assert "not by the key that was given" in errors(verified(out, other))[0]
    ours = new_key(tmp_path / "ours.key")
    assert "not by the key that was given" in errors(verified(out, ours))[0]


def test_without_a_key_it_says_that_nobody_was_checked(out: Path) -> None:
    found = verified(out)
    assert [(one.severity, one.check) for one in found.findings] == [("warning", "signature")]
    assert "its signature is not checked" in found.findings[0].message
    assert (found.ok, found.signed, len(found.unheld)) == (True, False, 1)


def test_who_signs_beside_it_is_told_apart(out: Path, bundled: Path, tmp_path: Path) -> None:
    ours = new_key(tmp_path / "ours.key")
    sign_tree(open_store(str(out)), load_secret(tmp_path / "ours.key"))
    new_curve_key(tmp_path / "other.key")
    sign_bundle(open_store(str(out)), tmp_path / "other.key")
    for key, bundles in (
        (ours, 0),
        (load_any_public(public(bundled)), 1),
        (load_curve_secret(tmp_path / "other.key"), 1),
    ):
        found = verified(out, key)
        assert errors(found) == []
        assert (len(found.bundles), len(found.signers)) == (bundles, 1)
    assert statement_of(open_store(str(out))) is not None


@pytest.mark.parametrize("curve", [SECP384R1, SECP521R1])
def test_each_curve_serves(curve: Any, out: Path, tmp_path: Path) -> None:
    bundle_of(out).unlink()
    write_key(tmp_path / "big.key", generate_private_key(curve()))
    sign_bundle(open_store(str(out)), tmp_path / "big.key")
    assert public_tool(out, tmp_path / "big.key.pub").returncode == 0
    assert len(verified(out, load_any_public(tmp_path / "big.key.pub")).bundles) == 1


def test_a_bundle_that_the_public_tool_made_serves(out: Path, bundled: Path) -> None:
    path = bundle_of(out)
    path.unlink()
    ignored = [
        word
        for name in (".work", "journal", "ledger", "report", "signatures", "stages", "README.md")
        for word in ("--ignore-paths", str(out / name))
    ]
    words = [
        "sign",
        "key",
        str(out),
        "--signature",
        str(path),
        "--private_key",
        str(bundled.parent / "me.key"),
        *ignored,
    ]
    subprocess.run([sys.executable, "-m", "model_signing", *words], check=True, capture_output=True)
    assert len(verified(out, load_any_public(public(bundled))).bundles) == 1


def keys_of_other_kinds() -> dict[str, bytes]:
    curve, ours = generate_private_key(SECP384R1()), Ed25519PrivateKey.generate()
    pem, pkcs8 = Encoding.PEM, PrivateFormat.PKCS8
    return {
        "Ed25519": ours.private_bytes(pem, pkcs8, NoEncryption()),
        "with a password": curve.private_bytes(pem, pkcs8, BestAvailableEncryption(b"x")),
        "a curve of others": generate_private_key(SECP256K1()).private_bytes(pem, pkcs8, NoEncryption()),
        "nothing": b"",
        "no PEM": b"\xff\x00key",
    }


@pytest.mark.parametrize("name", keys_of_other_kinds())
def test_what_is_no_key_to_sign_with_is_refused(name: str, bundled: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(keys_of_other_kinds()[name])
    with pytest.raises(RecipeError, match="P-256"):
        sign_bundle(open_store(str(bundled)), tmp_path / "key")


def test_what_is_no_public_key_is_refused(tmp_path: Path, bundled: Path) -> None:
    with pytest.raises(RecipeError, match="cannot read the key"):
        load_any_public(tmp_path / "none")
    write_key(tmp_path / "odd.key", generate_private_key(SECP256K1()))
    for path in (tmp_path / "odd.key", tmp_path / "odd.key.pub", bundled / "run.json"):
        with pytest.raises(RecipeError):
            load_any_public(path)
    with pytest.raises(RecipeError, match="Ed25519"):
        load_public(public(bundled))


def test_a_tree_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no local folder"):
        sign_bundle(open_store("memory://nowhere"), tmp_path / "key")


def test_a_byte_of_a_bundle_that_is_changed_is_named_or_changes_nothing(bundled: Path) -> None:
    """White space is no part of JSON's value; everything else is held to the key, or to the form of a bundle."""
    data, key = bundle_of(bundled).read_bytes(), load_any_public(public(bundled))
    assert isinstance(key, CurveKey)
    whole, held = read_bundle(data), []
    places = range(0, len(data), max(1, len(data) // 3000))
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 1 << place % 7
        try:
            found = read_bundle(bytes(damaged))
        except AuditError:
            continue
        if found.by(key) and found != whole:
            held.append(place)
    assert held == []


def resealed(out: Path, bundled: Path, edit: Callable[[Any], object]) -> bytes:
    """A bundle whose statement says something else, signed anew by its rightful key."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    value = json.loads(bundle_of(out).read_bytes())
    said = json.loads(base64.b64decode(value["dsseEnvelope"]["payload"]))
    edit(said)
    payload = json.dumps(said).encode()
    key = load_pem_private_key((bundled.parent / "me.key").read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    signed = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    value["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
    value["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(key.sign(signed, ECDSA(SHA256()))).decode()
    return json.dumps(value).encode()


def drop(said: Any, name: str) -> None:
    """Leave a file out, and put the subject right."""
    from hashlib import sha256

    said["predicate"]["resources"] = [one for one in said["predicate"]["resources"] if one["name"] != name]
    digests = b"".join(bytes.fromhex(one["digest"]) for one in said["predicate"]["resources"])
    said["subject"][0]["digest"]["sha256"] = sha256(digests).hexdigest()


SAYINGS: dict[str, Callable[[Any], object]] = {
    "another predicate": lambda said: said.update(predicateType="https://x.example"),
    "another type": lambda said: said.update(_type="https://x.example"),
    "no file": lambda said: said["predicate"].update(resources=[]),
    "a file less": lambda said: said["predicate"]["resources"].pop(),
    "run.json left out": lambda said: drop(said, "run.json"),
    "plan.json left out": lambda said: drop(said, "plan.json"),
    "a file twice": lambda said: said["predicate"]["resources"].append(said["predicate"]["resources"][0]),
    "another hash": lambda said: said["predicate"]["resources"][0].update(algorithm="md5"),
    "links followed": lambda said: said["predicate"]["serialization"].update(allow_symlinks=True),
    "shards": lambda said: said["predicate"]["serialization"].update(method="shards"),
    "no subject": lambda said: said.update(subject=[]),
    "two subjects": lambda said: said.update(subject=said["subject"] * 2),
    "deep": lambda said: said["predicate"].update(more=json.loads("[" * 300 + "]" * 300)),
}


@pytest.mark.parametrize("name", SAYINGS)
def test_what_its_own_signer_misstates_is_named(name: str, out: Path, bundled: Path) -> None:
    bundle_of(out).write_bytes(resealed(out, bundled, SAYINGS[name]))
    assert errors(verified(out, load_any_public(public(bundled))))


def test_a_resealed_bundle_that_says_the_same_holds(out: Path, bundled: Path) -> None:
    bundle_of(out).write_bytes(resealed(out, bundled, lambda _: None))
    assert errors(verified(out, load_any_public(public(bundled)))) == []


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"null", b"[" * 100_000, b'{"a":' * 5000, b"\xff", b'{"a":1,"a":1}']
)
def test_what_is_no_bundle_is_damaged(data: bytes) -> None:
    with pytest.raises(AuditError, match="the bundle is damaged"):
        read_bundle(data)


def keyless(out: Path) -> Path:
    """A bundle as Sigstore makes them, by a certificate that nobody vouches for."""
    value = json.loads(bundle_of(out).read_bytes())
    value["verificationMaterial"] = {"certificate": {"rawBytes": "AAAA"}, "tlogEntries": []}
    data = json.dumps(value).encode()
    bundle_of(out).unlink()
    path = out / read_bundle(data).name
    path.write_bytes(data)
    return path


def test_a_keyless_bundle_is_said_to_be_unchecked_unless_an_identity_is_given(out: Path, tmp_path: Path) -> None:
    path = keyless(out)
    (finding,) = verified(out).findings
    assert (finding.severity, "certificate" in finding.message) == ("warning", True)
    trust = tmp_path / "trust.json"
    trust.write_text("{}")
    identity = Identity("me@a.example", "https://issuer.example", trust)
    with pytest.raises(AuditError, match="it does not hold"):
        verify_keyless(open_store(str(out)), f"signatures/{path.name}", identity)
    assert len(errors(verified(out, Trust(identity=identity)))) == 2


def test_signing_keyless_with_a_trust_configuration_that_is_none_is_one_line(bundled: Path, tmp_path: Path) -> None:
    for data in ("", "{}", "[]", "nothing"):
        (tmp_path / "trust.json").write_text(data)
        with pytest.raises(RecipeError, match="cannot sign") as found:
            sign_bundle(open_store(str(bundled)), Keyless("token", None, tmp_path / "trust.json"))
        assert "\n" not in str(found.value)
    with pytest.raises(RecipeError, match="cannot sign"):
        sign_bundle(open_store(str(bundled)), Keyless("token", None, tmp_path / "none.json"))
