"""Sign a tree for OpenSSF Model Signing, and verify keyless bundles, by its own library: the extra `yurai[oms]`.

Any tool for OMS verifies such a bundle over the folder. It covers run.json, plan.json and delivered files, each by its
sha256; not what later runs and reports add beside them, which run.json names as far as it matters.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yurai_manifests.canonical import sha256
from yurai_manifests.card import CARD
from yurai_manifests.derived import KINDS
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.needed import need
from yurai_manifests.plan import PLAN
from yurai_manifests.run import FOLDERS, RUN, RunRecord, load_run
from yurai_manifests.signing.bundle import Bundle, read_bundle
from yurai_manifests.signing.curve_keys import load_curve_secret
from yurai_manifests.signing.files import FOLDER, put_signature
from yurai_manifests.store import LocalStore, Store
from yurai_manifests.takedown.tombstones import FIELD as TAKEDOWNS

if TYPE_CHECKING:
    from model_signing.signing import Config as Signing
    from model_signing.verifying import Config as Verifying

MODULE: Final = "model_signing"
LEFT_OUT: Final = (".work", "journal", "ledger", "report", *KINDS, FOLDER, "stages", CARD)
"""What a bundle does not cover; it says so itself, so a tool that verifies needs no option."""
Stamper = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Keyless:
    """Who signs through Sigstore, over the network: by a token, or else by what the library finds or asks for."""

    token: str | None = None
    issuer: str | None = None
    trust: Path | None = None
    """A trust configuration in place of the public instance."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a keyless bundle must be by: a name, and the OpenID issuer that vouches for it."""

    name: str
    issuer: str
    trust: Path | None = None


def need_oms() -> None:
    """Raise RecipeError, which says how to install it, where the library is missing."""
    for module in (MODULE, "OpenSSL"):  # it imports pyOpenSSL, and does not say that it needs it
        need(module, "bundles of OpenSSF Model Signing need model-signing and pyOpenSSL")


def covered(run: RunRecord, run_sha256: str) -> dict[str, str]:
    """Return the sha256 of each file that a bundle of this run covers, by name."""
    plan = {PLAN: str(run.value["plan"])} if "plan" in run.value else {}
    files = {file.name: file.sha256 for folder in FOLDERS for file in run.files(folder)}
    stones = {entry["tombstone"]: entry["sha256"] for entry in run.value.get(TAKEDOWNS, [])}
    return {RUN: run_sha256, **plan, **files, **stones}


def sign_bundle(store: Store, signer: Path | Keyless, stamp: Stamper | None = None) -> Bundle:
    """Write the bundle of the run at `store`, signed by a secret key in a file or through Sigstore.

    Raises:
        RecipeError: the extra is not installed, the tree is not on this machine, a file is not as run.json says, or
            Sigstore cannot be reached; nothing is written.
    """
    need_oms()
    if not isinstance(store, LocalStore):
        raise RecipeError(f"{store.url} is no local folder, and Model Signing reads no other: copy it here")
    if isinstance(signer, Path):
        load_curve_secret(signer)
    run = load_run(store)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle"
        _call(lambda: _signing(signer).sign(store.root, path), f"cannot sign {store.url}")
        data = path.read_bytes()
    bundle = read_bundle(data)
    if wrong := differing(bundle, covered(run, sha256(store.read(RUN)))):
        raise RecipeError(f"{store.url} is not as its run.json says, so it is not signed: {wrong}; see `yurai verify`")
    put_signature(store, bundle.name, data, stamp(data) if stamp else None)
    return bundle


def differing(bundle: Bundle, files: dict[str, str]) -> str | None:
    """Say in which file a bundle and a run differ; None where in none."""
    if RUN in bundle.files and bundle.files[RUN] != files[RUN]:
        return "it is of another run.json"
    for name in sorted({*bundle.files, *files}):
        if name not in files:
            return f"it covers {name}, which no manifest names"
        if name not in bundle.files:
            return f"it does not cover {name}"
        if bundle.files[name] != files[name]:
            return f"{name} has another sha256 in it than in run.json"
    return None


def verify_keyless(store: Store, name: str, identity: Identity) -> None:
    """Have the library verify a keyless bundle over the tree; that asks the network, but with `identity.trust`.

    Raises:
        RecipeError: the extra is not installed, or the tree is not on this machine.
        AuditError: it does not hold, or is by somebody else.
    """
    need_oms()
    if not isinstance(store, LocalStore):
        raise RecipeError(f"{store.url} is no local folder, and Model Signing reads no other; copy it here")
    try:
        _call(lambda: _verifying(identity).verify(store.root, store.root / name), "it does not hold")
    except RecipeError as error:
        raise AuditError(str(error)) from error


def _signing(signer: Path | Keyless) -> "Signing":
    from model_signing import hashing, signing  # noqa: PLC0415 - an extra

    hashed = hashing.Config().use_file_serialization()  # type: ignore[no-untyped-call] # says nothing of its return
    config = signing.Config()  # type: ignore[no-untyped-call] # as above
    config.set_hashing_config(hashed.set_ignored_paths(paths=LEFT_OUT))
    if isinstance(signer, Path):
        return config.use_elliptic_key_signer(private_key=signer)
    return config.use_sigstore_signer(
        identity_token=signer.token,
        use_ambient_credentials=signer.token is None,
        oidc_issuer=signer.issuer,
        trust_config=signer.trust,
    )


def _verifying(identity: Identity) -> "Verifying":
    from model_signing import verifying  # noqa: PLC0415 - an extra

    config = verifying.Config()  # type: ignore[no-untyped-call] # says nothing of its return
    return config.use_sigstore_verifier(
        identity=identity.name, oidc_issuer=identity.issuer, trust_config=identity.trust
    )


def _call(work: Callable[[], object], what: str) -> None:
    """Call the library, whose errors are of many kinds; each is one line."""
    from sigstore.errors import Error as SigstoreError  # noqa: PLC0415 - comes with the extra

    try:
        work()
    except (ValueError, OSError, SigstoreError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise RecipeError(f"{what}: {lines[0]}") from error
