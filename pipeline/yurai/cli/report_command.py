"""Define `yurai report`, which makes a report of a finished tree for one reader."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from yurai.cli.options import Language, Tree
from yurai.terminal import put, put_json, tell
from yurai_manifests.errors import RecipeError
from yurai_manifests.needed import need


def report(
    out: Tree,
    reader: Annotated[
        Literal["lawyer", "auditor", "engineer"],
        typer.Option(
            "--for", help="lawyer: licences, verdicts, policies; auditor: controls, lineage; engineer: losses, cost"
        ),
    ],
    format: Annotated[  # noqa: A002 - the option's name
        Literal["html", "md", "json"], typer.Option(help="html is one printable page; json has figures and queries")
    ] = "html",
    tier: Annotated[
        Literal["public", "auditor", "internal"],
        typer.Option(help="who may see it: public has no URL, title, text or file name, auditor some, internal all"),
    ] = "public",
    lang: Language = "en",
    output: Annotated[str | None, typer.Option(metavar="FILE", help="file to write; default standard output")] = None,
    pii_marks: Annotated[
        str | None,
        typer.Option(metavar="FILE.csv", help="finds that people marked (yurai pii audit), for their precision"),
    ] = None,
    earlier: Annotated[
        str | None, typer.Option(metavar="OUT", help="output tree of an earlier run, for what changed since")
    ] = None,
) -> None:
    """Make a report for a lawyer, an auditor or an engineer; exit 1 if the output must not be published."""
    need("duckdb", "a report needs package duckdb")
    from yurai.api.tree import open as open_tree

    tree = open_tree(out)
    audit = tree.audit()
    made = tree.report(reader, form=format, tier=tier, language=lang, audit=audit, pii_marks=pii_marks, earlier=earlier)
    if output is not None:
        _write(output, made)
    elif format == "json":
        put_json(made)
    else:
        put(made, end="")
    if not audit.ok:
        tell("the output does not add up: `yurai audit` says why")
    raise typer.Exit(0 if audit.ok else 1)


def _write(output: str, made: str) -> None:
    try:
        Path(output).write_text(made, "utf-8", newline="\n")
    except OSError as error:
        raise RecipeError(
            f"--output {output} cannot be written: {error}; name a file in a folder that is there"
        ) from error
