"""Define `yurai recipe verify`, which holds a recipe against a corpus that was published."""

import json
import re
from typing import TYPE_CHECKING, Annotated

import typer

from yurai.cli.options import Allow, Format, RecipeName, Sources
from yurai.cli.table_shapes import fitted, new_table
from yurai.sources.places import COMMON_CRAWL
from yurai.terminal import Table, put_json, put_table, say, tell
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai.report.published import Asked, Verified

_PIN = re.compile("#sha256=[0-9a-f]{64}")


def verify(
    name: RecipeName,
    published: Annotated[
        list[str],
        typer.Option(
            "--published",
            metavar="FILES",
            help="JSONL (.gz, .zst) or Parquet of a published corpus: file, folder, glob or URL; may be repeated",
        ),
    ],
    most: Annotated[
        float, typer.Option(min=0, max=1, help="share of the texts that the rules may drop; above it, exit 1")
    ] = 0.01,
    sources: Sources = None,
    allow: Allow = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Run a recipe's rules over the texts of a published corpus, which have passed them: they should drop none.

    Example: `yurai recipe verify swallow-v1 --published corpus/*.jsonl.zst`.
    """
    from yurai.report import published as report
    from yurai.run.recipe import load_recipe, with_sources
    from yurai.sources.find import find_sources

    recipe = with_sources(load_recipe(name), sources)
    found = report.verify(recipe, find_sources(published, base=COMMON_CRAWL, allow=allow or (), option="--published "))
    if format == "json":
        put_json(json.dumps(found.json(), ensure_ascii=False, indent=2))
    else:
        _show(found)
    if found.share > most:
        tell(f"error: {found.share:.2%} of the texts would be dropped, above --most {most:g}")
        raise typer.Exit(1)


def _show(found: "Verified") -> None:
    put_table(_table(found))
    for entry in found.rules:
        for example in entry.examples:
            for line in fitted(f"{entry.rule}  {example}", "  "):
                say(line)
    say(f"{found.dropped:,} of {plural(found.texts, 'text')} would be dropped ({found.share:.2%})")
    for reason, count in sorted(found.emptied.items()):
        say(f"{plural(count, 'text')} of which an editor leaves nothing: {reason}")
    for reason, count in sorted(found.without_text.items()):
        say(f"{plural(count, 'row')} without a text: {reason}")
    if found.not_asked:
        say(f"stages that were not asked, since they are no rules of one text: {', '.join(found.not_asked)}")
    for note in found.notes:
        tell(f"note: {note}")


def _table(found: "Verified") -> Table:
    table = new_table("rule", "limits", "dropped", "share", "not judged")
    for entry in found.rules:
        share = f"{entry.dropped / max(entry.texts, 1):.2%}"
        table.row(entry.rule, _limits(entry), f"{entry.dropped:,}", share, f"{entry.not_judged:,}")
    return table


def _limits(entry: "Asked") -> str:
    from yurai.run.recipe_text import toml_value

    return ", ".join(f"{name} = {_without_pin(toml_value(value))}" for name, value in entry.limits.items()) or "-"


def _without_pin(written: str) -> str:
    """Return a setting as the recipe has it: a list by its name, without the digest that it was given."""
    return _PIN.sub("", written)
