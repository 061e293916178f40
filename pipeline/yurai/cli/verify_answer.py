"""Verify a signed answer for `yurai verify`: who signed it, what it says, and whose root its proof leads to."""

from pathlib import Path

from yurai.cli.inquire_tables import say_answer
from yurai.cli.text_file import read_text
from yurai.cli.verify_proof import read_bounded
from yurai.cli.verify_tree import say_signer
from yurai.report.inquiry.signed import SignedAnswer, is_signed, read_answer
from yurai.terminal import say, tell
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import AuditError
from yurai_manifests.merkle.claims import Proof
from yurai_manifests.signing.keys import PublicKey, load_public
from yurai_manifests.signing.statement import read_statement
from yurai_manifests.words import plural


def is_answer(path: Path) -> bool:
    """Tell a signed answer from a proof; what is too long for either is left to the check of a proof."""
    try:
        return is_signed(read_bounded(path))
    except AuditError:
        return False


def verify_answer(path: Path, key: str | None, root: str | None, text_file: str | None) -> bool:
    """Say what a signed answer says, or what is wrong with it; return whether it holds."""
    try:
        pinned = None if key is None else load_public(Path(key))
        found = read_answer(read_bounded(path))
        _trust(found, pinned, root)
        _hold_text(found, text_file)
    except AuditError as error:
        tell(f"error answer: {path}: {error}")
        return False
    say_answer(found.answer)
    words = "" if pinned else "; whose key that is you must know from elsewhere: --key PUBLIC holds it to one"
    say(f"answer signed by {found.key.id} at {found.signed_at} by the signer's clock{words}")
    _say_proof(found.proof)
    say(("verified", "bold"))
    return True


def _trust(found: SignedAnswer, pinned: PublicKey | None, root: str | None) -> None:
    if pinned is not None and found.key != pinned:
        raise AuditError(f"it is signed by {found.key.id}, not by the key that was given, {pinned.id}")
    if root is not None and found.answer.run.root != root:
        raise AuditError(f"it is of the run root {found.answer.run.root}, not of the one that was given")


def _hold_text(found: SignedAnswer, text_file: str | None) -> None:
    if text_file is not None:
        digest = sha256(read_text(text_file).encode("utf-8", "surrogatepass"))
        if digest != found.answer.question.text_sha256:
            raise AuditError(f"the answer is not about the text of {text_file}")


def _say_proof(proof: Proof | None) -> None:
    if proof is None:
        say("without a proof by Merkle roots: it is as good as its signer's word")
        return
    say(f"{plural(len(proof['claims']), 'claim')} proved by the run root {proof['root']}")
    if proof["statement"] is None:
        say("nobody signed the run itself: the root is as good as the signer of the answer")
    else:
        say_signer(read_statement(proof["statement"]), None)
