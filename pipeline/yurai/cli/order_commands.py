"""Define `yurai export-order`, which writes an order for trainers, and `yurai meta`, which traces shards of others."""

from typing import Annotated, Literal

import typer

from yurai.cli.options import Output, Tree
from yurai.terminal import say
from yurai_manifests.words import plural


def export_order(
    out: Tree,
    output: Output,
    form: Annotated[
        Literal["megatron", "parquet"], typer.Option(help="Megatron pair with its indexes, or Parquet")
    ] = "megatron",
    order: Annotated[str, typer.Option(metavar="NAME|FOLDER", help="order of the tree")] = "main",
) -> None:
    """Write the samples of an order, one behind the other, as files that Megatron-core or `datasets` read."""
    from yurai.data.export import export_order as write

    for file in write(out, output, form, order):
        say(f"{file.name}  {plural(file.rows, 'sample')}  {file.bytes:,} bytes  sha256 {file.sha256}")


def meta(
    shards: Annotated[list[str], typer.Argument(metavar="PREFIX...", help="Megatron pairs, in order, without .bin")],
    documents: Annotated[
        list[str],
        typer.Option(
            metavar="FILE|OUT", help="what they were made of, in order: JSONL, Parquet, a tree; may be repeated"
        ),
    ],
    tokenizer: Annotated[str, typer.Option(help="bytes, or path or URL of a tokenizer.json or SentencePiece .model")],
    eod: Annotated[
        str | None, typer.Option(metavar="TEXT", help="its end-of-document token, if it has several")
    ] = None,
    text_column: Annotated[str | None, typer.Option(metavar="NAME", help="column of the text")] = None,
    url_column: Annotated[str | None, typer.Option(metavar="NAME", help="column of the URL")] = None,
    id_column: Annotated[str | None, typer.Option(metavar="NAME", help="column of the id")] = None,
    check: Annotated[int, typer.Option(min=1, help="documents to tokenize and compare, drawn at random")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="draws other documents to compare")] = 0,
) -> None:
    """Write PREFIX.meta.parquet beside Megatron shards that others made: each document's file, row, URL and tokens.

    Documents are matched by order and count, and a sample is tokenized again; nothing is written unless all agree.
    """
    from yurai.data.meta import write_meta
    from yurai.tokens import load_tokenizer

    named = {"text": text_column, "url": url_column, "id": id_column}
    columns = {role: name for role, name in named.items() if name is not None}
    made = write_meta(shards, documents, load_tokenizer(tokenizer, eod=eod), columns=columns, check=check, seed=seed)
    for file in made:
        say(f"{file.name}  {plural(file.rows, 'document')}  {file.size:,} tokens  sha256 {file.sha256}")
