"""Declare stage classify, which scores texts by any fastText model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import pyarrow as pa

from yurai.declare.batches import strings, with_measures
from yurai.declare.classifier_line import PREFIX, LineUnit, check_unit, classifier_line
from yurai.declare.models import FastText, check_model, load_fasttext, model_digest
from yurai.declare.score_names import check_name, written_by_tagger
from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import PYTHON
from yurai.engine.use import AnyUse, Settings
from yurai.stages.map_tasks import measure_alone
from yurai_filters import splitters
from yurai_filters.splitters import SplitterName
from yurai_manifests.errors import RecipeError

_ALL: Final = -1
_SHOWN: Final = 20
_PROBE: Final = "a"
"""A line of which models know something: a word, parts of one, or that a line ends."""


class Weighed(NamedTuple):
    """A label, without its prefix, and what its probability counts in the score."""

    label: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class Classify(Settings):
    """Score each text by a fastText model: the probability of a label, as a named score in `quality`.

    Several of them may stand in one recipe, each under a name of its own. The score is rounded to 1e-4; of several
    labels it is the sum of their probabilities, each times its weight: with `["0=0", "1=1", "2=2", "3=3"]` it is the
    expected grade. A text without a letter or digit has no score, nor one of which the model knows no word. A text is
    shown on one line, its first 100,000 characters, as `yurai classifier train` shows texts to the model that it
    trains. Filter `score` judges by it, stage threshold drops by it, and best-quality keeps by it.
    Source: Joulin et al. (arXiv:1607.01759); as a judge of quality, DCLM (arXiv:2406.11794).

    Args:
        name: name of the score: a-z, 0-9 and underscores, from a letter on.
        model: path or URL of a fastText model.
        sha256: hex digest of the model file.
        labels: labels whose probabilities make the score, each LABEL or LABEL=WEIGHT, with or without `__label__`.
        unit: words, apart by white space; or characters, each apart from the next, as the model was trained.
        splitter: what makes words of each text first, as in its training, an extra: yurai[sudachi] or yurai[mecab].
    """

    name: str = "classifier"
    model: str = ""
    sha256: str = ""
    labels: tuple[str, ...] = ("positive",)
    unit: LineUnit = "words"
    splitter: SplitterName | None = None

    def __post_init__(self) -> None:
        """Refuse a name that nothing could read, and labels that say nothing."""
        check_name(self.name)
        check_unit(self.unit, self.splitter)
        labels = [one.label for one in self.weighed]
        if not labels or len(set(labels)) < len(labels):
            raise ValueError("labels must name at least one label, and each once")

    @property
    def weighed(self) -> tuple[Weighed, ...]:
        """The labels with their weights."""
        return tuple(map(_weighed, self.labels))


def _weighed(text: str) -> Weighed:
    label, found, number = text.rpartition("=")
    if not found:
        return Weighed(text.removeprefix(PREFIX), 1.0)
    try:
        weight = float(number)
    except ValueError as error:
        raise ValueError(f"labels must be LABEL or LABEL=WEIGHT, with a number as weight, not {text!r}") from error
    if not math.isfinite(weight):
        raise ValueError(f"labels: the weight of {label} must be a finite number, not {number}")
    return Weighed(label.removeprefix(PREFIX), weight)


def _digests(settings: Classify) -> dict[str, str]:
    if not settings.model:
        return {}  # it names none yet: its place says so
    digest = model_digest(settings.model, settings.sha256)
    check_model(settings.model, digest)
    return {settings.model: digest}


def score(batch: pa.RecordBatch, settings: Classify) -> pa.RecordBatch:
    """Return `batch` with the named score of its column `text`; null where the model has nothing to go by.

    Raises:
        RecipeError: the model has not all labels that the settings name.
    """
    model = load_fasttext(settings.model, model_digest(settings.model, settings.sha256))
    weights = {PREFIX + one.label: one.weight for one in settings.weighed}
    lines = [classifier_line(text, settings.unit, settings.splitter) for text in strings(batch, "text")]
    found = [_predict(model, line) if line else {} for line in lines]
    if wrong := next(filter(None, (_unknown(settings, one) for one in found)), None):
        raise RecipeError(f"stage classify: {wrong}")
    scores = [_score(one, weights) if one else None for one in found]
    return with_measures(batch, {settings.name: pa.array(scores, pa.float32())})


def _predict(model: FastText, line: str) -> dict[str, float]:
    """Return the probability of every label; nothing where the model knows no word of the line."""
    return dict(zip(*model.predict(line, k=_ALL, threshold=-1.0), strict=True))


def _unknown(settings: Classify, found: Mapping[str, float]) -> str | None:
    """Return what is wrong if a label is not among those that a model gave: it would be 0 for every text."""
    for one in settings.weighed if found else ():
        if PREFIX + one.label not in found:
            known = ", ".join(sorted(label.removeprefix(PREFIX) for label in found)[:_SHOWN])
            return f"the model {settings.model} has no label {one.label!r} (it has: {known})"
    return None


def _score(found: Mapping[str, float], weights: Mapping[str, float]) -> float | None:
    """Return the weighed sum; fastText gives a little more than 1 at times, and NaN where a model is broken."""
    value = math.fsum(weight * min(max(found[label], 0.0), 1.0) for label, weight in weights.items())
    return round(value, 4) if math.isfinite(value) else None


def _place(settings: Classify, _: Sequence[AnyUse], __: Sequence[AnyUse]) -> str | None:
    """Refuse a score that a tagger writes, and labels that the model has not, as far as a probe tells."""
    if not settings.model:
        return 'stage classify names no model; add model = "PATH" and sha256 = "..."'
    if wrong := written_by_tagger("classify", settings.name) or splitters.missing(settings.splitter):
        return wrong
    model = load_fasttext(settings.model, model_digest(settings.model, settings.sha256))
    return _unknown(settings, _predict(model, _PROBE))


STAGE = declare(
    Stage(
        "classify",
        version=1,
        kind=Kind.MEASURE,
        settings=Classify,
        driver=measure_alone,
        measure=score,
        after={"redact": "classify would be of the text before redact; put redact before it"},
        place=_place,
        repeats=True,
        command=("classify",),
        packages=("fasttext-predict", PYTHON),
        models=_digests,
        versions=lambda settings: splitters.versions(settings.splitter),
        scores=lambda settings: frozenset({settings.name}),
    )
)
