"""Verify the case file of a takedown for `yurai verify`: who signed it, what was in, and is not."""

from pathlib import Path

from yurai.cli.verify_proof import read_bounded
from yurai.cli.verify_tree import say_signer
from yurai.terminal import say, tell
from yurai_manifests.errors import AuditError
from yurai_manifests.signing.keys import PublicKey, load_public
from yurai_manifests.signing.statement import read_statement
from yurai_manifests.takedown.case_file import CaseFile, is_case, read_case
from yurai_manifests.words import plural


def is_case_file(path: Path) -> bool:
    """Tell a case file from answers and proofs; what is too long for any is left to the check of a proof."""
    try:
        return is_case(read_bounded(path))
    except AuditError:
        return False


def verify_case(path: Path, key: str | None, root: str | None) -> bool:
    """Say what a case file proves, or what is wrong with it; return whether it holds. `root` is that of the new run."""
    try:
        pinned = None if key is None else load_public(Path(key))
        found = read_case(read_bounded(path))
        _trust(found, pinned, root)
        _say_case(found, pinned)
    except AuditError as error:
        tell(f"error case: {path}: {error}")
        return False
    say(("verified", "bold"))
    return True


def _trust(found: CaseFile, pinned: PublicKey | None, root: str | None) -> None:
    if pinned is not None and found.key != pinned:
        raise AuditError(f"it is signed by {found.key.id}, not by the key that was given, {pinned.id}")
    if root is not None and found.after["root"] != root:
        raise AuditError(f"it is of the run root {found.after['root']}, not of the one that was given")


def _say_case(found: CaseFile, pinned: PublicKey | None) -> None:
    stone = found.tombstone
    say(f"case {stone['case']}, {stone['basis']}: received {stone['received'] or 'not stated'}, decided "
        f"{stone['decided'] or 'not stated'}")  # fmt: skip
    say(f"{plural(len(stone['documents']), 'document')} taken down, {stone['tokens']:,} tokens")
    say(f"in by the run root {found.before['root']}")
    if found.before["statement"] is None:
        say("nobody signed the run as it was: the old root is as good as the signer of this file")
    else:
        signed = read_statement(found.before["statement"])
        if signed.root != found.before["root"]:
            raise AuditError("the signature of the run as it was is of another run root")
        say_signer(signed, None)
    say(f"not in by the run root {found.after['root']}: {plural(len(found.proved), 'document')} proved by doc_id")
    words = "" if pinned else "; whose key that is you must know from elsewhere: --key PUBLIC holds it to one"
    say(f"case signed by {found.key.id} at {found.signed_at} by the signer's clock{words}")
    say(f"limits: {stone['limits']}")
