"""Define `yurai run` and `yurai demo`, which run a whole recipe."""

from itertools import chain
from typing import Annotated

import typer

from yurai.cli.options import (
    Address,
    Allow,
    AllowEmpty,
    Base,
    Input,
    Output,
    Rebuild,
    Report,
    RunnerName,
    Side,
    Sources,
    Strict,
    Workers,
)
from yurai.sources.places import COMMON_CRAWL


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
    rebuild: Rebuild = False,
    report: Report = True,
    profile: Annotated[bool, typer.Option("--profile", help="print CPU seconds by part and rule at the end")] = False,
    allow_empty: AllowEmpty = False,
    strict: Strict = False,
) -> None:
    """Run a recipe over web archives, JSONL and Parquet; run the same command again to resume."""
    from yurai.cli.ending import end
    from yurai.cli.fitness import refuse_unfit
    from yurai.cli.runners import open_runner
    from yurai.engine.progress import Reporter
    from yurai.report.write import end_run
    from yurai.run.recipe import load_recipe, with_sources
    from yurai.run.run import run_recipe
    from yurai.run.side import find_sides
    from yurai.sources.find import find_sources

    chosen = with_sources(load_recipe(recipe), sources)
    files = find_sources(input, base=base, allow=allow or ())
    sides = find_sides(side or (), chosen.side, base=base, allow=allow or ())
    with open_runner(runner, workers, address) as opened:
        refuse_unfit(address, chosen.stages, [*files, *chain(*sides.values())], output)
        run_recipe(chosen, files, output, opened, sides=sides, rebuild=rebuild, reporter=Reporter())
        ended = end_run(output, opened, Reporter(), report=report, rebuild=rebuild)
    if profile:
        _print_profile(output)
    end(ended, output, report=report, allow_empty=allow_empty, strict=strict)


def demo(
    output: Annotated[str, typer.Option(help="folder to write to")] = "demo-out",
    runner: RunnerName = "local",
    workers: Workers = None,
    report: Report = True,
) -> None:
    """Run the recipe `demo` over the sample crawl that comes with Yurai; no Ray and no network, unless asked."""
    from yurai.cli import tables
    from yurai.cli.runners import open_runner
    from yurai.engine.progress import Reporter
    from yurai.report.write import end_run
    from yurai.run.recipe import load_recipe
    from yurai.run.run import run_recipe
    from yurai.sources.find import find_sources
    from yurai.sources.sample import sample_folder

    with sample_folder() as folder, open_runner(runner, workers, "local") as opened:
        run_recipe(load_recipe("demo"), find_sources([str(folder)]), output, opened, reporter=Reporter())
        ended = end_run(output, opened, Reporter(), report=report)
    tables.summary(ended, output, report=report)


def _print_profile(output: str) -> None:
    from yurai.cli import tables
    from yurai.report.profile import profile as profile_of
    from yurai_manifests.run import load_run
    from yurai_manifests.store import open_store

    store = open_store(output)
    tables.profile(profile_of(store, load_run(store)))
