"""Define `yurai plan`, which predicts what a run needs."""

import json
import os
from dataclasses import asdict
from typing import Annotated

import typer

from yurai.cli.options import (
    Allow,
    Base,
    Format,
    Input,
    RangeGap,
    RangeSize,
    RangeWaste,
    RunnerName,
    Sources,
    SplitSize,
    Verbose,
    Workers,
)
from yurai.sources.parts.part import SPLIT
from yurai.sources.places import COMMON_CRAWL
from yurai.sources.selection.coalesce import READING, Reading


def plan(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="shipped recipe or TOML file")],
    input: Input,  # noqa: A002 - the option's name
    share: Annotated[
        float | None, typer.Option(min=1e-6, max=1, help="share of the bytes to try; default: what 900 pages cost")
    ] = None,
    runner: RunnerName = "local",
    workers: Workers = None,
    base: Base = COMMON_CRAWL,
    allow: Allow = None,
    spool: Annotated[str, typer.Option(help="folder for the sample and its output; default $TMPDIR")] = "",
    sources: Sources = None,
    requests_per_second: Annotated[
        float, typer.Option(min=0.001, help="rate that hours of reading a selection are told for")
    ] = 5.0,
    range_gap: RangeGap = READING.gap,
    range_waste: RangeWaste = READING.waste,
    range_size: RangeSize = READING.largest,
    split_size: SplitSize = SPLIT,
    hours: Annotated[
        float | None, typer.Option(min=0.01, help="tell the nodes that end the run in so many hours, as YAML to paste")
    ] = None,
    node_cpus: Annotated[int, typer.Option(min=1, help="CPUs of such a node")] = 16,
    format: Format = "text",  # noqa: A002 - the option's name
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="print the prediction alone: no progress, no notes")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Predict time, disk, memory and kept tokens of a run, by running the recipe over a small sample of its input."""
    from yurai.cli import plan_tables
    from yurai.cli.ending import reporter
    from yurai.plan import ASKED, Wanted, make_plan
    from yurai.sources.find import find_sources
    from yurai.terminal import put_json

    reading = Reading(range_gap, range_waste, range_size)
    shown = reporter(quiet=quiet, verbose=verbose)
    prediction = make_plan(
        recipe,
        find_sources(input, base=base, allow=allow or (), ask=ASKED, reading=reading),
        share=share or 0.0,
        workers=workers or os.cpu_count() or 1,
        runner=runner,
        tables=sources,
        spool=spool,
        requests_per_second=requests_per_second,
        split=split_size,
        wanted=Wanted(hours, node_cpus) if hours else None,
        reporter=shown,
    )
    if format == "json":
        put_json(json.dumps(asdict(prediction), indent=2))
    else:
        plan_tables.plan(prediction, notes=not quiet)
