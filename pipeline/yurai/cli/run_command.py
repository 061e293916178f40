"""Define `yurai run` and `yurai demo`, which run a whole recipe."""

from typing import Annotated

import typer

from yurai.cli.options import (
    Address,
    Allow,
    AllowEmpty,
    Base,
    Blocklist,
    Input,
    KeepWork,
    LogFormat,
    Metrics,
    Output,
    Quiet,
    RangeGap,
    RangeSize,
    RangeWaste,
    Rebuild,
    Report,
    RequestsInFlight,
    RequestsPerSecond,
    RunnerName,
    Side,
    Sources,
    SplitSize,
    Strict,
    Verbose,
    Workers,
)
from yurai.sources.parts.part import SPLIT
from yurai.sources.places import COMMON_CRAWL
from yurai.sources.selection.coalesce import READING, Reading

SENTENCE = "字の読める者が夕方になると箱のそばに座り、集まった子どもたちに声に出して読んで聞かせました。"
"""A sentence of the sample crawl."""


def run(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="shipped recipe (see `yurai list recipes`) or TOML file")
    ],
    input: Input,  # noqa: A002 - the option's name
    output: Output,
    runner: RunnerName = "ray",
    workers: Workers = None,
    address: Address = "local",
    base: Base = COMMON_CRAWL,
    allow: Allow = None,
    sources: Sources = None,
    side: Side = None,
    blocklist: Blocklist = None,
    requests_per_second: RequestsPerSecond = None,
    requests_in_flight: RequestsInFlight = None,
    range_gap: RangeGap = READING.gap,
    range_waste: RangeWaste = READING.waste,
    range_size: RangeSize = READING.largest,
    split_size: SplitSize = SPLIT,
    metrics: Metrics = None,
    rebuild: Rebuild = False,
    keep_work: KeepWork = False,
    report: Report = True,
    profile: Annotated[bool, typer.Option("--profile", help="print CPU seconds by part and rule at the end")] = False,
    allow_empty: AllowEmpty = False,
    strict: Strict = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    log_format: LogFormat = "text",
) -> None:
    """Run a recipe over web archives, JSONL and Parquet; run the same command again to resume."""
    from yurai.api.work import Reach, Work
    from yurai.cli.ending import end, reporter
    from yurai.run.recipe import load_recipe, with_blocklists, with_sources
    from yurai_manifests.web_budget import Limits

    chosen = with_blocklists(with_sources(load_recipe(recipe), sources), blocklist or ())
    limits = Limits(requests_per_second, requests_in_flight)
    shown = reporter(quiet=quiet, verbose=verbose, metrics=metrics, log_format=log_format)
    work = Work(output, runner, workers, address, rebuild, keep_work, report, shown, limits, split_size)
    ended = work.run(chosen, input, Reach(side or (), base, allow or (), Reading(range_gap, range_waste, range_size)))
    if profile:
        _print_profile(output)
    end(ended, output, report=report, allow_empty=allow_empty, strict=strict, quiet=quiet)


def demo(
    output: Annotated[str, typer.Option(help="folder to write to")] = "demo-out",
    runner: RunnerName = "local",
    workers: Workers = None,
    report: Report = True,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Run the recipe `demo` over the sample crawl that comes with Yurai; no Ray and no network, unless asked."""
    from yurai.api.work import Reach, Work
    from yurai.cli.ending import end, reporter
    from yurai.run.recipe import load_recipe
    from yurai.sources.sample import sample_folder

    work = Work(output, runner, workers, report=report, reporter=reporter(quiet=quiet, verbose=verbose))
    with sample_folder() as folder:
        ended = work.run(load_recipe("demo"), [str(folder)], Reach())
    end(ended, output, report=report, quiet=quiet)
    _index_demo(output, quiet=quiet)


def _index_demo(output: str, *, quiet: bool) -> None:
    """Index the sample corpus, so that a text can be traced in it."""
    from yurai.api.tree import open as open_tree
    from yurai.terminal import say

    open_tree(output).index()
    if not quiet:
        say(f'try:   yurai trace {output} "{SENTENCE}"')
        say(f"look:  yurai serve {output}")


def _print_profile(output: str) -> None:
    from yurai.cli import tables
    from yurai.report.profile import profile as profile_of
    from yurai_manifests.run import load_run
    from yurai_manifests.store import open_store

    store = open_store(output)
    tables.profile(profile_of(store, load_run(store)))
