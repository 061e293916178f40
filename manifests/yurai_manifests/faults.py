"""Turn what storage clients raise into an OSError, and say what to do about one."""

import errno
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from yurai_manifests.errors import ShardError

# Named, not imported: a client is only there where its protocol is used.
_AIOHTTP = ("aiohttp", "ClientError")
_GOOGLE = (
    _AIOHTTP,
    ("gcsfs.retry", "HttpError"),
    ("gcsfs.retry", "ChecksumError"),
    ("gcsfs.retry", "NonRetryableError"),
    ("google.auth.exceptions", "GoogleAuthError"),
)
CLIENT_FAULTS = {
    "ftp": (("ftplib", "Error"),),
    "s3": (  # what s3fs translates to no OSError when it gives up trying again
        _AIOHTTP,
        ("botocore.exceptions", "BotoCoreError"),
        ("botocore.exceptions", "ClientError"),
        ("botocore.parsers", "ResponseParserError"),
        ("http.client", "IncompleteRead"),
    ),
    "gs": _GOOGLE,
    "gcs": _GOOGLE,
    "hf": (("huggingface_hub.errors", "HTTPError"),),  # of httpx, which it builds on
    "http": (_AIOHTTP,),
    "https": (_AIOHTTP,),
}

KEYLESS = frozenset(
    {
        *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError"),
        *("UnauthorizedSSOTokenError", "SSOTokenLoadError", "GoogleAuthError"),
    }
)
"""Errors of botocore and google.auth that come before any request: there are no keys, or they cannot be renewed."""


def faults_of(fs: Any) -> tuple[type[Exception], ...]:  # noqa: ANN401 - fsspec is untyped
    """Return what the file system `fs` raises when storage fails."""
    protocols = [fs.protocol] if isinstance(fs.protocol, str) else list(fs.protocol)
    faults: list[type[Exception]] = [OSError]
    for protocol in protocols:
        faults += (getattr(importlib.import_module(module), name) for module, name in CLIENT_FAULTS.get(protocol, ()))
    return tuple(dict.fromkeys(faults))


@contextmanager
def as_os_errors(fs: Any) -> Iterator[None]:  # noqa: ANN401 - fsspec is untyped
    """Raise OSError where the client of `fs` raises an error of its own."""
    try:
        yield
    except OSError:
        raise
    except faults_of(fs) as error:
        raise as_os_error(error, str(error) or type(error).__name__) from error


def as_os_error(error: Exception, words: str) -> OSError:
    """Return what a client's error is, said in `words`: a PermissionError where keys are missing or refused."""
    is_keyless = not KEYLESS.isdisjoint(one.__name__ for one in type(error).__mro__)
    return PermissionError(words) if is_keyless or isinstance(error, PermissionError) else OSError(words)


@contextmanager
def reported(action: str, tree: str, key: str) -> Iterator[None]:
    """Raise ShardError, which says what to do, for trouble with the object `key`; that there is none is no trouble."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise storage_error(action, f"{tree}/{key}", error) from error


def storage_error(action: str, where: str, error: OSError) -> ShardError:
    """Return the ShardError that says what to do about `error`; of one without a number a client of a store spoke."""
    otherwise = "check that the storage can be reached, then run the same command to resume"
    if isinstance(error, PermissionError):
        otherwise = "check keys and role, here and on all nodes, then run the same command to resume"
    advice = {
        errno.ENOSPC: "the disk is full: free space or choose another --output, then run the same command to resume",
        errno.EDQUOT: "the quota is used up: free space, then run the same command to resume",
        errno.EACCES: "not permitted: check the owner and mode, or choose another --output",
        errno.EPERM: "not permitted: check the owner and mode, or choose another --output",
        errno.EROFS: "the file system is read-only: choose another --output",
        errno.ENOTDIR: "a part of the path is a file: choose another --output",
    }.get(error.errno or 0, otherwise)
    return ShardError(f"cannot {action} {where}: {error.strerror or error}; {advice}")
