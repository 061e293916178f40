"""Define `yurai classifier ...`, which makes classifiers that stage classify can use."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from yurai.terminal import say

if TYPE_CHECKING:
    from yurai.stages.classify.train import Origin
    from yurai_manifests.canonical import Json

classifier = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Make classifiers of documents.",
)


@classifier.callback()
def group() -> None:
    """Make classifiers of documents."""


@classifier.command(name="train")
def train_command(
    positive: Annotated[
        list[str],
        typer.Option("--positive", help="documents to be found: output tree, JSONL or Parquet; may be repeated"),
    ],
    negative: Annotated[
        list[str],
        typer.Option("--negative", help="documents of the other kind, such as pages drawn at random; may be repeated"),
    ],
    output: Annotated[
        str, typer.Option("--output", help="model to write, MODEL.bin; MODEL.origin.json goes beside it")
    ],
    unit: Annotated[
        Literal["words", "characters"],
        typer.Option(help="what features are made of: words, apart by white space; or characters, for Japanese"),
    ] = "words",
    splitter: Annotated[
        Literal["sudachi", "mecab"] | None,
        typer.Option(help="what makes words of Japanese first, an extra: yurai[sudachi] or yurai[mecab]"),
    ] = None,
    word_ngrams: Annotated[int, typer.Option(help="longest run of units that is a feature")] = 2,
    dim: Annotated[int, typer.Option(help="size of vectors")] = 100,
    epoch: Annotated[int, typer.Option(help="how often each text is seen")] = 5,
    lr: Annotated[float, typer.Option(help="learning rate")] = 0.1,
    min_count: Annotated[int, typer.Option(help="rarer words are no features of their own")] = 1,
    bucket: Annotated[
        int, typer.Option(help="vectors that runs share; a model has 4 bytes x dim for each")
    ] = 2_000_000,
    held_out: Annotated[float, typer.Option(help="share of each class that judges, and is not trained on")] = 0.1,
    most: Annotated[int, typer.Option(help="documents of each class at most, drawn by a hash; 0: all")] = 0,
    seed: Annotated[int, typer.Option(help="another seed draws and orders documents in another way")] = 0,
    python: Annotated[
        str | None,
        typer.Option(help="python of a virtual environment whose fastText trains; unless given, one is made"),
    ] = None,
) -> None:
    """Train a fastText classifier on documents of two kinds; the same documents and settings give the same bytes."""
    from yurai.stages.classify.train import TrainSettings, train

    settings = TrainSettings(unit, word_ngrams, dim, epoch, lr, min_count, bucket, held_out, most, seed, splitter)
    _tell(train(positive, negative, output, settings, python), output)


_LEFT = {
    "without_text": "without a text",
    "empty": "without a letter or digit",
    "equal": "equal to another",
    "in_both": "in both classes",
    "left_out": "above --most",
}


def _left(counts: "dict[str, Json]") -> str:
    """Say what became of the other documents, where there are any."""
    told = [f"{counts[name]:,} {words}" for name, words in _LEFT.items() if counts[name]]
    return f"; not used: {', '.join(told)}" if told else ""


def _tell(origin: "Origin", output: str) -> None:
    """Print what was made, how well it tells the texts apart that it did not see, and how a recipe uses it."""
    for name, counts in origin["classes"].items():
        say(f"{name:<10}{counts['trained']:>9,} texts trained on, {counts['held_out']:,} held out{_left(counts)}")
    if origin["held_out"]:
        for line in ("", "Of the texts held out:", "", "min_score  precision  recall    kept"):
            say(line)
        for row in origin["held_out"]:
            precision = "-" if row["precision"] is None else f"{row['precision']:.4f}"
            say(f"{row['min_score']:>9.1f}  {precision:>9}  {row['recall']:.4f}  {row['share']:.4f}")
    digest, given = origin["classifier"]["sha256"], origin["settings"]
    for line in ("", f"sha256 {digest}", "", "In a recipe:", "", "[[stage]]", 'use = "classify"'):
        say(line)
    stage = {"model": output, "sha256": digest, "unit": given["unit"]}
    for key, value in (stage | ({"splitter": given["splitter"]} if given["splitter"] else {})).items():
        say(f"{key} = {json.dumps(value)}")
