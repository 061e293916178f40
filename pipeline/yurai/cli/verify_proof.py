"""Verify a proof for `yurai verify`: what it claims, and whose root it leads to."""

from pathlib import Path

from yurai.cli.text_file import read_text
from yurai.cli.verify_tree import say_signer
from yurai.terminal import say, tell
from yurai_manifests.errors import AuditError
from yurai_manifests.merkle.claims import Proof
from yurai_manifests.merkle.proof import check_proof, holds_text, parse_proof
from yurai_manifests.signing.keys import PublicKey, load_public
from yurai_manifests.signing.statement import read_statement
from yurai_manifests.words import plural

MOST_BYTES = 1 << 30
"""A claim takes some 10 kB: room for 100,000."""


def verify_proof(path: Path, key: str | None, root: str | None, text_file: str | None) -> bool:
    """Say what a proof proves, or what is wrong with it; return whether it holds."""
    try:
        pinned = None if key is None else load_public(Path(key))
        proof = parse_proof(read_bounded(path))
        check_proof(proof)
        _hold_text(proof, text_file)
        _trust(proof, pinned, root)
    except AuditError as error:
        tell(f"error proof: {path}: {error}")
        return False
    for claim in proof["claims"]:
        what = claim["value"] if claim["value"] is not None else f"text with key {claim['key']}"
        verb = "is in" if claim["claim"] == "contains" else "is not in"
        say(f"{claim['kind']} {what} {verb} {claim['within']}/")
    say((f"verified: {plural(len(proof['claims']), 'claim')}, run root {proof['root']}", "bold"))
    return True


def _hold_text(proof: Proof, text_file: str | None) -> None:
    if text_file is not None and not holds_text(proof, read_text(text_file)):
        raise AuditError(f"no claim of the proof is about the text of {text_file}")


def _trust(proof: Proof, pinned: PublicKey | None, root: str | None) -> None:
    """Hold the root of a proof against the signature in it, or against the root that is trusted."""
    if root is not None and proof["root"] != root:
        raise AuditError(f"it is of the run root {proof['root']}, not of the one that was given")
    if proof["statement"] is None:
        if pinned is not None or root is None:
            raise AuditError(
                "nobody signed it, so anyone may have made it up; ask for a signed one, or give the run root that you "
                "trust as --root"
            )
        say("nobody signed this proof: it is as good as the root that you gave")
        return
    signed = read_statement(proof["statement"])
    if signed.root != proof["root"]:
        raise AuditError("its signature is of another run root")
    if pinned is not None and signed.key != pinned:
        raise AuditError(f"it is signed by {signed.key.id}, not by the key that was given, {pinned.id}")
    say_signer(signed, pinned)


def read_bounded(path: Path) -> bytes:
    """Return the bytes of a file; raises AuditError where it is longer than a proof may be."""
    if path.stat().st_size > MOST_BYTES:
        raise AuditError(f"it is longer than the {MOST_BYTES:,} bytes that a proof may have")
    return path.read_bytes()
