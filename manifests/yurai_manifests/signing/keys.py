"""Make and read Ed25519 keys (RFC 8032): PEM files, PKCS #8 the secret one, SubjectPublicKeyInfo the public one."""

import os
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from yurai_manifests.canonical import sha256
from yurai_manifests.errors import RecipeError

ID_LETTERS = 32


class PublicKey(NamedTuple):
    """A public key: its 32 bytes in hex."""

    hex: str

    @property
    def id(self) -> str:
        """The first 128 bits of the sha256 of its bytes, in hex."""
        return sha256(bytes.fromhex(self.hex))[:ID_LETTERS]

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether `signature` is one of this key over `data`."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.hex)).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


class SecretKey:
    """A key to sign with."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> PublicKey:
        """The key that goes with it."""
        return public_of(self._key.public_key())

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`, 64 bytes."""
        return self._key.sign(data)


def public_of(key: Ed25519PublicKey) -> PublicKey:
    """Return a key as its bytes."""
    return PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex())


def new_key(path: Path) -> PublicKey:
    """Write a new secret key to `path`, which its owner alone may read, and the public one to `path`.pub.

    Raises:
        RecipeError: one of the two is there already, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    write_key(path, key)
    return public_of(key.public_key())


def write_key(path: Path, key: Ed25519PrivateKey | EllipticCurvePrivateKey) -> None:
    """Write both halves of a key, as `new_key` says; errors as there."""
    public = path.with_name(f"{path.name}.pub")
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    open_half = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for target, data, mode in ((path, secret, 0o600), (public, open_half, 0o644)):
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError as error:
            raise RecipeError(f"{target} is there already; a key is never overwritten: choose another name") from error
        except OSError as error:
            raise RecipeError(f"cannot write {target}: {error}; choose another place for the key") from error
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            file.write(data)


def load_secret(path: Path) -> SecretKey:
    """Read a secret key.

    Raises:
        RecipeError: not there, no Ed25519 key, or held by a password.
    """
    try:
        key = load_pem_private_key(read_key(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RecipeError(
            f"{path} is no secret key that Yurai can use ({error}); it takes Ed25519 in PEM without a password: "
            "`yurai sign --new-key FILE` makes one"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise RecipeError(f"{path} is a key of another kind than Ed25519; `yurai sign --new-key FILE` makes one")
    return SecretKey(key)


def load_public(path: Path) -> PublicKey:
    """Read a public key.

    Raises:
        RecipeError: not there, or no public Ed25519 key.
    """
    try:
        key = load_pem_public_key(read_key(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RecipeError(f"{path} is no public key in PEM ({error}); give the .pub file of the signer") from error
    if not isinstance(key, Ed25519PublicKey):
        raise RecipeError(f"{path} is a key of another kind than Ed25519")
    return public_of(key)


def read_key(path: Path) -> bytes:
    """Return the bytes of a file of a key; raises RecipeError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecipeError(f"cannot read the key {path}: {error}; check --key") from error
