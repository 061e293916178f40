"""language: which language a text is in, by a fastText model that works offline."""

import math
from dataclasses import dataclass

import pyarrow as pa

from yurai.declare.batches import strings, with_columns
from yurai.declare.model_line import model_line
from yurai.declare.models import LABEL, LID_176, check_model, known_codes, load_fasttext, model_digest
from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import PYTHON
from yurai.engine.use import Settings
from yurai.stages.map_tasks import measure_alone

MAX_CHARACTERS = 20_000


@dataclass(frozen=True, kw_only=True)
class Language(Settings):
    """Label each text with its language.

    Writes `lang` (the model's code) and `lang_score` (0 to 1, rounded to 1e-4). A text without a letter is `und`, 0.
    The first 20,000 characters decide; white space is folded, since the model takes one line. The model alone is shown
    a text that is mostly capitals in small letters, and none of the marks without width: it learned from prose.
    Source: Joulin et al., Bag of Tricks for Efficient Text Classification, arXiv:1607.01759 (lid.176.ftz).

    Args:
        model: lid.176.ftz, or path or URL of any fastText model whose labels are `__label__<code>`.
        sha256: hex digest of the model file; needed for a path or URL.
    """

    model: str = LID_176
    sha256: str = ""


def _digests(settings: Language) -> dict[str, str]:
    digest = model_digest(settings.model, settings.sha256)
    check_model(settings.model, digest)
    return {settings.model: digest}


def label(batch: pa.RecordBatch, settings: Language) -> pa.RecordBatch:
    """Return `batch` with `lang` and `lang_score` of its column `text`."""
    loaded = load_fasttext(settings.model, model_digest(settings.model, settings.sha256))
    codes, scores = [], []
    for text in strings(batch, "text"):
        line = model_line(text[:MAX_CHARACTERS])
        if line is None:
            codes.append("und")
            scores.append(0.0)
            continue
        labels, confidences = loaded.predict(line, k=1)
        known = bool(labels) and math.isfinite(confidences[0])
        codes.append(labels[0].removeprefix(LABEL) if known else "und")
        scores.append(round(min(confidences[0], 1.0), 4) if known else 0.0)
    return with_columns(batch, {"lang": pa.array(codes, pa.string()), "lang_score": pa.array(scores, pa.float32())})


STAGE = declare(
    Stage(
        "language",
        version=3,
        kind=Kind.MEASURE,
        settings=Language,
        driver=measure_alone,
        measure=label,
        command=("language",),
        packages=("fasttext-predict", PYTHON),
        models=_digests,
        codes=lambda settings: known_codes(settings.model, model_digest(settings.model, settings.sha256)),
    )
)
