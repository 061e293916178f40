"""Let an export declare itself: what another tool or office wants to know of a run, as a file in its format."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from yurai_manifests.errors import ContractError
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

Writer: TypeAlias = Callable[[Store, RunRecord], Iterator[str]]
"""Yields the text of the export, a part at a time: an output may have a million files."""
Compress: TypeAlias = Literal["zst", "gz", "none"]
FolderWriter: TypeAlias = Callable[[Store, RunRecord, Store, Compress], Iterator[str]]
"""Writes files into the folder of the second store, and yields a line about each."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export as it was declared: its documentation is the docstring of its function.

    `write` says all as one text; `folder`, of those that have it, as files.
    """

    name: str
    media_type: str
    write: Writer
    folder: FolderWriter | None = None

    @property
    def doc(self) -> str:
        """The documentation."""
        return inspect.getdoc(self.write) or ""


EXPORTS: dict[str, Export] = {}
"""Exports by name; `yurai_manifests.exports` declares them."""


def export(name: str, *, media_type: str, folder: FolderWriter | None = None) -> Callable[[Writer], Writer]:
    """Declare the function below as the export `name`, which may write a folder of files too.

    Raises:
        ContractError: another export has that name, or the function has no docstring.
    """

    def declared(function: Writer) -> Writer:
        made = Export(name, media_type, function, folder)
        if not made.doc:
            raise ContractError(f"export {name}: {function.__module__}.{function.__name__} needs a docstring")
        known = EXPORTS.setdefault(name, made)
        if known.write.__module__ != function.__module__:
            raise ContractError(f"two exports are called {name}; rename one")
        return function

    return declared
