"""Verify a tree for `yurai verify`: whom to trust, and how to say what was found."""

from pathlib import Path

from yurai.cli.table_shapes import fitted
from yurai.cli.tables import SEVERITIES
from yurai.terminal import say
from yurai_manifests.findings import Finding
from yurai_manifests.signing.curve_keys import CurveKey, load_any_public
from yurai_manifests.signing.keys import PublicKey
from yurai_manifests.signing.oms import Identity, need_oms
from yurai_manifests.signing.statement import Signed
from yurai_manifests.signing.timestamp import Stamp, load_authorities, need_timestamps
from yurai_manifests.store import open_store
from yurai_manifests.verify.outside import OUTSIDE
from yurai_manifests.verify.signatures import Trust
from yurai_manifests.verify.tree import Verified, verify_tree


def trust_of(
    key: str | None, certificates: str | None, who: str | None, issuer: str | None, trust_config: str | None
) -> Trust:
    """Read whom to trust from files; raises RecipeError where one is wrong, or an extra is not installed."""
    identity = None
    if certificates is not None:
        need_timestamps()
    if who is not None and issuer is not None:
        need_oms()
        identity = Identity(who, issuer, Path(trust_config) if trust_config else None)
    return Trust(
        None if key is None else load_any_public(Path(key)),
        () if certificates is None else load_authorities(Path(certificates)),
        identity,
    )


def verify_output(out: str, trust: Trust, *, rows: bool) -> bool:
    """Say what is wrong with a tree, and who signed it; return whether all holds."""
    found = verify_tree(open_store(out), trust, rows=rows)
    for finding in found.findings:
        _say(finding)
    for signed in found.signers:
        say_signer(signed, trust.key)
    for bundle in found.bundles:
        by = bundle.id if bundle.hint else f"{trust.identity.name}" if trust.identity else ""
        say(f"signed by {by}: a bundle of OpenSSF Model Signing over {len(bundle.files):,} files")
    for name, stamp in found.stamps.items():
        _say_stamp(name, stamp)
    say("not verified: " + ", ".join(f"{name} ({why})" for name, why in OUTSIDE.items()))
    say((_verdict(found) if found.ok else "NOT AS IT WAS PUBLISHED", "bold"))
    return found.ok


def _verdict(found: Verified) -> str:
    if found.signed:
        return "verified"
    return "whole, but by whom it is signed was not checked" if found.unheld else "whole, but unsigned"


def _say(finding: Finding) -> None:
    sentence = f" {finding.check}: {finding.where}: {finding.message}. {finding.do}"
    first, *more = fitted(f"{finding.severity}{sentence}", "  ")
    say((finding.severity, SEVERITIES[finding.severity]), first.removeprefix(finding.severity))
    for line in more:
        say(line)


def say_signer(signed: Signed, pinned: PublicKey | CurveKey | None) -> None:
    """Say who signed a statement, and whether the verifier knows the key."""
    words = "" if pinned else "; whose key that is you must know from elsewhere: --key PUBLIC holds it to one"
    say(f"signed by {signed.key.id} at {signed.signed_at} by the signer's clock{words}")


def _say_stamp(name: str, stamp: Stamp) -> None:
    words = "" if stamp.held else "; anyone can write that: --tsa-certificates PEM holds it to an authority"
    say(f"{name} was there at {stamp.time.isoformat()} by the clock of {stamp.authority}{words}")
