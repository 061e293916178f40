"""Look pages up in registries of opt-outs: lists of domains, URL prefixes, or digests of texts and payloads."""

import functools
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yurai.rights.page import Page
from yurai.rights.policy import Registry, RegistryKind
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from yurai_filters.lists import Lines

HELD: Final = 16
"""Lists that a process holds at a time."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def digest_of(kind: RegistryKind, path: str, sha256: str, where: str) -> str:
    """Return the sha256 of a registry's file after reading all of it.

    Raises:
        RecipeError: it is not there, has another digest than `sha256` (unless that is ""), or a wrong entry.
    """
    try:
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise RecipeError(
            f"{where}: path names {path!r}, which cannot be read ({error}); give the path of a list"
        ) from error
    if sha256 and sha256.lower() != digest:
        raise RecipeError(
            f"{where}: {path} has sha256 {digest}, not {sha256}: it was changed since; put it back, or say the new one"
        )
    try:
        _load(kind, path, digest)
    except ValueError as error:
        raise RecipeError(f"{where}: path {error}") from error
    return digest


def found(registry: Registry, page: Page) -> str | None:
    """Return the entry of a registry that a page is under, or None.

    A domain holds all hosts below it. A URL prefix holds the URL itself and all below it by whole segments of the path,
    whatever their query.

    Raises:
        RecipeError: the file was changed since the policy was read.
    """
    try:
        lines = _load(registry.kind, registry.path, registry.sha256)
    except ValueError as error:
        raise RecipeError(f"registry {registry.name} {error}") from error
    names = _names(registry.kind, page)
    return next((name for name, there in zip(names, lines.found(names), strict=True) if there), None)


def _names(kind: RegistryKind, page: Page) -> list[str]:
    """Return the entries that would hold a page, the closest first."""
    from yurai_filters.hosts import host_of, parents, url_name  # noqa: PLC0415 - a policy without lists needs none

    if kind == "text-sha256":
        return [page.text_sha256] if page.text_sha256 else []
    if kind == "payload-sha256":
        return [page.payload_sha256] if page.payload_sha256 else []
    if kind == "domains":
        host = host_of(page.url or "")
        return parents(host) if host else []
    name = url_name(page.url or "")
    if not name:
        return []
    path = name.partition("?")[0]
    cuts = [at for at, letter in enumerate(path) if letter == "/"]
    return list(dict.fromkeys([name, path, *(path[:at] for at in reversed(cuts))]))


@functools.lru_cache(maxsize=HELD)
def _load(kind: RegistryKind, path: str, sha256: str) -> "Lines":
    """Return the list; raises ValueError as `yurai_filters.lists.load` does."""
    from yurai_filters.lists import PIN, Lines, load, read_local  # noqa: PLC0415 - as above, and they load Arrow
    from yurai_filters.urls import Domains, Urls  # noqa: PLC0415 - as above

    class Digests(Lines):
        ENTRY = "a sha256 in hex"
        __slots__ = ()

        @classmethod
        def entry(cls, line: str) -> str | None:
            return line.lower() if _DIGEST.fullmatch(line.lower()) else None

    kinds: dict[RegistryKind, type[Lines]] = {"domains": Domains, "url-prefixes": Urls}
    return load(kinds.get(kind, Digests), (f"{path}{PIN}{sha256}",), read_local)
