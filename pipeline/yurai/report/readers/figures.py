"""Define what a report is made of, apart from how it is drawn: figures with typed cells, and the query of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from yurai.report.readers.said import Said

Reader: TypeAlias = Literal["lawyer", "auditor", "engineer"]


class Name(str):
    """A name that is the same in all languages: of a stage, a licence, a domain; it is fit to be shown."""

    __slots__ = ()


class Size(int):
    """Bytes."""


class Seconds(float):
    """Seconds of a clock or of a CPU."""

    __slots__ = ()


class Share(NamedTuple):
    """A part of a whole; of an estimate, the 95 % interval too. `counted`: the part itself is shown too."""

    part: int
    whole: int
    interval: tuple[float, float] | None = None
    counted: bool = False


State: TypeAlias = Literal["pass", "fail", "not-applicable", "not-checked"]


class Outcome(str):
    """What became of a control: a `State`."""

    __slots__ = ()


Cell: TypeAlias = Said | Name | Outcome | int | float | Share | None
"""None is unknown, and is always shown as such."""


@dataclass(frozen=True, slots=True)
class Query:
    """How anyone makes a figure again: SQL over the views of the tree, or a command.

    `named` is the query of `yurai query` that shows the documents behind the figure, or more of it.
    """

    id: str
    sql: str = ""
    command: str = ""
    named: str | None = None

    @property
    def text(self) -> str:
        """What to type, with the named query in a comment behind it."""
        comment = "\n-- " if self.sql else "  # "
        return (self.sql or self.command) + (f"{comment}more: yurai query OUT {self.named}" if self.named else "")


@dataclass(frozen=True, slots=True)
class Figure:
    """A table of a report. `bar` is the column of shares that is drawn too; `rest` are rows that are not shown."""

    id: str
    title: Said
    heads: tuple[Said, ...]
    rows: list[tuple[Cell, ...]]
    query: Query
    note: Said | None = None
    bar: int | None = None
    rest: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Figures under one heading; `says` are sentences without a figure of their own."""

    id: str
    title: Said
    lead: Said
    figures: list[Figure]
    says: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tile:
    """One number that stands first."""

    label: Said
    value: Cell
    query: Query


@dataclass(frozen=True, slots=True)
class Report:
    """The report for one reader: what stands first, sections, and what ties it to its run."""

    reader: Reader
    title: Said
    about: Said
    name: Name
    tier: str
    tier_says: Said
    digest: str
    run_sha256: str
    schema_version: str
    verdict: tuple[bool, Said]
    tiles: list[Tile]
    sections: list[Section]

    @property
    def queries(self) -> list[Query]:
        """The queries of all figures, each once, in the order of the report."""
        asked = [one.query for one in self.tiles]
        asked += [figure.query for section in self.sections for figure in section.figures]
        return list({one.id: one for one in asked}.values())
