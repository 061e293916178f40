"""Sign what is said of a run beside its roots, such as an answer or a case, and read it: in-toto in a DSSE envelope."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from yurai_manifests.canonical import Json, canonical
from yurai_manifests.errors import AuditError, ContractError
from yurai_manifests.merkle.shapes import SHA256
from yurai_manifests.run import RUN
from yurai_manifests.shape import LIST, TEXT, Fields, Kind, Shape, fault
from yurai_manifests.signing.envelope import holds, parse_envelope, sealed
from yurai_manifests.signing.keys import PublicKey, SecretKey
from yurai_manifests.signing.statement import STATEMENT

_SIGNER: Final = Fields({"key": SHA256, "key_id": TEXT}, closed=True)


@dataclass(frozen=True, slots=True)
class Said:
    """What an envelope holds, its signature checked: the subject, the fields of its predicate, who signed, and when."""

    subject: Json
    fields: Mapping[str, Json]
    signed_at: str
    key: PublicKey


def subject_of(run_sha256: str) -> Json:
    """Return the subject of a statement about a run.json."""
    return [{"name": RUN, "digest": {"sha256": run_sha256}}]


def sign_predicate(kind: str, run_sha256: str, fields: Mapping[str, Json], key: SecretKey) -> bytes:
    """Return a signed statement of predicate type `kind` about a run.json, canonical JSON; its time is the clock's."""
    statement: Json = {
        "_type": STATEMENT,
        "subject": subject_of(run_sha256),
        "predicateType": kind,
        "predicate": {
            **fields,
            "signed_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "signer": {"key": key.public.hex, "key_id": key.public.id},
        },
    }
    return canonical(cast("Json", sealed(canonical(statement), key)))


def kind_of(data: bytes) -> str | None:
    """Return the predicate type of an envelope, nothing of it checked; None of what is none."""
    try:
        _, payload = parse_envelope(json.loads(data))
        said = json.loads(payload)
    except (ValueError, RecursionError, AuditError):
        return None
    kind = said.get("predicateType") if isinstance(said, dict) else None
    return kind if isinstance(kind, str) else None


def read_predicate(data: bytes, kind: str, fields: Mapping[str, Shape], words: str) -> Said:
    """Return what an envelope says of a run, its shape and its signature checked; `words` is what it is called.

    Raises:
        AuditError: damaged, of another kind, or not signed by the key that it names.
    """
    predicate = Fields({**fields, "signed_at": TEXT, "signer": _SIGNER}, closed=True)
    shape = Fields(
        {
            "_type": Kind(STATEMENT, lambda value: value == STATEMENT),
            "subject": LIST,
            "predicateType": Kind(kind, lambda value: value == kind),
            "predicate": predicate,
        },
        closed=True,
    )
    try:
        envelope, payload = parse_envelope(json.loads(data))
        said: Json = json.loads(payload)
        if (wrong := fault(said, shape)) or canonical(said) != payload:
            raise AuditError(f"this is no signed {words} of Yurai: {wrong or 'its JSON has another form'}")
    except (ValueError, RecursionError, ContractError) as error:
        raise AuditError(f"this is no signed {words} of Yurai: {error}") from error
    value = cast("dict[str, Json]", said)
    found = cast("dict[str, Json]", value["predicate"])
    signer = cast("dict[str, str]", found["signer"])
    key = PublicKey(signer["key"])
    if signer["key_id"] != key.id or not holds(envelope, payload, key):
        raise AuditError(f"the signature is wrong: key {key.id} did not sign this {words}")
    return Said(value["subject"], {name: found[name] for name in fields}, str(found["signed_at"]), key)
