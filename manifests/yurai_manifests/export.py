"""Let an export declare itself: what another tool or office wants to know of a run, as a file in its format."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from yurai_manifests.errors import ContractError
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

Writer: TypeAlias = Callable[[Store, RunRecord], Iterator[str]]
"""Yields the text of the export, a part at a time: an output may have a million files."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export as it was declared: its documentation is the docstring of its function."""

    name: str
    media_type: str
    write: Writer

    @property
    def doc(self) -> str:
        """The documentation."""
        return inspect.getdoc(self.write) or ""


EXPORTS: dict[str, Export] = {}
"""Exports by name; `yurai_manifests.exports` declares them."""


def export(name: str, *, media_type: str) -> Callable[[Writer], Writer]:
    """Declare the function below as the export `name`.

    Raises:
        ContractError: another export has that name, or the function has no docstring.
    """

    def declared(function: Writer) -> Writer:
        made = Export(name, media_type, function)
        if not made.doc:
            raise ContractError(f"export {name}: {function.__module__}.{function.__name__} needs a docstring")
        known = EXPORTS.setdefault(name, made)
        if known.write.__module__ != function.__module__:
            raise ContractError(f"two exports are called {name}; rename one")
        return function

    return declared
