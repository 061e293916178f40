"""Define `yurai query`, which asks a finished tree: named queries, or SQL of your own."""

import itertools
import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.cli.table_shapes import fitted, new_table
from yurai.terminal import Table, put, put_json, put_table, say
from yurai_manifests.errors import RecipeError
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai.report.query import Answer

Shape = Literal["text", "json", "csv", "parquet"]
SHOWN = 50
"""Rows that are shown where nobody says how many."""


def query(
    out: Annotated[
        str | None, typer.Argument(metavar="OUT", help="output tree of a run: a folder or fsspec URL")
    ] = None,
    name: Annotated[str | None, typer.Argument(metavar="QUERY", help="a named query; see --list")] = None,
    sql: Annotated[
        str | None, typer.Option(metavar="SELECT", help="one SELECT of DuckDB's SQL over the tables that --list names")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="value of a parameter, $NAME; may be repeated")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="OTHER", help="tree to compare with: its tables begin with other_")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        Shape, typer.Option(help="text for people, json, csv and parquet for programs")
    ] = "text",
    output: Annotated[str | None, typer.Option(metavar="FILE", help="file to write; default standard output")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="rows at most; default 50 of text and JSON on standard output, else all")
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="list queries, and tables that SQL can name")] = False,
    show: Annotated[str | None, typer.Option(metavar="QUERY", help="show the help and the SQL of a query")] = None,
) -> None:
    """Ask a finished tree: a named query, or one SELECT; nothing but the tree is read, and nothing is changed.

    Examples: `yurai query OUT licence-tokens`, `yurai query OUT evidence --param page=https://shinpo.example/machi/tokei`,
    `yurai query OUT --sql "SELECT lang, count(*) FROM documents GROUP BY lang ORDER BY 2 DESC"`.
    """
    if names or show is not None:
        _list(format) if names else _show(show or "")
        return
    if out is None or (name is None) == (sql is None):
        raise typer.BadParameter("give OUT with a QUERY or with --sql SELECT; --list names what there is")
    if format == "parquet" and output is None:
        raise typer.BadParameter("--format parquet needs --output FILE")
    most = SHOWN if limit is None and output is None and format in ("text", "json") else limit
    with _asked(out, name, sql, dict(map(_pair, param or ())), against) as answer:
        if output is None:
            _print(answer, format, most)
        else:
            _write(answer, format, Path(output), most)


def _pair(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"--param is NAME=VALUE, not {given!r}")
    return name, value


def _asked(
    out: str, name: str | None, sql: str | None, given: dict[str, str], against: str | None
) -> AbstractContextManager["Answer"]:
    from yurai.report.query import ask, ask_named
    from yurai_manifests.store import open_store

    store, other = open_store(out), None if against is None else open_store(against)
    return ask(store, sql, given, other) if sql is not None else ask_named(store, name or "", given, other)


def _print(answer: "Answer", form: Shape, most: int | None) -> None:
    from yurai.report.query.write import as_csv, as_json, left_out

    if form == "json":
        for line in as_json(answer, most):
            put_json(line)
    elif form == "csv":
        for line in as_csv(answer, most):
            put(line)
    else:
        table = _table(answer, most)
        put_table(table)
        if not table.rows:
            say(("no rows", "dim"))
        if more := left_out(answer):
            say((f"{plural(more, 'row')} more: --limit N shows N, --output FILE writes all", "dim"))


def _table(answer: "Answer", most: int | None) -> Table:
    rows = list(itertools.islice(answer.rows, most))
    table = Table()
    for number, column in enumerate(answer.columns):
        kinds = {type(row[number]) for row in rows} - {type(None)}
        table.column(column, "right" if kinds and kinds <= {int, float} else "left")
    for row in rows:
        table.row(*map(_cell, row))
    return table


def _cell(value: object) -> str:
    """Return a value as people read it."""
    from yurai.report.query.write import in_words

    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else in_words(value)


def _write(answer: "Answer", form: Shape, path: Path, most: int | None) -> None:
    """Write a file whole, or not at all."""
    from yurai.report.query.write import as_csv, as_json, write_parquet
    from yurai_manifests.whole_file import whole_file

    if form == "text":
        raise RecipeError(f"--output {path} takes --format json, csv or parquet")
    try:
        with whole_file(path) as whole:
            if form == "parquet":
                write_parquet(answer, whole, most)
                return
            lines = as_json(answer, most) if form == "json" else as_csv(answer, most)
            with whole.open("w", encoding="utf-8", newline="") as file:
                file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise RecipeError(f"--output {path} cannot be written: {error.strerror or error}") from error


def _list(form: Shape) -> None:
    """Say what can be asked."""
    from yurai.report.query import ELSEWHERE, queries
    from yurai.report.query.tables import tables

    if form == "json":
        found = {
            "queries": [one.json() for one in queries().values()],
            "commands": [one._asdict() for one in ELSEWHERE],
            "tables": tables(),
        }
        put_json(json.dumps(found, ensure_ascii=False, indent=2))
        return
    named = new_table("query", "answers", "what it says")
    for one in queries().values():
        takes = [f"--param {each.name}={'...' if each.default is None else each.default}" for each in one.parameters]
        named.row(one.name, one.questions, one.about, below="  ".join([*takes, *["--against OTHER"] * one.needs_other]))
    put_table(named)
    commands = new_table("command", "answers", "what it says", title="Answered by commands")
    for each in ELSEWHERE:
        commands.row(each.command, each.questions, each.about)
    put_table(commands)
    rows = new_table("table", "what a row is", title="Tables of --sql")
    for table, about in tables().items():
        rows.row(table, about)
    put_table(rows)


def _show(name: str) -> None:
    from yurai.report.query import load_query

    one = load_query(name)
    say((f"{one.name} ({one.questions}): {one.about}", "bold"))
    for line in one.help.splitlines():
        for part in fitted(line):
            say(part)
    for each in one.parameters:
        default = "" if each.default is None else f" [default: {each.default}]"
        say(f"--param {each.name}=...  {each.about}{default}")
    put(f"\n{one.sql}")
