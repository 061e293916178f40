"""Write a file for a person whole or not at all: what is half written never has its name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOR_ALL: Final = 0o666
"""Permissions of a new file, from which the umask takes."""
FOR_OWNER: Final = 0o600


@contextmanager
def whole_file(path: Path, mode: int = FOR_ALL) -> Iterator[Path]:
    """Give a new, empty file beside `path`, which takes its place when the block ends well; else it is removed.

    A pipe or a device is given as it is, since nothing can take its place; of a link the file that it leads to is
    replaced.

    Raises:
        OSError: a file cannot be written there.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        yield target
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode))
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
