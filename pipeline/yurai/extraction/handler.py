"""Let a handler declare itself: the media types that it reads, and what may come of a page of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page
from yurai_manifests.errors import ContractError

Function: TypeAlias = Callable[[Page, str, ExtractOptions], Extraction]
"""Takes a page of at most `max_bytes`, its media type and the settings; gives its text, or why there is none.

It runs in the child process. What it raises fails this page alone, as `extractor-error:<type>`.
"""


@dataclass(frozen=True, slots=True)
class Handler:
    """What one handler declared.

    `reasons` are those for which it drops a page, besides "no-text" and the reasons of all handlers; `packages` those
    whose version changes its output; `files` what it reads, such as a model: paths, or `package:file`. `version` and
    the digests of files are part of the fingerprint of stage extract.
    """

    function: Function
    version: int
    reasons: tuple[str, ...]
    packages: tuple[str, ...]
    files: tuple[str, ...] = ()


HANDLERS: dict[str, Handler] = {}
"""Handlers by media type; a type that is not here is dropped as `no-handler:<type>`."""


def handles(
    *media_types: str,
    version: int,
    reasons: tuple[str, ...] = (),
    packages: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Declare the function below as the handler of these media types.

    Raises:
        ContractError: another module has declared a handler of one of them.
    """

    def declared(function: Function) -> Function:
        for media_type in media_types:
            known = HANDLERS.setdefault(media_type, Handler(function, version, reasons, packages, files))
            if known.function.__module__ != function.__module__:
                raise ContractError(
                    f"{known.function.__module__} and {function.__module__} both handle {media_type}; uninstall one"
                )
        return function

    return declared
