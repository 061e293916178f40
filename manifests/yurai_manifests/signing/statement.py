"""State what a run is, and sign it: in-toto statement 1 (https://in-toto.io/Statement/v1) about run.json."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypedDict, cast

from yurai_manifests.canonical import Json, canonical, sha256
from yurai_manifests.errors import AuditError, ContractError, RecipeError
from yurai_manifests.merkle.check import FIELD, roots_of
from yurai_manifests.merkle.shapes import SHA256
from yurai_manifests.run import RUN, load_run
from yurai_manifests.shape import TEXT, Fields, Kind, Many, fault
from yurai_manifests.signing.envelope import holds, parse_envelope, sealed
from yurai_manifests.signing.files import BUNDLE, FOLDER, STATEMENT_BYTES, put_signature, read_bounded, signature_names
from yurai_manifests.signing.files import STATEMENT as ENDING
from yurai_manifests.signing.keys import PublicKey, SecretKey
from yurai_manifests.store import Store

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://github.com/yurai-corpus/yurai/run/v1"


def _is(word: str) -> Kind:
    return Kind(repr(word), lambda value: value == word)


_SUBJECT: Final = Fields({"name": _is(RUN), "digest": Fields({"sha256": SHA256}, closed=True)}, closed=True)
SHAPE: Final = Fields(
    {
        "_type": _is(STATEMENT),
        "subject": Many(_SUBJECT, least=1),
        "predicateType": _is(PREDICATE),
        "predicate": Fields(
            {
                "content_digest": SHA256,
                "root": SHA256,
                "signed_at": TEXT,
                "signer": Fields({"key": SHA256, "key_id": TEXT}, closed=True),
            },
            closed=True,
        ),
    },
    closed=True,
)


class Predicate(TypedDict):
    """What is said of the run: its content digest and Merkle root, and who says so, when."""

    content_digest: str
    root: str
    signed_at: str
    signer: dict[str, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement whose signature is good: what it says, and by which key."""

    run_sha256: str
    content_digest: str
    root: str
    signed_at: str
    key: PublicKey

    @property
    def name(self) -> str:
        """Where it lies in a tree."""
        return f"{FOLDER}/{self.key.id}{ENDING}"


def sign_tree(store: Store, key: SecretKey, stamp: Callable[[bytes], bytes] | None = None) -> Signed:
    """Sign the run at `store` and put the signature beside it, in place of an earlier one by the same key.

    `stamp` returns a time stamp of the bytes of the signature, put beside it; if it raises, nothing is written.

    Raises:
        RecipeError: there is no ended run, or it has no Merkle roots.
        AuditError: run.json is damaged.
    """
    run = load_run(store)
    if FIELD not in run.value:
        raise RecipeError(f"{store.url} was made before there were Merkle roots; run again with --rebuild, then sign")
    signed = Signed(
        run_sha256=sha256(store.read(RUN)),
        content_digest=run.digest,
        root=roots_of(run)["run"],
        signed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        key=key.public,
    )
    data = canonical(sealed(canonical(_statement(signed)), key))
    put_signature(store, signed.name, data, stamp(data) if stamp else None)
    return signed


def _statement(signed: Signed) -> Json:
    return {
        "_type": STATEMENT,
        "subject": [{"name": RUN, "digest": {"sha256": signed.run_sha256}}],
        "predicateType": PREDICATE,
        "predicate": {
            "content_digest": signed.content_digest,
            "root": signed.root,
            "signed_at": signed.signed_at,
            "signer": {"key": signed.key.hex, "key_id": signed.key.id},
        },
    }


def read_statement(value: object) -> Signed:
    """Return what an envelope says, its signature checked.

    Raises:
        AuditError: damaged, or not signed by the key that it names.
    """
    envelope, payload = parse_envelope(value)
    try:
        said: Json = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"the signature is damaged: its statement is no JSON ({error})") from error
    if wrong := fault(said, SHAPE):
        raise AuditError(f"the signature is damaged: in its statement {wrong}")
    signed = _signed(cast("dict[str, Json]", said))
    if not _is_canonical(_statement(signed), payload):
        raise AuditError("the signature is damaged: its statement has another form than Yurai writes")
    if not holds(envelope, payload, signed.key):
        raise AuditError(f"the signature is wrong: key {signed.key.id} did not sign this statement")
    return signed


def _signed(said: dict[str, Json]) -> Signed:
    predicate = cast("Predicate", said["predicate"])
    (subject,) = cast("list[dict[str, dict[str, str]]]", said["subject"])[:1]
    return Signed(
        run_sha256=subject["digest"]["sha256"],
        content_digest=predicate["content_digest"],
        root=predicate["root"],
        signed_at=predicate["signed_at"],
        key=PublicKey(predicate["signer"]["key"]),
    )


def read_envelope(name: str, data: bytes) -> Signed:
    """Return what the envelope in a file of signatures/ says; errors as `read_statement`."""
    try:
        value: Json = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"the signature is damaged: it is no JSON ({error})") from error
    signed = read_statement(value)  # first, for what has its shape is not deep
    if not _is_canonical(value, data):
        raise AuditError("the signature is damaged: it is not in canonical form")
    if name != signed.name:
        raise AuditError(f"the file is not named for its signer, {signed.key.id}")
    return signed


def _is_canonical(value: Json, data: bytes) -> bool:
    try:
        return canonical(value) == data
    except ContractError:  # a number or letter that canonical JSON does not have
        return False


def statement_of(store: Store) -> Json:
    """Return the first good envelope that is of the run.json that lies there, None where there is none."""
    digest = sha256(store.read(RUN))
    for name in signature_names(store):
        if name.endswith(BUNDLE) or not name.endswith(ENDING):
            continue
        try:
            data = read_bounded(store, name, STATEMENT_BYTES)
            signed = read_envelope(name, data)
        except AuditError:
            continue  # what is wrong with it, `yurai verify OUT` says
        if signed.run_sha256 == digest:
            return cast("Json", json.loads(data))
    return None
