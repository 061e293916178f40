"""Look at paths that people name in recipes and options."""

from pathlib import Path


def is_file(path: str | Path) -> bool:
    """Whether a file is there; under a name that no file system has (too long, a NUL in it) there is none.

    `Path.is_file` raises for a name that is too long.
    """
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False
