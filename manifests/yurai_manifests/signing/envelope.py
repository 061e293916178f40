"""Sign a payload as DSSE 1.0 does (https://github.com/secure-systems-lab/dsse), and read what was signed.

The signature is over "DSSEv1", type and payload with their lengths, so that nothing else can be taken for it. Here an
envelope has one signature, and its base64 and JSON have one form: whatever byte of it is changed, it is another one.
"""

import base64
import binascii
from typing import TypedDict, cast

from yurai_manifests.errors import AuditError
from yurai_manifests.shape import TEXT, Fields, Many, fault
from yurai_manifests.signing.keys import PublicKey, SecretKey

TYPE = "application/vnd.in-toto+json"
SHAPE = Fields(
    {"payload": TEXT, "payloadType": TEXT, "signatures": Many(Fields({"keyid": TEXT, "sig": TEXT}, closed=True))},
    closed=True,
)


class Signature(TypedDict):
    """One signature, in base64, and the id of its key."""

    keyid: str
    sig: str


class Envelope(TypedDict):
    """A payload in base64, and who signed it."""

    payload: str
    payloadType: str
    signatures: list[Signature]


def sealed(payload: bytes, key: SecretKey) -> Envelope:
    """Return `payload` signed by `key`."""
    signature = Signature(keyid=key.public.id, sig=_encoded(key.sign(signed_bytes(payload))))
    return Envelope(payload=_encoded(payload), payloadType=TYPE, signatures=[signature])


def parse_envelope(value: object) -> tuple[Envelope, bytes]:
    """Return an envelope and its payload, the signature not yet looked at.

    Raises:
        AuditError: another shape, type, or form of base64.
    """
    if wrong := fault(value, SHAPE):
        raise AuditError(f"the signature is damaged: {wrong}")
    envelope = cast("Envelope", value)
    if envelope["payloadType"] != TYPE or len(envelope["signatures"]) != 1:
        raise AuditError(f"the signature is of another kind than {TYPE} with one signer")
    return envelope, decoded(envelope["payload"])


def holds(envelope: Envelope, payload: bytes, key: PublicKey) -> bool:
    """Whether `key` signed the payload."""
    (signature,) = envelope["signatures"]
    return signature["keyid"] == key.id and key.signed(signed_bytes(payload), decoded(signature["sig"]))


def signed_bytes(payload: bytes) -> bytes:
    """Return what DSSE signs: its pre-authentication encoding."""
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decoded(text: str) -> bytes:
    """Return the bytes that base64 of one form says; raises AuditError for any other."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise AuditError(f"the signature is damaged: its base64 is none ({error})") from error
    if _encoded(data) != text:
        raise AuditError("the signature is damaged: its base64 has another form than it was written in")
    return data
