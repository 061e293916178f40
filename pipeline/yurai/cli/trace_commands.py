"""Define `yurai index` and `yurai trace`: where does a text come from."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.cli.options import Address, Format, Quiet, RunnerName, Tree, Workers

if TYPE_CHECKING:
    from yurai.search import Search

TextForm = Annotated[
    Literal["stored", "nfkc"],
    typer.Option(help="form of the texts: as stored; or Unicode NFKC, with white space as one space"),
]
FOLLOWING = 20


def index(
    out: Tree,
    form: TextForm = "stored",
    output: Annotated[
        str | None, typer.Option(metavar="PLACE", help="folder or fsspec URL for the index; default in OUT/search/")
    ] = None,
    piece_bytes: Annotated[
        int, typer.Option(min=1, help="bytes of text of a piece; its task takes up to 14 times as many")
    ] = 256 << 20,
    runner: RunnerName = "local",
    workers: Workers = None,
    address: Address = "local",
    quiet: Quiet = False,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Index the texts of a finished tree letter by letter, for `yurai trace`; the same command resumes.

    Examples: `yurai index OUT`, `yurai index OUT --form nfkc --workers 2`.
    """
    from yurai.api.tree import open as open_tree
    from yurai.terminal import put_json, say
    from yurai_manifests.words import plural

    made = open_tree(out).index(
        form,
        output=output,
        piece_bytes=piece_bytes,
        workers=workers,
        runner=runner,
        address=address,
        progress=not quiet and format == "text",
    )
    if format == "json":
        put_json(json.dumps(made.json(), ensure_ascii=False, indent=2))
        return
    if quiet:
        return
    facts, rate = made.facts, made.letters_per_second
    took = "nothing to do: it was there" if rate is None else f"{rate:,.0f} letters a second"
    say(f"{plural(facts.letters, 'letter')} of {plural(facts.documents, 'document')} "
        f"in {plural(facts.pieces, 'piece')}: {made.bytes_per_letter:.2f} bytes a letter, {took}")  # fmt: skip
    say(f"index {made.url}")
    say('next:  yurai trace OUT "a sentence"')


def trace(
    out: Tree,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="text to trace")] = None,
    file: Annotated[str | None, typer.Option(metavar="FILE", help="file with it; - is standard input")] = None,
    least: Annotated[int, typer.Option("--min-letters", min=1, help="letters of the shortest span")] = 12,
    by: Annotated[Literal["text", "sentence"], typer.Option(help="cut spans nowhere, or where sentences end")] = "text",
    form: TextForm = "stored",
    documents: Annotated[int, typer.Option("-n", min=0, help="documents to tell of for each span")] = 10,
    spans: Annotated[int, typer.Option(min=1, help="spans to tell of; all are counted")] = 50,
    following: Annotated[
        bool, typer.Option("--next", help="say how often TEXT stands in the corpus, and which letters follow it")
    ] = False,
    index: Annotated[str | None, typer.Option(metavar="PLACE", help="index that lies elsewhere")] = None,
    format: Format = "text",  # noqa: A002 - the option's name
) -> None:
    """Say where a text comes from: spans that stand in the corpus word for word, and their documents.

    Examples: `yurai trace OUT "a sentence that a model wrote"`, `yurai trace OUT --file answer.txt --format json`.
    """
    from yurai.api.tree import open as open_tree
    from yurai.cli.trace_tables import say_trace
    from yurai.terminal import put_json

    if (text is None) == (file is None):
        raise typer.BadParameter("give TEXT, or --file FILE (- is standard input)")
    given, tree = _read(file) if file is not None else text or "", open_tree(out)
    if following:
        _say_following(tree.search(form, index=index), given, as_json=format == "json")
        return
    found = tree.trace(given, least=least, by=by, form=form, documents=documents, spans=spans, index=index)
    if format == "json":
        put_json(json.dumps(found.json(), ensure_ascii=False, indent=2))
    else:
        say_trace(found)


def _read(file: str) -> str:
    from yurai.cli.text_file import read_text

    return sys.stdin.read() if file == "-" else read_text(file)


def _say_following(search: "Search", context: str, *, as_json: bool) -> None:
    from yurai.report.safe_text import visible
    from yurai.terminal import put_json, say

    letters = search.following(context)
    total = letters.total()
    ranked = sorted(letters.items(), key=lambda one: (-one[1], one[0]))
    if as_json:
        rows = [{"next": letter, "count": count, "p": count / total} for letter, count in ranked]
        put_json(json.dumps({"count": total, "next": rows}, ensure_ascii=False, indent=2))
        return
    say(f"{total:,} in the corpus")
    for letter, count in ranked[:FOLLOWING]:
        named = "(end of document)" if not letter else "(space)" if letter == " " else visible(letter) or repr(letter)
        say(f"{count / total:8.4f}  {count:>12,}  {named}")
    if len(ranked) > FOLLOWING:
        say(f"and {len(ranked) - FOLLOWING:,} more letters: --format json names all")
