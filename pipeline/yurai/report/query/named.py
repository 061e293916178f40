"""Read the named queries: one SQL file each, whose head of comments is its help and declares its parameters."""

import functools
import importlib.resources
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from yurai_manifests.canonical import Json
from yurai_manifests.errors import RecipeError

Value = int | str
_PARAMETER: Final = re.compile(r":param (?P<name>\w+) (?P<kind>int|text)(?: = (?P<default>[^:]*))?: (?P<about>.+)")
_NEEDS_OTHER: Final = ":against"


class Parameter(NamedTuple):
    """A parameter of a query: `$name` in its SQL."""

    name: str
    kind: Literal["int", "text"]
    default: Value | None
    """None: it must be given."""
    about: str


@dataclass(frozen=True, slots=True)
class Query:
    """A named query: the questions that it answers, its help, what it takes, and its SQL as DuckDB runs it."""

    name: str
    questions: str
    about: str
    """One line."""
    help: str
    """Columns and limits, on several lines."""
    parameters: tuple[Parameter, ...]
    needs_other: bool
    """Whether it compares with another tree."""
    sql: str

    def json(self) -> dict[str, Json]:
        """Return the query as `yurai query --list --format json` writes it."""
        parameters: list[Json] = [{**one._asdict()} for one in self.parameters]
        said = {"name": self.name, "questions": self.questions, "about": self.about, "help": self.help}
        return {**said, "parameters": parameters, "needs_other": self.needs_other, "sql": self.sql}

    def values(self, given: Mapping[str, str]) -> dict[str, Value]:
        """Return the value of each parameter, `given` as text or its default.

        Raises:
            RecipeError: there is no such parameter, one is no number, or one is missing.
        """
        names = ", ".join(one.name for one in self.parameters) or "none"
        for name in given:
            if name not in {one.name for one in self.parameters}:
                raise RecipeError(f"query {self.name} has no parameter {name!r}; it has: {names}")
        return {one.name: self._value(one, given.get(one.name)) for one in self.parameters}

    def _value(self, one: Parameter, given: str | None) -> Value:
        if given is None and one.default is None:
            raise RecipeError(f"query {self.name} needs --param {one.name}=...: {one.about}")
        if given is None:
            return one.default if one.default is not None else ""
        if one.kind == "text":
            return given
        if not re.fullmatch(r"[0-9]{1,18}", given):
            raise RecipeError(f"query {self.name}: --param {one.name} must be a whole number, not {given!r}")
        return int(given)


class Elsewhere(NamedTuple):
    """A question that a command answers."""

    questions: str
    about: str
    command: str


ELSEWHERE: Final = (
    Elsewhere("Q1", "why a page is in the corpus or not", "yurai explain OUT https://shinpo.example/machi/tokei"),
    Elsewhere("Q2", "from a token to its page, file and byte", "yurai explain OUT --token 00000:0"),
    Elsewhere("Q2, Q20", "bytes, rows and tokens made again from archives", "yurai reproduce OUT --input WARCS"),
    Elsewhere("Q7", "under another policy", "yurai policy replay OUT --policy eu-dsm4-signals --output OUT2"),
    Elsewhere("Q7, Q19", "what differs between two runs, and which input or rule caused it", "yurai diff OUT OUT2"),
    Elsewhere("Q11", "draft of the EU summary; it names what nobody answered", "yurai export OUT eu-summary"),
    Elsewhere("Q13, Q14", "proof that a page is in, or is not", "yurai prove OUT --absent https://gone.example/"),
    Elsewhere("Q16", "whether a takedown has ended, and the tree adds up", "yurai audit OUT"),
    Elsewhere("Q22", "how often what is masked was personal data", "yurai pii audit TEXTS --draw sample.csv"),
    Elsewhere("Q24", "whether the tree is as it was signed, offline", "yurai verify OUT --key them.pub"),
    Elsewhere("Q25", "the run in the format of another tool or office", "yurai export OUT croissant"),
)  # fmt: skip
"""What no query has to answer; the commands are whole ones, but for the names in capitals."""


@functools.cache
def queries() -> dict[str, Query]:
    """Return the named queries, sorted by name."""
    folder = importlib.resources.files("yurai") / "report" / "query" / "sql"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {name[:-4]: read_query(name[:-4], (folder / name).read_text("utf-8")) for name in names}


def load_query(name: str) -> Query:
    """Return a named query.

    Raises:
        RecipeError: none is called so.
    """
    if name not in queries():
        raise RecipeError(f"no query is called {name!r}; `yurai query --list` names them: {', '.join(queries())}")
    return queries()[name]


def sql_of(name: str) -> str:
    """Return the SQL of a named query, without its head; parameters stand as `$name`.

    Raises:
        RecipeError: none is called so.
    """
    return load_query(name).sql


def read_query(name: str, text: str) -> Query:
    """Return the query that a file holds.

    Its head is comments: `Q4. One line.`, help, `:param NAME int|text [= DEFAULT]: what it is`, and `:against` where
    it needs another tree.

    Raises:
        ValueError: the head is none: a fault of this package.
    """
    lines = text.splitlines()
    end = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    head = [line.removeprefix("--").removeprefix(" ") for line in lines[:end]]
    questions, dot, about = head[0].partition(". ")
    parameters = tuple(_parameter(name, line) for line in head if line.startswith(":param "))
    if not dot or not questions.startswith("Q"):
        raise ValueError(f"{name}.sql: the first line must be `-- Q4. What it answers.`, not {lines[0]!r}")
    shown = "\n".join(line for line in head[1:] if not line.startswith(":")).strip()
    sql = "\n".join(lines[end:]).strip().removesuffix(";")
    return Query(name, questions, about.removesuffix("."), shown, parameters, _NEEDS_OTHER in head, sql)


def _parameter(name: str, line: str) -> Parameter:
    found = _PARAMETER.fullmatch(line)
    if found is None:
        raise ValueError(f"{name}.sql: {line!r} is no `:param NAME int|text [= DEFAULT]: what it is`")
    default = found["default"]
    if found["kind"] == "int":
        return Parameter(found["name"], "int", None if default is None else int(default), found["about"])
    return Parameter(found["name"], "text", default, found["about"])
