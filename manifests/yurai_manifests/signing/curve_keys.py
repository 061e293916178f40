"""Make and read keys of the curves that OpenSSF Model Signing takes: NIST P-256, P-384 and P-521 (FIPS 186-5)."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from yurai_manifests.errors import RecipeError
from yurai_manifests.signing.keys import ID_LETTERS, PublicKey, public_of, read_key, write_key

_HASHES: Final[Mapping[str, HashAlgorithm]] = {"secp256r1": SHA256(), "secp384r1": SHA384(), "secp521r1": SHA512()}
"""Hash of each curve, as bundles of Sigstore have them."""
_MAKE: Final = "`yurai sign --oms --new-key FILE` makes one"


class CurveKey(NamedTuple):
    """A public key, in PEM."""

    pem: bytes

    @property
    def hint(self) -> str:
        """How a bundle names its key: the sha256 of the PEM, in hex."""
        return sha256(self.pem).hexdigest()

    @property
    def id(self) -> str:
        """The first 128 bits of the hint, in hex."""
        return self.hint[:ID_LETTERS]

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether `signature` (ECDSA, in DER) is one of this key over `data`."""
        key = load_pem_public_key(self.pem)
        if not isinstance(key, EllipticCurvePublicKey):
            return False
        try:
            key.verify(signature, data, ECDSA(_HASHES[key.curve.name]))
        except InvalidSignature:
            return False
        return True


def new_curve_key(path: Path) -> CurveKey:
    """Write a new secret key of P-256 and the public one beside it, as `keys.new_key` does; errors as there."""
    key = generate_private_key(SECP256R1())
    write_key(path, key)
    return _public(key.public_key(), path)


def load_curve_secret(path: Path) -> CurveKey:
    """Look at a secret key before anything is hashed, and return its public key.

    Raises:
        RecipeError: not there, of another kind, or held by a password.
    """
    try:
        key = load_pem_private_key(read_key(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RecipeError(
            f"{path} is no secret key that OpenSSF Model Signing can use ({error}); it takes an elliptic curve (P-256, "
            f"P-384, P-521) in PEM without a password: {_MAKE}"
        ) from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise RecipeError(f"{path} is no key of an elliptic curve (P-256, P-384, P-521), as --oms needs; {_MAKE}")
    return _public(key.public_key(), path)


def load_any_public(path: Path) -> PublicKey | CurveKey:
    """Read a public key: one of Ed25519 signs statements, one of another curve signs bundles.

    Raises:
        RecipeError: not there, or neither of the two.
    """
    try:
        key = load_pem_public_key(read_key(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RecipeError(f"{path} is no public key in PEM ({error}); give the .pub file of the signer") from error
    if isinstance(key, Ed25519PublicKey):
        return public_of(key)
    if isinstance(key, EllipticCurvePublicKey):
        return _public(key, path)
    raise RecipeError(f"{path} is a key of another kind than Ed25519, P-256, P-384 and P-521")


def _public(key: EllipticCurvePublicKey, path: Path) -> CurveKey:
    if key.curve.name not in _HASHES:
        raise RecipeError(f"{path} is a key of the curve {key.curve.name}, not of P-256, P-384 or P-521; {_MAKE}")
    return CurveKey(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
