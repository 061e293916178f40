"""Train a classifier on documents of two classes: the same documents and settings give the same bytes.

As DCLM (arXiv:2406.11794) and Swallow Corpus v2 judge quality: fastText, supervised, with pairs of words
(or, where no space parts words, runs of characters) as features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypedDict, cast

from yurai.declare.classifier_line import LineUnit, check_unit
from yurai.declare.models import load_fasttext
from yurai.engine.made import write_made
from yurai.stages.classify.environment import train as train_there
from yurai.stages.classify.environment import trainer
from yurai.stages.classify.judge import Row, scores_of, table
from yurai.stages.classify.lines import CLASSES, POSITIVE, Class, read_class, settle, write_training
from yurai.stages.classify.texts import Texts
from yurai_filters import splitters
from yurai_filters.splitters import SplitterName
from yurai_manifests.canonical import Json, sha256
from yurai_manifests.errors import RecipeError

SUFFIX: Final = ".bin"


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """What a classifier is trained by; names and defaults are fastText's but for `word_ngrams`, 2 as DCLM has it.

    `held_out` is the share of each class that judges, `most` the documents of each class at most (0: all), `splitter`
    what makes words of a text before it is read.
    """

    unit: LineUnit = "words"
    word_ngrams: int = 2
    dim: int = 100
    epoch: int = 5
    lr: float = 0.1
    min_count: int = 1
    bucket: int = 2_000_000
    held_out: float = 0.1
    most: int = 0
    seed: int = 0
    splitter: SplitterName | None = None

    def check(self) -> None:
        """Raise RecipeError for settings under which nothing can be trained."""
        for name in ("word_ngrams", "dim", "epoch", "min_count", "bucket"):
            if getattr(self, name) < 1:
                raise RecipeError(f"--{name.replace('_', '-')} must be 1 or more, not {getattr(self, name)}")
        if not 0 < self.lr < float("inf"):
            raise RecipeError(f"--lr must be above 0, not {self.lr:g}")
        if not 0 <= self.held_out < 1:
            raise RecipeError(f"--held-out must be from 0 on and below 1, not {self.held_out:g}")
        if self.most < 0 or self.seed < 0:
            raise RecipeError("--most and --seed must be 0 or more")
        try:
            check_unit(self.unit, self.splitter)
        except ValueError as error:
            raise RecipeError(str(error)) from error
        if wrong := splitters.missing(self.splitter):
            raise RecipeError(wrong)

    def arguments(self, path: Path) -> dict[str, Json]:
        """Return the arguments of fastText's `train_supervised`: one thread, so that the bytes are always the same."""
        own = {"dim": self.dim, "epoch": self.epoch, "lr": self.lr, "minCount": self.min_count, "bucket": self.bucket}
        return {"input": str(path), **own, "wordNgrams": self.word_ngrams, "seed": self.seed, "thread": 1, "verbose": 0}


class OfClassifier(TypedDict):
    """What was made."""

    kind: str
    sha256: str
    bytes: int
    labels: list[str]


class Origin(TypedDict):
    """What the file beside a classifier says of where it comes from."""

    classifier: OfClassifier
    settings: dict[str, Json]
    classes: dict[str, dict[str, Json]]
    held_out: list[dict[str, Json]]
    packages: dict[str, Json]
    python: str


def train(
    positive: Sequence[str], negative: Sequence[str], output: str, settings: TrainSettings, python: str | None = None
) -> Origin:
    """Train a classifier, write it to `output` and its origin beside it; return what the origin says.

    Args:
        positive: output trees (their `documents/`), JSONL or Parquet files with a column of text, folders or globs.
        negative: the same, of the other class.
        output: path or fsspec URL of the model; the origin is written to its name with `.origin.json` instead.
        settings: what to train by.
        python: Python of an environment whose fastText trains; unless given, one is made, and removed again.

    Raises RecipeError for wrong settings, a class without texts of its own, an `output` that holds another file, and
    where nothing that trains can be had.
    """
    settings.check()
    if not output.endswith(SUFFIX):
        raise RecipeError(f"--output {output} must end in {SUFFIX}")
    sources = [Texts("--positive", positive), Texts("--negative", negative)]
    with TemporaryDirectory(prefix="yurai-classifier-") as name:
        folder = Path(name)
        classes = [
            read_class(one, texts, settings.unit, settings.seed, folder, settings.splitter)
            for one, texts in zip(CLASSES, sources, strict=True)
        ]
        settle(classes, settings.held_out, settings.most)
        lines, model = folder / "lines.txt", folder / f"model{SUFFIX}"
        write_training(classes, lines)
        with trainer(python) as chosen:
            made_by = train_there(chosen, settings.arguments(lines), model)
        data = model.read_bytes()
        rows = _judged(classes, model, sha256(data)) if settings.held_out else []
    split_by: dict[str, Json] = {**splitters.versions(settings.splitter)}
    origin: Origin = {
        "classifier": {
            "kind": "fastText, supervised",
            "sha256": sha256(data),
            "bytes": len(data),
            "labels": [*CLASSES],
        },
        "settings": cast("dict[str, Json]", asdict(settings)),
        "classes": {one.name: texts.json() | one.json() for one, texts in zip(classes, sources, strict=True)},
        "held_out": [cast("dict[str, Json]", row._asdict()) for row in rows],
        "packages": cast("dict[str, Json]", made_by["packages"]) | {"yurai": version("yurai")} | split_by,
        "python": str(made_by["python"]),
    }
    write_made(output, SUFFIX, data, cast("dict[str, Json]", origin))
    return origin


def _judged(classes: list[Class], model: Path, digest: str) -> list[Row]:
    loaded = load_fasttext(str(model), digest)
    return table(*(scores_of(loaded, one.held(), POSITIVE) for one in classes))
