"""Define `yurai policy ...`, which shows and replays rights policies, and `yurai rights ...`, which has people rule."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.cli.options import (
    Address,
    Allow,
    Output,
    Quiet,
    Rebuild,
    Report,
    RunnerName,
    Side,
    Tree,
    Verbose,
    Workers,
)
from yurai.terminal import Table, put_json, put_table, say
from yurai_manifests.errors import RecipeError
from yurai_manifests.words import plural

if TYPE_CHECKING:
    from yurai.rights import Policy
    from yurai.run.review import Review
    from yurai.stages.select.settings import Select

policy = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Show and replay rights policies.",
)
rights = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Have people rule about domains.",
)


@policy.callback()
def policies() -> None:
    """Show and replay rights policies."""


@policy.command(name="list")
def list_policies() -> None:
    """List the policies that come with Yurai."""
    from yurai.rights import load_policy, shipped

    table = Table()
    for name in ("policy", "what it does", "named for"):
        table.column(name)
    for name in shipped():
        one = load_policy(name)
        table.row(f"{one.name}@{one.version}", one.about, one.named_for)
    put_table(table)


@policy.command(name="show")
def show_policy(
    name: Annotated[str, typer.Argument(metavar="POLICY", help="a shipped policy, or path of a TOML file")],
    format: Annotated[  # noqa: A002 - the option's name
        Literal["text", "json"], typer.Option(help="text for people, json for programs")
    ] = "text",
) -> None:
    """Show what a policy says of each signal and licence, with what it takes over from another one."""
    from yurai.rights import load_policy

    one = load_policy(name)
    if format == "json":
        put_json(json.dumps(one.json() | {"id": one.id}, ensure_ascii=False, indent=2))
        return
    say((one.id, "bold"), f"  {one.about}")
    say(f"named for: {one.named_for}; robots.txt: {one.robots}; signals, not legal advice")
    put_table(_signals(one))


def _signals(one: "Policy") -> Table:
    from yurai.rights import USES

    table = Table()
    for name in ("what is said", *USES, "patterns"):
        table.column(name)
    for name, verdicts in (("nothing, and all was searched", one.silent), ("nothing, but not all was", one.unseen)):
        table.row(name, *(verdicts.get(use, "unknown") for use in USES), "")
    table.row("licences that contradict", *(one.conflict.get(use, "") for use in USES), "")
    for licence, verdicts in one.licences.items():
        table.row(f"licence: {licence}", *(verdicts.get(use, "") for use in USES), "")
    for signal in one.signals:
        table.row(signal.id, *(signal.verdicts.get(use, "") for use in USES), " ".join(signal.says))
    for registry in one.registries:
        table.row(f"registry: {registry.name}", *(registry.verdicts.get(use, "") for use in USES), registry.path)
    return table


@policy.command(name="replay")
def replay_policy(
    out: Tree,
    policy: Annotated[str, typer.Option("--policy", help="a shipped policy, or path of a TOML file")],
    output: Output,
    rulings: Annotated[
        str | None, typer.Option(help="file of rulings in the place of the tree's own; '' is none")
    ] = None,
    side: Side = None,
    allow: Allow = None,
    runner: RunnerName = "ray",
    workers: Workers = None,
    address: Address = "local",
    rebuild: Rebuild = False,
    report: Report = True,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Run stage select of a tree and what follows under another policy; no web archive is opened."""
    from yurai.api.runners import open_runner
    from yurai.cli import tables
    from yurai.cli.ending import reporter
    from yurai.report.write import end_run
    from yurai.rights import load_policy
    from yurai.run.replay import replay
    from yurai.run.side import find_sides

    def change(settings: "Select") -> "Select":
        return replace(settings, policy=policy, rulings=settings.rulings if rulings is None else rulings)

    shown = reporter(quiet=quiet, verbose=verbose)
    load_policy(policy)
    sides = find_sides(side or (), allow=allow or ())
    with open_runner(runner, workers, address) as opened:
        replay(out, output, opened, change, sides=sides, rebuild=rebuild, reporter=shown)
        ended = end_run(output, opened, shown, report=report, rebuild=rebuild)
    if not quiet:
        tables.summary(ended, output, report=report)


@rights.callback()
def rulings_of_people() -> None:
    """Have people rule about domains."""


@rights.command(name="review")
def review_domains(
    out: Tree,
    top: Annotated[int, typer.Option(min=1, help="domains to list, those with the most text")] = 50,
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="file to write, .toml or .csv; default a table")
    ] = None,
    seed: Annotated[int, typer.Option(help="number that the draw of pages begins with")] = 0,
) -> None:
    """List the largest domains with sampled pages and what they say, for a person to rule on."""
    if output is not None and not output.endswith((".toml", ".csv")):
        raise RecipeError(f"--output {output} must end in .toml or .csv, which says how it is written")
    from yurai.run.review import as_csv, as_toml, review
    from yurai_manifests.store import open_store

    found = review(open_store(out), top, seed)
    if output is None:
        put_table(_domains(found))
        return
    if Path(output).exists():
        raise RecipeError(f"{output} is there already, perhaps with rulings; give another --output")
    Path(output).write_text(as_csv(found) if output.endswith(".csv") else as_toml(found), "utf-8")
    say(
        f"{plural(len(found.domains), 'domain')} in {output}: fill in rulings, then name it in stage select: "
        f"rulings = {output!r}"
    )


def _domains(found: "Review") -> Table:
    care = "" if found.care is None else f"; {found.care:.1%} of what select kept needs care"
    table = Table(title=f"{found.whole:,} {found.unit} in documents/{care}")
    for name in ("domain", found.unit, "share", "documents", "declared", "verdicts", "signals of sampled pages"):
        table.column(name, "right" if name in (found.unit, "share", "documents") else "left")
    for one in found.domains:
        counts = (", ".join(f"{name} {count}" for name, count in each.most_common(3)) for each in
                  (one.declared, one.verdicts, one.signals))  # fmt: skip
        share = one.size / found.whole if found.whole else 0
        table.row(one.name or "(no URL)", f"{one.size:,}", f"{share:.1%}", f"{one.documents:,}", *counts)
    return table
