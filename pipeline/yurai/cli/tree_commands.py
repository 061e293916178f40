"""Define the commands that look at the output tree of a run: audit, sample, digest, explain, export."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from yurai.cli.options import Format, Language, PageFormat, Tree
from yurai.terminal import put, put_json, say, tell
from yurai_manifests.errors import AuditError


def audit(
    out: Tree,
    format: PageFormat = "text",  # noqa: A002 - the option's name
    full: Annotated[bool, typer.Option("--full", help="hash every delivered file, however large")] = False,
    lang: Language = "en",
) -> None:
    """Check that an output adds up, row by row; exit 1 if it must not be published."""
    from yurai.api.tree import open as open_tree

    if lang != "en" and format != "html":
        raise typer.BadParameter("--lang is for --format html: text and json are in English")
    try:
        tree = open_tree(out)
    except AuditError as error:  # run.json itself: there is nothing to compare with
        tell(f"error manifest: {error}")
        raise typer.Exit(1) from error
    findings = tree.audit(full=full)
    if format == "json":
        put_json(json.dumps(findings.json(), ensure_ascii=False, indent=2))
    elif format == "html":
        put(tree.page(findings, language=lang), end="")
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
    pairs: Annotated[
        bool, typer.Option("--pairs", help="draw duplicates that went, beside what stayed, for people to judge")
    ] = False,
    draw: Annotated[str | None, typer.Option(metavar="FILE.csv", help="write the pairs to mark there")] = None,
    read: Annotated[str | None, typer.Option(metavar="FILE.csv", help="read the marks of a person from there")] = None,
    count: Annotated[int, typer.Option("-n", min=1, help="pages to draw; with --pairs, of each similarity")] = 50,
    format: PageFormat = "text",  # noqa: A002 - the option's name
    seed: Annotated[int, typer.Option(min=0, help="another seed draws other pages")] = 0,
) -> None:
    """Show pages drawn at random, the same ones each time: kept ones, or those dropped for a reason; or draw pairs."""
    from yurai.cli.pairs_command import draw_pairs, read_pairs

    if kept + (dropped_by is not None) + pairs != 1:
        raise typer.BadParameter("give one of --kept, --dropped-by REASON, and --pairs")
    if pairs != ((draw is None) != (read is None)) or (pairs and format == "html"):
        raise typer.BadParameter("give --pairs --draw FILE.csv, then --pairs --read FILE.csv; as text or json")
    if draw is not None:
        draw_pairs(out, draw, count, seed)
    elif read is not None:
        read_pairs(out, read, format)
    else:
        _show_pages(out, dropped_by, count, format, seed)


def _show_pages(out: str, dropped_by: str | None, count: int, format: PageFormat, seed: int) -> None:  # noqa: A002
    from yurai.api.tree import open as open_tree
    from yurai.report.sampled import as_html, as_json, as_text

    pages = open_tree(out).sample(dropped_by, count=count, seed=seed)
    what = "kept pages" if dropped_by is None else f"pages dropped by {dropped_by}"
    if format == "json":
        put_json(as_json(pages))
    else:
        put(as_text(pages) if format == "text" else as_html(pages, what, out, seed))


def digest(out: Tree) -> None:
    """Print the content digest of a whole run, one line."""
    from yurai.api.tree import open as open_tree

    say(open_tree(out).digest)


def explain_page(
    out: Tree,
    page: Annotated[str | None, typer.Argument(metavar="URL|ID", help="URL or doc_id of a page")] = None,
    token: Annotated[str | None, typer.Option(metavar="SHARD:N", help="token N, from 0, of a shard")] = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Tell one page's life, or that of the page behind a token: WARC offset and every decision."""
    from yurai.api.tree import open as open_tree
    from yurai.cli import tables
    from yurai.report.explain import plain

    if (page is None) == (token is None):
        raise typer.BadParameter("give a URL, a doc_id, or --token SHARD:N")
    lives = open_tree(out).explain(page, token=token)
    put_json(plain(lives)) if format == "json" else tables.lives(lives)


def export_run(
    out: Tree,
    name: Annotated[str, typer.Argument(metavar="EXPORT", help="what to write; see `yurai list exports`")],
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="file or folder to write; default standard output")
    ] = None,
    compress: Annotated[
        Literal["zst", "gz", "none"] | None, typer.Option(help="how files of a folder are packed; default zst")
    ] = None,
    answers: Annotated[
        str | None,
        typer.Option("--with", metavar="FILE", help="TOML file with answers to what the export asks people"),
    ] = None,
) -> None:
    """Write what another tool or office asks about a run, in its format."""
    from yurai.api.tree import open as open_tree

    tree = open_tree(out)
    asks = tree.export_questions(name, answers)
    if output is not None and (tree.exports_folder(name) or compress):
        for line in tree.export_folder(name, output, compress or "zst"):
            say("  ".join(line.split("\t")))
        return
    if compress:
        raise typer.BadParameter("--compress needs --output FOLDER")
    parts = tree.export(name, answers)
    if asks:
        tell(f"not in the manifest, for --with FILE.toml: {', '.join(one.key for one in asks)}")
    if output is None:
        for part in parts:
            put(part, end="")
        return
    from yurai_manifests.whole_file import whole_file

    with whole_file(Path(output)) as whole, whole.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)  # an export states its line ends
