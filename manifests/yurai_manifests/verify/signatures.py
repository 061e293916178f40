"""Check all that lies in signatures/: statements, bundles of OpenSSF Model Signing, and their time stamps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from yurai_manifests.canonical import sha256
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.findings import Finding, Severity
from yurai_manifests.merkle.check import FIELD, roots_of
from yurai_manifests.merkle.shapes import ROOTS
from yurai_manifests.run import RUN, RunRecord
from yurai_manifests.seal import broken
from yurai_manifests.shape import fault
from yurai_manifests.signing.bundle import Bundle, read_bundle
from yurai_manifests.signing.curve_keys import CurveKey
from yurai_manifests.signing.files import (
    BUNDLE,
    BUNDLE_BYTES,
    STAMP,
    STAMP_BYTES,
    STATEMENT,
    STATEMENT_BYTES,
    read_bounded,
    signature_names,
)
from yurai_manifests.signing.keys import PublicKey
from yurai_manifests.signing.oms import Identity, covered, differing, verify_keyless
from yurai_manifests.signing.statement import Signed, read_envelope
from yurai_manifests.signing.timestamp import Stamp, check_stamp, need_timestamps
from yurai_manifests.store import Store

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

AGAIN: Final = "restore it, or sign again"
RUN_ADVICE: Final = "restore run.json, or have it signed anew by who answers for it"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the verifier trusts: a key or an identity that must have signed, authorities that must have stamped."""

    key: PublicKey | CurveKey | None = None
    authorities: "Sequence[Certificate]" = ()
    identity: Identity | None = None


