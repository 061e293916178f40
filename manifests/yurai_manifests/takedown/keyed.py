"""Key the selectors of a takedown, so that a tombstone says nothing to who does not hold the key of its case.

A plain URL in a public list may be personal data itself, and so may its plain hash: URLs can be guessed. A value is
HMAC-SHA256 (RFC 2104) of its kind, NUL, and its normal form, under 32 random bytes that belong to one case.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final, Literal, TypeAlias

from yurai_manifests.errors import RecipeError
from yurai_manifests.normal_text import normal_text
from yurai_manifests.urls import normal_url

KEY_BYTES: Final = 32
Kind: TypeAlias = Literal["url", "surt", "domain", "sha256", "doc_id", "text", "contains", "case"]
"""What is keyed; `case` is the id of the case itself, by which a key is known to be its own."""


def new_case_key(path: Path) -> bytes:
    """Write 32 random bytes in hex to `path`, readable by its owner alone, and return them.

    Raises:
        RecipeError: the file cannot be written, or is there.
    """
    key = secrets.token_bytes(KEY_BYTES)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{key.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RecipeError(f"{path}: the key of the case cannot be written: {error.strerror}; name another") from error
    return key


def load_case_key(path: Path) -> bytes:
    """Return the key that `new_case_key` wrote.

    Raises:
        RecipeError: there is no such file, or it holds something else.
    """
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise RecipeError(f"{path} holds no key of a case: {error}; give the file that its takedown wrote") from error
    if len(key) != KEY_BYTES:
        raise RecipeError(f"{path} holds {len(key)} bytes, and the key of a case has {KEY_BYTES}; give the right file")
    return key


def keyed(key: bytes, kind: Kind, value: str) -> str:
    """Return the hex HMAC of a value: of a URL and a text in its normal form, else as it is."""
    if kind == "url":
        value = normal_url(value)
    elif kind in ("text", "contains"):
        value = normal_text(value)
    return hmac.new(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
