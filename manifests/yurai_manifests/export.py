"""Let an export declare itself: what another tool or office wants to know of a run, as a file in its format."""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from yurai_manifests.answers import Answers, Question, refuse_unanswered
from yurai_manifests.errors import ContractError
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store

Writer: TypeAlias = Callable[[Store, RunRecord], Iterator[str]]
"""Yields the text of the export, a part at a time: an output may have a million files."""
AskingWriter: TypeAlias = Callable[[Store, RunRecord, Answers], Iterator[str]]
"""As a Writer, with what people answered beside."""
Compress: TypeAlias = Literal["zst", "gz", "none"]
FolderWriter: TypeAlias = Callable[[Store, RunRecord, Store, Compress], Iterator[str]]
"""Writes files into the folder of the second store, and yields a line about each."""
NO_ANSWERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Export:
    """An export as it was declared: its documentation is the docstring of its function.

    `write` says all as one text; `folder`, of those that have it, as files. `asks` are questions to people, and
    `answered` writes with what they answered.
    """

    name: str
    media_type: str
    write: Writer
    folder: FolderWriter | None = None
    asks: tuple[Question, ...] = ()
    answered: AskingWriter | None = None

    @property
    def doc(self) -> str:
        """The documentation."""
        return inspect.getdoc(self.write) or ""

    def parts(self, store: Store, run: RunRecord, answers: Answers = NO_ANSWERS) -> Iterator[str]:
        """Yield the text, with answers that were checked.

        Raises:
            RecipeError: an answer is missing that the standard of the export cannot do without.
        """
        refuse_unanswered(self.name, self.asks, answers)
        return self.answered(store, run, answers) if self.answered else self.write(store, run)


EXPORTS: dict[str, Export] = {}
"""Exports by name; `yurai_manifests.exports` declares them."""


def export(name: str, *, media_type: str, folder: FolderWriter | None = None) -> Callable[[Writer], Writer]:
    """Declare the function below as the export `name`, which may write a folder of files too.

    Raises:
        ContractError: another export has that name, or the function has no docstring.
    """

    def declared(function: Writer) -> Writer:
        _declare(Export(name, media_type, function, folder))
        return function

    return declared


def asking_export(name: str, *, media_type: str, asks: Sequence[Question]) -> Callable[[AskingWriter], AskingWriter]:
    """Declare the function below as the export `name`, which takes answers to questions; errors as `export`."""

    def declared(function: AskingWriter) -> AskingWriter:
        @functools.wraps(function)
        def unanswered(store: Store, run: RunRecord) -> Iterator[str]:
            return function(store, run, NO_ANSWERS)

        _declare(Export(name, media_type, unanswered, None, tuple(asks), function))
        return function

    return declared


def _declare(made: Export) -> None:
    function = made.write
    if not made.doc:
        raise ContractError(f"export {made.name}: {function.__module__}.{function.__name__} needs a docstring")
    known = EXPORTS.setdefault(made.name, made)
    if known.write.__module__ != function.__module__:
        raise ContractError(f"two exports are called {made.name}; rename one")