@dataclass
class Signatures:
    """The signatures of one tree, as `check` finds them; `run` is None where run.json is damaged."""

    store: Store
    run: RunRecord | None
    trust: Trust
    statements: list[Signed] = field(default_factory=list)
    """Good, and of this very run.json."""
    bundles: list[Bundle] = field(default_factory=list)
    """Signed by the key or identity that is trusted, and of this very run."""
    unheld: list[Bundle] = field(default_factory=list)
    """Of this very run, by whom was not checked."""
    stamps: dict[str, Stamp] = field(default_factory=dict)
    """By the name of the signature."""

    @cached_property
    def _digest(self) -> str:
        return sha256(self.store.read(RUN))

    def check(self) -> Iterator[Finding]:
        """Yield what is wrong with each, and what the verifier asked for and no signature has."""
        names = signature_names(self.store)
        for name in names:
            try:
                yield from self._one(name, names)
            except AuditError as error:
                yield Finding("error", "signature", name, str(error), AGAIN)
        yield from self._asked_for()

    def _one(self, name: str, names: Sequence[str]) -> Iterator[Finding]:
        if name.endswith(STAMP):
            if name.removesuffix(STAMP) not in names:
                raise AuditError("it is the time stamp of a signature that is not there")
        elif name.endswith(BUNDLE):
            yield from self._bundle(name, data := read_bounded(self.store, name, BUNDLE_BYTES))
            yield from self._stamp(name, data, names)
        elif name.endswith(STATEMENT):
            yield from self._statement(name, data := read_bounded(self.store, name, STATEMENT_BYTES))
            yield from self._stamp(name, data, names)
        else:
            raise AuditError("it is no signature that Yurai knows")

    def _statement(self, name: str, data: bytes) -> Iterator[Finding]:
        signed = read_envelope(name, data)
        if signed.run_sha256 != self._digest:
            message = f"it is not the one that {signed.key.id} signed at {signed.signed_at}{_edited(self.run)}"
            yield Finding("error", "signature", RUN, message, RUN_ADVICE)
        elif self.run is not None and (signed.root, signed.content_digest) != (_root(self.run), self.run.digest):
            message = "it states another Merkle root or content digest than the run.json that it signs"
            yield Finding("error", "signature", name, message, "do not trust its signer's tools; sign again")
        else:
            self.statements.append(signed)

    def _bundle(self, name: str, data: bytes) -> Iterator[Finding]:
        bundle = read_bundle(data)
        if name != bundle.name:
            raise AuditError(f"the file is not named for its signer, {bundle.id}")
        files = {RUN: self._digest} if self.run is None else covered(self.run, self._digest)
        wrong = differing(bundle, files) if self.run or bundle.files.get(RUN) != self._digest else None
        key, identity = self.trust.key, self.trust.identity
        if wrong:
            yield Finding("error", "signature", name, wrong, RUN_ADVICE)
        elif isinstance(key, CurveKey) and bundle.hint == key.hint:
            if not bundle.by(key):
                raise AuditError(f"the signature is wrong: key {key.id} did not sign this bundle")
            self.bundles.append(bundle)
        elif identity is not None and bundle.hint is None:
            verify_keyless(self.store, name, identity)
            self.bundles.append(bundle)
        else:
            self.unheld.append(bundle)
            yield self._unchecked(name, bundle)

    def _unchecked(self, name: str, bundle: Bundle) -> Finding:
        severity: Severity = "warning" if self.trust == Trust(authorities=self.trust.authorities) else "info"
        if bundle.hint is None:
            message, advice = "a certificate signed it, which is not checked", "--identity WHO --oidc-issuer URL"
        else:
            message = f"it does not hold its key ({bundle.id}), so its signature is not checked"
            advice = "--key PUBLIC, the key of its signer"
        return Finding(severity, "signature", name, message, f"verify again with {advice}")

    def _stamp(self, name: str, data: bytes, names: Sequence[str]) -> Iterator[Finding]:
        """Check the time stamp of a signature that is good or unheld."""
        sound = [*(one.name for one in self.statements), *(one.name for one in (*self.bundles, *self.unheld))]
        stamp = f"{name}{STAMP}"
        if stamp not in names or name not in sound:
            return
        try:
            need_timestamps()
            answer = read_bounded(self.store, stamp, STAMP_BYTES)
            self.stamps[name] = check_stamp(answer, data, self.trust.authorities)
        except RecipeError as error:
            if self.trust.authorities:
                raise
            yield Finding("warning", "timestamp", stamp, "it is not checked", str(error))
        except AuditError as error:
            advice = "restore it, or sign again with --timestamp"
            yield Finding("error", "timestamp", stamp, str(error), advice)

    def _asked_for(self) -> Iterator[Finding]:
        """Yield what the verifier demands, and no signature is or has."""
        key, identity = self.trust.key, self.trust.identity
        keyless = [one for one in self.bundles if one.hint is None]
        signers: list[tuple[str, PublicKey | str | None]] = [(one.name, one.key) for one in self.statements]
        signers += [(one.name, one.hint) for one in self.bundles]
        pin = key.hint if isinstance(key, CurveKey) else key
        trusted = [name for name, signer in signers if pin in (None, signer)]
        if key is not None and not trusted:
            by = [one.key.id for one in self.statements] + [f"{one.id}, unchecked" for one in self.unheld]
            message = f"signed by {'; '.join(by)}" if by else "it bears no signature that holds"
            words = f"{message}; not by the key that was given, {key.id}"
            yield Finding("error", "signature", RUN, words, "do not trust it; ask its owner which key is theirs")
        if identity is not None and not keyless:
            message = f"no bundle is signed by {identity.name}, for whom {identity.issuer} vouches"
            yield Finding("error", "signature", RUN, message, "do not trust it; ask its owner who signed it")
        if self.trust.authorities and not any(self.stamps[one].held for one in trusted if one in self.stamps):
            message = "no signature that is trusted bears a time stamp of the authorities that were given"
            yield Finding("error", "timestamp", RUN, message, "ask its owner for one, or for the right certificates")


def _edited(run: RunRecord | None) -> str:
    names = [] if run is None else broken(run.value)
    return f"; edited since it was sealed: {', '.join(names)}" if names else ""


def _root(run: RunRecord) -> str | None:
    return None if fault(run.value.get(FIELD), ROOTS) else roots_of(run)["run"]
