"""Define `yurai recipe ...`, which shows recipes, tells them apart, and holds them against published corpora."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from yurai.cli.options import Format, RecipeName
from yurai.cli.recipe_verify import verify
from yurai.cli.table_shapes import new_table
from yurai.terminal import note, put_json, put_table, say
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai_manifests.canonical import Json

recipe = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Show recipes, tell them apart, and verify them.",
)


@recipe.callback()
def recipes() -> None:
    """Show recipes, tell them apart, and verify them."""


@recipe.command(name="show")
def show(
    name: RecipeName,
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
    one: RecipeName,
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


recipe.command(name="verify")(verify)


@recipe.command(name="from-fineweb2")
def from_fineweb2(
    file: Annotated[str, typer.Argument(metavar="FILE.yml", help="limits of a language, as FineWeb-2 publishes them")],
    language: Annotated[str, typer.Option(help="its name there, as tha_Thai; the name of the file, unless given")] = "",
    model: Annotated[str, typer.Option(help="fastText model that has the language, as GlotLID")] = "lid.176.ftz",
    sha256: Annotated[str, typer.Option(help="hex digest of the model file")] = "",
) -> None:
    """Print FineWeb-2's recipe for one of its languages, from the YAML that it publishes (configs/*.yml).

    Limits that nothing here can judge in that language are off, and named on standard error.

    Example: `yurai recipe from-fineweb2 configs/ces_Latn.yml > ces.toml`.
    """
    from pathlib import Path

    from yurai.run.fineweb2_recipe import language_recipe

    text, left_off = language_recipe(Path(file), language, model, sha256)
    for line in text.rstrip("\n").split("\n"):
        say(line)
    if left_off:
        note(f"off, since nothing counts words of this language here: {', '.join(left_off)}")


def _cell(value: "Json") -> str:
    from yurai.run.recipe_text import toml_value

    if value is None:
        return "-"
    return value if isinstance(value, str) and value else toml_value(value)
