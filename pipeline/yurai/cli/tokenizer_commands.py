"""Define `yurai tokenizer ...`, which makes a tokenizer that stage tokenize can use."""

import json
from typing import Annotated, Final, Literal

import typer

from yurai.terminal import say

tokenizer = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Make tokenizers.",
)


VOCAB_SIZE: Final = 32_000
SAMPLE_BYTES: Final = 100_000_000
"""Defaults of `yurai.tokens.train`, which loads too much for a help page; a test holds them to it."""


@tokenizer.callback()
def group() -> None:
    """Make tokenizers."""


@tokenizer.command(name="train")
def train_command(
    input: Annotated[  # noqa: A002 - the option's name
        list[str], typer.Option("--input", help="output tree, or Parquet file in the DOCUMENT schema; may be repeated")
    ],
    output: Annotated[
        str, typer.Option("--output", help="tokenizer.json or .model to write; its .origin.json goes beside it")
    ],
    model: Annotated[
        Literal["bpe", "unigram"],
        typer.Option(
            help="bpe: byte-level BPE, a tokenizer.json; unigram: SentencePiece's, with byte fallback, a .model"
        ),
    ] = "bpe",
    vocab_size: Annotated[int, typer.Option(help="ids at most, bytes and special tokens included")] = VOCAB_SIZE,
    sample_bytes: Annotated[
        int, typer.Option(help="bytes of text to train on, about: documents are drawn by a hash of their doc_id")
    ] = SAMPLE_BYTES,
    special: Annotated[
        list[str] | None,
        typer.Option("--special", help="special token; may be repeated, the first ends documents [<|endoftext|>]"),
    ] = None,
) -> None:
    """Train a tokenizer on documents; the same documents and settings give the same bytes."""
    from yurai.tokens.train import TrainSettings, train

    named = {"special": tuple(special)} if special else {}
    settings = TrainSettings(vocab_size, sample_bytes, model=model, **named)
    origin = train(input, output, settings)
    made, sample = origin["tokenizer"], origin["sample"]
    say(f"{made['vocab_size']:,} ids from {sample['documents']:,} documents, {sample['text_bytes']:,} bytes of text")
    if made["vocab_size"] < vocab_size:
        say(f"fewer than the {vocab_size:,} asked for: the text has no more pieces to learn; train on more")
    for line in (f"sha256 {made['sha256']}", "", "In a recipe:", "", "[[stage]]", 'use = "tokenize"'):
        say(line)
    for key, value in (("tokenizer", output), ("sha256", made["sha256"]), ("eod", origin["eod"])):
        say(f"{key} = {json.dumps(value)}")
