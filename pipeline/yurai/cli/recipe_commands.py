"""Define `yurai recipe ...`, which shows recipes and tells them apart."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from yurai.cli.options import Format
from yurai.cli.table_shapes import new_table
from yurai.terminal import put_json, put_table, say
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai_manifests.canonical import Json

recipe = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Show recipes, and tell them apart.",
)
Name = Annotated[str, typer.Argument(metavar="RECIPE", help="a shipped recipe, or path of a TOML file")]


@recipe.callback()
def recipes() -> None:
    """Show recipes, and tell them apart."""


@recipe.command(name="show")
def show(
    name: Name,
    full: Annotated[bool, typer.Option("--full", help="with every setting, also those left at their defaults")] = False,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Print a recipe as TOML that can be run: as it is written, with its comments, or with every setting.

    Example: `yurai recipe show web-ja > mine.toml`.
    """
    from yurai.run.recipe import load_recipe, recipe_file
    from yurai.run.recipe_text import as_toml

    loaded = load_recipe(name)
    if format == "json":
        put_json(json.dumps(loaded.json(), ensure_ascii=False, indent=2))
        return
    text = as_toml(loaded) if full else recipe_file(name).read_text("utf-8")
    for line in text.rstrip("\n").split("\n"):
        say(line)


@recipe.command(name="diff")
def diff(
    one: Name,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="another one")],
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """List the settings in which two recipes differ, those left at their defaults too; `-` where there is none."""
    from yurai.run.recipe import load_recipe
    from yurai.run.recipe_text import differences

    found = differences(load_recipe(one), load_recipe(other))
    if format == "json":
        put_json(json.dumps([entry._asdict() for entry in found], ensure_ascii=False, indent=2))
        return
    table = new_table("stage", "setting", one, other)
    for entry in found:
        table.row(
            entry.place, "stands" if entry.setting == "use" else entry.setting, _cell(entry.one), _cell(entry.other)
        )
    put_table(table)
    say(f"{plural(len(found), 'setting')} differ{'s' if len(found) == 1 else ''}" if found else "no setting differs")


def _cell(value: "Json") -> str:
    from yurai.run.recipe_text import toml_value

    if value is None:
        return "-"
    return value if isinstance(value, str) and value else toml_value(value)
