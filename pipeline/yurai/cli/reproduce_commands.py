"""Define `yurai reproduce`, which makes sampled pages anew from the bytes of their sources."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.cli.options import Allow, Archives
from yurai.sources.places import COMMON_CRAWL
from yurai.terminal import Table, put_json, put_table, say
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai.reproduce import Reproduced, Result, Verdict

DIGITS, NAME = 12, 30
STYLES: "dict[Verdict, str]" = {"equal": "green", "differs": "bold red", "cannot": "yellow"}


def reproduce_sample(
    out: Annotated[str, typer.Argument(metavar="OUT", help="output tree of a run: a folder or fsspec URL")],
    input: Archives = None,  # noqa: A002 - the option's name
    sample: Annotated[int, typer.Option("--sample", min=1, help="pages to make anew")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="another seed draws other pages")] = 0,
    rows: Annotated[
        Literal["kept", "dropped", "all"],
        typer.Option(help="what is drawn from; dropped: what failed, too"),
    ] = "kept",
    tokenizer: Annotated[str | None, typer.Option(help="where the file of the recipe's tokenizer lies now")] = None,
    base: Annotated[str, typer.Option(help="where the crawl-data/... keys of a path list live")] = COMMON_CRAWL,
    allow: Allow = None,
    format: Annotated[  # noqa: A002 - the option's name
        Literal["text", "json"], typer.Option(help="text for people, json for programs")
    ] = "text",
) -> None:
    """Fetch the bytes of sampled pages again, make rows and tokens anew, and compare.

    Exit 1 if one differs, 2 if none does and one cannot be made anew.
    """
    from yurai.reproduce import Places, Sample, reproduce
    from yurai_manifests.store import open_store

    places = Places(input or (), base, tuple(allow or ()))
    found = reproduce(open_store(out), Sample(sample, rows, seed), places, tokenizer=tokenizer)
    if format == "json":
        put_json(json.dumps(found.json(), ensure_ascii=False, indent=2))
    else:
        show(found)
    raise typer.Exit(found.code)


def show(found: "Reproduced") -> None:
    """Print a line for each page, then what differs and why, what cannot be made anew, and versions that changed."""
    counts = found.counts
    say(f"{plural(len(found.results), 'page')}: " + ", ".join(f"{counts[name]:,} {name}" for name in STYLES))
    table = Table()
    for name in ("page", "verdict", "range", "source"):
        table.column(name, "right" if name == "range" else "left", whole=True)
    for one in found.results:
        table.row(one.doc_id[:DIGITS], one.verdict, f"{one.offset:,}+{one.length:,}", one.source[-NAME:])
    put_table(table)
    for one in found.results:
        if one.verdict == "differs":
            _show(one)
    for why, count in Counter(one.why for one in found.results if one.why).items():
        say((f"cannot, {plural(count, 'page')}: ", STYLES["cannot"]), why)
    passed = sorted({name for one in found.results for name in one.passed})
    if passed:
        say(f"passed by, since they ask other documents: {', '.join(passed)}")
    for change in found.changes:
        say(f"version  {change}")


def _show(one: "Result") -> None:
    from yurai.report.safe_text import shown_url

    say((f"{one.doc_id[:DIGITS]} {one.verdict}", STYLES[one.verdict]), f"  {shown_url(one.url or '')}")
    for each in one.differences:
        say(f"  {each.level}.{each.column}: {each.then} then, {each.now} now")
    for reason in dict.fromkeys(reason for each in one.differences for reason in each.reasons):
        say(f"  why: {reason}")
