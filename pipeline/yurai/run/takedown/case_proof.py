"""Keep the proof from before a takedown until the case is signed: the file of the case holds it unsigned till then."""

from pathlib import Path

from yurai_manifests.canonical import canonical
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.merkle.claims import Proof
from yurai_manifests.merkle.proof import check_proof, parse_proof
from yurai_manifests.run import load_run
from yurai_manifests.signing.keys import SecretKey
from yurai_manifests.store import Store
from yurai_manifests.takedown.case_file import prove_before, sign_case
from yurai_manifests.takedown.pending import Pending
from yurai_manifests.takedown.tombstones import FOLDER
from yurai_manifests.whole_file import whole_file


def put_before(store: Store, path: Path, pending: Pending) -> None:
    """Write the proof that what is to go is in; errors as `prove_before`, RecipeError where it cannot be written."""
    proof = prove_before(store, load_run(store), pending["stone"]["documents"])
    _write(path, canonical(proof))


def load_before(path: Path) -> Proof:
    """Return the proof from before.

    Raises:
        RecipeError: it is not there: the takedown was begun without it, and what it proves is gone.
    """
    try:
        proof = parse_proof(path.read_bytes())
        check_proof(proof)
    except (OSError, AuditError) as error:
        raise RecipeError(
            f"{path} holds no proof from before the takedown ({error}), and none can be made any more; leave --proof "
            "out, or name the file of the first call"
        ) from error
    return proof


def finish(store: Store, path: Path, case: str, key: SecretKey) -> None:
    """Replace the proof from before by the signed case; errors as `load_before` and `sign_case`."""
    _write(path, sign_case(store, load_run(store), f"{FOLDER}/{case}.json", load_before(path), key))


def _write(path: Path, data: bytes) -> None:
    try:
        with whole_file(path) as whole:
            whole.write_bytes(data)
    except OSError as error:
        raise RecipeError(f"--proof {path} cannot be written: {error.strerror or error}") from error
