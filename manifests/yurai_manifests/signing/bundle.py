"""Read bundles of OpenSSF Model Signing (https://github.com/ossf/model-signing-spec): which files, and signed by whom.

A bundle is a Sigstore bundle 0.3 with a DSSE envelope, in it an in-toto statement that names each file with its sha256.
A bundle by key names its key by a hint alone: who verifies gives the key. One by a certificate ("keyless") is left to
the library.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from yurai_manifests.canonical import Json, sha256
from yurai_manifests.errors import AuditError
from yurai_manifests.merkle.shapes import SHA256
from yurai_manifests.shape import LIST, TABLE, TEXT, Fields, Kind, Many, fault
from yurai_manifests.signing.curve_keys import CurveKey
from yurai_manifests.signing.envelope import TYPE, decoded, signed_bytes
from yurai_manifests.signing.files import BUNDLE, FOLDER
from yurai_manifests.signing.keys import ID_LETTERS
from yurai_manifests.signing.statement import STATEMENT

MEDIA_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
PREDICATE: Final = "https://model_signing/signature/v1.0"


def _is(value: object) -> Kind:
    return Kind(repr(value), lambda found: found == value and type(found) is type(value))


_ENVELOPE: Final = Fields(
    {
        "payload": TEXT,
        "payloadType": _is(TYPE),
        "signatures": Many(Fields({"sig": TEXT}, {"keyid": _is("")}, closed=True), least=1),
    },
    closed=True,
)
_BY_KEY: Final = Fields({"publicKey": Fields({"hint": SHA256}, closed=True)}, {"tlogEntries": _is([])}, closed=True)
_SHAPE: Final = Fields(
    {"mediaType": _is(MEDIA_TYPE), "verificationMaterial": TABLE, "dsseEnvelope": _ENVELOPE}, closed=True
)
_FILE: Final = Fields({"name": TEXT, "algorithm": _is("sha256"), "digest": SHA256}, closed=True)
_SUBJECT: Final = Fields({"name": TEXT, "digest": Fields({"sha256": SHA256}, closed=True)}, closed=True)
_SAID: Final = Fields(
    {
        "_type": _is(STATEMENT),
        "subject": Many(
            Fields({"name": TEXT, "digest": Fields({"sha256": SHA256}, closed=True)}, closed=True), least=1
        ),
        "predicateType": _is(PREDICATE),
        "predicate": Fields(
            {
                "serialization": Fields(
                    {"method": _is("files"), "hash_type": _is("sha256"), "allow_symlinks": _is(value=False)},
                    {"ignore_paths": LIST},
                    closed=True,
                ),
                "resources": Many(_FILE),
            },
            closed=True,
        ),
    },
    closed=True,
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle says: sha256 of each file by name, and who is named as its signer; the signature is unchecked."""

    id: str
    hint: str | None
    """Of the key; None where a certificate stands in its place."""
    files: Mapping[str, str]
    payload: bytes
    signature: bytes

    @property
    def name(self) -> str:
        """Where it lies in a tree."""
        return f"{FOLDER}/{self.id}{BUNDLE}"

    def by(self, key: CurveKey) -> bool:
        """Whether `key` signed it."""
        return self.hint == key.hint and key.signed(signed_bytes(self.payload), self.signature)


def read_bundle(data: bytes) -> Bundle:
    """Return what a bundle says, its signature not yet looked at.

    Raises:
        AuditError: damaged, or of another form than Model Signing 1 writes.
    """
    value = cast("dict[str, dict[str, Json]]", _table(data, _SHAPE, "the bundle"))
    material, envelope = value["verificationMaterial"], value["dsseEnvelope"]
    if "publicKey" in material and (wrong := fault(material, _BY_KEY, "verificationMaterial")):
        raise AuditError(f"the bundle is damaged: {wrong}")
    signatures = cast("list[dict[str, str]]", envelope["signatures"])
    if len(signatures) != 1:
        raise AuditError("the bundle is damaged: it has another number of signatures than one")
    payload = decoded(str(envelope["payload"]))
    said = cast("dict[str, dict[str, Json]]", _table(payload, _SAID, "the statement of the bundle"))
    hint = cast("dict[str, str]", material["publicKey"])["hint"] if "publicKey" in material else None
    files = _files(said)
    signer = sha256(_bytes_of(material)) if hint is None else hint
    return Bundle(signer[:ID_LETTERS], hint, files, payload, decoded(signatures[0]["sig"]))


def _files(said: dict[str, dict[str, Json]]) -> dict[str, str]:
    """Return the files of a statement, held to its subject: the sha256 over their digests, in order."""
    resources = cast("list[dict[str, str]]", said["predicate"]["resources"])
    files = {one["name"]: one["digest"] for one in resources}
    subjects = cast("list[dict[str, dict[str, str]]]", said["subject"])
    over = sha256(b"".join(bytes.fromhex(one["digest"]) for one in resources))
    if len(files) != len(resources) or [one["digest"]["sha256"] for one in subjects] != [over]:
        raise AuditError("the statement of the bundle is damaged: its files do not add up to its subject")
    return files


def _bytes_of(material: Mapping[str, Json]) -> bytes:
    """Return the bytes of the certificate that stands in place of a key."""
    certificate = material.get("certificate")
    if wrong := fault(certificate, Fields({"rawBytes": TEXT}), "verificationMaterial.certificate"):
        raise AuditError(f"the bundle is damaged: {wrong}")
    return decoded(cast("dict[str, str]", certificate)["rawBytes"])


def _table(data: bytes, shape: Fields, what: str) -> dict[str, Json]:
    try:
        value: Json = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"{what} is damaged: it is no JSON ({error})") from error
    if wrong := fault(value, shape):
        raise AuditError(f"{what} is damaged: {wrong}")
    return cast("dict[str, Json]", value)


def _once(pairs: list[tuple[str, Json]]) -> Mapping[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one table")
    return value
