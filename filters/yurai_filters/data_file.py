"""Let a rule take a file, such as a model, as a setting: its digest is part of the identity of what it made."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from yurai_filters.lists import Lines, pinned_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yurai_filters.lists import Read


class DataFile(Lines):
    """The bytes of one file that a setting names, as lists are named; empty where a recipe names none."""

    VALUE: ClassVar[str] = "the path of a file"

    __slots__ = ("data",)

    def __init__(self, data: bytes = b"") -> None:
        super().__init__()
        self.data = data

    @classmethod
    def of(cls, specs: tuple[str, ...], read: Read) -> Self:
        """Return the file that the one spec names, if any; raises ValueError as `yurai_filters.lists.load`."""
        if len(specs) > 1:
            raise ValueError(f"must be {cls.VALUE}, not {len(specs)} of them")
        return cls(b"".join(pinned_bytes(cls, spec, read) for spec in specs))

    def __len__(self) -> int:
        return len(self.data)

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """Have the bytes in a file for as long as a library takes to load them by its path."""
        with tempfile.TemporaryDirectory(prefix="yurai-data-") as folder:
            path = Path(folder) / "data"
            path.write_bytes(self.data)
            yield path
