"""Declare stage perplexity, which scores texts by a KenLM language model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from yurai.declare.batches import strings, with_measures
from yurai.declare.models import check_model, model_digest
from yurai.declare.score_names import written_by_tagger
from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import PYTHON, version_of
from yurai.engine.use import AnyUse
from yurai.stages.map_tasks import measure_alone
from yurai.stages.perplexity import model as kenlm_model
from yurai.stages.perplexity.normal_forms import formed
from yurai.stages.perplexity.pieces import load_pieces
from yurai.stages.perplexity.settings import Perplexity
from yurai_filters import splitters

_SENTENCEPIECE = "sentencepiece"


def score(batch: pa.RecordBatch, settings: Perplexity) -> pa.RecordBatch:
    """Return `batch` with the perplexity of its column `text` as a named score; null where a text has no word."""
    model = kenlm_model.load_kenlm(settings.model, model_digest(settings.model, settings.sha256))
    words = _words(settings)
    scores = [kenlm_model.perplexity(model, _lines(text, settings, words)) for text in strings(batch, "text")]
    return with_measures(batch, {settings.name: pa.array(scores, pa.float32())})


def _lines(text: str, settings: Perplexity, words: Callable[[str], list[str]]) -> Iterator[list[str]]:
    return map(words, formed(text, settings.form).split("\n"))


def _words(settings: Perplexity) -> Callable[[str], list[str]]:
    """Return what makes words of a line."""
    if settings.pieces:
        return load_pieces(settings.pieces, model_digest(settings.pieces, settings.pieces_sha256))
    if settings.splitter:
        name = settings.splitter
        return lambda line: splitters.split_words(name, line)
    return str.split


def _models(settings: Perplexity) -> dict[str, str]:
    given = ((settings.model, settings.sha256), (settings.pieces, settings.pieces_sha256))
    digests = {spec: model_digest(spec, sha256) for spec, sha256 in given if spec}
    for spec, digest in digests.items():
        check_model(spec, digest)
    return digests


def _versions(settings: Perplexity) -> dict[str, str]:
    """Return the versions of what knows the model and makes the words."""
    pieces = {_SENTENCEPIECE: version_of(_SENTENCEPIECE)} if settings.pieces else {}
    return kenlm_model.versions() | splitters.versions(settings.splitter) | pieces


def _place(settings: Perplexity, _: Sequence[AnyUse], __: Sequence[AnyUse]) -> str | None:
    """Refuse what is not installed, and models that do not load, before anything runs."""
    if not settings.model:
        return 'stage perplexity names no model; add model = "PATH" and sha256 = "..."'
    kenlm_model.versions()
    if wrong := written_by_tagger("perplexity", settings.name) or splitters.missing(settings.splitter):
        return wrong
    kenlm_model.load_kenlm(settings.model, model_digest(settings.model, settings.sha256))
    _words(settings)
    return None


STAGE = declare(
    Stage(
        "perplexity",
        version=1,
        kind=Kind.MEASURE,
        settings=Perplexity,
        driver=measure_alone,
        measure=score,
        after={"redact": "perplexity would be of the text before redact; put redact before it"},
        place=_place,
        repeats=True,
        command=("perplexity",),
        packages=(PYTHON,),
        versions=_versions,
        models=_models,
        scores=lambda settings: frozenset({settings.name}),
    )
)
