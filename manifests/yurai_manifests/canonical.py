"""Write canonical JSON (RFC 8785), and compute the digests that identity rests on.

Whatever cannot be written canonically (an object, a NaN, a set) raises: an identity never rests on a `repr`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TypeAlias

import rfc8785

from yurai_manifests.errors import ContractError

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
CHUNK = 1 << 20


def canonical(value: object) -> bytes:
    """Return the RFC 8785 bytes of `value`.

    Raises:
        ContractError: `value` holds something that JSON cannot say the same way twice.
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type] # what is no JSON raises
    except (rfc8785.CanonicalizationError, TypeError) as error:
        raise ContractError(
            f"cannot write {value!r} as canonical JSON: {error}; use str, int, list and dict"
        ) from error


def sha256(data: bytes | memoryview) -> str:
    """Return the hex sha256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the hex sha256 of the file at `path`."""
    with path.open("rb") as file:
        return sha256_stream(file)


def sha256_stream(file: IO[bytes]) -> str:
    """Return the hex sha256 of what is left in `file`, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    while piece := file.read(CHUNK):
        digest.update(piece)
    return digest.hexdigest()


def fingerprint(fields: Mapping[str, object]) -> str:
    """Return the hex sha256 of the canonical JSON of `fields`."""
    return sha256(canonical(dict(fields)))
