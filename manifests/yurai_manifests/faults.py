"""Faults of storage clients that are no OSError, told as one: no route, no credentials, an HTTP status."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Named, not imported: a client is only there where its protocol is used.
CLIENT_FAULTS = {
    "s3": ("botocore.exceptions", "BotoCoreError"),
    "http": ("aiohttp", "ClientError"),
    "https": ("aiohttp", "ClientError"),
}


def faults_of(fs: Any) -> tuple[type[Exception], ...]:  # noqa: ANN401 - fsspec is untyped
    """Return what the file system `fs` raises when storage fails."""
    protocols = [fs.protocol] if isinstance(fs.protocol, str) else list(fs.protocol)
    found: list[type[Exception]] = [OSError]
    for protocol in protocols:
        if protocol in CLIENT_FAULTS:
            module, name = CLIENT_FAULTS[protocol]
            found.append(getattr(importlib.import_module(module), name))
    return tuple(found)


@contextmanager
def as_os_errors(fs: Any) -> Iterator[None]:  # noqa: ANN401 - fsspec is untyped
    """Raise OSError where the client of `fs` raises an error of its own."""
    try:
        yield
    except OSError:
        raise
    except faults_of(fs) as error:
        raise OSError(str(error) or type(error).__name__) from error
