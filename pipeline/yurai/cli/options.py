"""Define the options that several commands share."""

from typing import Annotated, Literal

import typer

from yurai.terminal.log import OPTION


def _inputs(context: typer.Context, value: list[str]) -> list[str]:
    from yurai.cli.paths import check_inputs

    return check_inputs(context, value)


def _archives(context: typer.Context, value: list[str] | None) -> list[str]:
    return _inputs(context, value or [])


def _output(context: typer.Context, value: str) -> str:
    from yurai.cli.paths import check_output

    return check_output(context, value)


def _allowed(value: list[str] | None) -> list[str] | None:
    from yurai.cli.paths import check_allowed

    return check_allowed(value)


def _report(value: bool) -> bool:
    from yurai_manifests.needed import need

    if value:
        need("duckdb", "the report needs package duckdb (--no-report: leave it out)")
    return value


Input = Annotated[
    list[str],
    typer.Option(
        "--input",
        help="file, folder, glob, path list (.paths.gz) or fsspec URL; may be repeated",
        callback=_inputs,
    ),
]
Archives = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        help="where the sources lie now: folder, file, glob, path list or URL; may be repeated; "
        "crawl-data/... keys are at --base without it",
        callback=_archives,
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="PLACE",
        help="scheme://host/path/ that a list from elsewhere and a redirect may reach too; may be repeated",
        callback=_allowed,
    ),
]
Base = Annotated[str, typer.Option(help="where the crawl-data/... keys of a path list live")]
Sources = Annotated[
    str | None, typer.Option("--sources", help="TOML file of [[source]] tables: columns, licence of JSONL, Parquet")
]
Side = Annotated[
    list[str] | None,
    typer.Option(
        "--side",
        metavar="NAME=PATH",
        help="files to read beside the input, in no total: robots=PATH, archives of robots.txt; may be repeated",
    ),
]
Blocklist = Annotated[
    list[str] | None,
    typer.Option(
        "--blocklist",
        metavar="FOLDER",
        help="leave out what takedowns wrote there (yurai takedown --blocklist), or one file of it; may be repeated",
    ),
]
RequestsPerSecond = Annotated[
    float | None,
    typer.Option(min=0.001, help="requests a second to web servers, of all workers together; default: any number"),
]
RequestsInFlight = Annotated[
    int | None,
    typer.Option(
        min=1, help="requests to web servers at a time, of all workers; 1,000 at most without Ray; default: any"
    ),
]
RangeGap = Annotated[
    int, typer.Option(min=0, help="bytes between two ranges of a selection up to which they are read together")
]
RangeWaste = Annotated[
    float, typer.Option(min=0, max=1, help="bytes of all gaps of one read at most, as a share of those asked for in it")
]
RangeSize = Annotated[
    int, typer.Option(min=1, help="bytes of one read of ranges at most; a longer range is read alone")
]
SplitSize = Annotated[
    int,
    typer.Option(
        min=0, help="bytes of the ranges that inputs longer than three of them are read in; 0: each input is one task"
    ),
]
Metrics = Annotated[
    str | None,
    typer.Option("--metrics", metavar="FILE", help="keep metrics in a file in Prometheus' text format: FILE.prom"),
]
Output = Annotated[str, typer.Option("--output", help="folder or fsspec URL to write to", callback=_output)]
RunnerName = Annotated[
    Literal["ray", "local"], typer.Option("--runner", help="ray: a cluster, by default one started here; local: no Ray")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="tasks at a time; default all CPUs (ray), 1 (local)")
]
Address = Annotated[
    str,
    typer.Option(
        "--address",
        help="HOST:PORT of a Ray cluster; job: the one this runs on as a job; local starts one for this run",
    ),
]
Report = Annotated[
    bool,
    typer.Option("--report/--no-report", help="write OUT/report/index.html at the end", callback=_report),
]
AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="exit 0 although nothing was kept, instead of 3")]
Strict = Annotated[bool, typer.Option("--strict", help="exit 3 where a source failed whole, instead of 0")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="print warnings and errors alone")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="say each task as it ends too: its step, source and seconds")
]
LogFormat = Annotated[
    Literal["text", "json"],
    typer.Option(OPTION, help="json: what is said to standard error is one JSON object a line, without bars"),
]
Format = Annotated[Literal["text", "json"], typer.Option(help="text for people, json for programs")]
Language = Annotated[Literal["en", "ja"], typer.Option("--lang", help="language of its words: English or Japanese")]
PageFormat = Annotated[Literal["text", "json", "html"], typer.Option(help="html is the whole page, with charts")]
Tree = Annotated[str, typer.Argument(metavar="OUT", help="output tree of a run: a folder or fsspec URL")]
Rebuild = Annotated[bool, typer.Option("--rebuild", help="redo what a changed recipe or input makes different")]
KeepWork = Annotated[
    bool, typer.Option("--keep-work", help="leave the files in OUT/.work that no later step of this run reads")
]
RecipeName = Annotated[str, typer.Argument(metavar="RECIPE", help="a shipped recipe, or path of a TOML file")]
