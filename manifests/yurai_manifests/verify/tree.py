"""Verify a tree offline: its signatures, every byte that run.json leads to, and the Merkle roots of its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from yurai_manifests.canonical import sha256
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.findings import Finding
from yurai_manifests.merkle.check import FIELD, check_roots, roots_of
from yurai_manifests.merkle.shapes import ROOTS
from yurai_manifests.run import RUN, RunRecord, load_run
from yurai_manifests.seal import broken
from yurai_manifests.shape import fault
from yurai_manifests.signing.keys import PublicKey
from yurai_manifests.signing.statement import Signed, envelopes, read_envelope
from yurai_manifests.store import Store
from yurai_manifests.verify.chain import RESTORE, Chain
from yurai_manifests.verify.damage import Damage
from yurai_manifests.verify.hashing import Hasher
from yurai_manifests.verify.strays import strays


@dataclass(slots=True)
class Verified:
    """What was found, and whose signatures are good and of this very run.json."""

    findings: list[Finding] = field(default_factory=list)
    signers: list[Signed] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """No finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)


def verify_tree(store: Store, pinned: PublicKey | None = None, *, rows: bool = True) -> Verified:
    """Verify the tree at `store`; with `pinned`, that key must have signed it. `rows`: hold rows against their roots.

    Raises:
        RecipeError: there is no ended run.
        ShardError: storage cannot be read.
    """
    found = Verified()
    try:
        run: RunRecord | None = load_run(store)
    except AuditError as error:
        run = None
        found.findings.append(Finding("error", "changed", RUN, str(error), RESTORE))
    found.findings += _signatures(store, run, found.signers)
    found.findings += _signers(found, pinned)
    if run is not None:
        found.findings += _contents(store, run, rows=rows)
    return found


def _signatures(store: Store, run: RunRecord | None, good: list[Signed]) -> Iterator[Finding]:
    """Check each signature; those that are of this very run.json are added to `good`."""
    digest, advice = sha256(store.read(RUN)), "restore run.json, or have it signed anew by who answers for it"
    for name, data in envelopes(store):
        try:
            signed = read_envelope(name, data)
        except AuditError as error:
            yield Finding("error", "signature", name, str(error), "restore it, or sign again")
            continue
        if signed.run_sha256 != digest:
            message = f"it is not the one that {signed.key.id} signed at {signed.signed_at}{_edited(run)}"
            yield Finding("error", "signature", RUN, message, advice)
        elif run is not None and (signed.root, signed.content_digest) != (_root(run), run.digest):
            message = "it states another Merkle root or content digest than the run.json that it signs"
            yield Finding("error", "signature", name, message, "do not trust its signer's tools; sign again")
        else:
            good.append(signed)


def _edited(run: RunRecord | None) -> str:
    names = [] if run is None else broken(run.value)
    return f"; edited since it was sealed: {', '.join(names)}" if names else ""


def _root(run: RunRecord) -> str | None:
    return None if fault(run.value.get(FIELD), ROOTS) else roots_of(run)["run"]


def _signers(found: Verified, pinned: PublicKey | None) -> Iterator[Finding]:
    keys = [signed.key for signed in found.signers]
    if pinned is not None and pinned not in keys:
        message = f"signed by {', '.join(key.id for key in keys)}" if keys else "it bears no signature that holds"
        words = f"{message}; not by the key that was given, {pinned.id}"
        yield Finding("error", "signature", RUN, words, "do not trust it; ask its owner which key is theirs")
    elif not keys and not found.findings:
        message = "nobody signed this run: who can write to it can change it and its digests"
        yield Finding("warning", "unsigned", RUN, message, "yurai sign OUT --key FILE")


def _contents(store: Store, run: RunRecord, *, rows: bool) -> Iterator[Finding]:
    hasher = Hasher(store)
    chain = Chain(store, run, hasher)
    found = list(chain.follow())
    yield from found
    damage = Damage(store, run, chain.steps, hasher)
    for name in sorted(chain.damaged):
        yield Finding(
            "error", "changed", name, f"its bytes are not those that were published: {damage.words(name)}", RESTORE
        )
    yield from strays(chain)
    if rows and not chain.damaged and not any(finding.check == "missing" for finding in found):
        yield from _rows(store, run)


def _rows(store: Store, run: RunRecord) -> Iterator[Finding]:
    try:
        yield from check_roots(store, run)
    except (ShardError, OSError) as error:
        yield Finding("error", "roots", "delivered files", f"their rows cannot be read: {error}", RESTORE)
