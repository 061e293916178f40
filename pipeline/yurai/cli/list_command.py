"""Define `yurai list`, which lists what a recipe can name."""

import tomllib
from typing import Annotated, Literal

import typer

from yurai.cli.table_shapes import new_table
from yurai.terminal import put_table


def list_names(
    what: Annotated[Literal["stages", "filters", "recipes", "exports"], typer.Argument(help="what to list")],
) -> None:
    """List stages, filters (with editors and taggers), recipes or exports."""
    shown = {"stages": stages, "filters": filters, "recipes": recipes, "exports": exports}
    shown[what]()


def stages() -> None:
    """Print all stages."""
    import yurai.stages  # noqa: F401 - importing declares them
    from yurai.declare.stage import in_order

    table = new_table("stage", "version", "what it does")
    for stage in in_order():
        table.row(stage.name, str(stage.version), stage.doc.partition("\n")[0])
    put_table(table)


def filters() -> None:
    """Print all filters, editors and taggers, those of plugins too."""
    from yurai.declare.rules import load_plugins
    from yurai_filters import EDITORS, FILTERS, TAGGERS, reasons

    load_plugins()
    table = new_table("name", "kind", "package", "reasons", "what it does")
    for declaration in (*FILTERS.values(), *EDITORS.values(), *TAGGERS.values()):
        given = ", ".join(reasons(declaration)) if declaration.kind == "filter" else ""
        table.row(declaration.name, declaration.kind, declaration.package.name, given, declaration.summary)
    put_table(table)


def recipes() -> None:
    """Print the recipes that come with Yurai."""
    from yurai.run.recipe import shipped

    table = new_table("recipe", "what it does", "stages")
    for name, path in shipped().items():
        value = tomllib.loads(path.read_text("utf-8"))
        table.row(name, value["about"], ", ".join(entry["use"] for entry in value["stage"]))
    put_table(table)


def exports() -> None:
    """Print the exports of a run."""
    import yurai_manifests.exports  # noqa: F401 - importing declares them
    from yurai_manifests.export import EXPORTS

    table = new_table("export", "media type", "what it says")
    for name, export in sorted(EXPORTS.items()):
        table.row(name, export.media_type, export.doc.partition("\n")[0])
    put_table(table)
