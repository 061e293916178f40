"""Define `yurai tokenizer ...`, which makes a tokenizer that stage tokenize can use."""

import json
from typing import Annotated

import typer

from yurai.terminal import say
from yurai.tokens.train import TrainSettings, train

tokenizer = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Make tokenizers.",
)
DEFAULTS = TrainSettings()


@tokenizer.callback()
def group() -> None:
    """Make tokenizers."""


@tokenizer.command(name="train")
def train_command(
    input: Annotated[  # noqa: A002 - the option's name
        list[str], typer.Option("--input", help="output tree, or Parquet file in the DOCUMENT schema; may be repeated")
    ],
    output: Annotated[str, typer.Option("--output", help="tokenizer.json to write; its .origin.json goes beside it")],
    vocab_size: Annotated[
        int, typer.Option(help="ids at most, bytes and special tokens included")
    ] = DEFAULTS.vocab_size,
    sample_bytes: Annotated[
        int, typer.Option(help="bytes of text to train on, about: documents are drawn by a hash of their doc_id")
    ] = DEFAULTS.sample_bytes,
    special: Annotated[
        list[str] | None,
        typer.Option("--special", help="special token; may be repeated, the first ends documents [<|endoftext|>]"),
    ] = None,
) -> None:
    """Train a byte-level BPE tokenizer on documents; the same documents and settings give the same bytes."""
    settings = TrainSettings(vocab_size, sample_bytes, tuple(special) if special else DEFAULTS.special)
    origin = train(input, output, settings)
    made, sample = origin["tokenizer"], origin["sample"]
    say(f"{made['vocab_size']:,} ids from {sample['documents']:,} documents, {sample['text_bytes']:,} bytes of text")
    if made["vocab_size"] < vocab_size:
        say(f"fewer than the {vocab_size:,} asked for: no pair is left that was seen twice; train on more text")
    for line in (f"sha256 {made['sha256']}", "", "In a recipe:", "", "[[stage]]", 'use = "tokenize"'):
        say(line)
    for key, value in (("tokenizer", output), ("sha256", made["sha256"]), ("eod", origin["eod"])):
        say(f"{key} = {json.dumps(value)}")
