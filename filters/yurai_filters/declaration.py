"""Record what one filter, tagger or editor declared: its columns, settings, source and documentation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from yurai_filters.settings import Setting

Kind = Literal["filter", "tagger", "editor"]


@dataclass(frozen=True, slots=True)
class Package:
    """The distribution that brought a function; `version` is None for a function that no package installed."""

    name: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one function declared: the columns it reads (`types`, by name) and the settings it takes.

    `cites` is the source of the rule; `languages` the default languages of a filter that does not judge every row;
    `writes` the columns, with their types, that a tagger adds; `doc` the whole docstring; `files` what the
    function reads beside its settings, such as a model.
    """

    kind: Kind
    name: str
    version: int
    function: Callable[..., Any]
    cites: str | None
    types: Mapping[str, pa.DataType]
    settings: Mapping[str, Setting]
    doc: str
    package: Package
    languages: frozenset[str] | None = None
    writes: Mapping[str, pa.DataType] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that the function reads, in its order."""
        return tuple(self.types)

    @property
    def summary(self) -> str:
        """First line of the documentation."""
        return self.doc.partition("\n")[0]
