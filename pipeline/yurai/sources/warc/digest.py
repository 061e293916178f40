"""Compare the declared payload digest with what the bytes hash to, in each form that tools have hashed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# The archive chose the algorithm; sha1 and md5 tell damage here, they guard nothing.
_ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
}
_SIZES = {"md5": 16, "sha1": 20, "sha256": 32}


def check(declared: str | None, forms: Iterable[tuple[str, Callable[[], bytes]]]) -> tuple[bool | None, str | None]:
    """Compare a labelled digest (`sha1:...`, base32 or hex) with each form's bytes, made only when it is its turn.

    Returns whether one matched (None: nothing declared, or an unknown algorithm) and that form's name.
    """
    label, _, value = (declared or "").partition(":")
    name = label.strip().lower().replace("-", "")
    if name not in _ALGORITHMS:
        return None, None
    wanted = _decode(value.strip(), _SIZES[name])
    for form, make in forms:
        if wanted is not None and _ALGORITHMS[name](make()) == wanted:
            return True, form
    return False, None


def _decode(value: str, size: int) -> bytes | None:
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        bare = value.rstrip("=").upper()
        return base64.b32decode(bare + "=" * (-len(bare) % 8))
    except (ValueError, binascii.Error):
        return None
