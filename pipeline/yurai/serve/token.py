"""Make, read and compare the token without which a server beyond loopback answers nobody."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from yurai.serve.bounds import LEAST_TOKEN
from yurai_manifests.errors import RecipeError

BYTES = 24


def token_of(file: str | None) -> str:
    """Return the token of a file, or a new one.

    Raises:
        RecipeError: the file cannot be read, or its token is short or no plain ASCII.
    """
    if file is None:
        return secrets.token_urlsafe(BYTES)
    try:
        token = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"--token-file {file} cannot be read: {error}") from error
    if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise RecipeError(
            f"--token-file {file} must hold one word of {LEAST_TOKEN} or more ASCII characters; "
            "`openssl rand -base64 24` makes one"
        )
    return token


def same(given: str, token: str) -> bool:
    """Compare in a time that says nothing of where two differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())


def cookie_of(token: str) -> str:
    """Return what a browser keeps in place of the token."""
    return hmac.new(token.encode(), b"yurai serve cookie", hashlib.sha256).hexdigest()
