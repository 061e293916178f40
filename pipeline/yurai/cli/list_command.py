"""Define `yurai list`, which lists what a recipe can name."""

import json
import tomllib
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

import typer

from yurai.cli.options import Format
from yurai.cli.table_shapes import new_table
from yurai.terminal import put_json, put_table, say
from yurai_manifests.plugins import broken

if TYPE_CHECKING:
    from yurai_filters import Declaration

What = Literal["stages", "filters", "recipes", "exports"]


class Named(TypedDict, total=False):
    """What a recipe or a command can name; which fields there are depends on what it is."""

    name: str
    kind: str
    package: str
    version: int
    media_type: str
    about: str
    stages: list[str]
    reasons: list[str]


COLUMNS: dict[What, tuple[tuple[str, str], ...]] = {
    "stages": (("name", "stage"), ("version", "version"), ("about", "what it does")),
    "filters": (("name", "name"), ("kind", "kind"), ("package", "package"), ("about", "what it does")),
    "recipes": (("name", "recipe"), ("about", "what it does")),
    "exports": (("name", "export"), ("media_type", "media type"), ("about", "what it says")),
}
"""Fields that are columns, each with its heading; lists stand below their row."""


def list_names(
    what: Annotated[What, typer.Argument(help="what to list")],
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """List stages, filters (with editors and taggers), recipes or exports."""
    named = {"stages": stages, "filters": filters, "recipes": recipes, "exports": exports}[what]()
    left_out = broken(f"yurai.{what}")  # known once they are loaded
    if format == "json":
        put_json(json.dumps({what: named, "broken": left_out}, ensure_ascii=False, indent=2))
        return
    table = new_table(*(heading for _, heading in COLUMNS[what]))
    for one in named:
        cells = (str(one[field]) for field, _ in COLUMNS[what])  # type: ignore[literal-required] # fields of Named
        lists = {name: value for name, value in one.items() if isinstance(value, list) and value}
        table.row(*cells, below="; ".join(f"{name}: {', '.join(value)}" for name, value in lists.items()))
    put_table(table)
    for why in left_out:
        say(("broken", "bold red"), f" {why}")


def stages() -> list[Named]:
    """Return all stages."""
    import yurai.stages  # noqa: F401 - importing declares them
    from yurai.declare.stage import in_order

    return [{"name": one.name, "version": one.version, "about": one.doc.partition("\n")[0]} for one in in_order()]


def filters() -> list[Named]:
    """Return all filters, editors and taggers, those of plugins too."""
    from yurai.declare.rules import load_plugins
    from yurai_filters import EDITORS, FILTERS, TAGGERS

    load_plugins()
    return [
        {
            "name": one.name,
            "kind": one.kind,
            "package": one.package.name,
            "version": one.version,
            "about": one.summary,
            "reasons": _reasons(one) if one.kind == "filter" else [],
        }
        for one in (*FILTERS.values(), *EDITORS.values(), *TAGGERS.values())
    ]


def _reasons(one: "Declaration") -> list[str]:
    """Return the reasons of a filter; one that fails when it is asked is a broken one."""
    from yurai_filters import reasons
    from yurai_manifests.plugins import leave_out

    try:
        return [*reasons(one)]
    except Exception as error:  # noqa: BLE001 - a filter of others may do anything
        leave_out("yurai.filters", f"filter {one.name} of {one.package.name} fails on no rows: {error!r}")
        return []


def recipes() -> list[Named]:
    """Return the recipes that come with Yurai."""
    from yurai.run.recipe import shipped

    read = ((name, tomllib.loads(path.read_text("utf-8"))) for name, path in shipped().items())
    return [
        {"name": name, "about": value["about"], "stages": [entry["use"] for entry in value["stage"]]}
        for name, value in read
    ]


def exports() -> list[Named]:
    """Return the exports of a run."""
    import yurai_manifests.exports  # noqa: F401 - importing declares them
    from yurai_manifests.export import EXPORTS

    return [
        {"name": name, "media_type": one.media_type, "about": one.doc.partition("\n")[0]}
        for name, one in sorted(EXPORTS.items())
    ]
