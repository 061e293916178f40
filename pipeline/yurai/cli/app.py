"""Define the command line: `yurai run`, one command for each stage, and the commands that look at an output."""

import io
import json
import os
import sys
import traceback
from dataclasses import asdict
from itertools import chain
from types import TracebackType
from typing import Annotated, Literal, cast

import typer

import yurai_manifests.exports  # noqa: F401 - importing declares them
from yurai import __version__
from yurai.cli import tables
from yurai.cli.cluster_commands import add_cluster_commands, refuse_unfit
from yurai.cli.options import (
    Address,
    Allow,
    Input,
    Output,
    Rebuild,
    Report,
    RunnerName,
    Side,
    Sources,
    Workers,
    open_runner,
    spread_inputs,
)
from yurai.cli.plugin_commands import add_plugin_commands
from yurai.cli.proof_commands import add_proof_commands
from yurai.cli.reproduce_commands import add_reproduce_command
from yurai.cli.rights_commands import add_rights_commands
from yurai.cli.stage_commands import add_stage_commands
from yurai.cli.tokenizer_commands import tokenizer
from yurai.engine.progress import Reporter
from yurai.plan import make_plan
from yurai.report.draw import draw
from yurai.report.explain import explain, explain_token, plain
from yurai.report.profile import profile as profile_of
from yurai.report.sampled import as_html, as_json, as_text
from yurai.report.write import end_run, make_page
from yurai.run.recheck import means_of
from yurai.run.recipe import load_recipe, with_sources
from yurai.run.run import run_recipe
from yurai.run.side import find_sides
from yurai.sources.find import COMMON_CRAWL, find_sources
from yurai.sources.sample import sample_folder
from yurai.terminal import put, put_json, say, tell
from yurai_manifests.audit import audit as run_audit
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.export import EXPORTS
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.visible import escaped

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
WRONG_CALL = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[2])
"""What typer raises for any wrong call: ClickException, of click or, since typer brings its own, of typer."""
Format = Annotated[Literal["text", "json"], typer.Option(help="text for people, json for programs")]
PageFormat = Annotated[Literal["text", "json", "html"], typer.Option(help="html is the whole page, with charts")]
Tree = Annotated[str, typer.Argument(metavar="OUT", help="output tree of a run: a folder or fsspec URL")]


def _version(wanted: bool) -> None:
    if wanted:
        say(f"yurai {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Build LLM pretraining corpora from web crawls; every token can say where it came from."""


@app.command()
def run(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="shipped recipe (see `yurai list recipes`) or TOML file")
    ],
    input: Input,  # noqa: A002 - the option's name
    output: Output,
    runner: RunnerName = "ray",
    workers: Workers = None,
    address: Address = "local",
    base: Annotated[str, typer.Option(help="where the crawl-data/... keys of a path list live")] = COMMON_CRAWL,
    allow: Allow = None,
    sources: Sources = None,
    side: Side = None,
    rebuild: Rebuild = False,
    report: Report = True,
    profile: Annotated[bool, typer.Option("--profile", help="print CPU seconds by part and rule at the end")] = False,
) -> None:
    """Run a recipe over web archives, JSONL and Parquet; run the same command again to resume."""
    chosen = with_sources(load_recipe(recipe), sources)
    files = find_sources(input, base=base, allow=allow or ())
    sides = find_sides(side or (), chosen.side, base=base, allow=allow or ())
    with open_runner(runner, workers, address) as opened:
        refuse_unfit(address, chosen.stages, [*files, *chain(*sides.values())], output)
        run_recipe(chosen, files, output, opened, sides=sides, rebuild=rebuild, reporter=Reporter())
        ended = end_run(output, opened, Reporter(), report=report, rebuild=rebuild)
    tables.summary(ended, output, report=report)
    if profile:
        store = open_store(output)
        tables.profile(profile_of(store, load_run(store)))


