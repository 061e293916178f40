"""Verify a tree offline: its signatures, every byte that run.json leads to, and the Merkle roots of its rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from yurai_manifests.derived_check import check_derived
from yurai_manifests.errors import AuditError, ShardError
from yurai_manifests.findings import Finding
from yurai_manifests.merkle.check import check_roots
from yurai_manifests.run import RUN, RunRecord, load_run
from yurai_manifests.signing.bundle import Bundle
from yurai_manifests.signing.curve_keys import CurveKey
from yurai_manifests.signing.keys import PublicKey
from yurai_manifests.signing.statement import Signed
from yurai_manifests.signing.timestamp import Stamp
from yurai_manifests.store import Store
from yurai_manifests.verify.chain import RESTORE, Chain
from yurai_manifests.verify.damage import Damage
from yurai_manifests.verify.hashing import Hasher
from yurai_manifests.verify.signatures import Signatures, Trust
from yurai_manifests.verify.strays import strays


@dataclass(slots=True)
class Verified:
    """What was found, and whose signatures are good and of this very run.json."""

    findings: list[Finding] = field(default_factory=list)
    signers: list[Signed] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    unheld: list[Bundle] = field(default_factory=list)
    """Of this very run; by whom was not checked."""
    stamps: dict[str, Stamp] = field(default_factory=dict)
    """By the name of the signature."""

    @property
    def signed(self) -> bool:
        """A signature holds."""
        return bool(self.signers or self.bundles)

    @property
    def ok(self) -> bool:
        """No finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)


def verify_tree(store: Store, trust: Trust | PublicKey | CurveKey | None = None, *, rows: bool = True) -> Verified:
    """Verify the tree at `store` against whom the verifier trusts. `rows`: hold rows against their roots.

    Raises:
        RecipeError: there is no ended run, or what is asked for needs an extra that is not installed.
        ShardError: storage cannot be read.
    """
    found = Verified()
    try:
        run: RunRecord | None = load_run(store)
    except AuditError as error:
        run = None
        found.findings.append(Finding("error", "changed", RUN, str(error), RESTORE))
    signatures = Signatures(store, run, trust if isinstance(trust, Trust) else Trust(trust))
    found.findings += signatures.check()
    found.signers, found.bundles = signatures.statements, signatures.bundles
    found.unheld, found.stamps = signatures.unheld, signatures.stamps
    if not found.findings and not found.signed:
        message = "nobody signed this run: who can write to it can change it and its digests"
        found.findings.append(Finding("warning", "unsigned", RUN, message, "yurai sign OUT --key FILE"))
    if run is not None:
        found.findings += _contents(store, run, rows=rows)
    return found


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
    yield from check_derived(store, run, hashing=True)
    if rows and not chain.damaged and not any(finding.check == "missing" for finding in found):
        yield from _rows(store, run)


def _rows(store: Store, run: RunRecord) -> Iterator[Finding]:
    try:
        yield from check_roots(store, run)
    except (ShardError, OSError) as error:
        yield Finding("error", "roots", "delivered files", f"their rows cannot be read: {error}", RESTORE)
