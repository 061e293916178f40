"""Define `yurai select-records`, which selects records of a crawl by its index."""

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.cli.options import Allow, Format, Quiet
from yurai.sources.places import COMMON_CRAWL

if TYPE_CHECKING:
    from yurai.sources.selection.manifest import Selection

HostList = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="take hosts of this list, one a line, or of a selection, and those below them"),
]
Join = Annotated[
    str | None,
    typer.Option(metavar="PARQUET", help="table, a file or a folder, whose columns --where may ask for as joined_NAME"),
]
On = Annotated[
    Literal["host", "url", "capture", "digest"], typer.Option(help="key that --join has one row for each of")
]


def select_records(
    crawls: Annotated[
        list[str],
        typer.Argument(
            metavar="CRAWL...", help="name of a crawl (CC-MAIN-2024-33), or folder, path list or file of its index"
        ),
    ],
    output: Annotated[str, typer.Option(help="folder or fsspec URL to write the selection to")],
    where: Annotated[
        str, typer.Option(metavar="SQL", help="condition on a row of the index, in DuckDB's SQL")
    ] = "true",
    host_list: HostList = None,
    sample: Annotated[str, typer.Option(metavar="SHARE", help="share of the records, as 1% or 0.01")] = "100%",
    seed: Annotated[int, typer.Option(help="seed of the sample")] = 0,
    subset: Annotated[
        Literal["warc", "robotstxt", "crawldiagnostics"], typer.Option(help="subset of the crawl to select from")
    ] = "warc",
    root: Annotated[str, typer.Option(help="where crawls of a name lie, laid out as Common Crawl's")] = COMMON_CRAWL,
    requests_per_second: Annotated[float, typer.Option(min=0.001, help="rate that hours are told for")] = 5.0,
    megabytes_per_second: Annotated[float, typer.Option(min=0.001, help="rate that hours are told for")] = 50.0,
    join: Join = None,
    on: On = "host",
    allow: Allow = None,
    format: Format = "text",  # noqa: A002 - the option's name
    quiet: Quiet = False,
) -> None:
    """Select records of a crawl by its index: which ranges of which files to read, before any page is fetched.

    Example: `yurai select-records CC-MAIN-2024-33 --where "content_languages LIKE '%jpn%' AND fetch_status = 200"
    --sample 1% --output selection`. Run the same command again to resume.
    """
    from yurai.sources.selection.hosts import read_hosts
    from yurai.sources.selection.joined import read_joined
    from yurai.sources.selection.make import Wanted, make_selection
    from yurai.terminal import put_json, tell

    hosts = read_hosts(host_list) if host_list is not None else None
    places, share = tuple(allow or ()), _share(sample)
    with TemporaryDirectory(prefix="yurai-select-") as folder:
        joined = read_joined(join, on, Path(folder), places) if join is not None else None
        wanted = Wanted(tuple(crawls), where, subset, hosts, share, seed, root, places, joined)
        made, now = make_selection(wanted, output, _silent if quiet or format == "json" else tell)
    hours = made.facts.hours(requests_per_second, megabytes_per_second)
    if format == "json":
        facts = {**asdict(made.facts), "hours": round(hours, 4)}
        put_json(json.dumps({"selection": made.store.url, "digest": made.digest, **facts}, indent=2))
    elif not quiet:
        rates = f"{requests_per_second:g} requests and {megabytes_per_second:g} MB a second"
        _say(made, f"{hours:,.2f} hours at {rates}", now=now)


def _silent(_: str) -> None:
    """Say nothing."""


def _share(text: str) -> float:
    """Return the share that a text says: `1%` or `0.01`."""
    number, percent, rest = text.strip().partition("%")
    try:
        share = float(number) / (100 if percent else 1)
    except ValueError:
        share = 0.0
    if rest or not 0 < share <= 1:
        raise typer.BadParameter(f"--sample is a share above 0 and up to 100%, as 1% or 0.01, not {text!r}")
    return share


def _say(made: "Selection", hours: str, *, now: bool) -> None:
    from yurai.terminal import say
    from yurai_manifests.words import plural

    facts = made.facts
    records, files, hosts = plural(facts.records, "record"), plural(facts.files, "file"), plural(facts.hosts, "host")
    say((records, "bold"), f" of {facts.bytes:,} bytes in {files}, of {hosts}")
    if facts.twice:
        say(f"{plural(facts.twice, 'record')} named again by the index, taken once")
    say(f"read in {plural(facts.requests, 'request')} of {facts.read:,} bytes, gaps included: {hours}")
    say(f"selection {made.store.url}, digest {made.digest}" + ("" if now else " (nothing to do: it is there)"))