@app.command()
def plan(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="shipped recipe or TOML file")],
    input: Input,  # noqa: A002 - the option's name
    share: Annotated[float, typer.Option(min=1e-6, max=1, help="share of the input's bytes that is tried")] = 0.01,
    runner: RunnerName = "local",
    workers: Workers = None,
    base: Annotated[str, typer.Option(help="where the crawl-data/... keys of a path list live")] = COMMON_CRAWL,
    allow: Allow = None,
    spool: Annotated[str, typer.Option(help="folder for the sample and its output; default $TMPDIR")] = "",
    sources: Sources = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Predict time, disk, memory and kept tokens of a run, by running the recipe over a small sample of its input."""
    prediction = make_plan(
        recipe,
        find_sources(input, base=base, allow=allow or ()),
        share=share,
        workers=workers or os.cpu_count() or 1,
        runner=runner,
        tables=sources,
        spool=spool,
    )
    if format == "json":
        put_json(json.dumps(asdict(prediction), indent=2))
    else:
        tables.plan(prediction)


@app.command()
def demo(
    output: Annotated[str, typer.Option(help="folder to write to")] = "demo-out",
    runner: RunnerName = "local",
    workers: Workers = None,
    report: Report = True,
) -> None:
    """Run the recipe `demo` over the sample crawl that comes with Yurai; no Ray and no network, unless asked."""
    with sample_folder() as folder, open_runner(runner, workers, "local") as opened:
        run_recipe(load_recipe("demo"), find_sources([str(folder)]), output, opened, reporter=Reporter())
        ended = end_run(output, opened, Reporter(), report=report)
    tables.summary(ended, output, report=report)


@app.command()
def audit(
    out: Tree,
    format: PageFormat = "text",  # noqa: A002 - the option's name
    full: Annotated[bool, typer.Option("--full", help="hash every delivered file, however large")] = False,
) -> None:
    """Check that an output adds up, row by row; exit 1 if it must not be published."""
    store = open_store(out)
    try:
        findings = run_audit(store, full=full, means=lambda run: means_of(store, run))
    except AuditError as error:  # run.json itself: there is nothing to compare with
        tell(f"error manifest: {error}")
        raise typer.Exit(1) from error
    if format == "json":
        put_json(json.dumps(findings.json(), ensure_ascii=False, indent=2))
    elif format == "html":
        put(make_page(store, findings), end="")
    else:
        tables.audit(findings, out)
    raise typer.Exit(0 if findings.ok else 1)


@app.command(name="sample")
def sample_pages(
    out: Tree,
    kept: Annotated[bool, typer.Option("--kept", help="draw from the pages that the corpus keeps")] = False,
    dropped_by: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="draw from pages dropped by a reason, a stage, or a reason's beginning"),
    ] = None,
    count: Annotated[int, typer.Option("-n", min=1, help="pages to draw")] = 50,
    format: PageFormat = "text",  # noqa: A002 - the option's name
    seed: Annotated[int, typer.Option(min=0, help="another seed draws other pages")] = 0,
) -> None:
    """Show pages drawn at random, the same ones each time: kept ones, or those dropped for a reason."""
    if kept == (dropped_by is not None):
        raise typer.BadParameter("give --kept or --dropped-by REASON")
    pages = draw(open_store(out), dropped_by, count, seed)
    what = "kept pages" if kept else f"pages dropped by {dropped_by}"
    if format == "json":
        put_json(as_json(pages))
    else:
        put(as_text(pages) if format == "text" else as_html(pages, what, out, seed))


@app.command()
def digest(out: Tree) -> None:
    """Print the content digest of a whole run, one line."""
    say(load_run(open_store(out)).digest)


@app.command(name="explain")
def explain_page(
    out: Tree,
    page: Annotated[str | None, typer.Argument(metavar="URL|ID", help="URL or doc_id of a page")] = None,
    token: Annotated[str | None, typer.Option(metavar="SHARD:N", help="token N, from 0, of a shard")] = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Tell one page's life, or that of the page behind a token: WARC offset and every decision."""
    if (page is None) == (token is None):
        raise typer.BadParameter("give a URL, a doc_id, or --token SHARD:N")
    store = open_store(out)
    lives = [explain_token(store, token)] if token else explain(store, page or "")
    put_json(plain(lives)) if format == "json" else tables.lives(lives)


@app.command(name="list")
def list_names(
    what: Annotated[Literal["stages", "filters", "recipes", "exports"], typer.Argument(help="what to list")],
) -> None:
    """List stages, filters (with editors and taggers), recipes or exports."""
    shown = {"stages": tables.stages, "filters": tables.filters, "recipes": tables.recipes, "exports": tables.exports}
    shown[what]()


@app.command(name="export")
def export_run(
    out: Tree,
    name: Annotated[str, typer.Argument(metavar="EXPORT", help="what to write; see `yurai list exports`")],
    output: Annotated[str | None, typer.Option(metavar="FILE", help="file to write; default standard output")] = None,
) -> None:
    """Write what another tool or office asks about a run, in its format."""
    if name not in EXPORTS:
        raise RecipeError(f"no export is called {name!r} (there are: {', '.join(sorted(EXPORTS))})")
    store = open_store(out)
    parts = EXPORTS[name].write(store, load_run(store))
    if output is None:
        for part in parts:
            put(part, end="")
        return
    with open(output, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - an export states its line ends
        file.writelines(parts)


add_proof_commands(app)
add_stage_commands(app)
app.add_typer(tokenizer, name="tokenizer")
add_rights_commands(app)
add_cluster_commands(app, run)
add_reproduce_command(app)


def call(arguments: list[str]) -> None:
    """Run the command line with these arguments, the commands of other packages included."""
    add_plugin_commands(app)
    try:
        code = app(spread_inputs(arguments), standalone_mode=False)
    except WRONG_CALL as error:
        code = _tell_wrong_call(error, arguments)
    except typer.Abort:
        tell("Aborted!")
        code = 1
    except Exception:
        sys.excepthook = _tell_trace  # the one that typer has set prints text as it is
        raise
    raise SystemExit(code if isinstance(code, int) else 0)


def _tell_wrong_call(error: typer.BadParameter, arguments: list[str]) -> int:
    """Tell what is wrong with a call and return the exit code; typer quotes the call, names that a glob found too."""
    words, text = error.format_message(), io.StringIO()
    error.show(text)
    plain = escaped(words) if any("\n" in argument for argument in arguments) else words
    for line in text.getvalue().replace(words, plain).expandtabs().rstrip("\n").split("\n"):
        tell(line)
    return error.exit_code


def _tell_trace(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an error that is a bug, as Python does."""
    for part in traceback.format_exception(kind, error, trace):
        for line in part.rstrip("\n").split("\n"):
            tell(line)
