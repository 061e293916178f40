"""Open file systems: the one place that hands a path or URL to fsspec, without telling its secrets."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import fsspec

from yurai_manifests.location import Location, is_web, told

_S3 = ("s3", "s3a")


def open_files(url: str, **options: object) -> tuple[fsspec.AbstractFileSystem, str]:
    """Return the file system that a path or URL lies in, and its path there.

    A file that exists under the name as it is written is that file, whatever fsspec would read into it (`::`, `~`).

    Raises:
        ValueError, ImportError: no file system is known for it; the message holds none of its secrets.
    """
    whole = str(url)
    local = whole.removeprefix("file://")
    if "://" not in local and os.path.lexists(local):
        return fsspec.filesystem("file"), os.path.abspath(local)  # noqa: PTH100 - Path("") is "."
    if is_web(whole):
        from yurai_manifests.web import WebFiles  # noqa: PLC0415 - aiohttp costs 150 ms that other storage need not pay

        scheme, _, rest = whole.partition("://")
        return WebFiles(allow=url.allow if isinstance(url, Location) else None), f"{scheme.lower()}://{rest}"
    try:
        protocol = whole.partition("://")[0]
        if protocol in _S3:
            fsspec.get_filesystem_class(protocol)  # raises where it is not installed
            from yurai_manifests.s3_session import timed  # noqa: PLC0415 - the client takes 300 ms

            options |= timed(_S3)
        return cast("tuple[fsspec.AbstractFileSystem, str]", fsspec.core.url_to_fs(whole, **options))
    except ImportError as error:
        raise ImportError(told(error, whole)) from None
    except ValueError as error:
        raise ValueError(told(error, whole)) from None


@contextmanager
def without_secrets_of(url: str) -> Iterator[None]:
    """Raise an OSError again without the secrets of `url`, where its words hold any."""
    try:
        yield
    except OSError as error:
        words = told(error, str(url))
        if "://" not in url or words == str(error):
            raise
        kind = next(one for one in type(error).__mro__ if one.__module__ == "builtins")
        clean = cast("OSError", kind(words))
        clean.errno = error.errno
        raise clean from None
