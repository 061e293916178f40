"""Define the commands that look at the output tree of a run: audit, sample, digest, explain, export."""

import json
from typing import Annotated

import typer

from yurai.cli.options import Format, PageFormat, Tree
from yurai.terminal import put, put_json, say, tell
from yurai_manifests.errors import AuditError, RecipeError


def audit(
    out: Tree,
    format: PageFormat = "text",  # noqa: A002 - the option's name
    full: Annotated[bool, typer.Option("--full", help="hash every delivered file, however large")] = False,
) -> None:
    """Check that an output adds up, row by row; exit 1 if it must not be published."""
    from yurai.run.recheck import means_of
    from yurai_manifests.audit import audit as run_audit
    from yurai_manifests.store import open_store

    store = open_store(out)
    try:
        findings = run_audit(store, full=full, means=lambda run: means_of(store, run))
    except AuditError as error:  # run.json itself: there is nothing to compare with
        tell(f"error manifest: {error}")
        raise typer.Exit(1) from error
    if format == "json":
        put_json(json.dumps(findings.json(), ensure_ascii=False, indent=2))
    elif format == "html":
        from yurai.report.write import make_page

        put(make_page(store, findings), end="")
    else:
        from yurai.cli import tables

        tables.audit(findings, out)
    raise typer.Exit(0 if findings.ok else 1)


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
    from yurai.report.draw import draw
    from yurai.report.sampled import as_html, as_json, as_text
    from yurai_manifests.store import open_store

    if kept == (dropped_by is not None):
        raise typer.BadParameter("give --kept or --dropped-by REASON")
    pages = draw(open_store(out), dropped_by, count, seed)
    what = "kept pages" if kept else f"pages dropped by {dropped_by}"
    if format == "json":
        put_json(as_json(pages))
    else:
        put(as_text(pages) if format == "text" else as_html(pages, what, out, seed))


def digest(out: Tree) -> None:
    """Print the content digest of a whole run, one line."""
    from yurai_manifests.run import load_run
    from yurai_manifests.store import open_store

    say(load_run(open_store(out)).digest)


def explain_page(
    out: Tree,
    page: Annotated[str | None, typer.Argument(metavar="URL|ID", help="URL or doc_id of a page")] = None,
    token: Annotated[str | None, typer.Option(metavar="SHARD:N", help="token N, from 0, of a shard")] = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Tell one page's life, or that of the page behind a token: WARC offset and every decision."""
    from yurai.cli import tables
    from yurai.report.explain import explain, explain_token, plain
    from yurai_manifests.store import open_store

    if (page is None) == (token is None):
        raise typer.BadParameter("give a URL, a doc_id, or --token SHARD:N")
    store = open_store(out)
    lives = [explain_token(store, token)] if token else explain(store, page or "")
    put_json(plain(lives)) if format == "json" else tables.lives(lives)


def export_run(
    out: Tree,
    name: Annotated[str, typer.Argument(metavar="EXPORT", help="what to write; see `yurai list exports`")],
    output: Annotated[str | None, typer.Option(metavar="FILE", help="file to write; default standard output")] = None,
) -> None:
    """Write what another tool or office asks about a run, in its format."""
    import yurai_manifests.exports  # noqa: F401 - importing declares them
    from yurai_manifests.export import EXPORTS
    from yurai_manifests.run import load_run
    from yurai_manifests.store import open_store

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
